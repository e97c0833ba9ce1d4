// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LpPurchase} from "../src/LpPurchase.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";
import {GoodToken, Hook, HookToken} from "./support/Tokens.sol";
import {IFactory, IPair, Uniswap} from "./support/Uniswap.sol";
import {Vm} from "./support/Vm.sol";

/// @notice SPEC section 12 on Uniswap V2 itself; see LpPurchase.tree
contract LpPurchaseTest is Base, Hook {
    using Uniswap for IPair;

    uint256 private constant ETHER = 60e18;
    uint256 private constant TOKENS = 2_400_000e18;
    bytes32 private constant PAYOUT = keccak256("2026-Q2");
    /// @dev The price of ether in tokens is then the same to the last digit
    uint256 private constant PRICE = 40_000 << 112;

    IFactory private factory;
    LpPurchase private helper;
    GoodToken private weth;
    GoodToken private token;
    IPair private pair;
    address private alex = user("alex");
    address private stranger = user("stranger");
    bytes private again;

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

    function provide(GoodToken what) private {
        what.mint(alex, 10_000_000e18);
        vm.prank(alex);
        what.approve(address(helper), type(uint256).max);
    }

    /// @notice The average of exactly half an hour, told of a pool that nobody has touched since
    function guardOf(IPair pool, address asset, address other) private view returns (LpPurchase.Guard memory) {
        uint256 since = block.timestamp - 30 minutes;
        return LpPurchase.Guard(since, pool.cumulativeAt(asset, other, since), 1, block.timestamp);
    }

    function guard() private view returns (LpPurchase.Guard memory) {
        return guardOf(pair, address(weth), address(token));
    }

    /// @notice A guard by which the average is what is wanted
    function averaging(IPair pool, address asset, address other, uint256 average)
        private
        view
        returns (LpPurchase.Guard memory wanted)
    {
        wanted = guardOf(pool, asset, other);
        uint256 present = pool.cumulativeAt(asset, other, block.timestamp);
        unchecked {
            wanted.cumulative = present - average * 30 minutes;
        }
    }

    function swapAndAdd(uint256 amount, LpPurchase.Guard memory with) private returns (uint256) {
        vm.prank(alex);
        return helper.swapAndAdd(address(weth), address(token), amount, PAYOUT, with);
    }

    function addOwn(uint256 amount, uint256 most, LpPurchase.Guard memory with) private returns (uint256) {
        vm.prank(alex);
        return helper.addOwn(address(weth), address(token), amount, most, PAYOUT, with);
    }

    function holdsNothing() private view {
        eq(weth.balanceOf(address(helper)), 0, "ether left in the helper");
        eq(token.balanceOf(address(helper)), 0, "tokens left in the helper");
        eq(pair.balanceOf(address(helper)), 0, "units left in the helper");
    }

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

    // -- INNER

    /// @notice What the one purchase since recordLogs says
    function recorded() private returns (LpPurchase.Purchase memory purchase) {
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
