// Published distributions and who is in them, in D1.

import { z } from '@hono/zod-openapi'
import type { Address, Hex } from 'viem'
import { asked } from './database.ts'

/** A row of `distributions`, in the words of the API. */
export type Distribution = {
  id: Hex
  issuer: Address
  token: Address
  terms: Hex
  root: Hex
  total: string
  manifestHash: Hex
  accounts: number
  stream: string
  period: string
  asset: { symbol: string; decimals: number; address: Address }
  opensAt: number
  deadline: number
  publishedAt: number
  block: number
  transaction: Hex
}

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]+$/.test(value))

const row = z
  .object({
    id: hex,
    issuer: hex,
    token: hex,
    terms: hex,
    root: hex,
    total: z.string(),
    manifest_hash: hex,
    accounts: z.int(),
    stream: z.string(),
    period: z.string(),
    asset_symbol: z.string(),
    asset_decimals: z.int(),
    opens_at: z.int(),
    deadline: z.int(),
    published_at: z.int(),
    block: z.int(),
    transaction_hash: hex,
  })
  .transform(
    (fields): Distribution => ({
      id: fields.id,
      issuer: fields.issuer,
      token: fields.token,
      terms: fields.terms,
      root: fields.root,
      total: fields.total,
      manifestHash: fields.manifest_hash,
      accounts: fields.accounts,
      stream: fields.stream,
      period: fields.period,
      asset: { symbol: fields.asset_symbol, decimals: fields.asset_decimals, address: fields.token },
      opensAt: fields.opens_at,
      deadline: fields.deadline,
      publishedAt: fields.published_at,
      block: fields.block,
      transaction: fields.transaction_hash,
    }),
  )

const entry = z.object({ place: z.int().nonnegative(), amount: z.string() })

const COLUMNS = `id, issuer, token, terms, root, total, manifest_hash, accounts, stream, period, asset_symbol,
  asset_decimals, opens_at, deadline, published_at, block, transaction_hash`

/** Distributions in the order they were published. A program has a handful a year. */
export const listDistributions = async (db: D1Database): Promise<Distribution[]> => {
  const { results } = await asked(() =>
    db.prepare(`SELECT ${COLUMNS} FROM distributions WHERE complete = 1 ORDER BY published_at, number`).all(),
  )
  return results.map((each) => row.parse(each))
}

export const countDistributions = async (db: D1Database): Promise<number> => {
  const count = await asked(() =>
    db.prepare('SELECT count(*) AS count FROM distributions WHERE complete = 1').first<number>('count'),
  )
  return count ?? 0
}

/** The distribution of that id, or null. */
export const findDistribution = async (db: D1Database, id: Hex): Promise<Distribution | null> => {
  const found = await asked(() =>
    db.prepare(`SELECT ${COLUMNS} FROM distributions WHERE complete = 1 AND id = ?`).bind(id).first(),
  )
  return found === null ? null : row.parse(found)
}

/** A leaf's place among all leaves of its distribution, and its amount as it was registered. */
export type Entry = { distribution: Distribution; place: number; amount: string }

/** Everything published for an account, oldest first. */
export const entriesOf = async (db: D1Database, account: Address): Promise<Entry[]> => {
  const { results } = await asked(() =>
    db
      .prepare(
        `SELECT ${COLUMNS}, place, amount FROM allocations JOIN distributions ON number = distribution
         WHERE account = ? AND complete = 1 ORDER BY published_at, number`,
      )
      .bind(account)
      .all(),
  )
  return results.map((each) => ({ distribution: row.parse(each), ...entry.parse(each) }))
}

/** 5,000 rows of some 80 bytes stay far below D1's 2 MB for one value. */
const ROWS_A_STATEMENT = 5000

/**
 * Writes a distribution and its allocations. May be repeated, also after a failure half-way: rows that are there stay,
 * missing ones are added, and readers see the distribution only when all are there. Where it was published follows the
 * chain, which may have put the transaction into another block meanwhile.
 * @param payments the leaves in order
 * @returns whether it was new
 */
export const registerDistribution = async (
  db: D1Database,
  distribution: Distribution,
  payments: readonly { account: Address; amount: bigint }[],
): Promise<boolean> =>
  asked(async () => {
    const { asset, ...fields } = distribution
    await db
      .prepare(
        `INSERT INTO distributions (${COLUMNS}) VALUES (${Array.from({ length: 17 }, () => '?').join(', ')})
         ON CONFLICT (id) DO UPDATE SET published_at = excluded.published_at, block = excluded.block,
           transaction_hash = excluded.transaction_hash`,
      )
      .bind(
        fields.id,
        fields.issuer,
        fields.token,
        fields.terms,
        fields.root,
        fields.total,
        fields.manifestHash,
        fields.accounts,
        fields.stream,
        fields.period,
        asset.symbol,
        asset.decimals,
        fields.opensAt,
        fields.deadline,
        fields.publishedAt,
        fields.block,
        fields.transaction,
      )
      .run()
    for (let at = 0; at < payments.length; at += ROWS_A_STATEMENT) {
      const rows = payments
        .slice(at, at + ROWS_A_STATEMENT)
        .map(({ account, amount }, index) => [account, at + index, amount.toString()])
      await db
        .prepare(
          `INSERT INTO allocations (account, distribution, place, amount)
           SELECT value ->> 0, (SELECT number FROM distributions WHERE id = ?1), value ->> 1, value ->> 2
           FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
        )
        .bind(fields.id, JSON.stringify(rows))
        .run()
    }
    const { meta } = await db
      .prepare('UPDATE distributions SET complete = 1 WHERE id = ? AND complete = 0')
      .bind(fields.id)
      .run()
    return meta.changes > 0
  })
