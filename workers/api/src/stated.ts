// What a manifest states that answers need again and again: its record block, and what its payout is worth. Read from the
// manifest once, then from D1: a manifest has every holder in it, and may have megabytes.
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import {
  DisbursementError,
  decodeManifestHead,
  type IncomeManifest,
  type Manifest,
  type RewardManifest,
} from '../../../disbursement/index.ts'
import { asked } from './database.ts'
import { logged } from './log.ts'
import { ProblemError } from './problem.ts'
import { readManifest } from './store.ts'

export type Stated = {
  recordBlock: { number: number; hash: string; timestamp: number }
  currency: { address: string; symbol: string; decimals: number }
  /** The whole income, in base units of the currency, and the statement's hash where one was given; null for a reward. */
  income: { amount: bigint; statementHash: string | null } | null
  /** The share of the income that was owed, in base units of the currency. */
  due: bigint
  asset: string
  /** What was funded with it, in base units of the asset. */
  funded: bigint
}

const row = z
  .object({
    record_block: z.int(),
    record_hash: z.string(),
    record_timestamp: z.int(),
    currency: z.string(),
    currency_symbol: z.string(),
    currency_decimals: z.int(),
    income: z.string().nullable(),
    statement_hash: z.string().nullable(),
    due: z.string(),
    asset: z.string(),
    funded: z.string(),
  })
  .transform(
    (fields): Stated => ({
      recordBlock: {
        number: fields.record_block,
        hash: fields.record_hash,
        timestamp: fields.record_timestamp,
      },
      currency: {
        address: fields.currency,
        symbol: fields.currency_symbol,
        decimals: fields.currency_decimals,
      },
      income:
        fields.income === null
          ? null
          : { amount: BigInt(fields.income), statementHash: fields.statement_hash },
      due: BigInt(fields.due),
      asset: fields.asset,
      funded: BigInt(fields.funded),
    }),
  )

const statedIn = (manifest: Manifest): Stated => {
  const { recordBlock, payout } = manifest
  return {
    recordBlock: {
      number: Number(recordBlock.number),
      hash: recordBlock.hash,
      timestamp: Number(recordBlock.timestamp),
    },
    asset: payout.asset,
    ...(manifest.stream === 'income' ? incomeIn(manifest) : { ...rewardIn(manifest.payout), income: null }),
  }
}

const incomeIn = ({
  income,
  payout,
}: IncomeManifest): Pick<Stated, 'currency' | 'income' | 'due' | 'funded'> => {
  const { currency, amount, statementHash, due } = income
  return { currency, income: { amount, statementHash }, due, funded: payout.funded }
}

/** A reward in tokens has no worth that anybody stated; one in the currency is worth itself. */
const rewardIn = ({
  kind,
  asset,
  symbol,
  decimals,
  funded,
}: RewardManifest['payout']): Pick<Stated, 'currency' | 'due' | 'funded'> => {
  const own = { address: asset, symbol, decimals }
  return kind === 'currency'
    ? { currency: own, due: funded, funded }
    : { currency: { ...own, address: '' }, due: 0n, funded: 0n }
}

/** A database that takes no writes now keeps nobody from the answer. */
const keep = async (db: D1Database, manifestHash: Hex, stated: Stated): Promise<void> => {
  try {
    await db
      .prepare(
        `INSERT INTO stated (manifest_hash, record_block, record_hash, record_timestamp, currency, currency_symbol,
           currency_decimals, income, statement_hash, due, asset, funded)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .bind(
        manifestHash,
        stated.recordBlock.number,
        stated.recordBlock.hash,
        stated.recordBlock.timestamp,
        stated.currency.address,
        stated.currency.symbol,
        stated.currency.decimals,
        stated.income?.amount.toString() ?? null,
        stated.income?.statementHash ?? null,
        stated.due.toString(),
        stated.asset,
        stated.funded.toString(),
      )
      .run()
  } catch (error) {
    logged('warn', 'd1', { message: error instanceof Error ? error.message : String(error) })
  }
}

/**
 * What the manifest of that hash states.
 * @throws ProblemError store-broken when the manifest is missing or is none, store-away
 */
export const statedBy = async (
  env: { DB: D1Database; STORE: R2Bucket },
  manifestHash: Hex,
): Promise<Stated> => {
  const known = await asked(() =>
    env.DB.prepare('SELECT * FROM stated WHERE manifest_hash = ?').bind(manifestHash).first(),
  )
  if (known !== null) return row.parse(known)
  const bytes = await readManifest(env.STORE, manifestHash)
  if (bytes === null) throw new ProblemError('store-broken', `The manifest ${manifestHash} is missing`)
  try {
    const stated = statedIn(decodeManifestHead(bytes).manifest)
    await keep(env.DB, manifestHash, stated)
    return stated
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    throw new ProblemError('store-broken', `The manifest ${manifestHash} cannot be read: ${error.message}`)
  }
}

/**
 * What an amount of the payout was worth in the income's currency when it was paid out, by the manifest's own figures:
 * `due` of the currency became `funded` of the asset. Null where nothing was funded.
 */
export const worthOf = (
  { currency, asset, due, funded }: Pick<Stated, 'currency' | 'asset' | 'due' | 'funded'>,
  amount: bigint,
): bigint | null => {
  if (asset === currency.address) return amount
  return funded === 0n ? null : (amount * due) / funded
}
