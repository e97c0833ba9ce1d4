// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Word} from "../src/lib/Word.sol";

/// @title What solc's model checker is asked about the word arithmetic
/// @notice Never deployed. Each assertion has to hold for every word that the function can meet. `canPay` is written in
/// assembly, which the checker does not see into: what it guarantees is required here, and proved in word.smt2.
contract WordProof {
    using Word for uint256;

    /// @notice One payment: 1 ≤ amount ≤ remaining, of a flag that is not set
    function paying(uint256 word, uint256 amount) external pure {
        uint256 flag = Word.flag(5);
        require(word & flag == 0);
        require(amount > 0 && amount <= word.remaining());
        uint256 next = word.pay(flag, amount);
        assert(next != 0);
        assert(next.remaining() == word.remaining() - amount);
        assert(next & flag == flag);
        assert(next >> 128 == (word >> 128) + (1 << 5));
        assert(next.unpay(flag, amount) == word);
    }

    /// @notice A shard's budget: 1 ≤ total ≤ remaining
    function giving(uint256 word, uint256 total) external pure {
        require(total > 0 && total <= word.remaining());
        uint256 next = word.give(total);
        assert(next != 0);
        assert(next.remaining() == word.remaining() - total);
        assert(next == Word.ENDED || next >> 128 == word >> 128);
    }
}

/// @title The books of one distribution, through any sequence of calls
/// @notice The same steps as the distributor's, on numbers instead of words, so that the checker can follow them for ever:
/// funded = paid + returned + moved + remaining, nothing leaves after the end, and an index, any one, is paid once at most.
contract BooksProof {
    uint256 private funded;
    uint256 private paid;
    uint256 private returned;
    uint256 private moved;
    uint256 private remaining;
    bool private published;
    bool private ended;
    uint256 private immutable watched;
    bool private flag;
    uint256 private times;

    constructor(uint256 index) {
        watched = index;
    }

    function publish(uint256 total) external {
        require(!published && total > 0 && total <= type(uint128).max);
        published = true;
        funded = total;
        remaining = total;
        check();
    }

    function pay(uint256 index, uint256 amount, bool fails) external {
        require(published && !ended && index < 128 && amount > 0 && amount <= remaining);
        require(index != watched || !flag);
        remaining -= amount;
        if (index == watched) flag = true;
        if (fails) {
            remaining += amount;
            if (index == watched) flag = false;
        } else {
            paid += amount;
            if (index == watched) times += 1;
        }
        check();
    }

    function open(uint256 total) external {
        require(published && !ended && total > 0 && total <= remaining);
        remaining -= total;
        moved += total;
        if (remaining == 0) ended = true;
        check();
    }

    function end() external {
        require(published && remaining > 0);
        returned += remaining;
        remaining = 0;
        ended = true;
        check();
    }

    function check() private view {
        assert(funded == paid + returned + moved + remaining);
        assert(!ended || remaining == 0);
        assert(published || funded == 0);
        assert(times <= 1);
    }
}
