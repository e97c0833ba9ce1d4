// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {
    FalseToken,
    FeeToken,
    GasEaterToken,
    GenerousToken,
    GoodToken,
    Hook,
    HookFeeToken,
    HookToken,
    OddAnswerToken,
    RebasingToken,
    SilentToken
} from "../support/Tokens.sol";

/// @notice Calls what it is told to when a token calls it
contract Attacker is Hook {
    address private target;
    bytes private data;
    uint256 private left;
    bool public succeeded;
    bytes public answer;

    /// @notice Does so the next `times` times
    function arm(address target_, bytes calldata data_, uint256 times) external {
        target = target_;
        data = data_;
        left = times;
    }

    function onTransfer(address, address, uint256) external {
        if (left == 0) return;
        --left;
        (succeeded, answer) = target.call(data);
    }

    function run(address target_, bytes calldata data_) external returns (bool success, bytes memory result) {
        (success, result) = target_.call(data_);
        if (!success) {
            assembly {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}

/// @notice Tokens that are not as they should be: which are refused, which survive: see MerkleDistributor.tree
contract HostileTest is DistributorBase {
    IMerkleDistributor.Payment[] private payments;
    Attacker private attacker;

    function setUp() public override {
        super.setUp();
        attacker = new Attacker();
        IMerkleDistributor.Payment[] memory leaves = list(4);
        leaves[1].account = address(attacker);
        for (uint256 i = 0; i < 4; ++i) {
            payments.push(leaves[i]);
        }
    }

    function use(GoodToken hostile) private {
        token = hostile;
        fund(hostile, issuer);
    }

    // -- refused

    function test_hostile_feeOnTransferIsRefused() external {
        FeeToken fee = new FeeToken();
        use(fee);
        bytes32 root = nodesOf(payments)[0];
        refuse(abi.encodeWithSelector(IMerkleDistributor.WrongDelivery.selector, 406, 405));
        vm.prank(issuer);
        dist.publish(address(fee), 0, root, 406, MANIFEST);
        refuse(abi.encodeWithSelector(IMerkleDistributor.WrongDelivery.selector, 406, 405));
        vm.prank(issuer);
        dist.distribute(address(fee), 0, payments, 0, MANIFEST);
        fee.setFee(0);
        vm.prank(issuer);
        dist.publish(address(fee), 0, root, 406, MANIFEST);
    }

    function test_hostile_moreThanAskedIsRefused() external {
        GenerousToken generous = new GenerousToken();
        use(generous);
        refuse(abi.encodeWithSelector(IMerkleDistributor.WrongDelivery.selector, 5, 6));
        vm.prank(issuer);
        dist.publish(address(generous), 0, keccak256("root"), 5, MANIFEST);
    }

    function test_hostile_falseOnPullIsRefused() external {
        FalseToken liar = new FalseToken();
        use(liar);
        liar.setBroken(true);
        refuse(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(liar)));
        vm.prank(issuer);
        dist.publish(address(liar), 0, keccak256("root"), 5, MANIFEST);
    }

    function test_hostile_falseOnPaymentIsRefused() external {
        FalseToken liar = new FalseToken();
        use(liar);
        IMerkleDistributor.Distribution memory d = published(payments);
        liar.setBroken(true);
        bytes32[] memory proof = proofOf(payments, 0);
        refuse(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(liar)));
        dist.claim(d, 0, payments[0].account, 100, proof);
        dist.push(d, payments);
        eq(dist.wordOf(idOf(d)), 406, "everybody keeps a claim");
        liar.setBroken(false);
        dist.push(d, payments);
        eq(dist.wordOf(idOf(d)), 15 << 128, "paid");
    }

    // -- survive

    function test_hostile_noAnswerIsAsGoodAsTrue() external {
        SilentToken silent = new SilentToken();
        silent.mint(issuer, 1000);
        vm.prank(issuer);
        silent.approve(address(dist), 1000);
        token = GoodToken(address(silent));
        IMerkleDistributor.Distribution memory d = published(payments);
        claim(d, payments, 0);
        dist.push(d, payments);
        eq(silent.balanceOf(payments[0].account), 100, "claimed");
        eq(silent.balanceOf(payments[3].account), 103, "pushed");
        eq(dist.wordOf(idOf(d)), 15 << 128, "word");
    }

    function test_hostile_otherAnswersThanTrueAreFailures() external {
        OddAnswerToken odd = new OddAnswerToken();
        use(odd);
        IMerkleDistributor.Distribution memory d = published(payments);
        bytes32[] memory proof = proofOf(payments, 0);
        odd.setAnswer(32, 2);
        refuse(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd)));
        dist.claim(d, 0, payments[0].account, 100, proof);
        dist.push(d, payments);
        eq(dist.remaining(idOf(d)), 406, "two is not true");
    }

    function test_hostile_shortAnswerIsAFailureForPush() external {
        OddAnswerToken odd = new OddAnswerToken();
        use(odd);
        IMerkleDistributor.Distribution memory d = published(payments);
        // One byte that would read as true if the word below it were looked at.
        odd.setAnswer(31, 1);
        dist.push(d, payments);
        eq(dist.remaining(idOf(d)), 406, "31 bytes are no answer");
        odd.setAnswer(64, 1);
        // The token moved the first payments although its answer was not good: that is its holders' loss.
        token.mint(address(dist), 406);
        dist.push(d, payments);
        eq(dist.remaining(idOf(d)), 0, "more than a word is");
    }

    function test_hostile_longAnswerCostsNothing() external {
        OddAnswerToken odd = new OddAnswerToken();
        use(odd);
        IMerkleDistributor.Distribution memory d = published(payments);
        odd.setAnswer(20_000, 1);
        dist.push(d, payments);
        eq(dist.wordOf(idOf(d)), 15 << 128, "paid");
    }

    function test_hostile_feeBegunLaterIsTheRecipients() external {
        FeeToken fee = new FeeToken();
        use(fee);
        fee.setFee(0);
        IMerkleDistributor.Distribution memory d = published(payments);
        fee.setFee(7);
        claim(d, payments, 0);
        dist.push(d, payments);
        eq(fee.balanceOf(payments[0].account), 93, "claimed, but for the fee");
        eq(fee.balanceOf(payments[3].account), 96, "pushed, but for the fee");
        eq(dist.wordOf(idOf(d)), 15 << 128, "the books are right");
        eq(fee.balanceOf(address(dist)), 0, "nobody else's tokens were used");
    }

    function test_hostile_gasEaterCannotStopThePush() external {
        GasEaterToken eater = new GasEaterToken();
        use(eater);
        eater.setEater(payments[1].account);
        IMerkleDistributor.Distribution memory d = published(payments);
        dist.push{gas: 900_000}(d, payments);
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(2) | flagOf(3) | 101, "the others are paid");
        vm.prank(issuer);
        dist.distribute{gas: 1_200_000}(address(eater), termsOf(1, 0), payments, 0, MANIFEST);
    }

    function test_hostile_rebasingDownLeavesTheLastUnpaid() external {
        RebasingToken rebasing = new RebasingToken();
        use(rebasing);
        IMerkleDistributor.Distribution memory d = published(payments);
        rebasing.rebase(address(dist), -10);
        claim(d, payments, 0);
        claim(d, payments, 1);
        claim(d, payments, 2);
        bytes32[] memory proof = proofOf(payments, 3);
        vm.expectRevert();
        dist.claim(d, 3, payments[3].account, 103, proof);
        eq(dist.wordOf(idOf(d)), (7 << 128) | 103, "still owed");
        rebasing.rebase(address(dist), 10);
        claim(d, payments, 3);
    }

    function test_hostile_rebasingUpChangesNoClaim() external {
        RebasingToken rebasing = new RebasingToken();
        use(rebasing);
        IMerkleDistributor.Distribution memory d = published(payments);
        rebasing.rebase(address(dist), 10);
        dist.push(d, payments);
        eq(token.balanceOf(address(dist)), 10, "the surplus stays");
    }

    // -- re-entrancy

    function hooked() private returns (HookToken hook) {
        hook = new HookToken();
        use(hook);
        fund(hook, address(attacker));
        hook.setHook(address(attacker), address(attacker));
    }

    function test_reentrancy_claimFindsItselfPaid() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments);
        bytes memory again = abi.encodeCall(dist.claim, (d, 1, address(attacker), 101, proofOf(payments, 1)));
        attacker.arm(address(dist), again, 1);
        claim(d, payments, 1);
        no(attacker.succeeded(), "refused");
        eq(
            keccak256(attacker.answer()),
            keccak256(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(d), 1)),
            "claimed already"
        );
        eq(token.balanceOf(address(attacker)), (1 << 140) + 101, "paid once");
    }

    function test_reentrancy_sweepDuringAClaimTakesTheRest() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 10));
        vm.warp(NOW + 10);
        uint256 before = token.balanceOf(issuer);
        attacker.arm(address(dist), abi.encodeCall(dist.sweep, (d)), 1);
        claim(d, payments, 1);
        yes(attacker.succeeded(), "swept");
        eq(token.balanceOf(issuer) - before, 305, "all but the claim");
        eq(token.balanceOf(address(attacker)), (1 << 140) + 101, "and the claim");
        eq(dist.wordOf(idOf(d)), type(uint256).max << 128, "ended");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
    }

    function test_reentrancy_claimOfAnotherLeafIsGood() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments);
        attacker.arm(
            address(dist),
            abi.encodeCall(dist.claim, (d, 2, payments[2].account, 102, proofOf(payments, 2))),
            1
        );
        claim(d, payments, 1);
        yes(attacker.succeeded(), "claimed");
        eq(dist.wordOf(idOf(d)), flagOf(1) | flagOf(2) | 203, "both flags");
    }

    function test_reentrancy_pushPaysEachOnce() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments);
        bytes memory claim3 = abi.encodeCall(dist.claim, (d, 3, payments[3].account, 103, proofOf(payments, 3)));
        attacker.arm(address(dist), claim3, 1);
        dist.push(d, payments);
        no(attacker.succeeded(), "leaf 3 is written down as paid before anybody is");
        eq(token.balanceOf(payments[3].account), 103, "paid once");
        eq(dist.wordOf(idOf(d)), 15 << 128, "word");
    }

    function test_reentrancy_pushPutsBackOnlyWhatFailed() external {
        // While it is being paid the attacker claims another distribution of the same token: both words stay right.
        HookToken hook = hooked();
        IMerkleDistributor.Distribution memory d = published(payments);
        IMerkleDistributor.Distribution memory other = published(payments, termsOf(1, 0));
        hook.setHook(payments[2].account, address(this));
        attacker.arm(
            address(dist),
            abi.encodeCall(dist.claim, (other, 0, payments[0].account, 100, proofOf(payments, 0))),
            1
        );
        dist.push(d, payments);
        yes(attacker.succeeded(), "claimed");
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(1) | flagOf(3) | 102, "leaf 2 failed");
        eq(dist.wordOf(idOf(other)), flagOf(0) | 306, "the other");
        eq(token.balanceOf(address(dist)), 102 + 306, "balance is what remains");
    }

    function test_reentrancy_guardedCallsAreRefused() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 10));
        vm.warp(NOW + 10);
        bytes[7] memory calls = [
            abi.encodeCall(dist.push, (d, payments)),
            abi.encodeCall(dist.sweep, (d)),
            abi.encodeCall(dist.sweepShard, (d, d.root)),
            abi.encodeCall(dist.cancel, (d)),
            abi.encodeCall(dist.open, (d, 0, d.root, 1, new bytes32[](0))),
            abi.encodeCall(dist.publish, (address(token), 0, d.root, 1, MANIFEST)),
            abi.encodeCall(dist.distribute, (address(token), 0, payments, 0, MANIFEST))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            IMerkleDistributor.Distribution memory fresh = published(payments, termsOf(i + 1, 0));
            attacker.arm(address(dist), calls[i], 1);
            dist.push(fresh, payments);
            no(attacker.succeeded(), "refused");
            eq(
                keccak256(attacker.answer()),
                keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)),
                "by the guard"
            );
        }
        bytes memory withPermit = abi.encodeCall(
            dist.publishWithPermit, (address(token), 0, d.root, 1, MANIFEST, NOW, 0, bytes32(0), bytes32(0))
        );
        attacker.arm(address(dist), withPermit, 1);
        dist.push(d, payments);
        no(attacker.succeeded(), "refused");
    }

    function test_reentrancy_guardIsFreeAgain() external {
        hooked();
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 10));
        dist.push(d, payments);
        IMerkleDistributor.Distribution memory other = published(payments);
        dist.push(other, payments);
    }

    function test_reentrancy_nestedPublishCannotPassFeesOff() external {
        // The outer pull falls short by a fee, the inner publish delivers exactly the fee: without the guard the measure
        // would come out right, and one of the two would be paid from other issuers' tokens.
        HookFeeToken worst = new HookFeeToken();
        use(worst);
        fund(worst, address(attacker));
        published(payments);
        worst.setHook(address(attacker), address(attacker));
        worst.setFee(address(attacker), 7);
        attacker.run(address(worst), abi.encodeCall(worst.approve, (address(dist), type(uint256).max)));
        bytes memory inner = abi.encodeCall(dist.publish, (address(worst), 0, keccak256("inner"), 7, MANIFEST));
        attacker.arm(address(dist), inner, 1);
        bytes memory outer = abi.encodeCall(dist.publish, (address(worst), 0, keccak256("outer"), 1000, MANIFEST));
        refuse(abi.encodeWithSelector(IMerkleDistributor.WrongDelivery.selector, 1000, 993));
        attacker.run(address(dist), outer);
    }

    function test_reentrancy_claimDuringThePullIsRefused() external {
        // The word is written before the pull: a leaf could be claimed while the funding is still to come.
        HookToken hook = hooked();
        published(payments);
        bytes32 root = nodesOf(payments)[0];
        IMerkleDistributor.Distribution memory d =
            IMerkleDistributor.Distribution(address(attacker), address(hook), 0, root);
        attacker.run(address(hook), abi.encodeCall(hook.approve, (address(dist), type(uint256).max)));
        attacker.arm(
            address(dist), abi.encodeCall(dist.claim, (d, 0, payments[0].account, 100, proofOf(payments, 0))), 1
        );
        refuse(abi.encodeWithSelector(IMerkleDistributor.WrongDelivery.selector, 406, 306));
        attacker.run(
            address(dist), abi.encodeCall(dist.publish, (address(hook), 0, root, 406, MANIFEST))
        );
    }

    /// @dev As the hook of a leaf's account: refuses the payment
    function onTransfer(address, address, uint256) external pure {
        revert("no");
    }
}
