// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The trees of SPEC section 7 written plainly, to test the contracts' own against
library ReferenceTree {
    function accountLeaf(uint256 index, address account, uint256 amount) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, account, amount))));
    }

    function shardLeaf(uint256 shard, bytes32 root, uint256 total) internal pure returns (bytes32) {
        bytes32 typehash = keccak256("Shard(uint256 shard,bytes32 root,uint256 total)");
        return keccak256(bytes.concat(keccak256(abi.encode(typehash, shard, root, total))));
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    /// @notice All nodes; the root is the first
    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](2 * leaves.length - 1);
        for (uint256 i = 0; i < leaves.length; ++i) {
            nodes[nodes.length - 1 - i] = leaves[i];
        }
        for (uint256 i = leaves.length - 1; i > 0; --i) {
            nodes[i - 1] = pair(nodes[2 * i - 1], nodes[2 * i]);
        }
    }

    function proof(bytes32[] memory nodes, uint256 leaf) internal pure returns (bytes32[] memory path) {
        uint256 depth;
        for (uint256 node = nodes.length - 1 - leaf; node > 0; node = (node - 1) / 2) {
            ++depth;
        }
        path = new bytes32[](depth);
        uint256 place;
        for (uint256 node = nodes.length - 1 - leaf; node > 0; node = (node - 1) / 2) {
            path[place++] = nodes[node % 2 == 1 ? node + 1 : node - 1];
        }
    }
}
