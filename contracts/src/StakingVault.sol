// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Declared staking of one ERC-20
/// @notice Keeps tokens for the accounts that put them in, and gives them back at any time. It pays nothing: what a stake
/// earns is worked out from its events and paid by the MerkleDistributor. No owner, no fee, no lock.
/// @dev Invariant: the vault's balance of the token ≥ the sum of `staked`. A token that delivers less than it was asked
/// for is refused at the stake. In a transaction the token's Transfer precedes Staked, and Withdrawn.
contract StakingVault is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    // -- EVENTS AND ERRORS

    /// @notice `account` put `amount` in
    event Staked(address indexed account, uint256 amount);
    /// @notice `account` took `amount` out
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice A constructor argument was the zero address
    error ZeroAddress();
    /// @notice Staking or withdrawing nothing
    error ZeroAmount();
    /// @notice `account` has only `staked` in the vault and asked for `amount`
    error ExceedsStake(address account, uint256 amount, uint256 staked);
    /// @notice The token delivered `received` where `asked` was due
    error WrongDelivery(uint256 asked, uint256 received);

    // -- STORAGE

    /// @notice The token that this vault keeps
    IERC20 public immutable token;
    /// @notice What each account has in the vault, in the token's base units
    mapping(address account => uint256 amount) public staked;

    /// @param token_ The ERC-20 to keep
    constructor(IERC20 token_) {
        if (address(token_) == address(0)) revert ZeroAddress();
        token = token_;
    }

    // -- CALLS

    /// @notice Moves `amount` of the token from the caller into the vault; needs an allowance
    function stake(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        uint256 before = token.balanceOf(address(this));
        // The pull is measured, so it comes before the bookkeeping; the guard keeps a token's hook out meanwhile.
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert WrongDelivery(amount, received);
        staked[msg.sender] += amount;
        emit Staked(msg.sender, amount);
    }

    /// @notice Moves `amount` of the caller's stake back to the caller
    function withdraw(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        uint256 has = staked[msg.sender];
        if (amount > has) revert ExceedsStake(msg.sender, amount, has);
        unchecked {
            staked[msg.sender] = has - amount;
        }
        token.safeTransfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }
}
