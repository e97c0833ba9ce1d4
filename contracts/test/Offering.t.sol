// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Offering} from "../src/Offering.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";
import {ReferenceTree} from "./support/ReferenceTree.sol";
import {FeeToken, GoodToken, Hook, HookToken} from "./support/Tokens.sol";
import {Vm} from "./support/Vm.sol";

/// @notice See Offering.tree
contract OfferingTest is Base, Hook {
    uint256 private constant NOW = 1_800_000_000;
    uint64 private constant OPENS = uint64(NOW + 10);
    uint64 private constant CLOSES = uint64(NOW + 100);
    /// 0.02 of a currency with 6 decimals for a token with 18
    uint256 private constant PRICE = 20_000;
    bytes32[] private none;

    GoodToken private token;
    GoodToken private asset;
    Offering private offering;
    address private issuer = user("issuer");
    address private alice = user("alice");
    address private bob = user("bob");
    bytes private again;

    function setUp() external {
        vm.warp(NOW);
        token = new GoodToken();
        asset = new GoodToken();
        offering = make(sale());
        vm.warp(OPENS);
    }

    function sale() private view returns (Offering.Sale memory) {
        return Offering.Sale(token, asset, PRICE, 1000e18, 0, OPENS, CLOSES, 0, issuer, keccak256("terms"));
    }

    function make(Offering.Sale memory what) private returns (Offering made) {
        made = this.deploy(what);
        token.mint(address(made), what.cap);
        supply(asset, made, alice);
        supply(asset, made, bob);
    }

    function deploy(Offering.Sale memory what) external returns (Offering) {
        return Offering(Deploy.make("Offering.sol:Offering", abi.encode(what)));
    }

    function supply(GoodToken what, Offering where, address who) private {
        what.mint(who, 1000e6);
        vm.prank(who);
        what.approve(address(where), type(uint256).max);
    }

    function buy(address who, uint256 amount) private {
        vm.prank(who);
        offering.buy(amount, none);
    }

    function refuseSale(Offering.Sale memory what, string memory field) private {
        vm.expectRevert(abi.encodeWithSelector(Offering.BadSale.selector, field));
        this.deploy(what);
    }

    // -- the sale's terms

    function test_sale_refusesWhatMakesNoSense() external {
        Offering.Sale memory s = sale();
        s.token = IERC20(address(0));
        refuseSale(s, "token");
        s = sale();
        s.asset = IERC20(address(0));
        refuseSale(s, "asset");
        s.asset = token;
        refuseSale(s, "asset");
        s = sale();
        s.price = 0;
        refuseSale(s, "price");
        s = sale();
        s.cap = 0;
        refuseSale(s, "cap");
        s = sale();
        vm.warp(NOW);
        s.closesAt = OPENS;
        refuseSale(s, "closesAt");
        vm.warp(OPENS);
        s.opensAt = 0;
        s.closesAt = uint64(block.timestamp);
        refuseSale(s, "closesAt");
        s = sale();
        s.issuer = address(0);
        refuseSale(s, "issuer");
        s = sale();
        s.termsHash = 0;
        refuseSale(s, "termsHash");
    }

    function test_sale_saysItsTerms() external {
        Offering.Sale memory s = sale();
        s.perBuyerCap = 77;
        s.allowListRoot = keccak256("list");
        Offering made = this.deploy(s);
        eq(address(made.token()), address(token), "token");
        eq(address(made.asset()), address(asset), "asset");
        eq(made.price(), PRICE, "price");
        eq(made.cap(), 1000e18, "cap");
        eq(made.perBuyerCap(), 77, "perBuyerCap");
        eq(made.opensAt(), OPENS, "opensAt");
        eq(made.closesAt(), CLOSES, "closesAt");
        eq(made.allowListRoot(), keccak256("list"), "allowListRoot");
        eq(made.issuer(), issuer, "issuer");
        eq(made.termsHash(), keccak256("terms"), "termsHash");
    }

    // -- buy

    function test_buy_refusesNothing() external {
        vm.expectRevert(abi.encodeWithSelector(Offering.ZeroAmount.selector));
        buy(alice, 0);
    }

    function test_buy_refusesOutsideItsTime() external {
        vm.warp(OPENS - 1);
        vm.expectRevert(abi.encodeWithSelector(Offering.NotOpenYet.selector, OPENS));
        buy(alice, 1e18);
        vm.warp(CLOSES);
        vm.expectRevert(abi.encodeWithSelector(Offering.Closed.selector, CLOSES));
        buy(alice, 1e18);
        vm.warp(CLOSES - 1);
        buy(alice, 1e18);
    }

    function test_buy_refusesTheIssuer() external {
        vm.expectRevert(abi.encodeWithSelector(Offering.IssuerCannotBuy.selector));
        buy(issuer, 1e18);
    }

    function test_buy_refusesAboveTheCap() external {
        buy(alice, 999e18);
        vm.expectRevert(abi.encodeWithSelector(Offering.ExceedsCap.selector, 1e18 + 1, 1e18));
        buy(bob, 1e18 + 1);
        buy(bob, 1e18);
        vm.expectRevert(abi.encodeWithSelector(Offering.ExceedsCap.selector, 1, 0));
        buy(bob, 1);
        eq(offering.sold(), 1000e18, "sold");
    }

    function test_buy_refusesAboveTheBuyersCap() external {
        Offering.Sale memory s = sale();
        s.perBuyerCap = 10e18;
        offering = make(s);
        buy(alice, 6e18);
        vm.expectRevert(abi.encodeWithSelector(Offering.ExceedsBuyerCap.selector, alice, 5e18, 4e18));
        buy(alice, 5e18);
        buy(alice, 4e18);
        vm.expectRevert(abi.encodeWithSelector(Offering.ExceedsBuyerCap.selector, alice, 1, 0));
        buy(alice, 1);
        buy(bob, 10e18);
        eq(offering.bought(alice), 10e18, "alice");
        eq(offering.bought(bob), 10e18, "bob");
    }

    function test_buy_refusesWhoIsNotOnTheList() external {
        Offering.Sale memory s = sale();
        bytes32[] memory leaves = new bytes32[](3);
        leaves[0] = keccak256(bytes.concat(keccak256(abi.encode(alice))));
        leaves[1] = keccak256(bytes.concat(keccak256(abi.encode(user("carol")))));
        leaves[2] = keccak256(bytes.concat(keccak256(abi.encode(user("dora")))));
        bytes32[] memory nodes = ReferenceTree.build(leaves);
        s.allowListRoot = nodes[0];
        offering = make(s);
        eq(offering.allowListLeaf(alice), leaves[0], "leaf");
        bytes32[] memory proof = ReferenceTree.proof(nodes, 0);
        vm.prank(alice);
        offering.buy(1e18, proof);
        vm.expectRevert(abi.encodeWithSelector(Offering.NotAllowed.selector, bob));
        vm.prank(bob);
        offering.buy(1e18, proof);
        vm.expectRevert(abi.encodeWithSelector(Offering.NotAllowed.selector, alice));
        buy(alice, 1e18);
    }

    function test_buy_paysTheIssuerAndDelivers() external {
        vm.recordLogs();
        buy(alice, 150e18);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        eq(asset.balanceOf(issuer), 3e6, "3.00 to the issuer");
        eq(asset.balanceOf(alice), 997e6, "from the buyer");
        eq(asset.balanceOf(address(offering)), 0, "nothing stays");
        eq(token.balanceOf(alice), 150e18, "delivered");
        eq(token.balanceOf(address(offering)), 850e18, "the rest");
        eq(offering.sold(), 150e18, "sold");
        eq(logs.length, 3, "payment, delivery, purchase");
        eq(logs[1].emitter, address(token), "the delivery precedes");
        eq(logs[2].topics[0], Offering.Purchased.selector, "Purchased");
        eq(logs[2].topics[1], bytes32(uint256(uint160(alice))), "buyer");
        eq(keccak256(logs[2].data), keccak256(abi.encode(150e18, 3e6)), "amount and cost");
    }

    function test_buy_roundsTheCostUp() external {
        eq(offering.costOf(1), 1, "one base unit");
        eq(offering.costOf(1e18), 20_000, "one token");
        eq(offering.costOf(1e18 + 1), 20_001, "and a base unit");
        eq(offering.costOf(5e13), 1, "exactly one");
        eq(offering.costOf(5e13 + 1), 2, "above one");
        buy(alice, 1);
        eq(asset.balanceOf(issuer), 1, "never for nothing");
    }

    function test_buy_refusesFeeOnTransfer() external {
        FeeToken fee = new FeeToken();
        asset = fee;
        offering = make(sale());
        vm.expectRevert(abi.encodeWithSelector(Offering.WrongDelivery.selector, 20_000, 19_999));
        buy(alice, 1e18);
    }

    function test_buy_refusesMoreThanIsHere() external {
        // The issuer sent less than the cap.
        Offering made = this.deploy(sale());
        offering = made;
        token.mint(address(made), 5);
        supply(asset, made, alice);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(made), 5, 6)
        );
        buy(alice, 6);
        buy(alice, 5);
    }

    // -- what comes back

    function test_returnUnsold_refusesBeforeTheClose() external {
        vm.warp(CLOSES - 1);
        vm.expectRevert(abi.encodeWithSelector(Offering.NotClosedYet.selector, CLOSES));
        offering.returnUnsold();
    }

    function test_returnUnsold_givesEverythingToTheIssuer() external {
        buy(alice, 100e18);
        vm.warp(CLOSES);
        vm.expectEmit(address(offering));
        emit Offering.UnsoldReturned(900e18);
        vm.prank(user("anybody"));
        offering.returnUnsold();
        eq(token.balanceOf(issuer), 900e18, "returned");
        vm.expectRevert(abi.encodeWithSelector(Offering.ZeroAmount.selector));
        offering.returnUnsold();
        // What comes later is not stuck either.
        token.mint(address(offering), 3);
        offering.returnUnsold();
        eq(token.balanceOf(issuer), 900e18 + 3, "returned again");
    }

    function test_returnStray_givesWhatIsNotForSaleToTheIssuer() external {
        asset.mint(address(offering), 9);
        vm.expectEmit(address(offering));
        emit Offering.StrayReturned(address(asset), 9);
        offering.returnStray(asset);
        eq(asset.balanceOf(issuer), 9, "returned");
        vm.expectRevert(abi.encodeWithSelector(Offering.ZeroAmount.selector));
        offering.returnStray(asset);
    }

    function test_returnStray_refusesWhatIsForSale() external {
        vm.expectRevert(abi.encodeWithSelector(Offering.NotStray.selector));
        offering.returnStray(token);
    }

    // -- re-entrancy

    function test_reentrancy_isRefused() external {
        HookToken hook = new HookToken();
        asset = hook;
        offering = make(sale());
        supply(hook, offering, address(this));
        hook.setHook(address(this), address(this));
        bytes[3] memory calls = [
            abi.encodeCall(offering.buy, (1e18, none)),
            abi.encodeCall(offering.returnUnsold, ()),
            abi.encodeCall(offering.returnStray, (asset))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            again = calls[i];
            vm.expectRevert(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
            offering.buy(1e18, none);
        }
        again = "";
        offering.buy(1e18, none);
    }

    function onTransfer(address, address, uint256) external {
        if (again.length == 0) return;
        (bool success, bytes memory answer) = address(offering).call(again);
        if (!success) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function testFuzz_buy_isExact(uint128 first, uint128 second, uint96 price, uint128 cap) external {
        vm.assume(price > 0 && cap > 0);
        Offering.Sale memory s = sale();
        s.price = price;
        s.cap = cap;
        offering = make(s);
        asset.mint(alice, 1 << 200);
        asset.mint(bob, 1 << 200);
        uint256 a = within(first, 1, cap);
        uint256 b = within(second, 0, cap - a);
        buy(alice, a);
        if (b > 0) buy(bob, b);
        eq(offering.sold(), a + b, "sold");
        eq(offering.bought(alice), a, "alice");
        eq(token.balanceOf(address(offering)), cap - a - b, "left");
        uint256 paid = asset.balanceOf(issuer);
        yes(paid * 1e18 >= uint256(price) * (a + b), "never too little");
        yes(paid * 1e18 < uint256(price) * (a + b) + 2e18, "less than one unit a purchase too much");
        eq(asset.balanceOf(address(offering)), 0, "nothing stays");
    }
}
