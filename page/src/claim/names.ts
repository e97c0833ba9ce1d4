/** Names in place of addresses, where the program's own chain has them (ENS). Loaded when a name is looked up. */
import { createPublicClient, http } from 'viem'
import { getEnsAddress } from 'viem/actions'
import { holesky, mainnet, sepolia } from 'viem/chains'
import { normalize } from 'viem/ens'
import type { Address } from '../api.ts'

const NAMED = [mainnet, sepolia, holesky]

/**
 * @param rpcUrl a node of that chain; without one, its public node
 * @returns null when nobody has the name, it leads to no address, or it is none
 */
export async function addressOf(
  name: string,
  chainId: number,
  rpcUrl: string | null,
): Promise<Address | null> {
  const chain = NAMED.find(({ id }) => id === chainId)
  if (chain === undefined) return null
  const client = createPublicClient({ chain, transport: http(rpcUrl ?? undefined) })
  let normal: string
  try {
    normal = normalize(name)
  } catch {
    return null
  }
  return getEnsAddress(client, { name: normal })
}
