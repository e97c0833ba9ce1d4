// What the pool's assets beside the token call themselves: the terms do not say it, and a page should not need the chain for it.
import { type Address, decodeFunctionResult, encodeFunctionData, erc20Abi, type Hex } from 'viem'
import type { Deployment } from '../../../disbursement/index.ts'
import { askChain, callTo } from './chain.ts'
import { briefly, type Env } from './env.ts'
import { ProblemError } from './problem.ts'

export type PoolAsset = { address: Address; symbol: string; decimals: number }

/** An ERC-20 does not change its name, so each is asked once an isolate. */
const known = new Map<string, PoolAsset>()

const nameOf = (chainId: number, asset: Address): string => `${chainId}/${asset}`

const call = (asset: Address, functionName: 'symbol' | 'decimals') =>
  callTo(asset, encodeFunctionData({ abi: erc20Abi, functionName }))

/** Undefined where what answered is no ERC-20 with a name, such as one whose symbol is 32 bytes. */
const assetOf = (address: Address, symbol: unknown, decimals: unknown): PoolAsset | undefined => {
  try {
    return {
      address,
      symbol: decodeFunctionResult({ abi: erc20Abi, functionName: 'symbol', data: symbol as Hex }),
      decimals: decodeFunctionResult({ abi: erc20Abi, functionName: 'decimals', data: decimals as Hex }),
    }
  } catch {
    return undefined
  }
}

/** The pool's own shares and what the token is traded against; those that the chain does not name now are missing. */
export const poolAssetsOf = async (
  env: Env,
  { chainId, pair, counterAsset }: Deployment,
): Promise<PoolAsset[]> => {
  const all = [pair, counterAsset]
  const asked = all.filter((asset) => !known.has(nameOf(chainId, asset)))
  try {
    const calls = asked.flatMap((asset) => [call(asset, 'symbol'), call(asset, 'decimals')])
    const told = await askChain(briefly(env), calls)
    asked.forEach((address, at) => {
      const asset = assetOf(address, told[2 * at], told[2 * at + 1])
      if (asset !== undefined) known.set(nameOf(chainId, address), asset)
    })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
  }
  return all.flatMap((asset) => known.get(nameOf(chainId, asset)) ?? [])
}
