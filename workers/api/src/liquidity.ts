// What a month's LP units have gathered so far (SPEC section 11), as the subgraph has it at a block.
import { z } from '@hono/zod-openapi'
import type { Address, Hex } from 'viem'
import {
  gatheredByIndex,
  InconsistentDataError,
  type LpDistributionRow,
  neverWeighing,
  type Payment,
  type ProviderRow,
  type RewardMonth,
  type UnitSeconds,
} from '../../../disbursement/index.ts'
import { paymentsOfShards } from './allocations.ts'
import { blockBefore } from './blockBefore.ts'
import { type Env, settingsOf } from './env.ts'
import { allRows, PAGE, queryGraph } from './graph.ts'
import { bytes, integer } from './graph-fields.ts'
import { logged } from './log.ts'
import { ProblemError } from './problem.ts'
import { recordsHead } from './store.ts'

/** Int8 and Int as text. */
const count = z.union([z.string().regex(/^[0-9]+$/), z.int().nonnegative().transform(String)])

const provider = z.object({
  id: bytes,
  lp: integer,
  lpStaked: integer,
  lpSeconds: integer,
  stakedSeconds: integer,
  since: count,
}) satisfies z.ZodType<ProviderRow>

const distribution = z.object({
  id: bytes,
  root: bytes,
  manifestHash: bytes,
  parent: bytes.nullable(),
  publishedAt: count,
  endedAt: count.nullable(),
}) satisfies z.ZodType<LpDistributionRow>

const claim = z.object({ id: bytes, distribution: bytes, account: bytes, timestamp: count })
const wallet = z.object({ id: bytes, holder: bytes })

const listed = (
  name: string,
  list: string,
  fields: z.ZodObject,
  parameter = '',
  where = '',
) => `query ${name}($block: Int!, $after: Bytes!${parameter}) {
  ${list}(block: { number: $block }, first: ${PAGE}, orderBy: id, orderDirection: asc,
    where: { id_gt: $after${where} }) { ${Object.keys(fields.shape).join(' ')} }
}`

const BEFORE = listed('ProvidersBefore', 'liquidityProviders', provider)
const PROVIDERS = listed('Providers', 'liquidityProviders', provider)
const DISTRIBUTIONS = listed(
  'LpDistributions',
  'distributions',
  distribution,
  ', $pair: Bytes!',
  ', token: $pair',
)
const CLAIMS = listed('LpClaims', 'claims', claim, ', $ids: [Bytes!]!', ', distribution_in: $ids')
const EXCLUDED = listed('Excluded', 'accounts', wallet, ', $ids: [Bytes!]!', ', id_in: $ids')
const THEIRS = listed('Theirs', 'accounts', wallet, ', $ids: [Bytes!]!', ', holder_in: $ids')

/** Beyond this many rows nothing is told: a part of the providers would make everybody's share too large. */
const MOST_ROWS = 50_000

const rowsOf = async <Row extends { id: string }>(
  env: Env,
  query: string,
  list: string,
  row: z.ZodType<Row>,
  variables: Record<string, unknown>,
): Promise<Row[]> => {
  const form = z.object({ [list]: z.array(row) })
  const rows = await allRows(async (after) => {
    const answer: Record<string, Row[]> = await queryGraph(env, query, { ...variables, after }, form)
    return answer[list] ?? []
  }, MOST_ROWS)
  if (rows === null)
    throw new ProblemError('index-failed', `There are more ${list} than an estimate can count`)
  return rows
}

/** All leaves of the distributions of LP units, from their records. */
const leavesOf = async (
  store: R2Bucket,
  rows: readonly LpDistributionRow[],
): Promise<Map<string, readonly Payment[]>> => {
  const published = rows.filter(({ parent }) => parent === null)
  const leaves = published.map(async ({ id, manifestHash, root }) => {
    const names = { manifestHash: manifestHash as Hex, root: root as Hex }
    const { shards } = await recordsHead(store, names.manifestHash, names.root)
    return [id, await paymentsOfShards(store, names, 0, shards)] as const
  })
  return new Map(await Promise.all(leaves))
}

/** What every wallet gathered from a month's beginning to a block, and who never weighs. */
export type Gathered = { gathered: ReadonlyMap<Address, UnitSeconds>; never: ReadonlySet<Address> }

/**
 * @param at a block within the month
 * @throws ProblemError index-failed, index-slow, chain-failed, chain-slow, store-away, store-broken
 */
export const gatheredAt = async (
  env: Env,
  month: RewardMonth,
  at: { number: number; timestamp: number },
): Promise<Gathered> => {
  const { deployment } = settingsOf(env)
  const block = at.number
  const start = await blockBefore(env, deployment.genesisBlock, block, Number(month.startsAt))
  const [before, after, distributions, excluded] = await Promise.all([
    start === null ? [] : rowsOf(env, BEFORE, 'liquidityProviders', provider, { block: start }),
    rowsOf(env, PROVIDERS, 'liquidityProviders', provider, { block }),
    rowsOf(env, DISTRIBUTIONS, 'distributions', distribution, { block, pair: deployment.pair }),
    rowsOf(env, EXCLUDED, 'accounts', wallet, { block, ids: deployment.excluded }),
  ])
  const ids = distributions.map(({ id }) => id)
  const holders = [...new Set(excluded.map(({ holder }) => holder))]
  const [claims, theirs, leaves] = await Promise.all([
    ids.length === 0 ? [] : rowsOf(env, CLAIMS, 'claims', claim, { block, ids }),
    holders.length === 0 ? [] : rowsOf(env, THEIRS, 'accounts', wallet, { block, ids: holders }),
    leavesOf(env.STORE, distributions),
  ])
  try {
    const span = { from: month.startsAt, until: BigInt(at.timestamp) }
    const rows = { before, after, distributions, claims }
    return {
      gathered: gatheredByIndex(rows, span, (id) => leaves.get(id) ?? []),
      never: neverWeighing(theirs, deployment.excluded),
    }
  } catch (error) {
    if (!(error instanceof InconsistentDataError)) throw error
    logged('error', 'subgraph', { message: error.message, block })
    throw new ProblemError('index-failed', `The subgraph contradicts itself: ${error.message}`)
  }
}
