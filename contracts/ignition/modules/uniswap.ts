import { createRequire } from 'node:module'
import type { Artifact } from '@nomicfoundation/ignition-core'

const require = createRequire(import.meta.url)

/** The published build of a Uniswap V2 contract, in the shape Ignition deploys. */
const build = <const Name extends string>(file: string, contractName: Name): Artifact => {
  const { abi, bytecode } = require(file) as { abi: Artifact['abi']; bytecode: string }
  return {
    _format: 'hh3-artifact-1',
    contractName,
    sourceName: `${file.split('/build/')[0]}/${contractName}.sol`,
    abi,
    bytecode: `0x${bytecode}`,
    deployedBytecode: '0x',
    linkReferences: {},
    deployedLinkReferences: {},
  }
}

export const wethArtifact = build('@uniswap/v2-periphery/build/WETH9.json', 'WETH9')
export const factoryArtifact = build('@uniswap/v2-core/build/UniswapV2Factory.json', 'UniswapV2Factory')
export const pairArtifact = build('@uniswap/v2-core/build/UniswapV2Pair.json', 'UniswapV2Pair')
export const routerArtifact = build('@uniswap/v2-periphery/build/UniswapV2Router02.json', 'UniswapV2Router02')
