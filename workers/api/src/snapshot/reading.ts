// The steps of which reading a snapshot is made. Each looks in D1 how far it is and does the next thing, so any of them may
// be done again; a page in R2 is named by its hash.
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { canonicalBytes } from '../../../../disbursement/index.ts'
import {
  ANSWER_ROWS,
  PAGE_ROWS,
  pageHeader,
  pageLine,
  SNAPSHOT_LIST_NAMES,
  SNAPSHOT_LISTS,
  type SnapshotIndex,
  type SnapshotList,
  snapshotKey,
  snapshotPageKey,
} from '../../snapshot.ts'
import { blockOnChain } from '../chain.ts'
import { type Env, settingsOf } from '../env.ts'
import { queryGraph } from '../graph.ts'
import { bytes, integer } from '../graph-fields.ts'
import { ProblemError } from '../problem.ts'
import { hashOf, putObject } from '../store.ts'
import {
  findSnapshot,
  forgetPages,
  noteComplete,
  noteExpected,
  notePage,
  type Page,
  pagesOf,
  type Snapshot,
} from './progress.ts'

/** What no other attempt can mend. */
export class FinalError extends Error {
  override readonly name = 'FinalError'
}

const hex = bytes.transform((text) => text as Hex)
const WITNESS = 'program(id: "program", block: { number: $block }) { lastBlock lastBlockHash }'
const witness = z
  .object({ lastBlock: z.coerce.number<string | number>().int(), lastBlockHash: hex })
  .nullable()

const TOTALS = `query Totals($block: Int!) {
  _meta { hasIndexingErrors }
  program(id: "program", block: { number: $block }) { lastBlock lastBlockHash accounts totalSupply lotsSold }
}`
const totals = z.object({
  _meta: z.object({ hasIndexingErrors: z.boolean() }),
  program: z
    .object({
      lastBlock: z.coerce.number<string | number>().int(),
      lastBlockHash: hex,
      accounts: z.int(),
      totalSupply: integer,
      lotsSold: integer,
    })
    .nullable(),
})

const rowsQuery = (list: SnapshotList): string => {
  const { collection, row } = SNAPSHOT_LISTS[list]
  return `query Rows_${list}($block: Int!, $after: Bytes!) {
  ${WITNESS}
  rows: ${collection}(block: { number: $block }, first: ${ANSWER_ROWS}, orderBy: id, orderDirection: asc,
    where: { id_gt: $after }) { ${Object.keys(row.shape).join(' ')} }
}`
}
const QUERIES = { accounts: rowsQuery('accounts'), lots: rowsQuery('lots') }

const snapshotOf = async (env: Env, blockHash: Hex): Promise<Snapshot> => {
  const found = await findSnapshot(env.DB, blockHash)
  if (found === null) throw new FinalError(`No snapshot of block ${blockHash} was begun`)
  return found
}

/**
 * Compares with the chain: the block that is read, and the last one with an event, which the subgraph names.
 * @throws FinalError when the chain has another block in the place of the one that is read
 * @throws ProblemError index-failed when the subgraph follows another history than the chain
 */
const requireChain = async (
  env: Env,
  { block, block_hash }: Pick<Snapshot, 'block' | 'block_hash'>,
  last: { number: number; hash: Hex },
): Promise<void> => {
  const [read, event] = await Promise.all([blockOnChain(env, block), blockOnChain(env, last.number)])
  if (read?.hash !== block_hash) {
    throw new FinalError(
      `The chain was reorganized: block ${block} was ${block_hash} when this snapshot was begun and is ${read?.hash ?? 'gone'} now. Begin another, of a final block`,
    )
  }
  if (event?.hash !== last.hash) {
    throw new ProblemError(
      'index-failed',
      `The subgraph follows another history: its block ${last.number} is ${last.hash}, the chain's ${event?.hash ?? 'not there'}`,
    )
  }
}

/** The first step: subgraph and chain have this block, and what its rows will have to sum up to is noted. */
export const look = async (env: Env, blockHash: Hex): Promise<void> => {
  const snapshot = await snapshotOf(env, blockHash)
  const { _meta, program } = await queryGraph(env, TOTALS, { block: snapshot.block }, totals)
  if (_meta.hasIndexingErrors) {
    throw new ProblemError('index-stopped', 'The subgraph met an error while indexing')
  }
  if (program === null) {
    throw new FinalError(
      `The subgraph knows no event up to block ${snapshot.block}: is it this program's subgraph?`,
    )
  }
  const { lastBlock, lastBlockHash, accounts, totalSupply, lotsSold } = program
  await requireChain(env, snapshot, { number: lastBlock, hash: lastBlockHash })
  await noteExpected(env.DB, blockHash, {
    ...{ last_block: lastBlock, last_block_hash: lastBlockHash },
    ...{ accounts, supply: totalSupply, lots_sold: lotsSold },
  })
}

/** Which history the rows must be of. */
const lastOf = ({ block, last_block, last_block_hash }: Snapshot): { number: number; hash: Hex } => {
  if (last_block === null || last_block_hash === null)
    throw new FinalError(`Block ${block} was not looked at before it was read`)
  return { number: last_block, hash: last_block_hash }
}

/** Where reading goes on; null when everything is read. */
const nextOf = (pages: readonly Page[]): { list: SnapshotList; place: number; after: Hex } | null => {
  for (const list of SNAPSHOT_LIST_NAMES) {
    const last = pages.findLast((page) => page.list === list)
    if (last === undefined) return { list, place: 0, after: '0x' }
    if (last.is_last === 0) return { list, place: last.place + 1, after: last.last_id }
  }
  return null
}

/** One answer of the subgraph, added to a page. @returns how many rows it had */
const readAnswer = async (
  env: Env,
  { block, last }: { block: number; last: { number: number; hash: Hex } },
  list: SnapshotList,
  page: { pieces: Uint8Array[]; rows: number; sum: bigint; after: Hex },
): Promise<number> => {
  const { row, summed } = SNAPSHOT_LISTS[list]
  const form = z.object({ program: witness, rows: z.array(row as z.ZodType<Record<string, string | null>>) })
  const { program, rows } = await queryGraph(env, QUERIES[list], { block, after: page.after }, form)
  // Said in the same answer: these rows are of that history, and not of what stood there before or after a rollback.
  if (program?.lastBlockHash !== last.hash) {
    throw new ProblemError(
      'index-failed',
      `The subgraph's last event up to block ${block} is in block ${program?.lastBlockHash ?? 'none'} now, and was in ${last.hash}`,
    )
  }
  let text = ''
  for (const each of rows) {
    const id = each.id as Hex
    if (id <= page.after) throw new ProblemError('index-failed', 'The subgraph repeats its pages')
    page.after = id
    page.sum += BigInt(each[summed] ?? 0)
    text += pageLine(list, each)
  }
  page.rows += rows.length
  page.pieces.push(new TextEncoder().encode(text))
  return rows.length
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/**
 * Reads the next page, stores it, and notes it: some 6 MB are in memory.
 * @returns false when there was none left
 * @throws FinalError after a reorganization; ProblemError for what may be mended by waiting
 */
export const readPage = async (env: Env, blockHash: Hex): Promise<boolean> => {
  const snapshot = await snapshotOf(env, blockHash)
  const next = nextOf(await pagesOf(env.DB, blockHash))
  if (next === null) return false
  const began = Date.now()
  const { list, place, after } = next
  const pinned = { block: snapshot.block, last: lastOf(snapshot) }
  const header = new TextEncoder().encode(pageHeader(list))
  const page = { pieces: [header], rows: 0, sum: 0n, after }
  let got = ANSWER_ROWS
  try {
    while (got === ANSWER_ROWS && page.rows < PAGE_ROWS) got = await readAnswer(env, pinned, list, page)
  } finally {
    // Whatever the subgraph said: was it the chain that changed?
    await requireChain(env, snapshot, pinned.last)
  }
  const content = joined(page.pieces)
  const hash = hashOf(content)
  await putObject(env.STORE, snapshotPageKey(hash), content)
  await notePage(env.DB, blockHash, {
    ...{ list, place, hash, rows: page.rows, sum: page.sum.toString(), bytes: content.length },
    ...{ last_id: page.after, is_last: got < ANSWER_ROWS ? 1 : 0, milliseconds: Date.now() - began },
  })
  return true
}

/**
 * The last step: the rows sum up to what the subgraph and the chain say, and the index that names the pages is stored.
 * @throws FinalError when rows are missing
 */
export const seal = async (env: Env, blockHash: Hex): Promise<void> => {
  const snapshot = await snapshotOf(env, blockHash)
  const last = lastOf(snapshot)
  await requireChain(env, snapshot, last)
  const pages = await pagesOf(env.DB, blockHash)
  if (nextOf(pages) !== null) throw new FinalError('Not every page is read')
  const { deployment } = settingsOf(env)
  const listOf = (list: SnapshotList) => {
    const own = pages.filter((page) => page.list === list)
    return {
      rows: own.reduce((sum, { rows }) => sum + rows, 0).toString(),
      sum: own.reduce((sum, page) => sum + BigInt(page.sum), 0n).toString(),
      pages: own.map(({ hash }) => hash),
    }
  }
  const [accounts, lots] = [listOf('accounts'), listOf('lots')]
  for (const [what, found, expected] of [
    ['accounts', accounts.rows, `${snapshot.accounts}`],
    ['tokens', accounts.sum, snapshot.supply],
    ['tokens in primary lots', lots.sum, snapshot.lots_sold],
  ]) {
    if (found !== expected) {
      // Nobody can tell which page is wrong.
      await forgetPages(env.DB, blockHash)
      throw new FinalError(
        `The rows read have ${found} ${what}, but the subgraph counts ${expected}: mend it, and start again from nothing`,
      )
    }
  }
  const index: SnapshotIndex = {
    snapshot: '1',
    chainId: deployment.chainId.toString(),
    token: deployment.token,
    block: {
      number: snapshot.block.toString(),
      hash: snapshot.block_hash,
      timestamp: snapshot.timestamp.toString(),
    },
    lastBlock: { number: last.number.toString(), hash: last.hash },
    accounts,
    lots,
  }
  const content = canonicalBytes(index)
  const hash = hashOf(content)
  await putObject(env.STORE, snapshotKey(hash), content)
  await noteComplete(env.DB, blockHash, hash)
}
