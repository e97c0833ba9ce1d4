// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LpPurchase} from "../src/LpPurchase.sol";
import {LpPurchaseBase} from "./support/LpPurchaseBase.sol";
import {GoodToken, Hook, HookToken} from "./support/Tokens.sol";
import {IPair, Uniswap} from "./support/Uniswap.sol";

/// @notice SPEC section 12 on Uniswap V2 itself; see LpPurchase.tree, and LpPurchaseGuard.t.sol for the price guard
contract LpPurchaseTest is LpPurchaseBase, Hook {
    bytes private again;

    // -- DEPLOYMENT AND FORMULA

    function test_helper_refusesNoFactory() external {
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.ZeroAddress.selector));
        this.make(address(0));
    }

    function test_helper_namesItsFactory() external view {
        eq(address(helper.factory()), address(factory), "factory");
    }

    /// @notice SPEC section 14: what of 4.5 ether is swapped in a pool of 60 ether and 2,400,000 tokens
    function test_swapOf_isTheFormula() external view {
        eq(helper.swapOf(60e18, 4.5e18), 2_212_643_113_188_922_228, "4.5 ether of 60");
        eq(helper.swapOf(1, 0), 0, "nothing");
        eq(helper.swapOf(type(uint112).max, type(uint112).max), 2_153_951_416_601_133_074_703_618_447_142_329, "the most");
    }

    /// @notice The rest and what the swap brings have the pool's ratio: one base unit more would leave the asset short
    function testFuzz_swapOf_leavesNothing(uint112 r, uint112 x) external view {
        uint256 reserve = within(r, 1e6, type(uint112).max / 2);
        uint256 amount = within(x, 1e3, reserve);
        uint256 s = helper.swapOf(reserve, amount);
        // Solved: s² · 997 + s · 1997 · r = 1000 · r · x, of which s is the greatest that does not exceed.
        yes(s * s * 997 + s * 1997 * reserve <= 1000 * reserve * amount, "too much");
        s += 2;
        yes(s * s * 997 + s * 1997 * reserve > 1000 * reserve * amount, "too little");
    }

    // -- SWAP AND ADD

    function test_swapAndAdd_addsAtThePoolsRatio() external {
        uint256 swapped = helper.swapOf(ETHER, 2e18);
        uint256 received = swapped * 997 * TOKENS / (ETHER * 1000 + swapped * 997);
        (uint256 r, uint256 o) = (ETHER + swapped, TOKENS - received);
        uint256 added = (received * r + o - 1) / o;
        uint256 units = pair.totalSupply() * received / o;
        LpPurchase.Guard memory with = guard();
        LpPurchase.Purchase memory expected = LpPurchase.Purchase(
            address(weth), 2e18, ETHER, TOKENS, PRICE, swapped, added, received, units
        );
        vm.expectEmit(address(helper));
        emit LpPurchase.Purchased(alex, address(pair), PAYOUT, expected, with);
        eq(swapAndAdd(2e18, with), units, "returned");
        eq(pair.balanceOf(alex), units, "units");
        eq(weth.balanceOf(alex), 10_000_000e18 - swapped - added, "ether spent");
        eq(token.balanceOf(alex), 10_000_000e18, "all tokens of the swap are added");
        yes(2e18 - swapped - added <= 1, "a wei of ether at most is left over");
        holdsNothing();
    }

    /// @notice A pool of 48,853 ether takes a swap of 1,000 at an impact of 2% to the last digit
    function test_swapAndAdd_refusesAnImpactAboveTwoPercent() external {
        GoodToken other = new GoodToken();
        uint256 reserve = 48_853e18;
        IPair pool = Uniswap.makePool(factory, weth, reserve, other, reserve);
        vm.warp(block.timestamp + 1 hours);
        uint256 root = 1994 * 1000e18 + 1997 * reserve;
        uint256 amount = (root * root - 3_988_009 * reserve * reserve) / (3_988_000 * reserve);
        while (helper.swapOf(reserve, amount) < 1000e18) ++amount;
        eq(helper.swapOf(reserve, amount), 1000e18, "the most");
        LpPurchase.Guard memory with = guardOf(pool, address(weth), address(other));
        uint256 beyond = amount;
        while (helper.swapOf(reserve, beyond) == 1000e18) ++beyond;
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.ImpactTooHigh.selector, 1000e18 + 1));
        vm.prank(alex);
        helper.swapAndAdd(address(weth), address(other), beyond, PAYOUT, with);
        vm.prank(alex);
        helper.swapAndAdd(address(weth), address(other), amount, PAYOUT, with);
    }

    function test_swapAndAdd_refusesTooFewUnits() external {
        LpPurchase.Guard memory with = guard();
        uint256 swapped = helper.swapOf(ETHER, 2e18);
        uint256 received = swapped * 997 * TOKENS / (ETHER * 1000 + swapped * 997);
        with.leastUnits = type(uint256).max;
        vm.expectPartialRevert(LpPurchase.TooFewUnits.selector);
        swapAndAdd(2e18, with);
        // One more than there are.
        uint256 units = pair.totalSupply() * received / (TOKENS - received);
        with.leastUnits = units + 1;
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.TooFewUnits.selector, units, units + 1));
        swapAndAdd(2e18, with);
        with.leastUnits = units;
        eq(swapAndAdd(2e18, with), units, "exactly so many");
    }

    // -- THE ISSUER'S OWN TOKENS

    function test_addOwn_addsAtThePoolsRatio() external {
        LpPurchase.Guard memory with = guard();
        uint256 units = pair.totalSupply() / 40;
        LpPurchase.Purchase memory expected = LpPurchase.Purchase(
            address(weth), 1.5e18, ETHER, TOKENS, PRICE, 0, 1.5e18, 60_000e18, units
        );
        vm.expectEmit(address(helper));
        emit LpPurchase.Purchased(alex, address(pair), PAYOUT, expected, with);
        eq(addOwn(1.5e18, 60_000e18, with), units, "returned");
        eq(pair.balanceOf(alex), units, "units");
        eq(weth.balanceOf(alex), 10_000_000e18 - 1.5e18, "ether");
        eq(token.balanceOf(alex), 10_000_000e18 - 60_000e18, "tokens");
        holdsNothing();
    }

    function test_addOwn_refusesToTakeMoreThanAgreed() external {
        LpPurchase.Guard memory with = guard();
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.TooMuchNeeded.selector, 60_000e18, 60_000e18 - 1));
        addOwn(1.5e18, 60_000e18 - 1, with);
    }

    function test_addOwn_refusesTooFewUnits() external {
        LpPurchase.Guard memory with = guard();
        uint256 units = pair.totalSupply() / 40;
        with.leastUnits = units + 1;
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.TooFewUnits.selector, units, units + 1));
        addOwn(1.5e18, 60_000e18, with);
    }

    /// @notice Large additions move no price, so they have no limit
    function test_addOwn_hasNoImpact() external {
        uint256 supply = pair.totalSupply();
        token.mint(alex, 240_000_000e18);
        eq(addOwn(6_000e18, type(uint256).max, guard()), supply * 100, "a hundred times the pool");
    }

    // -- WHATEVER HAPPENS

    /// @notice Whatever pool and amount: nothing stays in the helper, the issuer spends no more than agreed, and what is given to
    /// the pool for nothing is less than one base unit of each
    function testFuzz_purchase_spendsWhatItSays(uint256 r, uint256 o, uint256 x, bool own) external {
        GoodToken other = new GoodToken();
        uint256 reserve = within(r, 1e9, 1e26);
        uint256 otherReserve = within(o, 1e9, 1e26);
        IPair pool = Uniswap.makePool(factory, weth, reserve, other, otherReserve);
        vm.warp(block.timestamp + 1 hours);
        uint256 amount = within(x, 1e6, reserve / 26);
        weth.mint(alex, amount);
        other.mint(alex, own ? type(uint128).max : 0);
        vm.prank(alex);
        other.approve(address(helper), own ? type(uint256).max : 0);
        LpPurchase.Guard memory with = guardOf(pool, address(weth), address(other));
        // So lopsided a pool that a wei buys nothing is not worth a purchase; the pair refuses it.
        vm.assume(amount * otherReserve / reserve > 10 && amount * pool.totalSupply() / reserve > 10);
        uint256 had = weth.balanceOf(alex);
        uint256 hadOther = other.balanceOf(alex);
        vm.recordLogs();
        vm.prank(alex);
        if (own) helper.addOwn(address(weth), address(other), amount, type(uint256).max, PAYOUT, with);
        else helper.swapAndAdd(address(weth), address(other), amount, PAYOUT, with);
        LpPurchase.Purchase memory p = recorded();
        yes(had - weth.balanceOf(alex) <= amount, "no more than agreed");
        eq(had - weth.balanceOf(alex), p.swapped + p.assetAdded, "spent");
        if (own) eq(hadOther - other.balanceOf(alex), p.otherAdded, "own tokens");
        else eq(other.balanceOf(alex), 0, "all of the swap is added");
        eq(pool.balanceOf(alex), p.units, "units");
        (uint256 r1, uint256 o1) = (p.reserve + p.swapped, own ? p.otherReserve : p.otherReserve - p.otherAdded);
        yes(p.assetAdded * o1 >= p.otherAdded * r1, "the pair mints by the other token");
        yes((p.assetAdded - 1) * o1 < p.otherAdded * r1, "a base unit less would not do");
        eq(weth.balanceOf(address(helper)) + other.balanceOf(address(helper)), 0, "helper");
    }

    // -- HOOKS

    function test_reentrancy_isRefused() external {
        HookToken hook = new HookToken();
        IPair pool = Uniswap.makePool(factory, hook, ETHER, token, TOKENS);
        vm.warp(block.timestamp + 1 hours);
        hook.mint(alex, 10e18);
        vm.prank(alex);
        hook.approve(address(helper), type(uint256).max);
        LpPurchase.Guard memory with = guardOf(pool, address(hook), address(token));
        hook.setHook(alex, address(this));
        bytes[2] memory calls = [
            abi.encodeCall(helper.swapAndAdd, (address(hook), address(token), 1e18, PAYOUT, with)),
            abi.encodeCall(helper.addOwn, (address(hook), address(token), 1e18, TOKENS, PAYOUT, with))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            again = calls[1 - i];
            vm.prank(alex);
            (bool success, bytes memory answer) = address(helper).call(calls[i]);
            no(success, "refused");
            eq(bytes32(answer), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector), "by the lock");
        }
    }

    function onTransfer(address, address, uint256) external {
        (bool success, bytes memory answer) = address(helper).call(again);
        if (!success) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}
