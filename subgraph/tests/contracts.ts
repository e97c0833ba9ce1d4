import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { Abi, Hex } from 'viem'

// What the tests deploy: the project's contracts as Hardhat compiled them, and Uniswap V2 from its published bytecode.

export type Build = { abi: Abi; bytecode: Hex }

const require = createRequire(import.meta.url)

/**
 * @param name a contract, after its folder in contracts/src
 * @throws Error telling how to compile, where that was not done
 */
export const compiled = (name: string): Build => {
  const path = join(import.meta.dirname, `../../artifacts/contracts/src/${name}.sol/${basename(name)}.json`)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Build
  } catch {
    throw new Error(`${name} is not compiled: run \`hardhat compile\` first`)
  }
}

const published = (file: string): Build => {
  const { abi, bytecode } = require(file) as { abi: Abi; bytecode: string }
  return { abi, bytecode: `0x${bytecode}` }
}

export const factory = published('@uniswap/v2-core/build/UniswapV2Factory.json')
export const router = published('@uniswap/v2-periphery/build/UniswapV2Router02.json')
export const weth = published('@uniswap/v2-periphery/build/WETH9.json')
export const pairAbi = published('@uniswap/v2-core/build/UniswapV2Pair.json').abi

/**
 * A contract that makes several calls in one transaction, and reverts if one does. Its input: for each call the target and
 * the data's length, 32 bytes each, and the data. Anyone can use it: it holds what tests give it.
 */
export const BATCH_CODE: Hex = `0x${[
  '5f', //                 pos = 0
  '5b', //                 loop:
  '36811015602957', //     if !(pos < calldatasize) goto end
  '8060200135', //         len = calldata[pos + 32]
  '81604001', //           src = pos + 64
  '81815f37', //           calldatacopy(0, src, len)
  '5f5f835f5f87355af1', // call(gas, calldata[pos], 0, 0, len, 0, 0)
  '15602b57', //           if it failed goto fail
  '019050', //             pos = src + len
  '600156', //             goto loop
  '5b00', //               end: stop
  '5b5f5ffd', //           fail: revert
].join('')}`
