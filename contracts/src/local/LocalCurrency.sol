// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The local chain's stand-in for a stable coin
/// @notice Six decimals and permits; anybody can mint, so it is worth nothing and belongs on no public chain.
contract LocalCurrency is ERC20Permit {
    /// @param name The token's name, which is also its EIP-712 domain name for permits
    /// @param symbol The token's symbol
    constructor(string memory name, string memory symbol) ERC20(name, symbol) ERC20Permit(name) {}

    /// @notice Makes `amount` base units for `to`
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
