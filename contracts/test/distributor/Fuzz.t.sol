// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// SPEC section 9: every call against a reference, on random trees.

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {Tree} from "../../src/lib/Tree.sol";
import {Word} from "../../src/lib/Word.sol";
import {Deploy} from "../support/Deploy.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {Libraries} from "../support/Libraries.sol";
import {ReferenceTree} from "../support/ReferenceTree.sol";
import {BlacklistToken} from "../support/Tokens.sol";

/// @notice Random lists, words, times and recipients against plain models
contract FuzzTest is DistributorBase {
    using Word for uint256;

    Libraries private libraries = Libraries(Deploy.make("Libraries.sol:Libraries", ""));

    /// @notice n leaves of random amounts for accounts that are not always different
    function randomList(uint256 seed, uint256 n) private pure returns (IMerkleDistributor.Payment[] memory payments) {
        payments = new IMerkleDistributor.Payment[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            payments[i] = IMerkleDistributor.Payment(accountOf(roll % 5), 1 + (roll >> 8) % (1 << (1 + (roll >> 200) % 100)));
        }
    }

    // -- trees

    function test_tree_isTheSameForEverySize() external {
        for (uint256 n = 1; n <= 128; ++n) {
            IMerkleDistributor.Payment[] memory payments = list(n);
            bytes32 expected = keccak256(abi.encode(issuer, address(token), bytes32(0), nodesOf(payments)[0]));
            vm.prank(issuer);
            // All masked: what is left is the tree and the publishing.
            eq(dist.distribute(address(token), 0, payments, type(uint256).max, MANIFEST), expected, "id");
        }
    }

    function testFuzz_tree_rootOfFollowsTheProof(bytes32 leaf, bytes32[] calldata proof) external view {
        bytes32 expected = leaf;
        for (uint256 i = 0; i < proof.length; ++i) {
            expected = ReferenceTree.pair(expected, proof[i]);
        }
        eq(libraries.rootOf(leaf, proof), expected, "root");
    }

    function testFuzz_tree_leaves(uint256 index, address account, uint256 amount, bytes32 root) external pure {
        eq(Tree.accountLeaf(index, account, amount), ReferenceTree.accountLeaf(index, account, amount), "account");
        eq(Tree.shardLeaf(index, root, amount), ReferenceTree.shardLeaf(index, root, amount), "shard");
        yes(Tree.accountLeaf(index, account, amount) != Tree.shardLeaf(index, root, amount), "never the same");
    }

    // -- words

    function testFuzz_word_paysAndTakesBack(uint256 word, uint8 i, uint128 amount) external pure {
        uint256 index = i % 128;
        uint256 flag = Word.flag(index);
        eq(flag, 1 << (128 + index), "flag");
        bool can = word & flag == 0 && amount > 0 && amount <= uint128(word);
        yes(word.canPay(flag, amount) == can, "canPay");
        if (!can) return;
        uint256 paid = word.pay(flag, amount);
        eq(paid.remaining(), uint256(uint128(word)) - amount, "remaining");
        eq(paid >> 128, (word >> 128) | (1 << index), "flags");
        no(paid.canPay(flag, 1), "once");
        eq(paid.unpay(flag, amount), word, "back");
        yes(paid != 0, "never zero");
    }

    function testFuzz_word_hasNoFlagFrom128On(uint256 word, uint256 index, uint256 amount) external pure {
        index = within(index, 128, type(uint256).max);
        eq(Word.flag(index), 0, "flag");
        no(word.canPay(0, amount), "canPay");
    }

    function testFuzz_word_givesAndNeverBecomesZero(uint256 word, uint128 total) external pure {
        vm.assume(word.remaining() > 0);
        uint256 given = within(total, 1, word.remaining());
        uint256 left = word.give(given);
        eq(left.remaining(), word.remaining() - given, "remaining");
        if (left.remaining() > 0) eq(left >> 128, word >> 128, "flags");
        else eq(left, Word.ENDED, "ended");
        yes(left != 0, "never zero");
    }

    // -- claims

    function testFuzz_claim_paysExactlyOnce(uint256 seed, uint8 size, uint8 which) external {
        uint256 n = within(size, 1, 9);
        uint256 i = which % n;
        IMerkleDistributor.Payment[] memory payments = randomList(seed, n);
        IMerkleDistributor.Distribution memory d = published(payments);
        claim(d, payments, i);
        eq(token.balanceOf(payments[i].account), payments[i].amount, "paid");
        eq(dist.wordOf(idOf(d)), flagOf(i) | (totalOf(payments) - payments[i].amount), "word");
        bytes32[] memory proof = proofOf(payments, i);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(d), i));
        dist.claim(d, i, payments[i].account, payments[i].amount, proof);
    }

    function testFuzz_claim_refusesAnyOtherLeaf(uint256 seed, uint8 index, address account, uint128 amount) external {
        IMerkleDistributor.Payment[] memory payments = randomList(seed, 4);
        IMerkleDistributor.Distribution memory d = published(payments);
        uint256 i = seed % 4;
        vm.assume(index != i || account != payments[i].account || amount != payments[i].amount);
        bytes32[] memory proof = proofOf(payments, i);
        try dist.claim(d, index, account, amount, proof) {
            revert("a leaf that is not in the tree was paid");
        } catch {}
        eq(dist.wordOf(idOf(d)), totalOf(payments), "untouched");
    }

    function testFuzz_terms_decideWhatIsPossible(uint32 opens, uint32 lasts, uint32 time, bool forEver) external {
        uint256 opensAt = NOW + opens;
        uint256 deadline = forEver ? 0 : opensAt + 1 + lasts;
        IMerkleDistributor.Payment[] memory payments = list(2);
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(opensAt, deadline));
        uint256 time_ = NOW + uint256(time) * 2;
        vm.warp(time_);
        bool isOpen = time_ >= opensAt;
        bool isOver = deadline != 0 && time_ >= deadline;

        vm.prank(issuer);
        (bool cancelled,) = address(dist).call(abi.encodeCall(dist.cancel, (d)));
        yes(cancelled == !isOpen, "cancel before the opening alone");
        (bool claimed,) = address(dist).call(
            abi.encodeCall(dist.claim, (d, 0, payments[0].account, 100, proofOf(payments, 0)))
        );
        yes(claimed == isOpen, "claim from the opening on");
        (bool pushed,) = address(dist).call(abi.encodeCall(dist.push, (d, payments)));
        yes(pushed == isOpen, "push from the opening on");
        (bool swept,) = address(dist).call(abi.encodeCall(dist.sweep, (d)));
        no(swept, "nothing is left");
        d = published(payments, termsOf(time_, time_ + 1));
        (swept,) = address(dist).call(abi.encodeCall(dist.sweep, (d)));
        no(swept, "no sweep before the deadline");
        if (isOver) {
            vm.warp(NOW);
            d.root = ReferenceTree.accountLeaf(0, accountOf(0), 7);
            d.terms = termsOf(opensAt, deadline);
            vm.prank(issuer);
            dist.publish(address(token), d.terms, d.root, 7, MANIFEST);
            vm.warp(time_);
            dist.sweep(d);
            eq(dist.wordOf(idOf(d)), Word.ENDED, "swept");
        }
    }

    // -- push and distribute

    function testFuzz_distribute_paysWhomItCan(uint256 seed, uint8 size, uint16 mask, uint8 blocked) external {
        BlacklistToken blacklist = new BlacklistToken();
        token = blacklist;
        fund(blacklist, issuer);
        uint256 n = within(size, 1, 9);
        IMerkleDistributor.Payment[] memory payments = randomList(seed, n);
        for (uint256 k = 0; k < 5; ++k) {
            blacklist.setBlocked(accountOf(k), blocked & (1 << k) != 0);
        }
        vm.prank(issuer);
        bytes32 id = dist.distribute(address(token), 0, payments, mask, MANIFEST);

        uint256 word = totalOf(payments);
        for (uint256 i = 0; i < n; ++i) {
            bool paid = mask & (1 << i) == 0 && !blacklist.blocked(payments[i].account);
            if (paid) word = (word | flagOf(i)) - payments[i].amount;
        }
        eq(dist.wordOf(id), word, "word");
        eq(token.balanceOf(address(dist)), uint128(word), "balance");

        for (uint256 k = 0; k < 5; ++k) {
            blacklist.setBlocked(accountOf(k), false);
        }
        dist.push(IMerkleDistributor.Distribution(issuer, address(token), 0, nodesOf(payments)[0]), payments);
        eq(dist.wordOf(id), ((1 << n) - 1) << 128, "everybody is paid in the end");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }
}
