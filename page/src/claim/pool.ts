/** What a share of the program's pool stands for (SPEC section 4, look-through). */
import { parseAbi } from 'viem'
import type { Config } from 'wagmi'
import { readContract } from 'wagmi/actions'
import type { Deployment } from '../api.ts'

export interface PoolState {
  readonly token: bigint
  readonly other: bigint
  readonly supply: bigint
}

const pairAbi = parseAbi([
  'function getReserves() view returns (uint112, uint112, uint32)',
  'function totalSupply() view returns (uint256)',
])

export async function readPool(
  config: Config,
  { chainId, pair, token, counterAsset }: Deployment,
): Promise<PoolState> {
  const read = { abi: pairAbi, address: pair, chainId } as const
  const [[one, other], supply] = await Promise.all([
    readContract(config, { ...read, functionName: 'getReserves' }),
    readContract(config, { ...read, functionName: 'totalSupply' }),
  ])
  // A pair's tokens stand in the order of their addresses.
  const isFirst = BigInt(token) < BigInt(counterAsset)
  return isFirst ? { token: one, other, supply } : { token: other, other: one, supply }
}
