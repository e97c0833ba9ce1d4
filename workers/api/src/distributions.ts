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
