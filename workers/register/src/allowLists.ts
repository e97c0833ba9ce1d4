// Allow-lists that were sealed: the roots offerings are deployed with, and who may buy under each.
import type { Address, Hex } from 'viem'
import { buildAllowList } from './allowList.ts'
import { noting } from './audit.ts'
import { type Env, now } from './env.ts'
import { ProblemError } from './problem.ts'
import { stored } from './stored.ts'

/** As many wallets as one list may have: their tree and proofs are made within one request. */
export const MOST_WALLETS = 10_000
const ROWS_A_BIND = 1000

export type SealedList = { root: Hex; wallets: number; sealedAt: number }
type Row = { number: number; root: Hex; wallets: number; sealed_at: number }

const listOf = ({ root, wallets, sealed_at }: Row): SealedList => ({ root, wallets, sealedAt: sealed_at })

/** A list by its root, or the last one sealed; null where there is none. */
export const findList = async (env: Env, root?: Hex): Promise<SealedList | null> => {
  const row = await stored(() =>
    env.DB.prepare('SELECT * FROM allow_lists WHERE ?1 IS NULL OR root = ?1 ORDER BY number DESC LIMIT 1')
      .bind(root ?? null)
      .first<Row>(),
  )
  return row && listOf(row)
}

/** The wallet's proof under a root, or in the last list sealed; null when it is not in that list. */
export const proofFor = async (env: Env, wallet: Address, root?: Hex) => {
  const list = await findList(env, root)
  if (list === null) return null
  const row = await stored(() =>
    env.DB.prepare(
      `SELECT proof FROM allowed_wallets WHERE wallet = ?1 AND list = (SELECT number FROM allow_lists WHERE root = ?2)`,
    )
      .bind(wallet, list.root)
      .first<{ proof: string }>(),
  )
  return row && { root: list.root, wallet, proof: JSON.parse(row.proof) as Hex[], sealedAt: list.sealedAt }
}

/** Every root under which a wallet may buy. */
export const rootsOf = async (env: Env, wallet: Address): Promise<{ root: Hex; sealedAt: number }[]> => {
  const { results } = await stored(() =>
    env.DB.prepare(
      `SELECT root, sealed_at FROM allowed_wallets JOIN allow_lists ON number = list WHERE wallet = ?1 ORDER BY number`,
    )
      .bind(wallet)
      .all<{ root: Hex; sealed_at: number }>(),
  )
  return results.map(({ root, sealed_at }) => ({ root, sealedAt: sealed_at }))
}

/** Wallets of a list with their proofs, ascending, after one. */
export const walletsAfter = async (env: Env, root: Hex, after: string, limit: number) => {
  const { results } = await stored(() =>
    env.DB.prepare(
      `SELECT wallet, proof FROM allowed_wallets
       WHERE list = (SELECT number FROM allow_lists WHERE root = ?1) AND wallet > ?2 ORDER BY wallet LIMIT ?3`,
    )
      .bind(root, after, limit)
      .all<{ wallet: Address; proof: string }>(),
  )
  return results.map(({ wallet, proof }) => ({ wallet, proof: JSON.parse(proof) as Hex[] }))
}

/** Whether the list is of exactly the wallets that are approved now, none of its own deleted. */
const isCurrent = async (env: Env, { root, wallets }: SealedList): Promise<boolean> => {
  const counts = await stored(() =>
    env.DB.prepare(
      `WITH listed AS (SELECT wallet FROM allowed_wallets WHERE list = (SELECT number FROM allow_lists WHERE root = ?1)),
            approved AS (SELECT wallet FROM entries WHERE status = 'approved')
       SELECT (SELECT count(*) FROM listed) AS listed, (SELECT count(*) FROM approved) AS approved,
              (SELECT count(*) FROM listed JOIN approved USING (wallet)) AS both`,
    )
      .bind(root)
      .first<{ listed: number; approved: number; both: number }>(),
  )
  return counts?.listed === wallets && counts.approved === wallets && counts.both === wallets
}

/**
 * Seals the wallets that are approved now into a list. While they are those of the last list, that one is it.
 * @returns the list, and whether it is new
 * @throws ProblemError nobody-approved, invalid-request beyond {@link MOST_WALLETS}
 */
export const sealAllowList = async (env: Env): Promise<{ list: SealedList; isNew: boolean }> => {
  const last = await findList(env)
  if (last !== null && (await isCurrent(env, last))) return { list: last, isNew: false }
  const { results } = await stored(() =>
    env.DB.prepare("SELECT wallet FROM entries WHERE status = 'approved' LIMIT ?1")
      .bind(MOST_WALLETS + 1)
      .all<{ wallet: Address }>(),
  )
  if (results.length === 0)
    throw new ProblemError('nobody-approved', 'Nobody is approved: approve somebody first')
  if (results.length > MOST_WALLETS) {
    throw new ProblemError(
      'invalid-request',
      `More than ${MOST_WALLETS} wallets are approved: too many for one list`,
    )
  }
  const { root, wallets } = buildAllowList(results.map(({ wallet }) => wallet))
  const sealedAt = now()
  const rows: D1PreparedStatement[] = []
  for (let at = 0; at < wallets.length; at += ROWS_A_BIND) {
    const part = JSON.stringify(wallets.slice(at, at + ROWS_A_BIND))
    // Whose entry went meanwhile is not written down again.
    rows.push(
      env.DB.prepare(
        `INSERT INTO allowed_wallets (list, wallet, proof)
         SELECT (SELECT number FROM allow_lists WHERE root = ?1), value ->> 'wallet', value -> 'proof' FROM json_each(?2)
         WHERE value ->> 'wallet' IN (SELECT wallet FROM entries)`,
      ).bind(root, part),
    )
  }
  await stored(() =>
    env.DB.batch([
      env.DB.prepare('INSERT INTO allow_lists (root, wallets, sealed_at) VALUES (?1, ?2, ?3)').bind(
        root,
        wallets.length,
        sealedAt,
      ),
      ...rows,
      noting(env, { actor: 'issuer', action: 'sealed-allow-list', entries: wallets.length }),
    ]),
  )
  return { list: { root, wallets: wallets.length, sealedAt }, isNew: true }
}
