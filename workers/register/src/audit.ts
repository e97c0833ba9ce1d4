import { type Env, now } from './env.ts'
import { stored } from './stored.ts'

export const ACTORS = ['holder', 'issuer', 'retention'] as const
export const ACTIONS = [
  'entered',
  'edited',
  'exported-own',
  'deleted',
  'approved',
  'declined',
  'reopened',
  'listed',
  'exported',
  'sealed-allow-list',
  'rotated',
] as const

/** Who did what to which entry, or to how many. */
export type Deed = {
  actor: (typeof ACTORS)[number]
  action: (typeof ACTIONS)[number]
  entry?: string
  entries?: number
}

/** The statement that notes a deed: to be run in one batch with the deed itself. */
export const noting = (env: Env, { actor, action, entry, entries }: Deed): D1PreparedStatement =>
  env.DB.prepare('INSERT INTO audit (at, actor, action, entry, entries) VALUES (?1, ?2, ?3, ?4, ?5)').bind(
    now(),
    actor,
    action,
    entry ?? null,
    entries ?? null,
  )

/**
 * The same for every entry that fits a condition; it goes before the statement that changes them on the same condition.
 * @param condition SQL about `entries`, with parameters ?1, ?2, … for what is bound
 */
export const notingEach = (
  env: Env,
  { actor, action }: Pick<Deed, 'actor' | 'action'>,
  condition: string,
  ...bound: unknown[]
): D1PreparedStatement => {
  const [at, who, what] = [1, 2, 3].map((place) => `?${bound.length + place}`)
  return env.DB.prepare(
    `INSERT INTO audit (at, actor, action, entry) SELECT ${at}, ${who}, ${what}, id FROM entries WHERE ${condition}`,
  ).bind(...bound, now(), actor, action)
}

export const note = (env: Env, deed: Deed): Promise<unknown> => stored(() => noting(env, deed).run())

export type Noted = { number: number; at: number } & Omit<Required<Deed>, 'entry' | 'entries'> & {
    entry: string | null
    entries: number | null
  }

/** The log after a number, oldest first; of one entry when named. */
export const auditLog = async (
  env: Env,
  { after, limit, entry }: { after: number; limit: number; entry?: string | undefined },
): Promise<Noted[]> => {
  const { results } = await stored(() =>
    env.DB.prepare(
      `SELECT number, at, actor, action, entry, entries FROM audit
       WHERE number > ?1 AND (?2 IS NULL OR entry = ?2) ORDER BY number LIMIT ?3`,
    )
      .bind(after, entry ?? null, limit)
      .all<Noted>(),
  )
  return results
}
