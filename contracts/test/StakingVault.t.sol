// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {StakingVault} from "../src/StakingVault.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";
import {FeeToken, GoodToken, Hook, HookToken} from "./support/Tokens.sol";
import {Vm} from "./support/Vm.sol";

/// @notice See StakingVault.tree
contract StakingVaultTest is Base, Hook {
    GoodToken private token;
    StakingVault private vault;
    address private alice = user("alice");
    address private bob = user("bob");
    bytes private again;

    function setUp() external {
        token = new GoodToken();
        vault = make(token);
        supply(token, vault, alice);
        supply(token, vault, bob);
    }

    function make(IERC20 what) public returns (StakingVault) {
        return StakingVault(Deploy.make("StakingVault.sol:StakingVault", abi.encode(what)));
    }

    function supply(GoodToken what, StakingVault where, address who) private {
        what.mint(who, 1000);
        vm.prank(who);
        what.approve(address(where), type(uint256).max);
    }

    function test_vault_refusesNoToken() external {
        vm.expectRevert(abi.encodeWithSelector(StakingVault.ZeroAddress.selector));
        this.make(IERC20(address(0)));
    }

    function test_vault_namesItsToken() external view {
        eq(address(vault.token()), address(token), "token");
    }

    function test_stake_refusesNothing() external {
        vm.expectRevert(abi.encodeWithSelector(StakingVault.ZeroAmount.selector));
        vault.stake(0);
    }

    function test_stake_refusesWhatTheCallerHasNot() external {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 1000, 1001));
        vm.prank(alice);
        vault.stake(1001);
    }

    function test_stake_keepsAccountsApart() external {
        vm.prank(alice);
        vault.stake(400);
        vm.prank(alice);
        vault.stake(100);
        vm.prank(bob);
        vault.stake(7);
        eq(vault.staked(alice), 500, "alice");
        eq(vault.staked(bob), 7, "bob");
        eq(token.balanceOf(address(vault)), 507, "vault");
    }

    function test_stake_saysSoAfterTheTransfer() external {
        vm.recordLogs();
        vm.prank(alice);
        vault.stake(400);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        eq(logs.length, 2, "two events");
        eq(logs[0].topics[0], IERC20.Transfer.selector, "first the token's");
        eq(logs[1].topics[0], StakingVault.Staked.selector, "then the vault's");
        eq(logs[1].topics[1], bytes32(uint256(uint160(alice))), "account");
        eq(abi.decode(logs[1].data, (uint256)), 400, "amount");
    }

    function test_stake_refusesFeeOnTransfer() external {
        FeeToken fee = new FeeToken();
        StakingVault feeVault = make(fee);
        supply(fee, feeVault, alice);
        vm.expectRevert(abi.encodeWithSelector(StakingVault.WrongDelivery.selector, 400, 399));
        vm.prank(alice);
        feeVault.stake(400);
    }

    function test_withdraw_refusesNothing() external {
        vm.expectRevert(abi.encodeWithSelector(StakingVault.ZeroAmount.selector));
        vault.withdraw(0);
    }

    function test_withdraw_refusesMoreThanTheStake() external {
        vm.prank(alice);
        vault.stake(400);
        vm.prank(bob);
        vault.stake(400);
        vm.expectRevert(abi.encodeWithSelector(StakingVault.ExceedsStake.selector, alice, 401, 400));
        vm.prank(alice);
        vault.withdraw(401);
    }

    function test_withdraw_givesBackAndSaysSo() external {
        vm.prank(alice);
        vault.stake(400);
        vm.expectEmit(address(vault));
        emit StakingVault.Withdrawn(alice, 150);
        vm.prank(alice);
        vault.withdraw(150);
        eq(vault.staked(alice), 250, "stake");
        eq(token.balanceOf(alice), 750, "balance");
        vm.prank(alice);
        vault.withdraw(250);
        eq(vault.staked(alice), 0, "all out");
        eq(token.balanceOf(address(vault)), 0, "vault");
    }

    function test_reentrancy_isRefused() external {
        HookToken hook = new HookToken();
        StakingVault hooked = make(hook);
        hook.mint(address(this), 1000);
        hook.approve(address(hooked), 1000);
        again = abi.encodeCall(hooked.stake, (1));
        hook.setHook(address(this), address(this));
        vm.expectRevert(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        hooked.stake(400);
        hook.setHook(address(this), address(0));
        hooked.stake(400);
        again = abi.encodeCall(hooked.withdraw, (1));
        hook.setHook(address(this), address(this));
        vm.expectRevert(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        hooked.withdraw(400);
        // Nor does a claim of half the stake while staking make anything of it.
        vm.expectRevert(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
        hooked.stake(1);
    }

    function onTransfer(address from, address to, uint256) external {
        (bool success, bytes memory answer) = (from == address(this) ? to : from).call(again);
        if (!success) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    function testFuzz_stake_sumsAreKept(uint96 a, uint96 b, uint96 out) external {
        vm.assume(a > 0 && b > 0);
        token.mint(alice, a);
        token.mint(bob, b);
        vm.prank(alice);
        vault.stake(a);
        vm.prank(bob);
        vault.stake(b);
        uint256 amount = within(out, 1, a);
        vm.prank(alice);
        vault.withdraw(amount);
        eq(vault.staked(alice), a - amount, "alice");
        eq(vault.staked(bob), b, "bob");
        eq(token.balanceOf(address(vault)), uint256(a) + b - amount, "vault");
    }
}
