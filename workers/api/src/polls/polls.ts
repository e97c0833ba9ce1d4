// Polls in D1: what was announced, who weighs what.
import { z } from '@hono/zod-openapi'
import type { Address, Hex } from 'viem'
import { documentJson, type Poll, parsePoll, type Weight } from '../../../../polls/index.ts'
import { asked } from '../database.ts'

/** A poll as it is kept. */
export type KeptPoll = { id: Hex; poll: Poll; transaction: Hex }

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]+$/.test(value))
const row = z.object({ id: hex, document: z.string(), transaction_hash: hex }).transform(
  ({ id, document, transaction_hash }): KeptPoll => ({
    id,
    poll: parsePoll(JSON.parse(document)),
    transaction: transaction_hash,
  }),
)

const COLUMNS = 'id, document, transaction_hash'

/** Every poll, the newest first. A program has a few a year. */
export const listPolls = (db: D1Database): Promise<KeptPoll[]> =>
  asked(async () => {
    const { results } = await db.prepare(`SELECT ${COLUMNS} FROM polls ORDER BY closes_at DESC, id`).all()
    return results.map((each) => row.parse(each))
  })

export const findPoll = (db: D1Database, id: Hex): Promise<KeptPoll | null> =>
  asked(async () => {
    const found = await db.prepare(`SELECT ${COLUMNS} FROM polls WHERE id = ?`).bind(id).first()
    return found === null ? null : row.parse(found)
  })

/** The id under which a name is taken, or null. */
export const idOfName = (db: D1Database, name: string): Promise<string | null> =>
  asked(() => db.prepare('SELECT id FROM polls WHERE name = ?').bind(name).first<string>('id'))

/** Rows a statement, each some hundred bytes: far below D1's 2 MB for one value. */
const ROWS = 4000

/**
 * Writes a poll with its weights, all or nothing; the same again changes nothing.
 * @returns whether it is new
 */
export const keepPoll = (
  db: D1Database,
  { id, poll, transaction }: KeptPoll,
  weights: readonly Weight[],
): Promise<boolean> =>
  asked(async () => {
    const statements: D1PreparedStatement[] = [
      db
        .prepare(
          `INSERT INTO polls (id, name, document, opens_at, closes_at, transaction_hash) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO NOTHING`,
        )
        .bind(
          id,
          poll.name,
          JSON.stringify(documentJson(poll)),
          Number(poll.opensAt),
          Number(poll.closesAt),
          transaction,
        ),
    ]
    const insert = (into: string, rows: readonly (readonly string[])[]) => {
      for (let at = 0; at < rows.length; at += ROWS) {
        const some = JSON.stringify(rows.slice(at, at + ROWS))
        statements.push(db.prepare(`INSERT INTO ${into} ON CONFLICT DO NOTHING`).bind(id, some))
      }
    }
    insert(
      `poll_weights (poll, holder, wallets, weight)
       SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2) WHERE true`,
      weights.map(({ holder, wallets, weight }) => [holder, JSON.stringify(wallets), weight.toString()]),
    )
    insert(
      `poll_wallets (poll, wallet, holder)
       SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE true`,
      weights.flatMap(({ holder, wallets }) => wallets.map((wallet) => [wallet, holder])),
    )
    const [first] = await db.batch(statements)
    return (first?.meta.changes ?? 0) > 0
  })

const weightRow = z.object({ holder: hex, wallets: z.string(), weight: z.string() }).transform(
  ({ holder, wallets, weight }): Weight => ({
    holder,
    wallets: JSON.parse(wallets) as Address[],
    weight: BigInt(weight),
  }),
)

/** Every holder's weight, ascending by holder. */
export const weightsIn = (db: D1Database, poll: Hex): Promise<Weight[]> =>
  asked(async () => {
    const { results } = await db
      .prepare('SELECT holder, wallets, weight FROM poll_weights WHERE poll = ? ORDER BY holder')
      .bind(poll)
      .all()
    return results.map((each) => weightRow.parse(each))
  })

/** The holder whose wallet this is, or null when it weighs nothing. */
export const weightOfWallet = (db: D1Database, poll: Hex, wallet: Address): Promise<Weight | null> =>
  asked(async () => {
    const found = await db
      .prepare(
        `SELECT holder, wallets, weight FROM poll_weights
         WHERE poll = ?1 AND holder = (SELECT holder FROM poll_wallets WHERE poll = ?1 AND wallet = ?2)`,
      )
      .bind(poll, wallet)
      .first()
    return found === null ? null : weightRow.parse(found)
  })
