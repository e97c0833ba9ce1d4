// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LocalCurrency} from "../src/local/LocalCurrency.sol";
import {Base} from "./support/Base.sol";
import {Deploy} from "./support/Deploy.sol";

/// @notice See LocalCurrency.tree
contract LocalCurrencyTest is Base {
    function test_currency_isMintedByAnybody() external {
        LocalCurrency currency =
            LocalCurrency(Deploy.make("LocalCurrency.sol:LocalCurrency", abi.encode("USD Coin", "USDC")));
        vm.prank(user("anybody"));
        currency.mint(user("holder"), 5e6);
        eq(currency.balanceOf(user("holder")), 5e6, "minted");
        eq(currency.decimals(), 6, "decimals");
        eq(keccak256(bytes(currency.symbol())), keccak256("USDC"), "symbol");
    }
}
