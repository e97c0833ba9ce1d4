// A made-up distribution as the Workers find it: its records file, made shard by shard as it is read, and its row in D1.
import { bytesToHex, type Hex } from 'viem'
import {
  distributionId,
  encodeTerms,
  recordsBlocks,
  recordsHead,
  SHARD_SIZE,
  ShardBuilder,
} from '../../disbursement/index.ts'
import { nodeKernel } from '../../keccak/node.ts'
import { deployment } from '../../workers/api/test/program.ts'
import { RECORD, recordsOf, WIDTH } from '../measure.ts'

export type MadeUp = {
  id: Hex
  shards: number
  /** The records file, of which no more is in memory than its head. */
  file: { length: number; read(offset: number, length: number): Uint8Array }
  /** Bytes of the head, which a reader keeps, and of one block, which a proof takes. */
  head: number
  block: number
  row: Readonly<Record<string, unknown>>
  /** Path of the proof of an account, by its shard and its place there. */
  pathTo(shard: number, place: number): string
}

export const madeUp = (accounts: number): MadeUp => {
  const kernel = nodeKernel()
  const shards = Math.ceil(accounts / SHARD_SIZE)
  const shardOf = (shard: number): Uint8Array =>
    recordsOf(Math.min(SHARD_SIZE, accounts - shard * SHARD_SIZE), shard * SHARD_SIZE, accounts)
  const builder = new ShardBuilder(WIDTH, kernel)
  for (let shard = 0; shard < shards; shard++) builder.add(shardOf(shard))
  const built = builder.finish()
  const head = recordsHead(built, kernel)
  const block = recordsBlocks(built, 0, shardOf(0)).length
  const last = recordsBlocks(built, shards - 1, shardOf(shards - 1)).length
  const read = (offset: number, wanted: number): Uint8Array => {
    if (offset + wanted <= head.length) return head.subarray(offset, offset + wanted)
    // What a reader asks for first may be more than a small file's head.
    if (offset === 0) return Buffer.concat([head, recordsBlocks(built, 0, shardOf(0))]).subarray(0, wanted)
    const shard = Math.floor((offset - head.length) / block)
    const bytes = recordsBlocks(built, shard, shardOf(shard))
    const from = offset - head.length - shard * block
    if (from !== 0 || wanted > bytes.length)
      throw new Error(`a read of ${wanted} bytes at ${offset} is no block's`)
    return bytes.subarray(0, wanted)
  }
  const root = bytesToHex(built.root)
  const manifestHash: Hex = `0x${'77'.repeat(32)}`
  const key = { issuer: deployment.issuer, token: deployment.currency, terms: encodeTerms(1n, 0n), root }
  const id = distributionId(key)
  return {
    ...{ id, shards, head: head.length, block },
    file: { length: head.length + (shards - 1) * block + last, read },
    row: {
      ...{ id, ...key, total: built.total.toString(), manifest_hash: manifestHash, accounts },
      ...{ stream: 'income', period: '2026-Q1', asset_symbol: 'USDC', asset_decimals: 6, opens_at: 1 },
      ...{ deadline: 0, published_at: 1, block: 1, transaction_hash: manifestHash },
    },
    pathTo: (shard, place) => {
      const account = shardOf(shard).subarray(place * RECORD, place * RECORD + 20)
      return `/v1/distributions/${id}/proofs/${bytesToHex(account)}`
    },
  }
}
