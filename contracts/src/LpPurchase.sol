// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUniswapV2Factory, IUniswapV2Pair} from "./IUniswapV2.sol";

/// @title Turns income into the LP units of a Uniswap V2 pair, in one transaction and at a price that nobody pushed far
/// @notice The caller, an issuer, gives an amount of one side of the pair. The other side is bought with a part of it
/// (`swapAndAdd`), or is the issuer's own (`addOwn`). Both are added at the pool's ratio, and the LP units go to the caller,
/// who then publishes a distribution of exactly these units: its root needs their number, so that is another transaction.
///
/// @dev No owner, no storage, no approvals given. It moves the caller's tokens alone, so an allowance for it can be used only
/// by whoever gave it. Invariants, for pairs of tokens that move exactly what they are asked to move:
/// 1. it holds nothing between calls: only what a swap bought passes through it;
/// 2. a caller spends at most `amount` of the asset and, beside what the swap bought, `mostOther` of the other token;
/// 3. a call succeeds only before its deadline, from a price within 1% of the average of the last half hour or more, with a
///    swap that costs at most 2% by its own size, and with at least the units it asks for;
/// 4. both sides are added at the pool's ratio, rounded so that less than one base unit of the asset is given for nothing.
///
/// By 3 the swap brings at least 96.7% (0.99 · 0.98 · 0.997, the pool's fee) of what the average price makes of its input,
/// whatever happened in the block before it. Of the average only the accumulator at `since` comes from the caller, who reads
/// it from an earlier block; the event repeats it, so that anybody can hold it against the pair's Sync events. Prices are the
/// pair's own: base units of the other token for one of the asset's, times 2^112. Tokens sent here by mistake are lost.
contract LpPurchase is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    // -- TYPES

    /// @notice What the caller agrees to
    /// @param since A time from 30 to 60 minutes before the call, unix seconds
    /// @param cumulative What the pair's price accumulator of the asset was at that time
    /// @param leastUnits Least LP units to receive
    /// @param deadline Last second at which the call is good, unix time
    struct Guard {
        uint256 since;
        uint256 cumulative;
        uint256 leastUnits;
        uint256 deadline;
    }

    /// @notice What was done, in base units
    /// @param asset The side of the pair that the income is in
    /// @param amount What the caller gave at most
    /// @param reserve The pool's reserve of the asset before the call
    /// @param otherReserve Its reserve of the other token then
    /// @param average The asset's price over the time since the guard's, times 2^112
    /// @param swapped What was swapped of the asset; zero for the caller's own tokens
    /// @param assetAdded What was added of the asset: what is left of `amount` stayed with the caller
    /// @param otherAdded What was added of the other token: all that the swap brought, or the caller's own
    /// @param units The LP units that the caller received
    struct Purchase {
        address asset;
        uint256 amount;
        uint256 reserve;
        uint256 otherReserve;
        uint256 average;
        uint256 swapped;
        uint256 assetAdded;
        uint256 otherAdded;
        uint256 units;
    }

    // -- EVENTS AND ERRORS

    /// @notice `issuer` bought units of `pair` for what `payout` stands for: `purchase` says how, and `guard` under which bounds
    event Purchased(
        address indexed issuer, address indexed pair, bytes32 indexed payout, Purchase purchase, Guard guard
    );

    /// @notice The factory was the zero address
    error ZeroAddress();
    /// @notice The call was good until `deadline`
    error Expired(uint256 deadline);
    /// @notice The factory has no pair of `asset` and `other`, or the pair is empty
    error NoPool(address asset, address other);
    /// @notice The average is to begin from 30 to 60 minutes ago, and `since` is not there
    error BadWindow(uint256 since);
    /// @notice The pool's price is `price`, more than 1% away from its `average`
    error PriceMoved(uint256 price, uint256 average);
    /// @notice To swap `swapped` would cost more than 2% by its size: buy in parts, on several days
    error ImpactTooHigh(uint256 swapped);
    /// @notice The pool's ratio asks for `needed` of the other token, and the caller gives `most`
    error TooMuchNeeded(uint256 needed, uint256 most);
    /// @notice The pair minted `units`, and the caller wants `least`
    error TooFewUnits(uint256 units, uint256 least);

    // -- STORAGE

    /// @notice The Uniswap V2 factory whose pairs are used: they take a fee of 0.3%
    IUniswapV2Factory public immutable factory;

    /// @param factory_ The Uniswap V2 factory whose pairs are used
    constructor(IUniswapV2Factory factory_) {
        if (address(factory_) == address(0)) revert ZeroAddress();
        factory = factory_;
    }

    // -- CALLS

    /// @notice Buys the other token with a part of the asset, and adds both. Needs an allowance of `amount` of the asset
    /// @param asset The side of the pair that the income is in
    /// @param other The pair's other side
    /// @param amount Most of the asset to spend, in base units; what the pool's ratio leaves over is not taken from the caller
    /// @param payout What the units are bought for; the event repeats it
    /// @param guard What the caller agrees to
    /// @return units The LP units that the caller received
    function swapAndAdd(address asset, address other, uint256 amount, bytes32 payout, Guard calldata guard)
        external
        nonReentrant
        returns (uint256 units)
    {
        (IUniswapV2Pair pair, Purchase memory purchase) = _look(asset, other, amount, guard);
        uint256 swapped = swapOf(purchase.reserve, amount);
        // The price impact is 997·s / (1000·r + 997·s): at most 2% when 49·997·s is at most 1000·r.
        if (48_853 * swapped > 1000 * purchase.reserve) revert ImpactTooHigh(swapped);
        purchase.swapped = swapped;
        // Rounded down, the swap never brings more of the other token than the rest of the asset can be added with.
        uint256 received = _swap(pair, purchase, asset < other);
        purchase.otherAdded = received;
        purchase.assetAdded = _atRatio(received, purchase.reserve + swapped, purchase.otherReserve - received);
        IERC20(other).safeTransfer(address(pair), received);
        units = _add(pair, purchase, payout, guard);
    }

    /// @notice Adds the asset with the caller's own tokens of the other side, at the pool's ratio. Needs an allowance of
    /// `amount` of the asset and of `mostOther` of the other token
    /// @param asset The side of the pair that the income is in
    /// @param other The pair's other side: the program's token
    /// @param amount Most of the asset to spend, in base units; what the pool's ratio leaves over is not taken from the caller
    /// @param mostOther Most of the other token to give
    /// @param payout What the units are bought for; the event repeats it
    /// @param guard What the caller agrees to
    /// @return units The LP units that the caller received
    function addOwn(
        address asset,
        address other,
        uint256 amount,
        uint256 mostOther,
        bytes32 payout,
        Guard calldata guard
    ) external nonReentrant returns (uint256 units) {
        (IUniswapV2Pair pair, Purchase memory purchase) = _look(asset, other, amount, guard);
        uint256 needed = (amount * purchase.otherReserve) / purchase.reserve;
        if (needed > mostOther) revert TooMuchNeeded(needed, mostOther);
        purchase.otherAdded = needed;
        purchase.assetAdded = _atRatio(needed, purchase.reserve, purchase.otherReserve);
        IERC20(other).safeTransferFrom(msg.sender, address(pair), needed);
        units = _add(pair, purchase, payout, guard);
    }

    // -- VIEWS

    /// @notice How much of `amount` has to be swapped so that the rest and what the swap brings have the pool's ratio
    /// afterwards, rounded down: (isqrt(r·(3988009·r + 3988000·x)) − 1997·r) / 1994
    /// @param reserve The pool's reserve r of the token that is given, below 2^112
    /// @param amount What is given of it, x, below 2^112
    function swapOf(uint256 reserve, uint256 amount) public pure returns (uint256 swapped) {
        return (Math.sqrt(reserve * (3_988_009 * reserve + 3_988_000 * amount)) - 1997 * reserve) / 1994;
    }

    // -- INNER

    /// @dev Finds the pair and checks everything that can be checked before anything moves
    function _look(address asset, address other, uint256 amount, Guard calldata guard)
        private
        view
        returns (IUniswapV2Pair pair, Purchase memory purchase)
    {
        if (block.timestamp > guard.deadline) revert Expired(guard.deadline);
        pair = IUniswapV2Pair(factory.getPair(asset, other));
        if (address(pair) == address(0)) revert NoPool(asset, other);
        bool isFirst = asset < other; // as the factory sorts them
        (uint256 first, uint256 second, uint32 updated) = pair.getReserves();
        if (first == 0) revert NoPool(asset, other); // an empty pair has nothing of either
        (uint256 reserve, uint256 otherReserve) = isFirst ? (first, second) : (second, first);
        uint256 price = (otherReserve << 112) / reserve;
        uint256 average =
            _average(isFirst ? pair.price0CumulativeLast() : pair.price1CumulativeLast(), price, updated, guard);
        if (100 * price < 99 * average || 100 * price > 101 * average) revert PriceMoved(price, average);
        purchase.asset = asset;
        purchase.amount = amount;
        purchase.reserve = reserve;
        purchase.otherReserve = otherReserve;
        purchase.average = average;
    }

    /// @dev The average price since the guard's time. The accumulator ends at the pair's last update, from which on the price
    /// is what it is now; a price made within this very block has not lasted and weighs nothing
    function _average(uint256 cumulative, uint256 price, uint32 updated, Guard calldata guard)
        private
        view
        returns (uint256)
    {
        if (guard.since > block.timestamp - 30 minutes || guard.since < block.timestamp - 1 hours) {
            revert BadWindow(guard.since);
        }
        // Times are taken modulo 2^32 and the accumulator modulo 2^256, as the pair does.
        unchecked {
            cumulative += price * uint32(uint32(block.timestamp) - updated);
            return (cumulative - guard.cumulative) / (block.timestamp - guard.since);
        }
    }

    /// @dev Swaps a part of the caller's asset into this contract
    function _swap(IUniswapV2Pair pair, Purchase memory purchase, bool isFirst) private returns (uint256 received) {
        // The pair's own formula, with its fee of 0.3%; a pair that is given less refuses.
        uint256 taxed = purchase.swapped * 997;
        received = (taxed * purchase.otherReserve) / (purchase.reserve * 1000 + taxed);
        IERC20(purchase.asset).safeTransferFrom(msg.sender, address(pair), purchase.swapped);
        pair.swap(isFirst ? 0 : received, isFirst ? received : 0, address(this), "");
    }

    /// @dev How much of the asset goes with so much of the other token, rounded up: the pair then mints by the other token, and
    /// less than one base unit of the asset is given for nothing
    function _atRatio(uint256 otherAdded, uint256 reserve, uint256 otherReserve) private pure returns (uint256) {
        return Math.ceilDiv(otherAdded * reserve, otherReserve);
    }

    /// @dev Has the pair mint for the other token that was sent to it and for the asset that is sent now
    function _add(IUniswapV2Pair pair, Purchase memory purchase, bytes32 payout, Guard calldata guard)
        private
        returns (uint256 units)
    {
        IERC20(purchase.asset).safeTransferFrom(msg.sender, address(pair), purchase.assetAdded);
        units = pair.mint(msg.sender);
        if (units < guard.leastUnits) revert TooFewUnits(units, guard.leastUnits);
        purchase.units = units;
        emit Purchased(msg.sender, address(pair), payout, purchase, guard);
    }
}
