// What a request with a body goes through before its route: who may send it, of which type, how much.
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { App } from './env.ts'
import { networkOf } from './network.ts'
import { ProblemError } from './problem.ts'
import { requireSecret } from './secret.ts'

/** Counts wrong secrets alone: the right one is never kept waiting. @throws ProblemError too-many */
const slowedDown = async (context: Context<App>): Promise<void> => {
  const key = networkOf(context.req.header('cf-connecting-ip'))
  const limit = await context.env.WRONG_SECRETS?.limit({ key })
  if (limit?.success === false) throw new ProblemError('too-many', 'Too many wrong secrets: wait a minute')
}

const requireJson = (context: Context<App>): void => {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json')
  }
}

/** Nothing of a body is read before the secret is right, and nothing is parsed that is not small JSON. */
export const issuersJson = createMiddleware<App>(async (context, next) => {
  try {
    await requireSecret(context.req.header('authorization'), context.env.PRORATA_API_SECRET)
  } catch (error) {
    if (error instanceof ProblemError && error.problem === 'unauthorized') await slowedDown(context)
    throw error
  }
  requireJson(context)
  await next()
})

/** JSON that anybody may send: browsers ask for leave first, as they would not for other types. */
export const anybodysJson = createMiddleware<App>(async (context, next) => {
  requireJson(context)
  await next()
})

/** A body of at most so many bytes. */
export const smallerThan = (bytes: number) =>
  bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new ProblemError('too-large', `The body may have ${bytes} bytes`)
    },
  })

export const wellFormed = createMiddleware<App>(async (context, next) => {
  try {
    await context.req.json()
  } catch {
    throw new ProblemError('malformed-json', 'The body cannot be parsed as JSON')
  }
  await next()
})

const small = smallerThan(4096)

/** The issuer's small writes. In this order: the secret, then the size, then the form. */
export const ISSUERS_JSON: [typeof issuersJson, typeof small, typeof wellFormed] = [
  issuersJson,
  small,
  wellFormed,
]
