// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "../support/Base.sol";
import {Deploy} from "../support/Deploy.sol";
import {Libraries} from "../support/Libraries.sol";

/// @notice What no call of the distributor shows of a leaf in memory
contract LeafTest is Base {
    /// @dev Whatever a caller of the library takes memory for, the leaf stays
    function test_leaf_keepsItsPlaceInMemory() external {
        Libraries libraries = Libraries(Deploy.make("Libraries.sol:Libraries", ""));
        bytes memory other = new bytes(0x100);
        for (uint256 i = 0; i < other.length; ++i) {
            other[i] = 0xff;
        }
        uint256[3] memory words = libraries.forItems(user("issuer"), user("token"), user("account"), other);
        eq(address(uint160(words[0])), user("issuer"), "issuer");
        eq(address(uint160(words[1])), user("token"), "token");
        eq(address(uint160(words[2])), user("account"), "account");
    }
}
