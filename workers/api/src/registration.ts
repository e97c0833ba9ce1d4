// Writing a distribution and who is in it to D1: some accounts at a time, so that one of ten million is written by requests
// that each end soon, and goes on where the last one ended.

import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import type { Payment } from '../../../disbursement/index.ts'
import { asked } from './database.ts'
import type { Distribution } from './distributions.ts'

/** How far a distribution is written: so many leaves, which pay so much in all. Readers see it once it is complete. */
export type Progress = { registered: number; total: bigint; complete: boolean }

const progress = z
  .object({ registered: z.int().nonnegative(), registered_total: z.string(), complete: z.int() })
  .transform(
    (row): Progress => ({
      registered: row.registered,
      total: BigInt(row.registered_total),
      complete: row.complete === 1,
    }),
  )

/**
 * Writes a distribution's own row, which readers do not see yet. May be repeated: where it was published follows the chain,
 * which may have put the transaction into another block meanwhile.
 * @returns how far an earlier request came
 */
export const beginRegistration = (db: D1Database, distribution: Distribution): Promise<Progress> =>
  asked(async () => {
    const { asset, ...fields } = distribution
    const row = await db
      .prepare(
        `INSERT INTO distributions (id, issuer, token, terms, root, total, manifest_hash, accounts, stream, period,
           asset_symbol, asset_decimals, opens_at, deadline, published_at, block, transaction_hash)
         VALUES (${Array.from({ length: 17 }, () => '?').join(', ')})
         ON CONFLICT (id) DO UPDATE SET published_at = excluded.published_at, block = excluded.block,
           transaction_hash = excluded.transaction_hash
         RETURNING registered, registered_total, complete`,
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
      .first()
    return progress.parse(row)
  })

/** 5,000 rows of some 80 bytes stay far below D1's 2 MB for one value. */
const ROWS_A_STATEMENT = 5000

/**
 * Writes the next leaves, all of them or none, unless they are written already.
 * @param before how far the distribution was
 * @param payments the leaves from there on, in order
 * @returns how far it is now
 */
export const registerLeaves = (
  db: D1Database,
  id: Hex,
  before: Progress,
  payments: readonly Payment[],
): Promise<Progress> =>
  asked(async () => {
    const statements: D1PreparedStatement[] = []
    for (let at = 0; at < payments.length; at += ROWS_A_STATEMENT) {
      const rows = payments
        .slice(at, at + ROWS_A_STATEMENT)
        .map(({ account, amount }, index) => [account, before.registered + at + index, amount.toString()])
      statements.push(
        db
          .prepare(
            `INSERT INTO allocations (account, distribution, place, amount)
             SELECT value ->> 0, (SELECT number FROM distributions WHERE id = ?1), value ->> 1, value ->> 2
             FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
          )
          .bind(id, JSON.stringify(rows)),
      )
    }
    const registered = before.registered + payments.length
    const total = payments.reduce((sum, { amount }) => sum + amount, before.total)
    // One transaction. Of two requests at once both write the same rows, and one moves the mark.
    statements.push(
      db
        .prepare(
          'UPDATE distributions SET registered = ?1, registered_total = ?2 WHERE id = ?3 AND registered = ?4',
        )
        .bind(registered, total.toString(), id, before.registered),
    )
    await db.batch(statements)
    return { registered, total, complete: false }
  })

/**
 * Lets readers see a distribution whose leaves are all written.
 * @returns whether it was new
 */
export const completeRegistration = (db: D1Database, id: Hex): Promise<boolean> =>
  asked(async () => {
    const { meta } = await db
      .prepare(
        'UPDATE distributions SET complete = 1 WHERE id = ? AND complete = 0 AND registered = accounts',
      )
      .bind(id)
      .run()
    return meta.changes > 0
  })
