// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The trees that distributions are made of
/// @notice Leaves are hashed twice and pairs are sorted before hashing, in the shape of OpenZeppelin's StandardMerkleTree
/// without sorted leaves. An account leaf hashes 96 bytes, a shard leaf 128 and a pair 64: none can stand for another.
library Tree {
    /// @notice Marks a shard leaf, so that no other 128 bytes can be one
    bytes32 internal constant SHARD_TYPEHASH = keccak256("Shard(uint256 shard,bytes32 root,uint256 total)");

    /// @notice keccak256(keccak256(abi.encode(index, account, amount)))
    function accountLeaf(uint256 index, address account, uint256 amount) internal pure returns (bytes32 leaf) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, index)
            mstore(add(free, 0x20), shr(96, shl(96, account)))
            mstore(add(free, 0x40), amount)
            mstore(0x00, keccak256(free, 0x60))
            leaf := keccak256(0x00, 0x20)
        }
    }

    /// @notice keccak256(keccak256(abi.encode(SHARD_TYPEHASH, shard, root, total)))
    function shardLeaf(uint256 shard, bytes32 root, uint256 total) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(SHARD_TYPEHASH, shard, root, total))));
    }

    /// @notice The root that `proof` leads to from `leaf`
    function rootOf(bytes32 leaf, bytes32[] calldata proof) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            root := leaf
            if proof.length {
                let next := proof.offset
                let end := add(next, shl(5, proof.length))
                for {} 1 {} {
                    let sibling := calldataload(next)
                    // The smaller of the two goes first.
                    let place := shl(5, gt(root, sibling))
                    mstore(place, root)
                    mstore(xor(place, 0x20), sibling)
                    root := keccak256(0x00, 0x40)
                    next := add(next, 0x20)
                    if iszero(lt(next, end)) { break }
                }
            }
        }
    }

    /// @notice Turns an array whose second half holds n leaves, the last leaf first, into the tree over them
    /// @param nodes 2n − 1 words, n ≥ 1: the children of node i are 2i + 1 and 2i + 2. Written over
    /// @return root Node 0
    function build(bytes32[] memory nodes) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            let first := add(nodes, 0x20)
            let count := mload(nodes)
            // Node i is at first + 32·i, and its children are at first + 64·i + 32 and + 64.
            for { let i := shr(1, count) } i {} {
                i := sub(i, 1)
                let children := add(first, add(shl(6, i), 0x20))
                let a := mload(children)
                let b := mload(add(children, 0x20))
                let place := shl(5, gt(a, b))
                mstore(place, a)
                mstore(xor(place, 0x20), b)
                mstore(add(first, shl(5, i)), keccak256(0x00, 0x40))
            }
            root := mload(first)
        }
    }
}
