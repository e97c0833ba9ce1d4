// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LocalCurrency} from "../src/local/LocalCurrency.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";

/// @notice See LocalCurrency.tree
contract LocalCurrencyTest is Base {
    function test_currency_isMintedByAnybody() external {
        LocalCurrency currency = _deployed();
        vm.prank(user("anybody"));
        currency.mint(user("holder"), 5e6);
        eq(currency.balanceOf(user("holder")), 5e6, "minted");
        eq(currency.decimals(), 6, "decimals");
        eq(keccak256(bytes(currency.symbol())), keccak256("USDC"), "symbol");
    }

    function test_currency_movesNothingOfTheBlocked() external {
        LocalCurrency currency = _deployed();
        (address blocked, address other) = (user("blocked"), user("other"));
        currency.mint(blocked, 3);
        currency.mint(other, 3);
        currency.setBlocked(blocked, true);
        vm.prank(blocked);
        vm.expectRevert(abi.encodeWithSelector(LocalCurrency.Blocked.selector, blocked));
        currency.transfer(other, 1);
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(LocalCurrency.Blocked.selector, blocked));
        currency.transfer(blocked, 1);
        currency.setBlocked(blocked, false);
        vm.prank(other);
        currency.transfer(blocked, 1);
        eq(currency.balanceOf(blocked), 4, "let go");
    }

    function _deployed() private returns (LocalCurrency) {
        return LocalCurrency(Deploy.make("LocalCurrency.sol:LocalCurrency", abi.encode("USD Coin", "USDC")));
    }
}
