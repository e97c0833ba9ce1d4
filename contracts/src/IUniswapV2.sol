// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The factory of Uniswap V2
/// @notice What is used of it here
interface IUniswapV2Factory {
    /// @notice The pair of `tokenA` and `tokenB`, in whichever order; zero when there is none
    function getPair(address tokenA, address tokenB) external view returns (address pair);
}

/// @title A pair of Uniswap V2
/// @notice What is used of it here
interface IUniswapV2Pair {
    /// @notice Both reserves, and when they last changed
    /// @return reserve0 Of the token with the lower address
    /// @return reserve1 Of the other
    /// @return blockTimestampLast Unix seconds modulo 2^32
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 blockTimestampLast);

    /// @notice The first token's price in the second, times 2^112, summed over the seconds until the last change
    function price0CumulativeLast() external view returns (uint256);

    /// @notice The second token's price in the first, likewise
    function price1CumulativeLast() external view returns (uint256);

    /// @notice Gives `amount0Out` and `amount1Out` to `to` for what was sent to the pair before; `data` calls nobody when empty
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;

    /// @notice Gives `to` LP units for what was sent to the pair before
    function mint(address to) external returns (uint256 liquidity);
}
