// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../../src/IMerkleDistributor.sol";
import {MerkleDistributor} from "../../src/MerkleDistributor.sol";
import {Base} from "./Base.sol";
import {Deploy} from "./Deploy.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {GoodToken} from "./Tokens.sol";

/// @notice A distributor, an issuer with tokens, and lists of leaves with their trees
abstract contract DistributorBase is Base {
    uint256 internal constant NOW = 1_800_000_000;
    bytes32 internal constant MANIFEST = keccak256("manifest");

    MerkleDistributor internal dist;
    GoodToken internal token;
    address internal issuer = user("issuer");

    function setUp() public virtual {
        vm.warp(NOW);
        dist = MerkleDistributor(Deploy.make("MerkleDistributor.sol:MerkleDistributor", ""));
        token = new GoodToken();
        fund(token, issuer);
    }

    function fund(GoodToken what, address who) internal {
        what.mint(who, 1 << 140);
        vm.prank(who);
        what.approve(address(dist), type(uint256).max);
    }

    // -- LISTS

    function accountOf(uint256 i) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("account", i)))));
    }

    /// @notice n leaves of 100, 101, …
    function list(uint256 n) internal pure returns (IMerkleDistributor.Payment[] memory payments) {
        payments = new IMerkleDistributor.Payment[](n);
        for (uint256 i = 0; i < n; ++i) {
            payments[i] = IMerkleDistributor.Payment(accountOf(i), 100 + i);
        }
    }

    function nodesOf(IMerkleDistributor.Payment[] memory payments) internal pure returns (bytes32[] memory) {
        bytes32[] memory leaves = new bytes32[](payments.length);
        for (uint256 i = 0; i < payments.length; ++i) {
            leaves[i] = ReferenceTree.accountLeaf(i, payments[i].account, payments[i].amount);
        }
        return ReferenceTree.build(leaves);
    }

    function totalOf(IMerkleDistributor.Payment[] memory payments) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < payments.length; ++i) {
            total += payments[i].amount;
        }
    }

    function proofOf(IMerkleDistributor.Payment[] memory payments, uint256 i) internal pure returns (bytes32[] memory) {
        return ReferenceTree.proof(nodesOf(payments), i);
    }

    // -- DISTRIBUTIONS

    function termsOf(uint256 opensAt, uint256 deadline) internal pure returns (bytes32) {
        return bytes32((opensAt << 64) | deadline);
    }

    function idOf(IMerkleDistributor.Distribution memory d) internal pure returns (bytes32) {
        return keccak256(abi.encode(d.issuer, d.token, d.terms, d.root));
    }

    /// @notice A distribution of `payments` by the issuer, published and funded with their sum
    function published(IMerkleDistributor.Payment[] memory payments, bytes32 terms)
        internal
        returns (IMerkleDistributor.Distribution memory d)
    {
        d = IMerkleDistributor.Distribution(issuer, address(token), terms, nodesOf(payments)[0]);
        vm.prank(issuer);
        dist.publish(address(token), terms, d.root, totalOf(payments), MANIFEST);
    }

    /// @notice The same, open since ever and without a deadline
    function published(IMerkleDistributor.Payment[] memory payments)
        internal
        returns (IMerkleDistributor.Distribution memory)
    {
        return published(payments, 0);
    }

    function claim(IMerkleDistributor.Distribution memory d, IMerkleDistributor.Payment[] memory payments, uint256 i)
        internal
    {
        dist.claim(d, i, payments[i].account, payments[i].amount, proofOf(payments, i));
    }

    // -- EXPECTATIONS

    function refuse(bytes memory reason) internal {
        vm.expectRevert(reason);
    }

    function flagOf(uint256 i) internal pure returns (uint256) {
        return 1 << (128 + i);
    }
}
