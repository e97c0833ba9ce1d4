// Holders as the subgraph has them at a block.
import { z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import {
  type AccountRow,
  InconsistentDataError,
  type Position,
  positions,
} from '../../../disbursement/index.ts'
import type { Env } from './env.ts'
import { allRows, PAGE, queryGraph } from './graph.ts'
import { bytes, int8, integer } from './graph-fields.ts'
import { logged } from './log.ts'
import { ProblemError } from './problem.ts'

const meta = z.object({
  _meta: z.object({
    block: z.object({ number: z.int().nonnegative(), hash: bytes.nullish(), timestamp: int8.nullish() }),
    hasIndexingErrors: z.boolean(),
  }),
})

export type IndexHead = {
  number: number
  hash: string | null
  timestamp: number | null
  hasIndexingErrors: boolean
}

/** The last block the subgraph has. */
export const indexHead = async (env: Env): Promise<IndexHead> => {
  const { _meta } = await queryGraph(
    env,
    'query Head { _meta { block { number hash timestamp } hasIndexingErrors } }',
    {},
    meta,
  )
  const { number, hash, timestamp } = _meta.block
  return {
    number,
    hash: hash ?? null,
    timestamp: timestamp ?? null,
    hasIndexingErrors: _meta.hasIndexingErrors,
  }
}

/** The block asked for, or the subgraph's last one: every page of an answer is read at one block. */
export const pinnedBlock = async (env: Env, asked: number | undefined): Promise<number> =>
  asked ?? (await indexHead(env)).number

const row = z.object({
  id: bytes,
  holder: bytes,
  balance: integer,
  staked: integer,
  lp: integer,
  lpStaked: integer,
  lots: integer,
  custody: integer,
  basis: integer,
  settled: integer,
  units: integer,
  recipient: bytes.nullable(),
}) satisfies z.ZodType<AccountRow>

const ROW = 'id holder balance staked lp lpStaked lots custody basis settled units recipient'

// Custody and lots stand on a holder's root row alone, so these are the roots.
const ROOTS = `query Roots($block: Int!, $after: Bytes!, $first: Int!, $excluded: [Bytes!]!) {
  accounts(block: { number: $block }, first: $first, orderBy: id, orderDirection: asc, where: { and: [
    { id_gt: $after }, { id_not_in: $excluded }, { or: [{ custody_gt: "0" }, { lots_gt: "0" }] }
  ] }) { id }
}`

const WALLETS = `query Wallets($block: Int!, $after: Bytes!, $holders: [Bytes!]!) {
  accounts(block: { number: $block }, first: ${PAGE}, orderBy: id, orderDirection: asc,
    where: { id_gt: $after, holder_in: $holders }) { ${ROW} }
}`

const HOLDER = `query Holder($block: Int!, $wallet: Bytes!) {
  account(block: { number: $block }, id: $wallet) { holder }
}`

/** No holder has more wallets than this in any page; a page beyond it is refused rather than cut. */
const MOST_WALLETS = 20_000

const positionsOf = async (
  env: Env,
  block: number,
  holders: readonly string[],
  excluded: readonly Address[],
) => {
  const rows = await allRows(async (after) => {
    const answer = await queryGraph(
      env,
      WALLETS,
      { block, after, holders },
      z.object({ accounts: z.array(row) }),
    )
    return answer.accounts
  }, MOST_WALLETS)
  if (rows === null)
    throw new ProblemError('index-failed', 'These holders have too many wallets for one page')
  try {
    return positions(rows, excluded)
  } catch (error) {
    if (!(error instanceof InconsistentDataError)) throw error
    logged('error', 'subgraph', { message: error.message, block })
    throw new ProblemError('index-failed', `The subgraph contradicts itself: ${error.message}`)
  }
}

/**
 * Holders with custody or primary lots at a block, ascending by root wallet.
 * @returns `next`: where the next page begins, to be read at the same block; null after the last
 */
export const holdersAt = async (
  env: Env,
  excluded: readonly Address[],
  { block, after, limit }: { block: number; after: string; limit: number },
): Promise<{ holders: Position[]; next: string | null }> => {
  const { accounts: roots } = await queryGraph(
    env,
    ROOTS,
    { block, after, first: limit, excluded },
    z.object({ accounts: z.array(z.object({ id: bytes })) }),
  )
  const last = roots.at(-1)
  if (last === undefined) return { holders: [], next: null }
  const ids = roots.map((root) => root.id)
  return {
    holders: await positionsOf(env, block, ids, excluded),
    next: roots.length < limit ? null : last.id,
  }
}

/** The holder a wallet belongs to at a block, or null for an address that never held anything or never weighs. */
export const holderAt = async (
  env: Env,
  excluded: readonly Address[],
  block: number,
  wallet: Address,
): Promise<Position | null> => {
  const { account } = await queryGraph(
    env,
    HOLDER,
    { block, wallet },
    z.object({ account: z.object({ holder: bytes }).nullable() }),
  )
  if (account === null) return null
  const found = await positionsOf(env, block, [account.holder], excluded)
  return found.find(({ holder }) => holder === account.holder) ?? null
}

const lot = z.object({
  id: bytes,
  holder: bytes,
  buyer: bytes,
  seller: bytes,
  amount: integer,
  block: z.int(),
  timestamp: int8,
  transaction: bytes,
  logIndex: z.int(),
})

const change = z.object({
  id: bytes,
  holder: bytes,
  wallet: bytes,
  kind: z.string(),
  delta: integer,
  custody: integer,
  lots: integer,
  settled: integer,
  block: z.int(),
  timestamp: int8,
  transaction: bytes,
  logIndex: z.int(),
})

export type Lot = z.output<typeof lot>
export type Change = z.output<typeof change>

const listOf = (
  name: string,
  list: string,
  fields: z.ZodObject,
) => `query ${name}($block: Int!, $after: Bytes!, $holders: [Bytes!]!) {
  ${list}(block: { number: $block }, first: ${PAGE}, orderBy: id, orderDirection: asc,
    where: { id_gt: $after, holder_in: $holders }) { ${Object.keys(fields.shape).join(' ')} }
}`

const LOTS = listOf('Lots', 'primaryLots', lot)
const CHANGES = listOf('Changes', 'custodyChanges', change)

/** Beyond this many rows a history is not told at all: half of one would be a wrong one. */
const MOST_EVENTS = 20_000

const byTime = (a: Lot | Change, b: Lot | Change) => a.block - b.block || a.logIndex - b.logIndex

/**
 * What happened to a holder's wallets up to a block, in the order it happened.
 * Rows name the holder of their time, so those of wallets linked later are asked for under the wallet itself.
 * @returns null when there are too many
 */
export const eventsOf = async (
  env: Env,
  block: number,
  wallets: readonly Address[],
): Promise<{ lots: Lot[]; changes: Change[] } | null> => {
  const variables = { block, holders: wallets }
  const [lots, changes] = await Promise.all([
    allRows(async (after) => {
      const form = z.object({ primaryLots: z.array(lot) })
      return (await queryGraph(env, LOTS, { ...variables, after }, form)).primaryLots
    }, MOST_EVENTS),
    allRows(async (after) => {
      const form = z.object({ custodyChanges: z.array(change) })
      return (await queryGraph(env, CHANGES, { ...variables, after }, form)).custodyChanges
    }, MOST_EVENTS),
  ])
  if (lots === null || changes === null) return null
  // Two changes of one log (who lost, who gained) keep the order of their ids.
  return { lots: lots.sort(byTime), changes: changes.sort((a, b) => byTime(a, b) || (a.id < b.id ? -1 : 1)) }
}
