import { note } from './audit.ts'
import { openField, type Row } from './entries.ts'
import type { Env } from './env.ts'
import { type Keyring, keyringOf } from './keyring.ts'
import { ProblemError } from './problem.ts'
import { FIELDS, seal } from './seal.ts'
import { stored } from './stored.ts'

export type Rotated = {
  /** The version that everything is being sealed with. */
  version: number
  rotated: number
  /** Ids of entries that no key opens: they stay as they are. */
  unreadable: string[]
  /** Where the next batch begins; null after the last one. */
  next: number | null
}

/** The row's fields sealed anew with the active key; null when one of them does not open. */
const resealed = async (keyring: Keyring, row: Row): Promise<(Uint8Array | null)[] | null> => {
  try {
    return await Promise.all(
      FIELDS.map(async (field) => {
        if (row[field] === null) return null
        const text = await openField(keyring, row, field)
        return seal(keyring, { entry: row.id, wallet: row.wallet, field, version: keyring.active }, text)
      }),
    )
  } catch (error) {
    if (error instanceof ProblemError && error.problem === 'unreadable') return null
    throw error
  }
}

/**
 * Seals the next entries that still have another key's version with the active key. It may end anywhere and be begun again:
 * what is done shows in the rows themselves. A row that is written meanwhile is left to the writer, who uses the active key,
 * or to the next run.
 */
export const rotate = async (env: Env, after: number, limit: number): Promise<Rotated> => {
  const keyring = await keyringOf(env)
  const { results } = await stored(() =>
    env.DB.prepare('SELECT * FROM entries WHERE key_version <> ?1 AND number > ?2 ORDER BY number LIMIT ?3')
      .bind(keyring.active, after, limit)
      .all<Row>(),
  )
  const statements: D1PreparedStatement[] = []
  const unreadable: string[] = []
  for (const row of results) {
    const fields = await resealed(keyring, row)
    if (fields === null) {
      unreadable.push(row.id)
      continue
    }
    statements.push(
      env.DB.prepare(
        `UPDATE entries SET key_version = ?4, name = ?5, email = ?6, pledge = ?7, reason = ?8
         WHERE id = ?1 AND revision = ?2 AND key_version = ?3`,
      ).bind(row.id, row.revision, row.key_version, keyring.active, ...fields),
    )
  }
  const done = statements.length === 0 ? [] : await stored(() => env.DB.batch(statements))
  const rotated = done.reduce((sum, { meta }) => sum + meta.changes, 0)
  if (rotated > 0) await note(env, { actor: 'issuer', action: 'rotated', entries: rotated })
  const next = results.length < limit ? null : (results.at(-1)?.number ?? null)
  return { version: keyring.active, rotated, unreadable, next }
}
