// How far snapshots are, in D1.
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { SNAPSHOT_LIST_NAMES, type SnapshotList } from '../../snapshot.ts'
import { asked } from '../database.ts'

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value))

const row = z.object({
  block_hash: hex,
  block: z.int(),
  timestamp: z.int(),
  started_at: z.int(),
  run: z.int(),
  last_block: z.int().nullable(),
  last_block_hash: hex.nullable(),
  accounts: z.int().nullable(),
  supply: z.string().nullable(),
  lots_sold: z.string().nullable(),
  due_at: z.int(),
  state: z.enum(['reading', 'failed', 'complete']),
  failures: z.int(),
  problem: z.string().nullable(),
  index_hash: hex.nullable(),
})

/** A snapshot's row. */
export type Snapshot = z.output<typeof row>

const page = z.object({
  list: z.enum(SNAPSHOT_LIST_NAMES as [SnapshotList, ...SnapshotList[]]),
  place: z.int(),
  hash: hex,
  rows: z.int(),
  sum: z.string(),
  bytes: z.int(),
  last_id: hex,
  is_last: z.int(),
  milliseconds: z.int(),
})

/** A page that was read and stored. */
export type Page = z.output<typeof page>

export type PinnedBlock = { number: number; hash: Hex; timestamp: number }

/** Notes that a block's holders are to be read; what is noted already stays. */
export const noteSnapshot = (
  db: D1Database,
  { number, hash, timestamp }: PinnedBlock,
  now: number,
  due: number,
): Promise<void> =>
  asked(async () => {
    await db
      .prepare(
        `INSERT INTO snapshots (block_hash, block, timestamp, started_at, due_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .bind(hash, number, timestamp, now, due)
      .run()
  })

/** The snapshot of a block by its hash. */
export const findSnapshot = (db: D1Database, blockHash: string): Promise<Snapshot | null> =>
  asked(async () => {
    const found = await db.prepare('SELECT * FROM snapshots WHERE block_hash = ?').bind(blockHash).first()
    return found && row.parse(found)
  })

/** The newest snapshot of a block by its number. */
export const newestSnapshot = (db: D1Database, block: number): Promise<Snapshot | null> =>
  asked(async () => {
    const found = await db
      .prepare('SELECT * FROM snapshots WHERE block = ? ORDER BY started_at DESC LIMIT 1')
      .bind(block)
      .first()
    return found && row.parse(found)
  })

/** The pages of a list, in their order; of one snapshot there are some hundreds. */
export const pagesOf = (db: D1Database, blockHash: Hex): Promise<Page[]> =>
  asked(async () => {
    const { results } = await db
      .prepare('SELECT * FROM snapshot_pages WHERE block_hash = ? ORDER BY list, place')
      .bind(blockHash)
      .all()
    return results.map((each) => page.parse(each))
  })

/** Notes a page; one that is noted already is the same. */
export const notePage = (db: D1Database, blockHash: Hex, made: Page): Promise<void> =>
  asked(async () => {
    await db
      .prepare(
        `INSERT INTO snapshot_pages (block_hash, list, place, hash, rows, sum, bytes, last_id, is_last, milliseconds)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .bind(
        ...[blockHash, made.list, made.place, made.hash, made.rows, made.sum],
        ...[made.bytes, made.last_id, made.is_last, made.milliseconds],
      )
      .run()
  })

export type Expected = {
  last_block: number
  last_block_hash: Hex
  accounts: number
  supply: string
  lots_sold: string
}

/** Notes what the subgraph says of the block, once: all pages must be of that history. */
export const noteExpected = (db: D1Database, blockHash: Hex, expected: Expected): Promise<void> =>
  asked(async () => {
    const { last_block, last_block_hash, accounts, supply, lots_sold } = expected
    await db
      .prepare(
        `UPDATE snapshots SET last_block = ?, last_block_hash = ?, accounts = ?, supply = ?, lots_sold = ?
         WHERE block_hash = ? AND last_block_hash IS NULL`,
      )
      .bind(last_block, last_block_hash, accounts, supply, lots_sold, blockHash)
      .run()
  })

/** Notes by when an attempt that begins now must have come to an end. */
export const noteDue = (db: D1Database, blockHash: Hex, due: number): Promise<void> =>
  asked(async () => {
    await db.prepare('UPDATE snapshots SET due_at = ? WHERE block_hash = ?').bind(due, blockHash).run()
  })

/** Counts an attempt that failed, and keeps why. @param due by when the next one must have come to an end */
export const noteFailure = (db: D1Database, blockHash: Hex, problem: string, due: number): Promise<void> =>
  asked(async () => {
    await db
      .prepare('UPDATE snapshots SET failures = failures + 1, problem = ?, due_at = ? WHERE block_hash = ?')
      .bind(problem, due, blockHash)
      .run()
  })

/** Nothing is tried any more until it is started again. */
export const noteFailed = (db: D1Database, blockHash: Hex, problem: string): Promise<void> =>
  asked(async () => {
    await db
      .prepare(
        `UPDATE snapshots SET state = 'failed', problem = ? WHERE block_hash = ? AND state = 'reading'`,
      )
      .bind(problem, blockHash)
      .run()
  })

/** Forgets what was read and what it had to sum up to, so that the next run begins from nothing. */
export const forgetPages = (db: D1Database, blockHash: Hex): Promise<void> =>
  asked(async () => {
    await db.batch([
      db.prepare('DELETE FROM snapshot_pages WHERE block_hash = ?').bind(blockHash),
      db
        .prepare(
          `UPDATE snapshots SET last_block = NULL, last_block_hash = NULL, accounts = NULL, supply = NULL, lots_sold = NULL
           WHERE block_hash = ?`,
        )
        .bind(blockHash),
    ])
  })

export const noteComplete = (db: D1Database, blockHash: Hex, indexHash: Hex): Promise<void> =>
  asked(async () => {
    await db
      .prepare(`UPDATE snapshots SET state = 'complete', problem = NULL, index_hash = ? WHERE block_hash = ?`)
      .bind(indexHash, blockHash)
      .run()
  })

/** Moves on to the next run, of two at once one does. */
export const noteRun = (db: D1Database, blockHash: Hex, run: number, due: number): Promise<void> =>
  asked(async () => {
    await db
      .prepare(
        `UPDATE snapshots SET run = ?1, state = 'reading', due_at = ?3 WHERE block_hash = ?2 AND run = ?1 - 1 AND state <> 'complete'`,
      )
      .bind(run, blockHash, due)
      .run()
  })
