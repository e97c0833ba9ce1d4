// Rate limits by Cloudflare's binding: counted at each location, roughly, at no cost to the database.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { networkOf } from '../../api/src/network.ts'
import type { App, Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** Seconds in which the limits of wrangler.toml count. */
const PERIOD = 60

type Limit = 'SIGN_IN' | 'WRITES' | 'WRONG_SECRETS'

const check = async (env: Env, limit: Limit, key: string): Promise<void> => {
  const { success } = await env[limit].limit({ key })
  if (success) return
  throw new ProblemError('too-many', `Too many requests: try again in ${PERIOD} seconds`, {
    retryAfter: PERIOD,
  })
}

/** @throws ProblemError too-many */
export const slowDown = (context: Context<App>, limit: Limit): Promise<void> =>
  check(context.env, limit, networkOf(context.req.header('cf-connecting-ip')))

/** Counts by network address. */
export const limitedByNetwork = (limit: Limit) =>
  createMiddleware<App>(async (context, next) => {
    await slowDown(context, limit)
    await next()
  })

/** Counts by the wallet that is signed in. */
export const limitedByWallet = createMiddleware<App>(async (context, next) => {
  await check(context.env, 'WRITES', context.get('wallet'))
  await next()
})
