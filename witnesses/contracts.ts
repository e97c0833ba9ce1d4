import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import type { Abi, Hex } from 'viem'

// What is deployed: the project's contracts as Hardhat compiled them, and Uniswap V2 from its published bytecode.

export type Build = { abi: Abi; bytecode: Hex }

const require = createRequire(import.meta.url)

/**
 * @param name a contract, after its folder in contracts/src
 * @throws Error telling how to compile, where that was not done
 */
export const compiled = (name: string): Build => {
  const path = join(import.meta.dirname, `../artifacts/contracts/src/${name}.sol/${basename(name)}.json`)
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
