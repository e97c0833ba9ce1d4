// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice OpenZeppelin's ERC-20 and nothing else
contract PlainToken is ERC20 {
    constructor(uint256 supply) ERC20("Plain", "PLAIN") {
        _mint(msg.sender, supply);
    }
}

/// @notice Many calls in one transaction: how the claims of a distributor without a push are pushed, and how a list of
/// transfers is paid without any distributor
contract Batcher {
    function run(address target, bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success,) = target.call(calls[i]);
            require(success, "failed");
        }
    }

    function transferAll(ERC20 token, address[] calldata to, uint256[] calldata amounts) external {
        for (uint256 i = 0; i < to.length; ++i) {
            token.transferFrom(msg.sender, to[i], amounts[i]);
        }
    }
}
