// Distributions with what became of them: a cancelled one stays listed, and must not be taken for its period's.
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { asked } from './database.ts'
import type { Distribution } from './distributions.ts'
import { briefly, type Env, settingsOf } from './env.ts'
import { chainStandings, type Standing } from './paid.ts'
import { ProblemError } from './problem.ts'

/** `status` is null where neither the database nor the chain tells. */
export type Listed = Distribution & { status: Standing | null }

const row = z.object({ id: z.custom<Hex>(), status: z.enum(['cancelled', 'swept']) })

/** The endings known here, whether or not the chain can be asked. */
export const knownEndings = async (db: D1Database): Promise<Map<Hex, Standing>> => {
  const { results } = await asked(() => db.prepare('SELECT id, status FROM endings').all())
  return new Map(results.map((each) => row.parse(each)).map(({ id, status }) => [id, status]))
}

/** Keeps endings whose blocks are final; the first one told stays. */
export const keepEndings = async (
  db: D1Database,
  endings: readonly { id: Hex; status: Standing }[],
): Promise<void> => {
  const rows = endings.filter(({ status }) => status !== 'active').map(({ id, status }) => [id, status])
  if (rows.length === 0) return
  await asked(() =>
    db
      .prepare(
        `INSERT INTO endings (id, status) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(JSON.stringify(rows))
      .run(),
  )
}

const fromChain = async (env: Env, unknown: readonly Distribution[]): Promise<(Standing | null)[]> => {
  try {
    return await chainStandings(briefly(env), settingsOf(env).deployment.distributor, unknown)
  } catch (error) {
    if (error instanceof ProblemError) return unknown.map(() => null)
    throw error
  }
}

/** The distributions with their status, in the same order. What ended is known for good; the rest is asked of the chain. */
export const withStatus = async (env: Env, distributions: readonly Distribution[]): Promise<Listed[]> => {
  const status = new Map<Hex, Standing | null>(await knownEndings(env.DB))
  const unknown = distributions.filter(({ id }) => !status.has(id))
  const told = await fromChain(env, unknown)
  for (const [at, { id }] of unknown.entries()) status.set(id, told[at] ?? null)
  return distributions.map((each) => ({ ...each, status: status.get(each.id) ?? null }))
}
