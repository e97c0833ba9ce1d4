// Who a distribution pays, in pages, from its records: the same for thirty accounts and for ten million.
import type { Address, Hex } from 'viem'
import {
  decodeBlocks,
  type Payment,
  RecordsError,
  SHARD_SIZE,
  shardRange,
  shardsFor,
  unpack,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { ProblemError } from './problem.ts'
import { recordsHead, recordsPart } from './store.ts'

/** A payment and where its leaf is. */
export type Allocation = Payment & { shard: number; index: number }

/**
 * The allocations above an account, ascending by account.
 * @param after null for the first page
 * @returns `next`: `after` of the next page; null after the last
 * @throws ProblemError store-broken, store-away
 */
export const allocationsAfter = async (
  store: R2Bucket,
  { manifestHash, root }: { manifestHash: Hex; root: Hex },
  after: Address | null,
  limit: number,
): Promise<{ allocations: Allocation[]; next: Address | null }> => {
  const head = await recordsHead(store, manifestHash, root)
  const found: Allocation[] = []
  let shard = after === null ? 0 : (shardsFor(head, after)?.first ?? 0)
  // One more than asked for tells whether there is a next page.
  while (shard < head.shards && found.length <= limit) {
    const count = Math.min(Math.ceil((limit + 1 - found.length) / SHARD_SIZE), head.shards - shard)
    const first = shard
    const payments = await paymentsOfShards(store, { manifestHash, root }, first, count)
    payments.forEach((payment, place) => {
      if (after !== null && payment.account <= after) return
      found.push({ ...payment, shard: first + Math.floor(place / SHARD_SIZE), index: place % SHARD_SIZE })
    })
    shard += count
  }
  const allocations = found.slice(0, limit)
  return { allocations, next: found.length > limit ? (allocations.at(-1)?.account ?? null) : null }
}

/**
 * The payments of consecutive shards, checked: they lead to the root.
 * @throws ProblemError store-broken, store-away
 */
export const paymentsOfShards = async (
  store: R2Bucket,
  { manifestHash, root }: { manifestHash: Hex; root: Hex },
  first: number,
  count: number,
): Promise<Payment[]> => {
  const head = await recordsHead(store, manifestHash, root)
  const bytes = await recordsPart(store, manifestHash, shardRange(head, first, count))
  return checked(manifestHash, () => {
    const { records } = decodeBlocks(head, first, count, bytes, workerKernel())
    return unpack({ records, width: head.amountWidth })
  })
}

const checked = <Value>(manifestHash: Hex, reading: () => Value): Value => {
  try {
    return reading()
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    throw new ProblemError(
      'store-broken',
      `The records of manifest ${manifestHash} are damaged: ${error.message}`,
    )
  }
}
