// What is told of a snapshot: how far, how fast, how much longer.
import { z } from '@hono/zod-openapi'
import { amount, block, hash, seconds } from '../schema.ts'
import type { Page, Snapshot } from './progress.ts'

const list = z.object({
  rows: z.int().nonnegative().openapi({ description: 'Rows read so far', example: 640_000 }),
  sum: amount.openapi({ description: 'Of accounts the tokens, of lots the tokens bought' }),
  pages: z.int().nonnegative().openapi({ example: 20 }),
})

export const snapshotStatus = z
  .object({
    block,
    hash: hash.openapi({ description: 'The hash of that block: what is read is of this history' }),
    timestamp: seconds,
    state: z.enum(['reading', 'failed', 'complete']).openapi({
      description: 'failed: nothing goes on until it is started again',
      example: 'reading',
    }),
    index: hash
      .nullable()
      .openapi({ description: 'keccak256 of the index that names all pages; null until all are read' }),
    accounts: list.openapi({ description: 'Rows of accounts, which are read first' }),
    expected: z.int().nullable().openapi({
      description: 'How many accounts there are; null until the subgraph was asked',
      example: 2_000_000,
    }),
    lots: list.openapi({ description: 'Rows of primary lots' }),
    bytes: z.int().nonnegative().openapi({ description: 'Stored so far', example: 115_200_000 }),
    rate: z.int().nullable().openapi({ description: 'Rows a second while it is read', example: 21_000 }),
    remaining: z
      .int()
      .nullable()
      .openapi({ description: 'About how many seconds more; null before the first page', example: 420 }),
    run: z.int().positive().openapi({ description: 'Which run reads: some hundred pages each', example: 1 }),
    failures: z.int().nonnegative().openapi({ description: 'Attempts that failed', example: 0 }),
    problem: z.string().nullable().openapi({
      description: 'Why the last failed attempt did',
      example: 'The subgraph did not answer within 10000 ms',
    }),
    startedAt: seconds,
  })
  .openapi('Snapshot')

export type SnapshotStatus = z.output<typeof snapshotStatus>

/** How much of all possible ids lies up to this one, from 0 to 1: ids are hashes or nearly so, and spread evenly. */
const shareUpTo = (id: string): number => Number.parseInt(id.slice(2, 14).padEnd(12, '0'), 16) / 2 ** 48

const doneOf = (pages: readonly Page[]): number => {
  const last = pages.at(-1)
  return last === undefined ? 0 : last.is_last === 1 ? 1 : shareUpTo(last.last_id)
}

/** @param pages all that are read, each list's in their order */
export const statusOf = (snapshot: Snapshot, pages: readonly Page[]): SnapshotStatus => {
  const of = (name: Page['list']) => pages.filter((page) => page.list === name)
  const told = (own: readonly Page[]) => ({
    rows: own.reduce((sum, { rows }) => sum + rows, 0),
    sum: own.reduce((sum, page) => sum + BigInt(page.sum), 0n).toString(),
    pages: own.length,
  })
  const [accounts, lots] = [of('accounts'), of('lots')]
  const rows = pages.reduce((sum, page) => sum + page.rows, 0)
  const taken = pages.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000
  // While accounts are read it is not known how many lots there will be: about as many are taken.
  const done = (doneOf(accounts) + doneOf(lots)) / 2
  return {
    block: snapshot.block,
    hash: snapshot.block_hash,
    timestamp: snapshot.timestamp,
    state: snapshot.state,
    index: snapshot.index_hash,
    accounts: told(accounts),
    expected: snapshot.accounts,
    lots: told(lots),
    bytes: pages.reduce((sum, page) => sum + page.bytes, 0),
    rate: taken === 0 ? null : Math.round(rows / taken),
    remaining: snapshot.state === 'complete' ? 0 : done === 0 ? null : Math.ceil((taken * (1 - done)) / done),
    run: snapshot.run,
    failures: snapshot.failures,
    problem: snapshot.problem,
    startedAt: snapshot.started_at,
  }
}
