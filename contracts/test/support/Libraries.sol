// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leaf, LeafWords} from "../../src/lib/Leaf.sol";
import {Tree} from "../../src/lib/Tree.sol";

/// @notice The libraries' functions, to be called from outside
contract Libraries {
    function rootOf(bytes32 leaf, bytes32[] calldata proof) external pure returns (bytes32) {
        return Tree.rootOf(leaf, proof);
    }

    /// @notice The words of a leaf that `forItems` sets, read after memory was taken for something else
    function forItems(address issuer, address token, address account, bytes calldata other)
        external
        pure
        returns (uint256[3] memory words)
    {
        Leaf leaf = LeafWords.forItems(issuer, token, account);
        bytes memory taken = other;
        assembly {
            // Not from a variable that Solidity would place: what is there now is read.
            mstore(words, mload(leaf))
            mstore(add(words, 0x20), mload(add(leaf, 0x20)))
            mstore(add(words, 0x40), mload(add(leaf, 0xa0)))
            if iszero(mload(taken)) { revert(0, 0) }
        }
    }
}
