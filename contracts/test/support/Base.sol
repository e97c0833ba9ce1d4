// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice What every test contract starts from
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function eq(uint256 a, uint256 b, string memory what) internal pure {
        vm.assertEq(a, b, what);
    }

    function eq(address a, address b, string memory what) internal pure {
        vm.assertEq(a, b, what);
    }

    function eq(bytes32 a, bytes32 b, string memory what) internal pure {
        vm.assertEq(a, b, what);
    }

    function yes(bool condition, string memory what) internal pure {
        vm.assertTrue(condition, what);
    }

    function no(bool condition, string memory what) internal pure {
        vm.assertFalse(condition, what);
    }

    /// @notice A fixed address for a name
    function user(string memory name) internal pure returns (address) {
        return address(uint160(uint256(keccak256(bytes(name)))));
    }

    /// @notice A number from min to max, made of any
    function within(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        uint256 size;
        unchecked {
            size = max - min + 1;
        }
        return size == 0 ? value : min + value % size;
    }

    /// @notice A 65-byte ECDSA signature
    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice The EIP-712 digest, from nothing but the standard
    function typedDigest(string memory name, address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
