// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LpPurchase} from "../../src/LpPurchase.sol";
import {Base} from "./Base.sol";
import {Deploy} from "./Deploy.sol";
import {GoodToken} from "./Tokens.sol";
import {IFactory, IPair, Uniswap} from "./Uniswap.sol";
import {Vm} from "./Vm.sol";

/// @notice A helper, a pool of Uniswap's own that has been quiet for an hour, and an issuer with both of its sides
abstract contract LpPurchaseBase is Base {
    using Uniswap for IPair;

    uint256 internal constant ETHER = 60e18;
    uint256 internal constant TOKENS = 2_400_000e18;
    bytes32 internal constant PAYOUT = keccak256("2026-Q2");
    /// @dev The price of ether in tokens is then the same to the last digit
    uint256 internal constant PRICE = 40_000 << 112;

    IFactory internal factory;
    LpPurchase internal helper;
    GoodToken internal weth;
    GoodToken internal token;
    IPair internal pair;
    address internal alex = user("alex");
    address internal stranger = user("stranger");

    function setUp() external {
        vm.warp(1_800_000_000);
        factory = Uniswap.makeFactory();
        helper = make(address(factory));
        (weth, token) = (new GoodToken(), new GoodToken());
        pair = Uniswap.makePool(factory, weth, ETHER, token, TOKENS);
        provide(weth);
        provide(token);
        vm.warp(block.timestamp + 1 hours);
    }

    function make(address factory_) public returns (LpPurchase) {
        return LpPurchase(Deploy.make("LpPurchase.sol:LpPurchase", abi.encode(factory_)));
    }

    function provide(GoodToken what) internal {
        what.mint(alex, 10_000_000e18);
        vm.prank(alex);
        what.approve(address(helper), type(uint256).max);
    }

    /// @notice The average of exactly half an hour, told of a pool that nobody has touched since
    function guardOf(IPair pool, address asset, address other) internal view returns (LpPurchase.Guard memory) {
        uint256 since = block.timestamp - 30 minutes;
        return LpPurchase.Guard(since, pool.cumulativeAt(asset, other, since), 1, block.timestamp);
    }

    function guard() internal view returns (LpPurchase.Guard memory) {
        return guardOf(pair, address(weth), address(token));
    }

    /// @notice A guard by which the average is what is wanted
    function averaging(IPair pool, address asset, address other, uint256 average)
        internal
        view
        returns (LpPurchase.Guard memory wanted)
    {
        wanted = guardOf(pool, asset, other);
        uint256 present = pool.cumulativeAt(asset, other, block.timestamp);
        unchecked {
            wanted.cumulative = present - average * 30 minutes;
        }
    }

    function swapAndAdd(uint256 amount, LpPurchase.Guard memory with) internal returns (uint256) {
        vm.prank(alex);
        return helper.swapAndAdd(address(weth), address(token), amount, PAYOUT, with);
    }

    function addOwn(uint256 amount, uint256 most, LpPurchase.Guard memory with) internal returns (uint256) {
        vm.prank(alex);
        return helper.addOwn(address(weth), address(token), amount, most, PAYOUT, with);
    }

    function holdsNothing() internal view {
        eq(weth.balanceOf(address(helper)), 0, "ether left in the helper");
        eq(token.balanceOf(address(helper)), 0, "tokens left in the helper");
        eq(pair.balanceOf(address(helper)), 0, "units left in the helper");
    }

    // -- EVENTS

    /// @notice What the one purchase since recordLogs says
    function recorded() internal returns (LpPurchase.Purchase memory purchase) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 found;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != LpPurchase.Purchased.selector) continue;
            (purchase,) = abi.decode(logs[i].data, (LpPurchase.Purchase, LpPurchase.Guard));
            found++;
        }
        eq(found, 1, "one event");
    }
}
