// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {Word} from "../../src/lib/Word.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {ReferenceTree} from "../support/ReferenceTree.sol";

/// @notice open, sweepShard, and claims from shards: see MerkleDistributor.tree
contract ShardsTest is DistributorBase {
    uint256 private constant OPENS = NOW + 100;
    uint256 private constant DEADLINE = NOW + 1000;

    IMerkleDistributor.Distribution private parent;
    bytes32 private parentId;
    /// Two shards: leaves 0–127 of one list, and one of three leaves
    IMerkleDistributor.Payment[] private first;
    IMerkleDistributor.Payment[] private second;
    bytes32[] private roots;
    uint256[] private totals;

    function setUp() public override {
        super.setUp();
        IMerkleDistributor.Payment[] memory big = list(128);
        IMerkleDistributor.Payment[] memory small = list(3);
        for (uint256 i = 0; i < 128; ++i) {
            first.push(big[i]);
        }
        for (uint256 i = 0; i < 3; ++i) {
            small[i].account = accountOf(1000 + i);
            second.push(small[i]);
        }
        roots = [nodesOf(big)[0], nodesOf(small)[0]];
        totals = [totalOf(big), totalOf(small)];
        parent = IMerkleDistributor.Distribution(issuer, address(token), termsOf(OPENS, DEADLINE), parentNodes()[0]);
        vm.prank(issuer);
        parentId = dist.publish(address(token), parent.terms, parent.root, totals[0] + totals[1], MANIFEST);
        vm.warp(OPENS);
    }

    function parentNodes() private view returns (bytes32[] memory) {
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = ReferenceTree.shardLeaf(0, roots[0], totals[0]);
        leaves[1] = ReferenceTree.shardLeaf(1, roots[1], totals[1]);
        return ReferenceTree.build(leaves);
    }

    function parentProof(uint256 shard) private view returns (bytes32[] memory) {
        return ReferenceTree.proof(parentNodes(), shard);
    }

    function shardOf(uint256 shard) private view returns (IMerkleDistributor.Distribution memory) {
        return IMerkleDistributor.Distribution(issuer, address(token), parentId, roots[shard]);
    }

    function open(uint256 shard) private returns (bytes32) {
        return dist.open(parent, shard, roots[shard], totals[shard], parentProof(shard));
    }

    // -- open

    function test_open_refusesBeforeOpening() external {
        vm.warp(OPENS - 1);
        bytes32[] memory proof = parentProof(0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, parentId, OPENS));
        dist.open(parent, 0, roots[0], totals[0], proof);
    }

    function test_open_refusesShardAsParent() external {
        bytes32 id = open(0);
        IMerkleDistributor.Distribution memory shard = shardOf(0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.IsShard.selector, id));
        dist.open(shard, 0, roots[1], 1, new bytes32[](0));
    }

    function test_open_refusesWhatTheTreeDoesNotHold() external {
        bytes32[] memory proof = parentProof(0);
        bytes4 reason = IMerkleDistributor.InvalidProof.selector;
        bytes32 found = ReferenceTree.pair(ReferenceTree.shardLeaf(1, roots[0], totals[0]), proof[0]);
        refuse(abi.encodeWithSelector(reason, parentId, found));
        dist.open(parent, 1, roots[0], totals[0], proof);
        vm.expectPartialRevert(reason);
        dist.open(parent, 0, roots[1], totals[0], proof);
        vm.expectPartialRevert(reason);
        dist.open(parent, 0, roots[0], totals[0] + 1, proof);
        vm.expectPartialRevert(reason);
        dist.open(parent, 0, roots[0], totals[0], new bytes32[](0));
    }

    function test_open_refusesUnknownParent() external {
        parent.issuer = user("other");
        bytes32[] memory proof = parentProof(0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(parent)));
        dist.open(parent, 0, roots[0], totals[0], proof);
    }

    function test_open_refusesZeroTotal() external {
        parent.root = ReferenceTree.shardLeaf(0, roots[0], 0);
        vm.prank(issuer);
        dist.publish(address(token), parent.terms, parent.root, 10, MANIFEST);
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTotal.selector, 0));
        dist.open(parent, 0, roots[0], 0, new bytes32[](0));
    }

    function test_open_refusesMoreThanTheParentHas() external {
        parent.terms = termsOf(0, DEADLINE);
        vm.prank(issuer);
        bytes32 id = dist.publish(address(token), parent.terms, parent.root, totals[0] - 1, MANIFEST);
        bytes32[] memory proof = parentProof(0);
        refuse(
            abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, id, totals[0], totals[0] - 1)
        );
        dist.open(parent, 0, roots[0], totals[0], proof);
    }

    function test_open_movesTheBudgetAndSaysSo() external {
        bytes32[] memory proof = parentProof(1);
        bytes32 id = idOf(shardOf(1));
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Opened(id, parentId, 1, roots[1], totals[1]);
        vm.prank(user("anybody"));
        eq(dist.open(parent, 1, roots[1], totals[1], proof), id, "id");
        eq(dist.wordOf(parentId), totals[0], "the parent has the rest");
        eq(dist.wordOf(id), totals[1], "the shard has its own");
        eq(token.balanceOf(address(dist)), totals[0] + totals[1], "no token moved");
    }

    function test_open_changesNothingASecondTime() external {
        bytes32 id = open(1);
        claim(shardOf(1), second, 2);
        uint256 word = dist.wordOf(id);
        vm.recordLogs();
        eq(open(1), id, "the same id");
        eq(vm.getRecordedLogs().length, 0, "says nothing");
        eq(dist.wordOf(id), word, "the shard's word");
        eq(dist.wordOf(parentId), totals[0], "the parent's word");
    }

    function test_open_endsTheParentWithTheLastShard() external {
        open(0);
        open(1);
        eq(dist.wordOf(parentId), Word.ENDED, "ended, not zero");
        vm.warp(NOW);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, parentId));
        vm.prank(issuer);
        dist.publish(address(token), parent.terms, parent.root, 5, MANIFEST);
        vm.warp(DEADLINE);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, parentId));
        dist.sweep(parent);
    }

    function test_open_refusesAfterTheParentsSweep() external {
        vm.warp(DEADLINE);
        dist.sweep(parent);
        bytes32[] memory proof = parentProof(1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, parentId, totals[1], 0));
        dist.open(parent, 1, roots[1], totals[1], proof);
    }

    function test_open_refusesAccountLeaf() external {
        // An account leaf is no shard leaf, whatever it is called.
        IMerkleDistributor.Distribution memory plain = published(second);
        bytes32[] memory proof = proofOf(second, 0);
        vm.expectPartialRevert(IMerkleDistributor.InvalidProof.selector);
        dist.open(plain, 0, bytes32(uint256(uint160(second[0].account))), second[0].amount, proof);
    }

    // -- claims from shards

    function test_shard_paysItsLeaves() external {
        open(0);
        open(1);
        claim(shardOf(0), first, 127);
        claim(shardOf(1), second, 0);
        eq(token.balanceOf(first[127].account), 227, "leaf 127 of the first");
        eq(token.balanceOf(second[0].account), 100, "leaf 0 of the second");
        eq(dist.wordOf(idOf(shardOf(0))), flagOf(127) | (totals[0] - 227), "word");
        bytes32[] memory proof = proofOf(first, 127);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(shardOf(0)), 127));
        dist.claim(shardOf(0), 127, first[127].account, 227, proof);
    }

    function test_shard_refusesClaimsUntilItIsOpened() external {
        bytes32[] memory proof = proofOf(second, 0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(shardOf(1))));
        dist.claim(shardOf(1), 0, second[0].account, 100, proof);
    }

    function test_shard_refusesClaimsFromTheParent() external {
        open(1);
        bytes32[] memory proof = proofOf(second, 0);
        vm.expectPartialRevert(IMerkleDistributor.InvalidProof.selector);
        dist.claim(parent, 0, second[0].account, 100, proof);
    }

    function test_shard_isOpenedAndClaimedInOneCall() external {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(dist.open, (parent, 1, roots[1], totals[1], parentProof(1)));
        calls[1] = abi.encodeCall(dist.claim, (shardOf(1), 2, second[2].account, 102, proofOf(second, 2)));
        dist.multicall(calls);
        eq(token.balanceOf(second[2].account), 102, "paid");
        // Somebody else opened the shard before: the next holder's two calls are good all the same.
        calls[1] = abi.encodeCall(dist.claim, (shardOf(1), 1, second[1].account, 101, proofOf(second, 1)));
        dist.multicall(calls);
        eq(token.balanceOf(second[1].account), 101, "paid");
    }

    function test_shard_isClaimedBesideOthers() external {
        open(0);
        IMerkleDistributor.Distribution memory plain = published(first);
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](2);
        items[0] = IMerkleDistributor.Item(0, plain.root, 5, 105, proofOf(first, 5));
        items[1] = IMerkleDistributor.Item(parentId, roots[0], 5, 105, proofOf(first, 5));
        dist.claimMany(issuer, address(token), first[5].account, items);
        eq(token.balanceOf(first[5].account), 210, "paid");
    }

    function test_shard_isPushed() external {
        open(1);
        claim(shardOf(1), second, 1);
        dist.push(shardOf(1), second);
        for (uint256 i = 0; i < 3; ++i) {
            eq(token.balanceOf(second[i].account), 100 + i, "paid once");
        }
    }

    // -- what a shard's terms are not

    function test_shard_cannotBeCancelled() external {
        // Read as times, a parent's id opens in the far future: an issuer must not take an open shard back by that.
        bytes32 id = open(1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.IsShard.selector, id));
        vm.prank(issuer);
        dist.cancel(shardOf(1));
    }

    function test_shard_cannotBeSweptByItsOwnTerms() external {
        bytes32 id = open(1);
        vm.warp(type(uint64).max);
        refuse(abi.encodeWithSelector(IMerkleDistributor.IsShard.selector, id));
        dist.sweep(shardOf(1));
    }

    // -- sweepShard

    function test_sweepShard_refusesBeforeDeadline() external {
        bytes32 id = open(1);
        vm.warp(DEADLINE - 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotExpired.selector, id, DEADLINE));
        dist.sweepShard(parent, roots[1]);
    }

    function test_sweepShard_refusesWithoutDeadline() external {
        parent.terms = 0;
        vm.prank(issuer);
        parentId = dist.publish(address(token), 0, parent.root, totals[0] + totals[1], MANIFEST);
        bytes32 id = open(1);
        vm.warp(type(uint64).max);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotExpired.selector, id, 0));
        dist.sweepShard(parent, roots[1]);
    }

    function test_sweepShard_refusesOtherTermsThanTheParents() external {
        open(1);
        vm.warp(NOW + 200);
        parent.terms = termsOf(OPENS, NOW + 150);
        vm.expectPartialRevert(IMerkleDistributor.NotPublished.selector);
        dist.sweepShard(parent, roots[1]);
    }

    function test_sweepShard_refusesUnopened() external {
        vm.warp(DEADLINE);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(shardOf(1))));
        dist.sweepShard(parent, roots[1]);
    }

    function test_sweepShard_refusesShardAsParent() external {
        open(1);
        vm.warp(type(uint64).max);
        IMerkleDistributor.Distribution memory shard = shardOf(1);
        vm.expectPartialRevert(IMerkleDistributor.IsShard.selector);
        dist.sweepShard(shard, roots[0]);
    }

    function test_sweepShard_givesTheRestToTheIssuer() external {
        uint256 before = token.balanceOf(issuer);
        bytes32 id = open(1);
        claim(shardOf(1), second, 0);
        vm.warp(DEADLINE);
        claim(shardOf(1), second, 1);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Swept(id, 102);
        vm.prank(user("anybody"));
        dist.sweepShard(parent, roots[1]);
        eq(token.balanceOf(issuer) - before, 102, "the rest of the shard");
        eq(dist.wordOf(id), Word.ENDED, "ended");
        eq(dist.wordOf(parentId), totals[0], "the parent is as it was");
        dist.sweep(parent);
        eq(token.balanceOf(issuer) - before, 102 + totals[0], "and the rest of the parent");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, id));
        dist.sweepShard(parent, roots[1]);
        // It is open, and stays so: opening it again gives it nothing.
        eq(open(1), id, "opened before");
        eq(dist.wordOf(id), Word.ENDED, "still ended");
    }
}
