/** ERC-20s and the wallet's list of them. Loaded when one is met that the terms do not name. */
import { erc20Abi } from 'viem'
import type { Config } from 'wagmi'
import { readContract, watchAsset } from 'wagmi/actions'
import type { Address, Asset } from '../api.ts'

/** What an ERC-20 calls itself. */
export async function readAsset(config: Config, chainId: number, address: Address): Promise<Asset> {
  const contract = { abi: erc20Abi, address, chainId } as const
  const [symbol, decimals] = await Promise.all([
    readContract(config, { ...contract, functionName: 'symbol' }),
    readContract(config, { ...contract, functionName: 'decimals' }),
  ])
  return { address, symbol, decimals }
}

/** Asks the connected wallet to show an asset (EIP-747). @returns whether it does */
export function listAsset(config: Config, { address, symbol, decimals }: Asset): Promise<boolean> {
  return watchAsset(config, { type: 'ERC20', options: { address, symbol, decimals } })
}
