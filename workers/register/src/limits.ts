// Rate limits by Cloudflare's binding: counted at each location, roughly, at no cost to the database.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { App, Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** Seconds in which the limits of wrangler.toml count. */
const PERIOD = 60

type Limit = 'SIGN_IN' | 'WRITES' | 'WRONG_SECRETS'

/** An address of the network; of IPv6 the /64 that one customer has. */
export const networkOf = (context: Context<App>): string => {
  const ip = context.req.header('cf-connecting-ip') ?? 'unknown'
  if (!ip.includes(':')) return ip
  const [head = '', tail] = ip.split('::')
  const groups = head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}

const check = async (env: Env, limit: Limit, key: string): Promise<void> => {
  const { success } = await env[limit].limit({ key })
  if (success) return
  throw new ProblemError('too-many', `Too many requests: try again in ${PERIOD} seconds`, {
    retryAfter: PERIOD,
  })
}

/** @throws ProblemError too-many */
export const slowDown = (context: Context<App>, limit: Limit): Promise<void> =>
  check(context.env, limit, networkOf(context))

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
