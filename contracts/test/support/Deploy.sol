// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice Deploys the contracts as they are compiled for a chain, whatever the tests are compiled with
library Deploy {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param name Of the artifact: the file and the contract
    /// @param arguments The constructor's, ABI-encoded
    function make(string memory name, bytes memory arguments) internal returns (address made) {
        bytes memory code = bytes.concat(vm.getCode(name), arguments);
        assembly {
            made := create(0, add(code, 0x20), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
