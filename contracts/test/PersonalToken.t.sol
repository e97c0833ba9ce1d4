// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {PersonalToken} from "../src/PersonalToken.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";

/// @notice See PersonalToken.tree
contract PersonalTokenTest is Base {
    PersonalToken private token;
    address private issuer = vm.addr(1);

    function setUp() external {
        token = PersonalToken(
            Deploy.make("PersonalToken.sol:PersonalToken", abi.encode("Alex", "ALEX", 10_000_000e18, issuer))
        );
    }

    function test_token_isWhollyTheIssuers() external view {
        eq(token.totalSupply(), 10_000_000e18, "supply");
        eq(token.balanceOf(issuer), 10_000_000e18, "issuer");
        eq(token.decimals(), 18, "decimals");
        eq(keccak256(bytes(token.name())), keccak256("Alex"), "name");
        eq(keccak256(bytes(token.symbol())), keccak256("ALEX"), "symbol");
    }

    function test_token_refusesNoHolder() external {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        this.make(address(0));
    }

    function make(address holder) external returns (address) {
        return Deploy.make("PersonalToken.sol:PersonalToken", abi.encode("Alex", "ALEX", 1, holder));
    }

    function test_token_movesExactly() external {
        vm.prank(issuer);
        token.transfer(user("holder"), 5);
        eq(token.balanceOf(user("holder")), 5, "received");
        eq(token.balanceOf(issuer), 10_000_000e18 - 5, "sent");
        eq(token.totalSupply(), 10_000_000e18, "supply");
    }

    function test_token_takesPermits() external {
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, issuer, address(this), 9, 0, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1, typedDigest("Alex", address(token), structHash));
        token.permit(issuer, address(this), 9, block.timestamp, v, r, s);
        eq(token.allowance(issuer, address(this)), 9, "allowance");
    }
}
