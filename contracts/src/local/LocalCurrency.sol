// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The local chain's stand-in for a stable coin
/// @notice Six decimals, permits, and a blocklist as the issuers of such coins keep one; anybody can mint and block, so it is
/// worth nothing and belongs on no public chain.
contract LocalCurrency is ERC20Permit {
    /// @notice Whether an account can neither send nor receive
    mapping(address account => bool) public isBlocked;

    /// @notice `account` is blocked
    error Blocked(address account);

    /// @param name The token's name, which is also its EIP-712 domain name for permits
    /// @param symbol The token's symbol
    constructor(string memory name, string memory symbol) ERC20(name, symbol) ERC20Permit(name) {}

    /// @notice Makes `amount` base units for `to`
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Blocks `account`, or lets it go where `blocked` is false
    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @inheritdoc ERC20
    function _update(address from, address to, uint256 value) internal override {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}
