// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// SPEC section 3: links and recipients.

import {HolderRegistry} from "../src/HolderRegistry.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";
import {Wallet1271, WillingWallet} from "./support/Wallets.sol";

/// @notice See HolderRegistry.tree
contract HolderRegistryTest is Base {
    HolderRegistry private registry;

    function setUp() external {
        registry = HolderRegistry(Deploy.make("HolderRegistry.sol:HolderRegistry", ""));
    }

    function digest(address existing, address wallet) private view returns (bytes32) {
        return typedDigest(
            "Prorata HolderRegistry",
            address(registry),
            keccak256(abi.encode(keccak256("Link(address existing,address wallet)"), existing, wallet))
        );
    }

    function link(uint256 existing, uint256 wallet) private {
        bytes32 signed = digest(vm.addr(existing), vm.addr(wallet));
        registry.link(vm.addr(existing), vm.addr(wallet), signature(existing, signed), signature(wallet, signed));
    }

    function refuse(uint256 signer) private {
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.InvalidSignature.selector, vm.addr(signer)));
    }

    // -- link

    function test_link_refusesZero() external {
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.ZeroAddress.selector));
        registry.link(address(0), vm.addr(2), "", "");
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.ZeroAddress.selector));
        registry.link(vm.addr(1), address(0), "", "");
    }

    function test_link_refusesItself() external {
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.SelfLink.selector, vm.addr(1)));
        vm.prank(vm.addr(1));
        registry.link(vm.addr(1), vm.addr(1), "", "");
    }

    function test_link_refusesWhoIsLinked() external {
        link(1, 2);
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.AlreadyLinked.selector, vm.addr(2), vm.addr(1)));
        link(3, 2);
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.AlreadyLinked.selector, vm.addr(2), vm.addr(1)));
        link(1, 2);
    }

    function test_link_refusesWhoHasLinkedWallets() external {
        link(1, 2);
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.IsHolder.selector, vm.addr(1)));
        link(3, 1);
        // Nor the other way round within a holder: there are no cycles.
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.IsHolder.selector, vm.addr(1)));
        link(2, 1);
    }

    function test_link_needsBothSignatures() external {
        bytes32 signed = digest(vm.addr(1), vm.addr(2));
        bytes memory one = signature(1, signed);
        bytes memory two = signature(2, signed);
        refuse(1);
        registry.link(vm.addr(1), vm.addr(2), "", two);
        refuse(2);
        registry.link(vm.addr(1), vm.addr(2), one, "");
        refuse(1);
        registry.link(vm.addr(1), vm.addr(2), two, one);
        registry.link(vm.addr(1), vm.addr(2), one, two);
    }

    function test_link_needsSignaturesOfThisLink() external {
        bytes32 signed = digest(vm.addr(2), vm.addr(1));
        bytes memory one = signature(1, signed);
        bytes memory two = signature(2, signed);
        refuse(1);
        registry.link(vm.addr(1), vm.addr(2), one, two);
        bytes memory otherChain = signature(1, digest(vm.addr(1), vm.addr(2)));
        vm.chainId(99);
        two = signature(2, digest(vm.addr(1), vm.addr(2)));
        refuse(1);
        registry.link(vm.addr(1), vm.addr(2), otherChain, two);
    }

    function test_link_callerNeedsNoSignature() external {
        bytes32 signed = digest(vm.addr(1), vm.addr(2));
        bytes memory two = signature(2, signed);
        vm.prank(vm.addr(1));
        registry.link(vm.addr(1), vm.addr(2), "", two);
        eq(registry.holderOf(vm.addr(2)), vm.addr(1), "called by the existing one");
        bytes memory one = signature(1, digest(vm.addr(1), vm.addr(3)));
        vm.prank(vm.addr(3));
        registry.link(vm.addr(1), vm.addr(3), one, "");
        eq(registry.holderOf(vm.addr(3)), vm.addr(1), "called by the new one");
    }

    function test_link_callerSignsForItselfOnly() external {
        vm.prank(vm.addr(1));
        refuse(2);
        registry.link(vm.addr(1), vm.addr(2), "", "");
        vm.prank(vm.addr(2));
        refuse(1);
        registry.link(vm.addr(1), vm.addr(2), "", "");
    }

    function test_link_takesContractWallets() external {
        address safe = address(new Wallet1271(vm.addr(5)));
        bytes32 signed = digest(vm.addr(1), safe);
        bytes memory one = signature(1, signed);
        vm.expectRevert(abi.encodeWithSelector(HolderRegistry.InvalidSignature.selector, safe));
        registry.link(vm.addr(1), safe, one, signature(6, signed));
        registry.link(vm.addr(1), safe, one, signature(5, signed));
        eq(registry.holderOf(safe), vm.addr(1), "linked");
        // And a linked contract wallet can bring another in.
        signed = digest(safe, vm.addr(2));
        registry.link(safe, vm.addr(2), signature(5, signed), signature(2, signed));
        eq(registry.holderOf(vm.addr(2)), vm.addr(1), "by way of it");
    }

    function test_link_namesTheRoot() external {
        vm.expectEmit(address(registry));
        emit HolderRegistry.Linked(vm.addr(1), vm.addr(2));
        link(1, 2);
        vm.expectEmit(address(registry));
        emit HolderRegistry.Linked(vm.addr(1), vm.addr(3));
        link(2, 3);
        eq(registry.holderOf(vm.addr(1)), vm.addr(1), "the root");
        eq(registry.holderOf(vm.addr(2)), vm.addr(1), "linked to it");
        eq(registry.holderOf(vm.addr(3)), vm.addr(1), "linked to a linked one");
        eq(registry.holderOf(vm.addr(4)), vm.addr(4), "a stranger");
    }

    // -- nameRecipient

    function test_recipient_isNobodyAtFirst() external view {
        eq(registry.recipientOf(vm.addr(1)), address(0), "none");
    }

    function test_recipient_isNamedByAnyWalletOfTheHolder() external {
        link(1, 2);
        vm.expectEmit(address(registry));
        emit HolderRegistry.RecipientNamed(vm.addr(1), vm.addr(7));
        vm.prank(vm.addr(1));
        registry.nameRecipient(vm.addr(7));
        eq(registry.recipientOf(vm.addr(1)), vm.addr(7), "by the root");
        eq(registry.recipientOf(vm.addr(2)), vm.addr(7), "for all its wallets");
        vm.expectEmit(address(registry));
        emit HolderRegistry.RecipientNamed(vm.addr(1), vm.addr(8));
        vm.prank(vm.addr(2));
        registry.nameRecipient(vm.addr(8));
        eq(registry.recipientOf(vm.addr(1)), vm.addr(8), "by a linked one");
    }

    function test_recipient_isTakenBackWithZero() external {
        vm.prank(vm.addr(1));
        registry.nameRecipient(vm.addr(7));
        vm.expectEmit(address(registry));
        emit HolderRegistry.RecipientNamed(vm.addr(1), address(0));
        vm.prank(vm.addr(1));
        registry.nameRecipient(address(0));
        eq(registry.recipientOf(vm.addr(1)), address(0), "none");
    }

    function test_recipient_ofALinkedWalletIsTheHolders() external {
        vm.prank(vm.addr(2));
        registry.nameRecipient(vm.addr(9));
        eq(registry.recipientOf(vm.addr(2)), vm.addr(9), "its own before the link");
        link(1, 2);
        eq(registry.recipientOf(vm.addr(2)), address(0), "the holder's after it");
        eq(registry.recipientOf(vm.addr(3)), address(0), "a stranger's is untouched");
    }

    function test_registry_namesTheSigningDomain() external view {
        (, string memory name, string memory version, uint256 chain, address verifier,,) = registry.eip712Domain();
        eq(keccak256(bytes(name)), keccak256("Prorata HolderRegistry"), "name");
        eq(keccak256(bytes(version)), keccak256("1"), "version");
        eq(chain, block.chainid, "chain");
        eq(verifier, address(registry), "verifier");
        eq(registry.LINK_TYPEHASH(), keccak256("Link(address existing,address wallet)"), "type");
    }

    /// @dev Whatever links are tried, sets stay one level deep and nobody changes holder
    function testFuzz_link_setsStayOneLevelDeep(uint8[10] calldata moves) external {
        address[5] memory wallets;
        for (uint256 i = 0; i < 5; ++i) {
            wallets[i] = address(new WillingWallet());
        }
        for (uint256 i = 0; i < 10; i += 2) {
            address existing = wallets[moves[i] % 5];
            address wallet = wallets[moves[i + 1] % 5];
            address[5] memory before;
            for (uint256 k = 0; k < 5; ++k) {
                before[k] = registry.holderOf(wallets[k]);
            }
            try registry.link(existing, wallet, "", "") {
                eq(registry.holderOf(wallet), registry.holderOf(existing), "joined");
                eq(before[moves[i + 1] % 5], wallet, "was nobody's");
            } catch {}
            for (uint256 k = 0; k < 5; ++k) {
                address holder = registry.holderOf(wallets[k]);
                if (registry.holderOf(holder) != holder) revert("a holder is a root");
                if (before[k] != wallets[k] && holder != before[k]) revert("a link is for ever");
            }
        }
    }
}
