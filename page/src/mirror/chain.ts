/** How far the chain is, asked of it directly. Loaded when the API is away. */
import { createPublicClient, http } from 'viem'
import type { Status } from '../api.ts'

/** @throws viem's errors when the chain is away too */
export async function statusFromChain(rpcUrl: string): Promise<Status> {
  const client = createPublicClient({ transport: http(rpcUrl, { retryCount: 1, timeout: 8_000 }) })
  const { number, timestamp } = await client.getBlock()
  return {
    ok: false,
    chain: { number: Number(number), timestamp: Number(timestamp) },
    subgraph: null,
    problems: [],
  }
}
