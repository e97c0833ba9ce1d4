// Claims that were paid, as the subgraph has them.
import { z } from '@hono/zod-openapi'
import type { Address, Hex } from 'viem'
import type { Env } from './env.ts'
import { allRows, PAGE, queryGraph } from './graph.ts'
import { bytes, int8, integer } from './graph-fields.ts'
import { ProblemError } from './problem.ts'

const payment = z.object({
  id: bytes,
  distribution: bytes,
  to: bytes,
  amount: integer,
  block: z.int(),
  timestamp: int8,
  transaction: bytes,
})

/** `distribution` is the one that was published, also where a shard of it paid. */
export type Payment = z.output<typeof payment>

const FIELDS = Object.keys(payment.shape).join(' ')

const ONE = `query Payment($distribution: Bytes!, $account: Bytes!) {
  claims(first: 1, where: { distribution: $distribution, account: $account }) { ${FIELDS} }
}`

/** How a leaf was paid; null when it was not, or the subgraph does not tell. */
export const paymentOf = async (
  env: Env,
  leafId: Hex,
  account: Address,
): Promise<{ to: Address; block: number; timestamp: number; transaction: Hex } | null> => {
  try {
    const form = z.object({ claims: z.array(payment) })
    const { claims } = await queryGraph(env, ONE, { distribution: leafId, account }, form)
    const [found] = claims
    if (found === undefined) return null
    const { to, block, timestamp, transaction } = found
    return { to: to as Address, block, timestamp, transaction: transaction as Hex }
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

const ALL = `query Payments($block: Int!, $account: Bytes!, $after: Bytes!, $from: Int8!, $to: Int8!) {
  claims(block: { number: $block }, first: ${PAGE}, orderBy: id, orderDirection: asc, where: {
    id_gt: $after, account: $account, timestamp_gte: $from, timestamp_lt: $to
  }) { ${FIELDS} }
}`

const PARENTS = `query Parents($block: Int!, $ids: [Bytes!]!) {
  distributions(block: { number: $block }, first: ${PAGE}, where: { id_in: $ids, parent_not: null }) { id parent }
}`

/** A statement of more rows than this is refused: half of one would be a wrong one. */
const MOST_PAYMENTS = 10_000

const parentsOf = async (env: Env, block: number, ids: readonly string[]): Promise<Map<string, string>> => {
  const form = z.object({ distributions: z.array(z.object({ id: bytes, parent: bytes })) })
  const parents = new Map<string, string>()
  for (let at = 0; at < ids.length; at += PAGE) {
    const asked = { block, ids: ids.slice(at, at + PAGE) }
    for (const { id, parent } of (await queryGraph(env, PARENTS, asked, form)).distributions) {
      parents.set(id, parent)
    }
  }
  return parents
}

/**
 * What an account was paid within a time, oldest first.
 * @param from unix seconds, inclusive; `to` exclusive
 * @returns null when there are too many
 */
export const paymentsTo = async (
  env: Env,
  block: number,
  account: Address,
  { from, to }: { from: number; to: number },
): Promise<Payment[] | null> => {
  const form = z.object({ claims: z.array(payment) })
  const rows = await allRows(async (after) => {
    const asked = { block, account, after, from: from.toString(), to: to.toString() }
    return (await queryGraph(env, ALL, asked, form)).claims
  }, MOST_PAYMENTS)
  if (rows === null) return null
  const parents = await parentsOf(env, block, [...new Set(rows.map(({ distribution }) => distribution))])
  return rows.map((row) => ({ ...row, distribution: parents.get(row.distribution) ?? row.distribution }))
}
