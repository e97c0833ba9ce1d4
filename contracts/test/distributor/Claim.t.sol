// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {ReferenceTree} from "../support/ReferenceTree.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {BlacklistToken} from "../support/Tokens.sol";
import {Vm} from "../support/Vm.sol";
import {Wallet1271} from "../support/Wallets.sol";

/// @notice claim, claimTo, claimBySig, claimMany: see MerkleDistributor.tree
contract ClaimTest is DistributorBase {
    IMerkleDistributor.Payment[] private payments;
    IMerkleDistributor.Distribution private d;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        IMerkleDistributor.Payment[] memory leaves = list(5);
        leaves[3].account = vm.addr(33);
        leaves[4].account = address(new Wallet1271(vm.addr(44)));
        for (uint256 i = 0; i < 5; ++i) {
            payments.push(leaves[i]);
        }
        d = published(leaves);
        id = idOf(d);
    }

    function invalidProof(bytes32 leaf, bytes32[] memory proof) private view returns (bytes memory) {
        for (uint256 i = 0; i < proof.length; ++i) {
            leaf = ReferenceTree.pair(leaf, proof[i]);
        }
        return abi.encodeWithSelector(IMerkleDistributor.InvalidProof.selector, id, leaf);
    }

    // -- claim

    function test_claim_refusesIndexThatNoWordHolds() external {
        uint256[5] memory indexes = [uint256(128), 129, 256, 1 << 255, type(uint256).max];
        for (uint256 i = 0; i < 5; ++i) {
            // A publisher can make a tree with any index in it: only the contract stands against paying it twice.
            bytes32 root = ReferenceTree.accountLeaf(indexes[i], accountOf(0), 5);
            vm.prank(issuer);
            dist.publish(address(token), 0, root, 50, MANIFEST);
            d.root = root;
            refuse(abi.encodeWithSelector(IMerkleDistributor.BadIndex.selector, indexes[i]));
            dist.claim(d, indexes[i], accountOf(0), 5, new bytes32[](0));
        }
    }

    function test_claim_takesIndex127() external {
        bytes32 root = ReferenceTree.accountLeaf(127, accountOf(0), 5);
        vm.prank(issuer);
        dist.publish(address(token), 0, root, 50, MANIFEST);
        d.root = root;
        dist.claim(d, 127, accountOf(0), 5, new bytes32[](0));
        eq(dist.wordOf(idOf(d)), (1 << 255) | 45, "word");
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(d), 127));
        dist.claim(d, 127, accountOf(0), 5, new bytes32[](0));
    }

    function test_claim_refusesBeforeOpening() external {
        IMerkleDistributor.Distribution memory later = published(payments, termsOf(NOW + 9, 0));
        bytes32[] memory proof = proofOf(payments, 0);
        vm.warp(NOW + 8);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, idOf(later), NOW + 9));
        dist.claim(later, 0, payments[0].account, 100, proof);
        vm.warp(NOW + 9);
        dist.claim(later, 0, payments[0].account, 100, proof);
    }

    function test_claim_refusesWhatTheTreeDoesNotHold() external {
        bytes32[] memory proof = proofOf(payments, 0);
        address account = payments[0].account;
        refuse(invalidProof(ReferenceTree.accountLeaf(0, account, 101), proof));
        dist.claim(d, 0, account, 101, proof);
        refuse(invalidProof(ReferenceTree.accountLeaf(1, account, 100), proof));
        dist.claim(d, 1, account, 100, proof);
        refuse(invalidProof(ReferenceTree.accountLeaf(0, accountOf(1), 100), proof));
        dist.claim(d, 0, accountOf(1), 100, proof);
        proof[0] = keccak256("other");
        refuse(invalidProof(ReferenceTree.accountLeaf(0, account, 100), proof));
        dist.claim(d, 0, account, 100, proof);
        refuse(invalidProof(ReferenceTree.accountLeaf(0, account, 100), new bytes32[](0)));
        dist.claim(d, 0, account, 100, new bytes32[](0));
    }

    function test_claim_refusesUnknown() external {
        bytes32[] memory proof = proofOf(payments, 0);
        d.issuer = user("other");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.claim(d, 0, payments[0].account, 100, proof);
        d.issuer = issuer;
        d.token = user("other");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.claim(d, 0, payments[0].account, 100, proof);
        d.token = address(token);
        d.terms = termsOf(1, 0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.claim(d, 0, payments[0].account, 100, proof);
        // Terms of a shard that was never opened.
        d.terms = id;
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.claim(d, 0, payments[0].account, 100, proof);
    }

    function test_claim_refusesSecondTime() external {
        claim(d, payments, 1);
        bytes32[] memory proof = proofOf(payments, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, id, 1));
        dist.claim(d, 1, payments[1].account, 101, proof);
    }

    function test_claim_refusesMoreThanRemains() external {
        // Published with less than the leaves add up to.
        d.terms = termsOf(1, 0);
        vm.prank(issuer);
        dist.publish(address(token), d.terms, d.root, 203, MANIFEST);
        claim(d, payments, 0);
        claim(d, payments, 3);
        bytes32[] memory proof = proofOf(payments, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, idOf(d), 101, 0));
        dist.claim(d, 1, payments[1].account, 101, proof);
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(3), "the flag is not set");
    }

    function test_claim_refusesOneMoreThanRemains() external {
        d.terms = termsOf(1, 0);
        vm.prank(issuer);
        dist.publish(address(token), d.terms, d.root, 100, MANIFEST);
        bytes32[] memory proof = proofOf(payments, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, idOf(d), 101, 100));
        dist.claim(d, 1, payments[1].account, 101, proof);
        claim(d, payments, 0);
    }

    function test_claim_refusesZeroAmount() external {
        bytes32 root = ReferenceTree.accountLeaf(0, accountOf(0), 0);
        vm.prank(issuer);
        dist.publish(address(token), 0, root, 50, MANIFEST);
        d.root = root;
        refuse(abi.encodeWithSelector(IMerkleDistributor.ZeroAmount.selector, 0));
        dist.claim(d, 0, accountOf(0), 0, new bytes32[](0));
        // Nor can anybody spoil an id before it is published.
        d.terms = termsOf(1, 0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ZeroAmount.selector, 0));
        dist.claim(d, 0, accountOf(0), 0, new bytes32[](0));
        eq(dist.wordOf(idOf(d)), 0, "word");
    }

    function test_claim_refusesAmountAbove128Bits() external {
        bytes32 root = ReferenceTree.accountLeaf(0, accountOf(0), type(uint256).max);
        vm.prank(issuer);
        dist.publish(address(token), 0, root, 50, MANIFEST);
        d.root = root;
        refuse(
            abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, idOf(d), type(uint256).max, 50)
        );
        dist.claim(d, 0, accountOf(0), type(uint256).max, new bytes32[](0));
    }

    function test_claim_paysTheAccountAndSaysSo() external {
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Claimed(id, payments[2].account, 2, 102);
        vm.prank(user("anybody"));
        dist.claim(d, 2, payments[2].account, 102, proofOf(payments, 2));
        eq(token.balanceOf(payments[2].account), 102, "paid");
        eq(dist.wordOf(id), flagOf(2) | 408, "word");
        eq(token.balanceOf(address(dist)), 408, "balance");
    }

    function test_claim_paysEverybodyOnce() external {
        for (uint256 i = 0; i < 5; ++i) {
            claim(d, payments, i);
            eq(token.balanceOf(payments[i].account), 100 + i, "paid");
        }
        eq(dist.wordOf(id), 31 << 128, "five flags");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_claim_writesOneWord() external {
        bytes32[] memory proof = proofOf(payments, 2);
        vm.record();
        dist.claim(d, 2, payments[2].account, 102, proof);
        (, bytes32[] memory writes) = vm.accesses(address(dist));
        eq(writes.length, 1, "writes");
        eq(writes[0], id, "the id is the slot");
    }

    function test_claim_tellsTheTokensReason() external {
        BlacklistToken blacklist = new BlacklistToken();
        fund(blacklist, issuer);
        token = blacklist;
        d = published(payments);
        blacklist.setBlocked(payments[2].account, true);
        bytes32[] memory proof = proofOf(payments, 2);
        refuse(abi.encodeWithSelector(BlacklistToken.Blocked.selector, payments[2].account));
        dist.claim(d, 2, payments[2].account, 102, proof);
        eq(dist.remaining(idOf(d)), 510, "nothing happened");
    }

    function test_claim_refusesAddressOfMoreThan160Bits() external {
        bytes memory data = abi.encodeCall(dist.claim, (d, 0, payments[0].account, 100, proofOf(payments, 0)));
        // The words of issuer, token and account: one bit above the address makes another preimage, or no call at all.
        uint256[3] memory places = [uint256(0), 1, 5];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory dirty = bytes.concat(data);
            dirty[4 + 32 * places[i] + 11] = 0x01;
            (bool success,) = address(dist).call(dirty);
            no(success, "refused");
        }
        (bool good,) = address(dist).call(data);
        yes(good, "the clean one is paid");
    }

    // -- claimTo

    function test_claimTo_paysWhereTheAccountWishes() external {
        bytes32[] memory proof = proofOf(payments, 2);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.ClaimedTo(id, payments[2].account, 2, user("elsewhere"), 102);
        vm.prank(payments[2].account);
        dist.claimTo(d, 2, user("elsewhere"), 102, proof);
        eq(token.balanceOf(user("elsewhere")), 102, "paid");
        eq(token.balanceOf(payments[2].account), 0, "not to the account");
        eq(dist.wordOf(id), flagOf(2) | 408, "word");
    }

    function test_claimTo_refusesOthers() external {
        bytes32[] memory proof = proofOf(payments, 2);
        refuse(invalidProof(ReferenceTree.accountLeaf(2, address(this), 102), proof));
        dist.claimTo(d, 2, address(this), 102, proof);
    }

    function test_claimTo_refusesBadRecipient() external {
        bytes32[] memory proof = proofOf(payments, 2);
        vm.startPrank(payments[2].account);
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadRecipient.selector, address(0)));
        dist.claimTo(d, 2, address(0), 102, proof);
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadRecipient.selector, address(dist)));
        dist.claimTo(d, 2, address(dist), 102, proof);
        vm.stopPrank();
    }

    function test_claimTo_refusesSecondTime() external {
        claim(d, payments, 2);
        bytes32[] memory proof = proofOf(payments, 2);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, id, 2));
        vm.prank(payments[2].account);
        dist.claimTo(d, 2, user("elsewhere"), 102, proof);
    }

    function test_claimTo_refusesBeforeOpening() external {
        IMerkleDistributor.Distribution memory later = published(payments, termsOf(NOW + 9, 0));
        bytes32[] memory proof = proofOf(payments, 2);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, idOf(later), NOW + 9));
        vm.prank(payments[2].account);
        dist.claimTo(later, 2, user("elsewhere"), 102, proof);
    }

    // -- claimBySig

    function consent(uint256 index, address to, uint256 deadline) private view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Claim(bytes32 id,uint256 index,address account,uint256 amount,address to,uint256 deadline)"
        );
        IMerkleDistributor.Payment memory p = payments[index];
        return typedDigest(
            "Prorata MerkleDistributor",
            address(dist),
            keccak256(abi.encode(typehash, id, index, p.account, p.amount, to, deadline))
        );
    }

    function bySig(uint256 index, address to, uint256 deadline, bytes memory sig) private {
        dist.claimBySig(
            d, index, payments[index].account, payments[index].amount, to, proofOf(payments, index), deadline, sig
        );
    }

    function refuseSignature(uint256 index) private {
        refuse(abi.encodeWithSelector(IMerkleDistributor.InvalidSignature.selector, payments[index].account));
    }

    function test_claimBySig_paysByTheAccountsSignature() external {
        address to = user("elsewhere");
        bytes memory sig = signature(33, consent(3, to, NOW));
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.ClaimedTo(id, payments[3].account, 3, to, 103);
        bySig(3, to, NOW, sig);
        eq(token.balanceOf(to), 103, "paid");
        eq(dist.wordOf(id), flagOf(3) | 407, "word");
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, id, 3));
        bySig(3, to, NOW, sig);
    }

    function test_claimBySig_paysByAWalletsConsent() external {
        address to = user("elsewhere");
        bySig(4, to, NOW, signature(44, consent(4, to, NOW)));
        eq(token.balanceOf(to), 104, "paid");
    }

    function test_claimBySig_refusesWhenExpired() external {
        address to = user("elsewhere");
        bytes memory sig = signature(33, consent(3, to, NOW));
        vm.warp(NOW + 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.SignatureExpired.selector, NOW));
        bySig(3, to, NOW, sig);
    }

    function test_claimBySig_refusesAnythingElseThanWasSigned() external {
        address to = user("elsewhere");
        bytes memory sig = signature(33, consent(3, to, NOW));
        refuseSignature(3);
        bySig(3, user("thief"), NOW, sig);
        refuseSignature(3);
        bySig(3, to, NOW + 1, sig);
        refuseSignature(4);
        bySig(4, to, NOW, sig);
        refuseSignature(2);
        bySig(2, to, NOW, sig);
        bytes32[] memory proof = proofOf(payments, 3);
        refuseSignature(3);
        dist.claimBySig(d, 2, payments[3].account, 103, to, proof, NOW, sig);
        refuseSignature(3);
        dist.claimBySig(d, 3, payments[3].account, 102, to, proof, NOW, sig);
        d.terms = termsOf(1, 0);
        refuseSignature(3);
        bySig(3, to, NOW, sig);
        d.terms = 0;
        vm.chainId(5);
        refuseSignature(3);
        bySig(3, to, NOW, sig);
    }

    function test_claimBySig_refusesAnotherSigner() external {
        address to = user("elsewhere");
        refuseSignature(3);
        bySig(3, to, NOW, signature(34, consent(3, to, NOW)));
        refuseSignature(4);
        bySig(4, to, NOW, signature(33, consent(4, to, NOW)));
    }

    function test_claimBySig_refusesMalformedSignatures() external {
        address to = user("elsewhere");
        refuseSignature(3);
        bySig(3, to, NOW, "");
        refuseSignature(3);
        bySig(3, to, NOW, hex"6492649264926492649264926492649264926492649264926492649264926492ff");
        refuseSignature(3);
        bySig(3, to, NOW, hex"64926492649264926492649264926492649264926492649264926492649264");
    }

    function test_claimBySig_namesAnUndeployedWallet() external {
        bytes32 suffix = 0x6492649264926492649264926492649264926492649264926492649264926492;
        address to = user("elsewhere");
        refuse(abi.encodeWithSelector(IMerkleDistributor.WalletNotDeployed.selector, payments[2].account));
        bySig(2, to, NOW, bytes.concat(abi.encode(address(1), hex"00", hex"01"), suffix));
        refuse(abi.encodeWithSelector(IMerkleDistributor.WalletNotDeployed.selector, payments[2].account));
        bySig(2, to, NOW, bytes.concat(suffix));
        // A wallet that is there has to take the inner signature itself.
        refuseSignature(4);
        bySig(4, to, NOW, bytes.concat(abi.encode(address(1), hex"00", hex"01"), suffix));
    }

    function test_claimBySig_refusesBadRecipient() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadRecipient.selector, address(0)));
        bySig(3, address(0), NOW, signature(33, consent(3, address(0), NOW)));
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadRecipient.selector, address(dist)));
        bySig(3, address(dist), NOW, signature(33, consent(3, address(dist), NOW)));
    }

    function test_claimBySig_refusesWhatTheTreeDoesNotHold() external {
        address account = vm.addr(33);
        bytes32 typehash = keccak256(
            "Claim(bytes32 id,uint256 index,address account,uint256 amount,address to,uint256 deadline)"
        );
        bytes memory sig = signature(
            33,
            typedDigest(
                "Prorata MerkleDistributor",
                address(dist),
                keccak256(abi.encode(typehash, id, 3, account, 500, account, NOW))
            )
        );
        bytes32[] memory proof = proofOf(payments, 3);
        refuse(invalidProof(ReferenceTree.accountLeaf(3, account, 500), proof));
        dist.claimBySig(d, 3, account, 500, account, proof, NOW, sig);
    }

    // -- claimMany

    function item(IMerkleDistributor.Distribution memory from, uint256 i)
        private
        view
        returns (IMerkleDistributor.Item memory)
    {
        return IMerkleDistributor.Item(from.terms, from.root, i, payments[i].amount, proofOf(payments, i));
    }

    function test_claimMany_refusesNoItems() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadCount.selector, 0));
        dist.claimMany(issuer, address(token), accountOf(0), new IMerkleDistributor.Item[](0));
    }

    function test_claimMany_paysSeveralPeriodsWithOneTransfer() external {
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](3);
        bytes32[] memory ids = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            IMerkleDistributor.Distribution memory period = published(payments, termsOf(i + 1, 0));
            items[i] = item(period, 2);
            ids[i] = idOf(period);
        }
        vm.recordLogs();
        dist.claimMany(issuer, address(token), payments[2].account, items);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        eq(logs.length, 4, "three claims and one transfer");
        for (uint256 i = 0; i < 3; ++i) {
            eq(logs[i].topics[0], IMerkleDistributor.Claimed.selector, "Claimed");
            eq(logs[i].topics[1], ids[i], "id");
            eq(logs[i].topics[2], bytes32(uint256(uint160(payments[2].account))), "account");
            eq(keccak256(logs[i].data), keccak256(abi.encode(2, 102)), "index and amount");
            eq(dist.wordOf(ids[i]), flagOf(2) | 408, "word");
        }
        eq(token.balanceOf(payments[2].account), 306, "paid");
        eq(dist.wordOf(id), 510, "another period is as it was");
    }

    function test_claimMany_takesOneItem() external {
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](1);
        items[0] = item(d, 1);
        dist.claimMany(issuer, address(token), payments[1].account, items);
        eq(token.balanceOf(payments[1].account), 101, "paid");
    }

    function test_claimMany_refusesAllWhenOneIsBad() external {
        IMerkleDistributor.Distribution memory other = published(payments, termsOf(1, 0));
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](2);
        items[0] = item(d, 1);
        items[1] = item(other, 1);
        claim(other, payments, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(other), 1));
        dist.claimMany(issuer, address(token), payments[1].account, items);
        no(dist.isClaimed(id, 1), "the good one was not claimed");
    }

    function test_claimMany_refusesTheSameLeafTwice() external {
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](2);
        items[0] = item(d, 1);
        items[1] = item(d, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, id, 1));
        dist.claimMany(issuer, address(token), payments[1].account, items);
    }

    function test_claimMany_refusesAnotherAccountsItem() external {
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](2);
        items[0] = item(d, 1);
        items[1] = item(d, 2);
        refuse(invalidProof(ReferenceTree.accountLeaf(2, payments[1].account, 102), items[1].proof));
        dist.claimMany(issuer, address(token), payments[1].account, items);
    }

    function test_claimMany_refusesAnotherIssuerOrToken() external {
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](1);
        items[0] = item(d, 1);
        vm.expectPartialRevert(IMerkleDistributor.NotPublished.selector);
        dist.claimMany(user("other"), address(token), payments[1].account, items);
        vm.expectPartialRevert(IMerkleDistributor.NotPublished.selector);
        dist.claimMany(issuer, user("other"), payments[1].account, items);
    }

    function test_claimMany_refusesBeforeOpening() external {
        IMerkleDistributor.Distribution memory later = published(payments, termsOf(NOW + 9, 0));
        IMerkleDistributor.Item[] memory items = new IMerkleDistributor.Item[](1);
        items[0] = item(later, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, idOf(later), NOW + 9));
        dist.claimMany(issuer, address(token), payments[1].account, items);
    }

    // -- multicall

    function test_multicall_keepsTheCaller() external {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(dist.claimTo, (d, 2, user("elsewhere"), 102, proofOf(payments, 2)));
        calls[1] = abi.encodeCall(dist.claim, (d, 0, payments[0].account, 100, proofOf(payments, 0)));
        vm.prank(payments[2].account);
        dist.multicall(calls);
        eq(token.balanceOf(user("elsewhere")), 102, "the caller's own");
        eq(token.balanceOf(payments[0].account), 100, "another's");
    }

    function test_multicall_tellsTheReason() external {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(dist.claim, (d, 0, payments[0].account, 100, proofOf(payments, 0)));
        calls[1] = calls[0];
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, id, 0));
        dist.multicall(calls);
    }

    function test_multicall_takesPublishAndCancel() external {
        IMerkleDistributor.Distribution memory later =
            IMerkleDistributor.Distribution(issuer, address(token), termsOf(NOW + 9, 0), d.root);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(dist.publish, (address(token), later.terms, d.root, 510, MANIFEST));
        calls[1] = abi.encodeCall(dist.cancel, (later));
        uint256 before = token.balanceOf(issuer);
        vm.prank(issuer);
        dist.multicall(calls);
        eq(token.balanceOf(issuer), before, "there and back");
    }
}
