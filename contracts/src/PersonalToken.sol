// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title An issuer's income-share token
/// @notice A plain ERC-20 with ERC-2612 permits and a supply fixed for ever: no owner, no minting, no burning, no fee,
/// no pause. What it is a claim on is said by the program's terms, whose hash the Offering carries.
contract PersonalToken is ERC20Permit {
    /// @param name The token's name, which is also its EIP-712 domain name for permits
    /// @param symbol The token's symbol
    /// @param supply The whole supply in base units (18 decimals)
    /// @param holder Who receives the whole supply: the issuer
    constructor(string memory name, string memory symbol, uint256 supply, address holder)
        ERC20(name, symbol)
        ERC20Permit(name)
    {
        _mint(holder, supply);
    }
}
