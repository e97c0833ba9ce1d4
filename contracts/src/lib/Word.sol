// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A distribution's one word of storage
/// @notice The low 128 bits are what remains to be paid, the high 128 bits say which indexes were paid. Zero means "never
/// published"; no function here turns another word into zero, so an id can be published only once.
/// @dev Pure arithmetic, each function with its conditions stated, so that a solver can prove it (see contracts/proof).
library Word {
    /// @notice Indexes in one distribution: 0 … 127
    uint256 internal constant INDEXES = 128;
    /// @notice The largest amount a distribution can hold
    uint256 internal constant MAX_AMOUNT = 0xffffffffffffffffffffffffffffffff;
    /// @notice Nothing remains and nothing can be claimed: swept, cancelled, or given away to shards in full
    uint256 internal constant ENDED = MAX_AMOUNT << 128;

    /// @notice What remains to be paid
    function remaining(uint256 word) internal pure returns (uint256) {
        return word & MAX_AMOUNT;
    }

    /// @notice The paid flag of `index`, in its place in the word; zero for an index that no word can hold
    function flag(uint256 index) internal pure returns (uint256) {
        // Two shifts, because index + 128 could wrap around.
        return uint256(1 << 128) << index;
    }

    /// @notice Whether the word can pay `amount` for `flag`: the flag exists and is not set, and 1 ≤ amount ≤ remaining
    function canPay(uint256 word, uint256 flag_, uint256 amount) internal pure returns (bool yes) {
        assembly ("memory-safe") {
            // A flag that is set, or none at all, is not above what the word has of it. amount − 1 wraps around for zero,
            // to a number that no remainder is above.
            yes := and(gt(flag_, and(word, flag_)), lt(sub(amount, 1), and(word, MAX_AMOUNT)))
        }
    }

    /// @notice The word after paying `amount` for the flags in `paid`
    /// @dev The caller has checked amount ≤ remaining(word) and that none of `paid` is set
    function pay(uint256 word, uint256 paid, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return (word | paid) - amount;
        }
    }

    /// @notice The word after payments that had been written down for the flags in `unpaid` did not happen
    /// @dev Reverses `pay`: the caller knows that these flags and this amount were written in the same call
    function unpay(uint256 word, uint256 unpaid, uint256 amount) internal pure returns (uint256) {
        unchecked {
            return (word & ~unpaid) + amount;
        }
    }

    /// @notice The word after `total` went to a shard
    /// @dev The caller has checked total ≤ remaining(word). The word never becomes zero: see ENDED
    function give(uint256 word, uint256 total) internal pure returns (uint256) {
        unchecked {
            word -= total;
        }
        return remaining(word) == 0 ? ENDED : word;
    }
}
