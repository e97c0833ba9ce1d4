// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LpPurchase} from "../src/LpPurchase.sol";
import {LpPurchaseBase} from "./support/LpPurchaseBase.sol";
import {GoodToken} from "./support/Tokens.sol";
import {IPair, Uniswap} from "./support/Uniswap.sol";

/// @notice What SPEC section 12 refuses before anything moves, on Uniswap V2 itself; see LpPurchase.tree
contract LpPurchaseGuardTest is LpPurchaseBase {
    using Uniswap for IPair;

    // -- BEFORE ANYTHING MOVES

    function test_guard_refusesAfterTheDeadline() external {
        LpPurchase.Guard memory with = guard();
        with.deadline = block.timestamp - 1;
        bytes memory refusal = abi.encodeWithSelector(LpPurchase.Expired.selector, with.deadline);
        vm.expectRevert(refusal);
        swapAndAdd(1e18, with);
        vm.expectRevert(refusal);
        addOwn(1e18, TOKENS, with);
        with.deadline++;
        addOwn(1e18, TOKENS, with);
    }

    function test_guard_refusesWhereThereIsNoPair() external {
        LpPurchase.Guard memory with = guard();
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.NoPool.selector, address(weth), stranger));
        vm.prank(alex);
        helper.swapAndAdd(address(weth), stranger, 1e18, PAYOUT, with);
    }

    function test_guard_refusesAnEmptyPair() external {
        GoodToken fresh = new GoodToken();
        factory.createPair(address(weth), address(fresh));
        LpPurchase.Guard memory with = guard();
        vm.expectRevert(abi.encodeWithSelector(LpPurchase.NoPool.selector, address(weth), address(fresh)));
        vm.prank(alex);
        helper.swapAndAdd(address(weth), address(fresh), 1e18, PAYOUT, with);
    }

    function test_guard_wantsHalfAnHourToAnHour() external {
        LpPurchase.Guard memory with = guard();
        uint256 now_ = block.timestamp;
        uint256[2] memory bad = [now_ - 30 minutes + 1, now_ - 1 hours - 1];
        for (uint256 i = 0; i < bad.length; ++i) {
            with.since = bad[i];
            vm.expectRevert(abi.encodeWithSelector(LpPurchase.BadWindow.selector, bad[i]));
            swapAndAdd(1e18, with);
        }
        with.since = now_ - 1 hours;
        with.cumulative = pair.cumulativeAt(address(weth), address(token), with.since);
        swapAndAdd(1e18, with);
    }

    /// @notice A price of 9,999 is 1% below an average of 10,100 and 1% above one of 9,900, to the last digit
    function test_guard_wantsThePriceWithinOnePercent() external {
        GoodToken other = new GoodToken();
        provide(other);
        IPair pool = Uniswap.makePool(factory, weth, ETHER, other, 9_999 * ETHER);
        vm.warp(block.timestamp + 1 hours);
        uint256 price = 9_999 << 112;
        uint256[2] memory near = [uint256(10_100 << 112), 9_900 << 112];
        uint256[2] memory far = [near[0] + 1, near[1] - 1];
        for (uint256 i = 0; i < near.length; ++i) {
            vm.warp(block.timestamp + 1 hours);
            LpPurchase.Guard memory with = averaging(pool, address(weth), address(other), far[i]);
            vm.expectRevert(abi.encodeWithSelector(LpPurchase.PriceMoved.selector, price, far[i]));
            vm.prank(alex);
            helper.addOwn(address(weth), address(other), 1e18, type(uint256).max, PAYOUT, with);
            with = averaging(pool, address(weth), address(other), near[i]);
            vm.prank(alex);
            helper.addOwn(address(weth), address(other), 1e18, type(uint256).max, PAYOUT, with);
        }
    }

    /// @notice Both orders of a pair, for one of the two is the other's reverse
    function test_guard_averagesEitherSide() external {
        LpPurchase.Guard memory with = guardOf(pair, address(token), address(weth));
        vm.recordLogs();
        vm.prank(alex);
        helper.swapAndAdd(address(token), address(weth), 10_000e18, PAYOUT, with);
        LpPurchase.Purchase memory purchase = recorded();
        eq(purchase.average, (uint256(1) << 112) / 40_000, "the price of a token in ether");
        eq(purchase.reserve, TOKENS, "the token's reserve");
        eq(purchase.otherReserve, ETHER, "ether's reserve");
        holdsNothing();
    }

    /// @notice The pair counts seconds modulo 2^32
    function test_guard_averagesBeyondTheClock() external {
        vm.warp(2 ** 32 - 600);
        pair.sell(weth, address(token), 0.01e18, stranger);
        uint256 since = block.timestamp;
        uint256 cumulative = pair.cumulativeAt(address(weth), address(token), since);
        vm.warp(since + 40 minutes);
        (uint256 reserve, uint256 otherReserve) = pair.reservesOf(address(weth), address(token));
        vm.recordLogs();
        swapAndAdd(1e18, LpPurchase.Guard(since, cumulative, 1, block.timestamp));
        eq(recorded().average, (otherReserve << 112) / reserve, "average");
    }

    /// @notice Two prices, each for a part of the time
    function test_guard_weighsPricesByTime() external {
        uint256 since = block.timestamp;
        uint256 cumulative = pair.cumulativeAt(address(weth), address(token), since);
        vm.warp(since + 10 minutes);
        pair.sell(weth, address(token), 0.2e18, stranger);
        (uint256 reserve, uint256 otherReserve) = pair.reservesOf(address(weth), address(token));
        vm.warp(since + 40 minutes);
        vm.recordLogs();
        swapAndAdd(1e18, LpPurchase.Guard(since, cumulative, 1, block.timestamp));
        uint256 later = (otherReserve << 112) / reserve;
        eq(recorded().average, (PRICE * 600 + later * 1800) / 2400, "average");
    }

    // -- SANDWICHES

    /// @notice Trades of any size right before and after the swap: it is refused, or brings at most a hundredth less
    function testFuzz_sandwich_aroundTheSwap(uint256 size, uint256 given, bool sells) external {
        uint256 amount = within(given, 1e12, 2.4e18);
        LpPurchase.Guard memory with = guard();
        uint256 undisturbed = pair.totalSupply() * amount / (2 * ETHER + amount) * 99 / 100;
        uint256 before;
        if (sells) before = pair.sell(token, address(weth), within(size, 1e6, TOKENS * 10), stranger);
        else before = pair.sell(weth, address(token), within(size, 1e6, ETHER * 10), stranger);
        (uint256 r, uint256 o) = pair.reservesOf(address(weth), address(token));
        uint256 price = (o << 112) / r;
        bool moved = 100 * price < 99 * PRICE || 100 * price > 101 * PRICE;
        if (moved) vm.expectRevert(abi.encodeWithSelector(LpPurchase.PriceMoved.selector, price, PRICE));
        uint256 units = swapAndAdd(amount, with);
        if (moved) return;
        if (sells) pair.sell(weth, address(token), before, stranger);
        else pair.sell(token, address(weth), before, stranger);
        yes(units >= undisturbed, "no more than a hundredth is lost");
        holdsNothing();
    }

    /// @notice The same around an addition of the issuer's own tokens, of whose worth at the average price it takes nearly all back
    function testFuzz_sandwich_aroundTheAddition(uint256 size, uint256 given, bool sells) external {
        uint256 amount = within(given, 1e12, ETHER);
        LpPurchase.Guard memory with = guard();
        uint256 least = pair.totalSupply() * amount / ETHER * 99 / 100;
        if (sells) pair.sell(token, address(weth), within(size, 1e6, TOKENS * 10), stranger);
        else pair.sell(weth, address(token), within(size, 1e6, ETHER * 10), stranger);
        (uint256 r, uint256 o) = pair.reservesOf(address(weth), address(token));
        uint256 price = (o << 112) / r;
        bool moved = 100 * price < 99 * PRICE || 100 * price > 101 * PRICE;
        if (moved) vm.expectRevert(abi.encodeWithSelector(LpPurchase.PriceMoved.selector, price, PRICE));
        uint256 units = addOwn(amount, type(uint256).max, with);
        if (!moved) yes(units >= least, "no more than a hundredth is lost");
        holdsNothing();
    }

    /// @notice A pool pushed for a whole block and left there until the next one moves the average by the block's share alone
    function test_sandwich_acrossBlocks() external {
        uint256 since = block.timestamp - 30 minutes;
        uint256 cumulative = pair.cumulativeAt(address(weth), address(token), since);
        pair.sell(weth, address(token), 6e18, stranger);
        vm.warp(block.timestamp + 12);
        vm.expectPartialRevert(LpPurchase.PriceMoved.selector);
        swapAndAdd(1e18, LpPurchase.Guard(since, cumulative, 1, block.timestamp));
    }
}
