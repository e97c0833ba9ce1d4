// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUniswapV2Factory, IUniswapV2Pair} from "../../src/IUniswapV2.sol";
import {GoodToken} from "./Tokens.sol";
import {Vm} from "./Vm.sol";

interface IFactory is IUniswapV2Factory {
    function createPair(address tokenA, address tokenB) external returns (address pair);
}

interface IPair is IUniswapV2Pair {
    function balanceOf(address owner) external view returns (uint256);
    function totalSupply() external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
}

/// @notice Uniswap V2 itself, from its published bytecode, and what people do with its pairs
library Uniswap {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function makeFactory() internal returns (IFactory factory) {
        string memory json = vm.readFile("node_modules/@uniswap/v2-core/build/UniswapV2Factory.json");
        bytes memory code = bytes.concat(vm.parseJsonBytes(json, ".bytecode"), abi.encode(address(0)));
        assembly {
            factory := create(0, add(code, 0x20), mload(code))
        }
        require(address(factory) != address(0), "no factory");
    }

    /// @notice A pair with so much of both, minted to this contract
    function makePool(IFactory factory, GoodToken a, uint256 amountA, GoodToken b, uint256 amountB)
        internal
        returns (IPair pair)
    {
        pair = IPair(factory.createPair(address(a), address(b)));
        a.mint(address(pair), amountA);
        b.mint(address(pair), amountB);
        pair.mint(address(this));
    }

    function reservesOf(IPair pair, address asset, address other)
        internal
        view
        returns (uint256 reserve, uint256 otherReserve)
    {
        (uint256 first, uint256 second,) = pair.getReserves();
        return asset < other ? (first, second) : (second, first);
    }

    /// @notice The accumulator of the asset's price at a time from the pair's last change on
    function cumulativeAt(IPair pair, address asset, address other, uint256 time) internal view returns (uint256) {
        (uint256 reserve, uint256 otherReserve) = reservesOf(pair, asset, other);
        (,, uint32 updated) = pair.getReserves();
        uint256 last = asset < other ? pair.price0CumulativeLast() : pair.price1CumulativeLast();
        return last + (otherReserve << 112) / reserve * (time - updated);
    }

    /// @notice Somebody sells new tokens into the pool
    function sell(IPair pair, GoodToken asset, address other, uint256 amount, address to)
        internal
        returns (uint256 received)
    {
        (uint256 reserve, uint256 otherReserve) = reservesOf(pair, address(asset), other);
        received = amount * 997 * otherReserve / (reserve * 1000 + amount * 997);
        asset.mint(address(pair), amount);
        if (address(asset) < other) pair.swap(0, received, to, "");
        else pair.swap(received, 0, to, "");
    }
}
