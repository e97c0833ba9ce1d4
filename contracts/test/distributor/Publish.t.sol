// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {Word} from "../../src/lib/Word.sol";
import {DistributorBase} from "../support/DistributorBase.sol";
import {SilentToken} from "../support/Tokens.sol";

/// @notice publish, publishWithPermit, cancel, sweep: see MerkleDistributor.tree
contract PublishTest is DistributorBase {
    bytes32 private constant ROOT = keccak256("root");

    function publish(bytes32 terms, bytes32 root, uint256 total) private returns (bytes32) {
        vm.prank(issuer);
        return dist.publish(address(token), terms, root, total, MANIFEST);
    }

    function named(bytes32 terms, bytes32 root) private view returns (IMerkleDistributor.Distribution memory) {
        return IMerkleDistributor.Distribution(issuer, address(token), terms, root);
    }

    // -- publish

    function test_publish_refusesTermsOfShard() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, bytes32(uint256(1 << 128))));
        publish(bytes32(uint256(1 << 128)), ROOT, 1);
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, bytes32(type(uint256).max)));
        publish(bytes32(type(uint256).max), ROOT, 1);
    }

    function test_publish_takesLargestTerms() external {
        publish(termsOf(type(uint64).max - 1, type(uint64).max), ROOT, 1);
    }

    function test_publish_refusesPastDeadline() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, termsOf(0, NOW)));
        publish(termsOf(0, NOW), ROOT, 1);
        publish(termsOf(0, NOW + 1), ROOT, 1);
    }

    function test_publish_refusesDeadlineNotAfterOpening() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTerms.selector, termsOf(NOW + 9, NOW + 9)));
        publish(termsOf(NOW + 9, NOW + 9), ROOT, 1);
        publish(termsOf(NOW + 9, NOW + 10), ROOT, 1);
    }

    function test_publish_refusesZeroRoot() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadRoot.selector));
        publish(0, 0, 1);
    }

    function test_publish_refusesZeroTotal() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTotal.selector, 0));
        publish(0, ROOT, 0);
    }

    function test_publish_refusesTotalOf129Bits() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadTotal.selector, 1 << 128));
        publish(0, ROOT, 1 << 128);
    }

    function test_publish_takesLargestTotal() external {
        bytes32 id = publish(0, ROOT, type(uint128).max);
        eq(dist.remaining(id), type(uint128).max, "remaining");
        eq(dist.wordOf(id) >> 128, 0, "flags");
    }

    function test_publish_refusesSecondTime() external {
        bytes32 id = publish(0, ROOT, 5);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, id));
        publish(0, ROOT, 7);
    }

    function test_publish_takesSameRootOfAnotherIssuerTokenOrTerms() external {
        bytes32 id = publish(0, ROOT, 5);
        address other = user("other");
        fund(token, other);
        vm.prank(other);
        bytes32 otherId = dist.publish(address(token), 0, ROOT, 7, MANIFEST);
        bytes32 later = publish(termsOf(1, 0), ROOT, 9);
        yes(id != otherId && id != later, "three ids");
        eq(dist.remaining(id), 5, "first");
        eq(dist.remaining(otherId), 7, "second");
        eq(dist.remaining(later), 9, "third");
    }

    function test_publish_refusesNoToken() external {
        address nobody = user("nobody");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotToken.selector, nobody));
        dist.publish(nobody, 0, ROOT, 1, MANIFEST);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotToken.selector, address(dist)));
        dist.publish(address(dist), 0, ROOT, 1, MANIFEST);
    }

    function test_publish_refusesMissingAllowance() external {
        vm.prank(issuer);
        token.approve(address(dist), 4);
        refuse(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(dist), 4, 5));
        publish(0, ROOT, 5);
    }

    function test_publish_pullsTotalAndSaysSo() external {
        bytes32 terms = termsOf(NOW + 2, NOW + 20);
        uint256 before = token.balanceOf(issuer);
        bytes32 id = idOf(named(terms, ROOT));
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Published(id, issuer, address(token), terms, ROOT, 1234, MANIFEST);
        eq(publish(terms, ROOT, 1234), id, "id");
        eq(before - token.balanceOf(issuer), 1234, "pulled");
        eq(token.balanceOf(address(dist)), 1234, "received");
        eq(dist.wordOf(id), 1234, "word");
    }

    function test_publish_writesOneWord() external {
        vm.record();
        bytes32 id = publish(0, ROOT, 5);
        (, bytes32[] memory writes) = vm.accesses(address(dist));
        eq(writes.length, 1, "writes");
        eq(writes[0], id, "the id is the slot");
    }

    // -- publishWithPermit

    function permit(uint256 key, uint256 total, uint256 deadline) private view returns (uint8, bytes32, bytes32) {
        address owner = vm.addr(key);
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash =
            keccak256(abi.encode(typehash, owner, address(dist), total, token.nonces(owner), deadline));
        return vm.sign(key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }

    function publishWithPermit(address from, uint8 v, bytes32 r, bytes32 s) private returns (bytes32) {
        vm.prank(from);
        return dist.publishWithPermit(address(token), 0, ROOT, 500, MANIFEST, NOW + 1, v, r, s);
    }

    function test_publishWithPermit_needsNoAllowance() external {
        token.mint(vm.addr(7), 500);
        (uint8 v, bytes32 r, bytes32 s) = permit(7, 500, NOW + 1);
        bytes32 id = publishWithPermit(vm.addr(7), v, r, s);
        eq(dist.remaining(id), 500, "remaining");
        eq(token.balanceOf(vm.addr(7)), 0, "pulled");
        eq(token.allowance(vm.addr(7), address(dist)), 0, "no allowance left");
    }

    function test_publishWithPermit_survivesPermitHandedInBefore() external {
        token.mint(vm.addr(7), 500);
        (uint8 v, bytes32 r, bytes32 s) = permit(7, 500, NOW + 1);
        token.permit(vm.addr(7), address(dist), 500, NOW + 1, v, r, s);
        eq(dist.remaining(publishWithPermit(vm.addr(7), v, r, s)), 500, "remaining");
    }

    function test_publishWithPermit_refusesBadPermitWithoutAllowance() external {
        token.mint(vm.addr(7), 500);
        (uint8 v, bytes32 r, bytes32 s) = permit(8, 500, NOW + 1);
        refuse(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(dist), 0, 500));
        publishWithPermit(vm.addr(7), v, r, s);
    }

    function test_publishWithPermit_saysTheSameAsPublish() external {
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Published(idOf(named(0, ROOT)), issuer, address(token), 0, ROOT, 500, MANIFEST);
        publishWithPermit(issuer, 0, 0, 0);
    }

    function test_publishWithPermit_refusesNoToken() external {
        address nobody = user("nobody");
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotToken.selector, nobody));
        dist.publishWithPermit(nobody, 0, ROOT, 500, MANIFEST, NOW + 1, 0, 0, 0);
    }

    function test_publishWithPermit_takesTokensWithoutPermits() external {
        SilentToken silent = new SilentToken();
        silent.mint(issuer, 500);
        vm.startPrank(issuer);
        silent.approve(address(dist), 500);
        bytes32 id = dist.publishWithPermit(address(silent), 0, ROOT, 500, MANIFEST, NOW + 1, 0, 0, 0);
        vm.stopPrank();
        eq(dist.remaining(id), 500, "remaining");
    }

    function test_publishWithPermit_refusesSecondTime() external {
        bytes32 id = publishWithPermit(issuer, 0, 0, 0);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, id));
        publishWithPermit(issuer, 0, 0, 0);
    }

    // -- cancel

    function test_cancel_refusesOthers() external {
        publish(termsOf(NOW + 9, 0), ROOT, 5);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotIssuer.selector, address(this), issuer));
        dist.cancel(named(termsOf(NOW + 9, 0), ROOT));
    }

    function test_cancel_refusesFromOpeningOn() external {
        IMerkleDistributor.Distribution memory d = named(termsOf(NOW + 9, 0), ROOT);
        bytes32 id = publish(d.terms, ROOT, 5);
        vm.warp(NOW + 9);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyOpen.selector, id, NOW + 9));
        vm.prank(issuer);
        dist.cancel(d);
    }

    function test_cancel_refusesUnknown() external {
        IMerkleDistributor.Distribution memory d = named(termsOf(NOW + 9, 0), ROOT);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        vm.prank(issuer);
        dist.cancel(d);
    }

    function test_cancel_takesTermsOf128BitsForNoShards() external {
        IMerkleDistributor.Distribution memory d = named(bytes32(uint256(type(uint128).max)), ROOT);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        vm.prank(issuer);
        dist.cancel(d);
        d.terms = bytes32(uint256(1) << 128);
        refuse(abi.encodeWithSelector(IMerkleDistributor.IsShard.selector, idOf(d)));
        vm.prank(issuer);
        dist.cancel(d);
    }

    function test_cancel_givesEverythingBack() external {
        IMerkleDistributor.Distribution memory d = named(termsOf(NOW + 9, NOW + 10), ROOT);
        uint256 before = token.balanceOf(issuer);
        bytes32 id = publish(d.terms, ROOT, 5);
        vm.warp(NOW + 8);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Cancelled(id, 5);
        vm.prank(issuer);
        dist.cancel(d);
        eq(token.balanceOf(issuer), before, "given back");
        eq(dist.wordOf(id), Word.ENDED, "ended");
        yes(dist.isClaimed(id, 0) && dist.isClaimed(id, 127), "nothing can be claimed");
    }

    function test_cancel_isForEver() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(NOW + 9, NOW + 10));
        vm.prank(issuer);
        dist.cancel(d);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, idOf(d)));
        publish(d.terms, d.root, 303);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, idOf(d)));
        vm.prank(issuer);
        dist.cancel(d);
        vm.warp(NOW + 10);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(d), 1));
        dist.claim(d, 1, payments[1].account, payments[1].amount, proofOf(payments, 1));
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, idOf(d)));
        dist.sweep(d);
    }

    // -- sweep

    function test_sweep_refusesWithoutDeadline() external {
        bytes32 id = publish(0, ROOT, 5);
        vm.warp(type(uint64).max);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotExpired.selector, id, 0));
        dist.sweep(named(0, ROOT));
    }

    function test_sweep_refusesBeforeDeadline() external {
        bytes32 id = publish(termsOf(0, NOW + 9), ROOT, 5);
        vm.warp(NOW + 8);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotExpired.selector, id, NOW + 9));
        dist.sweep(named(termsOf(0, NOW + 9), ROOT));
    }

    function test_sweep_refusesUnknown() external {
        IMerkleDistributor.Distribution memory d = named(termsOf(0, NOW), ROOT);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NotPublished.selector, idOf(d)));
        dist.sweep(d);
    }

    function test_sweep_givesTheRestToTheIssuer() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        uint256 before = token.balanceOf(issuer);
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 9));
        claim(d, payments, 1);
        vm.warp(NOW + 9);
        // A claim after the deadline is good until the sweep.
        claim(d, payments, 0);
        vm.expectEmit(address(dist));
        emit IMerkleDistributor.Swept(idOf(d), 102);
        vm.prank(user("anybody"));
        dist.sweep(d);
        eq(before - token.balanceOf(issuer), 201, "what was claimed");
        eq(token.balanceOf(address(dist)), 0, "nothing stays");
        eq(dist.wordOf(idOf(d)), Word.ENDED, "ended");
    }

    function test_sweep_isForEver() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 9));
        vm.warp(NOW + 9);
        dist.sweep(d);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, idOf(d)));
        dist.sweep(d);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyClaimed.selector, idOf(d), 2));
        dist.claim(d, 2, payments[2].account, payments[2].amount, proofOf(payments, 2));
        vm.warp(NOW);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, idOf(d)));
        publish(d.terms, d.root, 303);
    }

    function test_sweep_refusesWhenAllIsClaimed() external {
        IMerkleDistributor.Payment[] memory payments = list(2);
        IMerkleDistributor.Distribution memory d = published(payments, termsOf(0, NOW + 9));
        claim(d, payments, 0);
        claim(d, payments, 1);
        vm.warp(NOW + 9);
        refuse(abi.encodeWithSelector(IMerkleDistributor.NothingLeft.selector, idOf(d)));
        dist.sweep(d);
        eq(dist.wordOf(idOf(d)), flagOf(0) | flagOf(1), "two flags, nothing left");
        vm.warp(NOW);
        refuse(abi.encodeWithSelector(IMerkleDistributor.AlreadyPublished.selector, idOf(d)));
        publish(d.terms, d.root, 201);
    }

    // -- views

    function test_views_sayWhatTheWordSays() external {
        IMerkleDistributor.Payment[] memory payments = list(3);
        IMerkleDistributor.Distribution memory d = published(payments);
        bytes32 id = idOf(d);
        eq(dist.idOf(d), id, "idOf");
        claim(d, payments, 2);
        eq(dist.wordOf(id), flagOf(2) | 201, "wordOf");
        eq(dist.remaining(id), 201, "remaining");
        no(dist.isClaimed(id, 1), "1 is not claimed");
        yes(dist.isClaimed(id, 2), "2 is claimed");
        no(dist.isClaimed(id, 127), "127 is not claimed");
        eq(dist.wordOf(keccak256("unknown")), 0, "unknown");
        eq(dist.remaining(keccak256("unknown")), 0, "unknown");
        eq(dist.TRANSFER_GAS(), 200_000, "gas of a pushed transfer");
    }

    function test_views_refuseIndex128() external {
        refuse(abi.encodeWithSelector(IMerkleDistributor.BadIndex.selector, 128));
        dist.isClaimed(0, 128);
    }

    function test_views_nameTheSigningDomain() external view {
        (, string memory name, string memory version, uint256 chain, address verifier,,) = dist.eip712Domain();
        eq(keccak256(bytes(name)), keccak256("Prorata MerkleDistributor"), "name");
        eq(keccak256(bytes(version)), keccak256("1"), "version");
        eq(chain, block.chainid, "chain");
        eq(verifier, address(dist), "verifier");
    }
}
