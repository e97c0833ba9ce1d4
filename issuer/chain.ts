import {
  type Address,
  BaseError,
  createPublicClient,
  type Hash,
  HttpRequestError,
  http,
  InvalidInputRpcError,
  type PublicClient,
  RpcRequestError,
  TimeoutError,
} from 'viem'
import { missing, Refusal, refused, shownUrl } from './refusal.ts'

export interface Block {
  number: bigint
  hash: Hash
  timestamp: bigint
}

export type Chain = PublicClient

/** Opens the chain and checks that it is the one the deployment file speaks of. */
export async function connect(rpcUrl: string, chainId: number): Promise<Chain> {
  const chain = createPublicClient({
    transport: http(rpcUrl, { batch: { batchSize: 100 }, timeout: 20_000, retryCount: 2 }),
    pollingInterval: 500,
  })
  const actual = await ask(rpcUrl, () => chain.getChainId())
  if (actual !== chainId) {
    throw refused(
      `the RPC at ${shownUrl(rpcUrl)} serves chain ${actual}, but the deployment file is for chain ${chainId}: set PRORATA_RPC_URL to that chain`,
    )
  }
  return chain
}

/** Runs something that asks the chain, and says in one sentence when nobody answers there. */
export async function ask<T>(rpcUrl: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (isAway(error)) {
      throw missing(
        `the chain does not answer at ${shownUrl(rpcUrl)}: start it, or set PRORATA_RPC_URL to one that does`,
        {
          cause: error,
        },
      )
    }
    throw error
  }
}

export function isAway(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((e) => e instanceof HttpRequestError || e instanceof TimeoutError) !== null
  )
}

export async function blockAt(chain: Chain, number: bigint): Promise<Block> {
  const { hash, timestamp } = await chain.getBlock({ blockNumber: number })
  return { number, hash, timestamp }
}

async function taggedBlock(chain: Chain, blockTag: 'latest' | 'finalized'): Promise<Block> {
  const { number, hash, timestamp } = await chain.getBlock({ blockTag })
  return { number, hash, timestamp }
}

export const latestBlock = (chain: Chain) => taggedBlock(chain, 'latest')

/** The nonce of an address's next transaction, counting only what is mined. */
export const nonceOf = (chain: Chain, address: Address) =>
  chain.getTransactionCount({ address, blockTag: 'latest' })

/** The last block that can no longer be reorganized away; null while the chain has none. */
export async function finalizedBlock(chain: Chain): Promise<Block | null> {
  try {
    return await taggedBlock(chain, 'finalized')
  } catch (error) {
    if (isAway(error) || !(error instanceof BaseError)) throw error
    return null
  }
}

/**
 * The last block whose timestamp is before a time, by bisection: about log2(high − low) questions.
 * @param time unix seconds
 * @param low a block known to be before the time
 * @param high a block known to be at or after it
 * @param at reads a block; timestamps never fall from one block to the next
 */
export async function lastBlockBefore<B extends { number: bigint; timestamp: bigint }>(
  time: bigint,
  low: B,
  high: B,
  at: (number: bigint) => Promise<B>,
): Promise<B> {
  if (low.timestamp >= time || high.timestamp < time) {
    throw new RangeError(`block ${low.number} must be before ${time}, and block ${high.number} not`)
  }
  let before = low
  let after = high
  while (after.number - before.number > 1n) {
    const middle = await at((before.number + after.number) / 2n)
    if (middle.timestamp < time) before = middle
    else after = middle
  }
  return before
}

export interface Period {
  name: string
  /** unix seconds */
  end: bigint
}

/**
 * The record block of a period (SPEC §1): the last block before its end. It counts only once a block at or after the end is
 * final too: until then a reorganization could put another block in between.
 * @throws Refusal while the period goes on, or its end is not final
 */
export async function recordBlock(chain: Chain, genesisBlock: bigint, period: Period): Promise<Block> {
  const end = new Date(Number(period.end) * 1000).toISOString()
  const latest = await latestBlock(chain)
  if (latest.timestamp < period.end) {
    const now = new Date(Number(latest.timestamp) * 1000).toISOString()
    throw refused(
      `${period.name} has not ended: it ends at ${end}, and the chain is at ${now} (block ${latest.number})`,
    )
  }
  const final = await finalizedBlock(chain)
  if (final === null || final.timestamp < period.end) {
    throw refused(
      `the record block of ${period.name} is not final yet: the chain is final up to block ${final?.number ?? 'none'}, which is before the period's end at ${end}; try again in a while`,
    )
  }
  const genesis = await blockAt(chain, genesisBlock)
  if (genesis.timestamp >= period.end) {
    throw refused(
      `${period.name} ended before the program's first block ${genesisBlock}: nobody could hold anything`,
    )
  }
  return lastBlockBefore(period.end, genesis, final, (number) => blockAt(chain, number))
}

/** Turns "no state that old" into a sentence: reading at the record block needs an archive node once it is a while ago. */
export function archiveNeeded(error: unknown, block: bigint): unknown {
  if (error instanceof Refusal || isAway(error) || !(error instanceof BaseError)) return error
  const rpc = error.walk((e) => e instanceof RpcRequestError || e instanceof InvalidInputRpcError)
  if (rpc === null) return error
  return missing(
    `the RPC cannot read the chain's state at block ${block}: it must be an archive node (set PRORATA_RPC_URL to one)`,
    { cause: error },
  )
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
