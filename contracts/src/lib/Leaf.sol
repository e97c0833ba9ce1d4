// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMerkleDistributor} from "../IMerkleDistributor.sol";

/// @notice The place in memory of seven words: issuer, token, terms, root, index, account, amount
type Leaf is uint256;

using LeafWords for Leaf global;

/// @title A leaf with its distribution, laid out so that everything made of it is a slice of it
/// @notice The id is the hash of words 0–3 and the leaf's hash is that of words 4–6. It is no Solidity struct because that
/// would be filled with zeros before it is filled with values, at every claim.
library LeafWords {
    uint256 private constant SIZE = 0xe0;
    uint256 private constant TERMS = 0x40;
    uint256 private constant ROOT = 0x60;
    uint256 private constant INDEX = 0x80;
    uint256 private constant ACCOUNT = 0xa0;
    uint256 private constant AMOUNT = 0xc0;

    // -- MAKING

    /// @notice Copies a distribution and the three words after it from the calldata of a call whose parameters begin with
    /// (Distribution d, uint256 index, address account, uint256 amount)
    /// @dev An issuer or token of more than 160 bits makes an id that was never published; the account is checked by the
    /// call's own decoding
    function fromCall(IMerkleDistributor.Distribution calldata d) internal pure returns (Leaf leaf) {
        assembly ("memory-safe") {
            leaf := mload(0x40)
            mstore(0x40, add(leaf, SIZE))
            calldatacopy(leaf, d, SIZE)
        }
    }

    /// @notice A leaf whose item is still to be set
    function forItems(address issuer, address token_, address account) internal pure returns (Leaf leaf) {
        assembly ("memory-safe") {
            leaf := mload(0x40)
            mstore(0x40, add(leaf, SIZE))
            mstore(leaf, issuer)
            mstore(add(leaf, 0x20), token_)
            mstore(add(leaf, ACCOUNT), account)
        }
    }

    /// @notice Sets terms, root, index and amount from an item
    function setItem(Leaf leaf, ItemPlace item) internal pure {
        assembly ("memory-safe") {
            calldatacopy(add(leaf, TERMS), item, 0x60)
            mstore(add(leaf, AMOUNT), calldataload(add(item, 0x60)))
        }
    }

    /// @notice Sets the account
    function setAccount(Leaf leaf, address account) internal pure {
        assembly ("memory-safe") {
            mstore(add(leaf, ACCOUNT), account)
        }
    }

    // -- READING

    /// @notice keccak256(abi.encode(issuer, token, terms, root))
    function id(Leaf leaf) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(leaf, 0x80)
        }
    }

    /// @notice keccak256(keccak256(abi.encode(index, account, amount)))
    function hash(Leaf leaf) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(0x00, keccak256(add(leaf, INDEX), 0x60))
            result := keccak256(0x00, 0x20)
        }
    }

    function token(Leaf leaf) internal pure returns (address result) {
        assembly ("memory-safe") {
            result := mload(add(leaf, 0x20))
        }
    }

    function terms(Leaf leaf) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := mload(add(leaf, TERMS))
        }
    }

    function root(Leaf leaf) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := mload(add(leaf, ROOT))
        }
    }

    function index(Leaf leaf) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mload(add(leaf, INDEX))
        }
    }

    function amount(Leaf leaf) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mload(add(leaf, AMOUNT))
        }
    }
}

/// @notice The place in the calldata of an IMerkleDistributor.Item: terms, root, index, amount, and the way to its proof
type ItemPlace is uint256;

using ItemWords for ItemPlace global;

/// @title An item of `claimMany`, read where it stands
/// @notice Offsets and lengths are followed unchecked, because it makes no difference where a proof comes from: what is
/// found there has to hash to the root. Beyond the calldata there are zeros.
library ItemWords {
    /// @notice Item `i` of a list
    function place(IMerkleDistributor.Item[] calldata items, uint256 i) internal pure returns (ItemPlace item) {
        assembly ("memory-safe") {
            item := add(items.offset, calldataload(add(items.offset, shl(5, i))))
        }
    }

    function proof(ItemPlace item) internal pure returns (bytes32[] calldata result) {
        assembly ("memory-safe") {
            let start := add(item, calldataload(add(item, 0x80)))
            result.length := calldataload(start)
            result.offset := add(start, 0x20)
        }
    }

    /// @notice Emits Claimed: index and amount stand side by side in the item
    function logClaimed(ItemPlace item, bytes32 id, address account) internal {
        bytes32 topic = IMerkleDistributor.Claimed.selector;
        assembly ("memory-safe") {
            calldatacopy(0x00, add(item, 0x40), 0x40)
            log3(0x00, 0x40, topic, id, account)
        }
    }
}
