// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {BlacklistToken} from "../support/Tokens.sol";
import {Vm} from "../support/Vm.sol";

/// @notice push and distribute: see MerkleDistributor.tree
contract PushTest is DistributorBase {
    BlacklistToken private blacklist;

    function setUp() public override {
        super.setUp();
        blacklist = new BlacklistToken();
        fund(blacklist, issuer);
        token = blacklist;
    }

    function distribute(bytes32 terms, IMerkleDistributor.Payment[] memory payments, uint256 mask)
        private
        returns (IMerkleDistributor.Distribution memory d)
    {
        d = IMerkleDistributor.Distribution(issuer, address(token), terms, nodesOf(payments)[0]);
        vm.prank(issuer);
        eq(dist.distribute(address(token), terms, payments, mask, MANIFEST), idOf(d), "id");
    }

    function refuseDistribute(bytes32 terms, IMerkleDistributor.Payment[] memory payments, bytes memory reason)
        private
    {
        refuse(reason);
        vm.prank(issuer);
        dist.distribute(address(token), terms, payments, 0, MANIFEST);
    }

    // -- push

    function test_push_refusesAnotherList() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        IMerkleDistributor.Distribution memory d = published(payments);
        IMerkleDistributor.Payment[] memory other = list(3);
        refuse(abi.encodeWithSelector(IMerkleDistributor.InvalidList.selector, idOf(d), nodesOf(other)[0]));
        dist.push(d, other);
        other = list(4);
        other[3].amount = 999;
        refuse(abi.encodeWithSelector(IMerkleDistributor.InvalidList.selector, idOf(d), nodesOf(other)[0]));
        dist.push(d, other);
        other = list(4);
        (other[0], other[1]) = (other[1], other[0]);
        refuse(abi.encodeWithSelector(IMerkleDistributor.InvalidList.selector, idOf(d), nodesOf(other)[0]));
        dist.push(d, other);
    }

    function test_push_refusesNoneOrTooMany() external {
        IMerkleDistributor.Distribution memory d = published(list(4));
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadCount.selector, 0));
        dist.push(d, list(0));
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadCount.selector, 129));
        dist.push(d, list(129));
    }

    function test_push_refusesBeforeOpening() external {
        IMerkleDistributor.Distribution memory d = published(list(4), termsOf(NOW + 9, 0));
        vm.warp(NOW + 8);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, idOf(d), NOW + 9));
        dist.push(d, list(4));
        vm.warp(NOW + 9);
        dist.push(d, list(4));
    }

    function test_push_refusesUnknown() external {
        IMerkleDistributor.Distribution memory d = published(list(4));
        d.issuer = user("other");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.push(d, list(4));
        // Nor is a shard that was never opened.
        d.issuer = issuer;
        d.terms = keccak256("parent");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.push(d, list(4));
    }

    function test_push_refusesMoreThanRemains() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        bytes32 root = nodesOf(payments)[0];
        vm.prank(issuer);
        bytes32 id = dist.publish(address(token), 0, root, 405, MANIFEST);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ExceedsRemaining.selector, id, 406, 405));
        dist.push(IMerkleDistributor.Distribution(issuer, address(token), 0, root), payments);
    }

    function test_push_paysEverybodyNotYetPaid() external {
        IMerkleDistributor.Payment[] memory payments = list(5);
        IMerkleDistributor.Distribution memory d = published(payments);
        claim(d, payments, 0);
        claim(d, payments, 3);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Pushed(idOf(d), 1 << 1 | 1 << 2 | 1 << 4, payments);
        vm.prank(user("anybody"));
        dist.push(d, payments);
        for (uint256 i = 0; i < 5; ++i) {
            eq(token.balanceOf(payments[i].account), 100 + i, "paid once");
        }
        eq(dist.wordOf(idOf(d)), 31 << 128, "word");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_push_doesNothingWhenEverybodyIsPaid() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        IMerkleDistributor.Distribution memory d = published(payments);
        dist.push(d, payments);
        vm.recordLogs();
        dist.push(d, payments);
        eq(vm.getRecordedLogs().length, 0, "says nothing");
        eq(dist.wordOf(idOf(d)), 7 << 128, "word");
    }

    function test_push_leavesWhatIsLeftOver() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        bytes32 root = nodesOf(payments)[0];
        vm.prank(issuer);
        bytes32 id = dist.publish(address(token), 0, root, 1000, MANIFEST);
        dist.push(IMerkleDistributor.Distribution(issuer, address(token), 0, root), payments);
        eq(dist.wordOf(id), (7 << 128) | 697, "word");
    }

    function test_push_keepsTheClaimOfWhomItCannotPay() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        IMerkleDistributor.Distribution memory d = published(payments);
        blacklist.setBlocked(payments[1].account, true);
        blacklist.setBlocked(payments[3].account, true);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Pushed(idOf(d), 5, payments);
        dist.push(d, payments);
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(2) | 204, "word");
        blacklist.setBlocked(payments[1].account, false);
        claim(d, payments, 1);
        eq(token.balanceOf(payments[1].account), 101, "claimed");
        bytes32[] memory proof = proofOf(payments, 3);
        vm.prank(payments[3].account);
        dist.claimTo(d, 3, user("elsewhere"), 103, proof);
        eq(token.balanceOf(user("elsewhere")), 103, "claimed elsewhere");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_push_saysNothingWhenItCanPayNobody() external {
        IMerkleDistributor.Payment[] memory payments = list(2);
        IMerkleDistributor.Distribution memory d = published(payments);
        blacklist.setBlocked(address(dist), true);
        vm.recordLogs();
        dist.push(d, payments);
        eq(vm.getRecordedLogs().length, 0, "says nothing");
        eq(dist.wordOf(idOf(d)), 201, "word");
    }

    function test_push_refusesZeroAmount() external {
        IMerkleDistributor.Payment[] memory payments = list(2);
        payments[1].amount = 0;
        IMerkleDistributor.Distribution memory d = published(payments);
        refuse(abi.encodeWithSelector(IMerkleDistributor.ZeroAmount.selector, 1));
        dist.push(d, payments);
    }

    function test_push_paysOneAndAHundredAndTwentyEight() external {
        IMerkleDistributor.Payment[] memory one = list(1);
        dist.push(published(one), one);
        IMerkleDistributor.Payment[] memory all = list(128);
        IMerkleDistributor.Distribution memory d = published(all);
        dist.push(d, all);
        eq(dist.wordOf(idOf(d)), type(uint256).max << 128, "all flags");
        eq(token.balanceOf(all[127].account), 227, "the last is paid");
        eq(token.balanceOf(all[0].account), 200, "the first twice: two distributions");
    }

    function test_push_refusesWhenGasIsShort() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        IMerkleDistributor.Distribution memory d = published(payments);
        vm.expectPartialRevert(IMerkleDistributor.NotEnoughGas.selector);
        dist.push{gas: 240_000}(d, payments);
        dist.push{gas: 360_000}(d, payments);
        eq(dist.wordOf(idOf(d)), 7 << 128, "all three are paid");
    }

    // -- distribute

    function test_distribute_refusesNoneOrTooMany() external {
        refuseDistribute(0, list(0), abi.encodeWithSelector(IMerkleDistributor.BadCount.selector, 0));
        refuseDistribute(0, list(129), abi.encodeWithSelector(IMerkleDistributor.BadCount.selector, 129));
    }

    function test_distribute_refusesZeroAmount() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        payments[2].amount = 0;
        refuseDistribute(0, payments, abi.encodeWithSelector(IMerkleDistributor.ZeroAmount.selector, 2));
    }

    function test_distribute_refusesAmountOrTotalOf129Bits() external {
        IMerkleDistributor.Payment[] memory payments = list(2);
        payments[1].amount = 1 << 128;
        refuseDistribute(0, payments, abi.encodeWithSelector(IMerkleDistributor.BadTotal.selector, 1 << 128));
        payments[0].amount = 1;
        payments[1].amount = type(uint128).max;
        refuseDistribute(0, payments, abi.encodeWithSelector(IMerkleDistributor.BadTotal.selector, 1 << 128));
        payments[1].amount = type(uint128).max - 1;
        distribute(0, payments, 0);
    }

    function test_distribute_refusesBeforeOpening() external {
        IMerkleDistributor.Payment[] memory payments = list(2);
        bytes32 terms = termsOf(NOW + 1, 0);
        bytes32 id = idOf(IMerkleDistributor.Distribution(issuer, address(token), terms, nodesOf(payments)[0]));
        refuseDistribute(
            terms, payments, abi.encodeWithSelector(IMerkleDistributor.NotOpenYet.selector, id, NOW + 1)
        );
        distribute(termsOf(NOW, NOW + 1), payments, 0);
    }

    function test_distribute_refusesBadTerms() external {
        bytes32 terms = termsOf(0, NOW);
        refuseDistribute(terms, list(2), abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, terms));
        terms = keccak256("parent");
        refuseDistribute(terms, list(2), abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, terms));
    }

    function test_distribute_refusesSecondTime() external {
        bytes32 id = idOf(distribute(0, list(2), 0));
        refuseDistribute(0, list(2), abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, id));
    }

    function test_distribute_paysEverybodyAndSaysSo() external {
        IMerkleDistributor.Payment[] memory payments = list(30);
        uint256 before = token.balanceOf(issuer);
        vm.recordLogs();
        IMerkleDistributor.Distribution memory d = distribute(0, payments, 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        eq(logs.length, 33, "the pull, Published, thirty transfers, Pushed");
        eq(logs[1].topics[0], IMerkleDistributor.Published.selector, "Published before the payments");
        eq(
            keccak256(logs[1].data), keccak256(abi.encode(bytes32(0), d.root, totalOf(payments), MANIFEST)), "what"
        );
        eq(logs[32].topics[0], IMerkleDistributor.Pushed.selector, "Pushed after them");
        eq(keccak256(logs[32].data), keccak256(abi.encode((1 << 30) - 1, payments)), "who");
        for (uint256 i = 0; i < 30; ++i) {
            eq(token.balanceOf(payments[i].account), 100 + i, "paid");
        }
        eq(dist.wordOf(idOf(d)), ((1 << 30) - 1) << 128, "word");
        eq(before - token.balanceOf(issuer), totalOf(payments), "pulled");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_distribute_keepsMaskedClaims() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        // Bits beyond the list mean nothing.
        IMerkleDistributor.Distribution memory d = distribute(0, payments, (1 << 255) | (1 << 4) | 10);
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(2) | 204, "word");
        claim(d, payments, 1);
        dist.push(d, payments);
        for (uint256 i = 0; i < 4; ++i) {
            eq(token.balanceOf(payments[i].account), 100 + i, "paid once");
        }
    }

    function test_distribute_onlyPublishesWhenAllAreMasked() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        vm.recordLogs();
        IMerkleDistributor.Distribution memory d = distribute(0, payments, 15);
        eq(vm.getRecordedLogs().length, 2, "the pull and Published");
        eq(dist.wordOf(idOf(d)), 406, "word");
    }

    function test_distribute_keepsTheClaimOfWhomItCannotPay() external {
        IMerkleDistributor.Payment[] memory payments = list(4);
        blacklist.setBlocked(payments[2].account, true);
        IMerkleDistributor.Distribution memory d = distribute(0, payments, 1);
        eq(dist.wordOf(idOf(d)), flagOf(1) | flagOf(3) | 202, "word");
        blacklist.setBlocked(payments[2].account, false);
        claim(d, payments, 2);
        claim(d, payments, 0);
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_distribute_paysOneAndAHundredAndTwentyEight() external {
        distribute(0, list(1), 0);
        IMerkleDistributor.Distribution memory d = distribute(0, list(128), 0);
        eq(dist.wordOf(idOf(d)), type(uint256).max << 128, "all flags");
        eq(token.balanceOf(accountOf(127)), 227, "paid");
    }
}
