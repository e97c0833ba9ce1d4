// What every write of the issuer's goes through before it is read.
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { App } from './env.ts'
import { networkOf } from './network.ts'
import { ProblemError } from './problem.ts'
import { requireSecret } from './secret.ts'

const MOST_BYTES = 4096

/** Counts wrong secrets alone: the right one is never kept waiting. @throws ProblemError too-many */
const slowedDown = async (context: Context<App>): Promise<void> => {
  const key = networkOf(context.req.header('cf-connecting-ip'))
  const limit = await context.env.WRONG_SECRETS?.limit({ key })
  if (limit?.success === false) throw new ProblemError('too-many', 'Too many wrong secrets: wait a minute')
}

/** Nothing of a body is read before the secret is right, and nothing is parsed that is not small JSON. */
const withSecret = createMiddleware<App>(async (context, next) => {
  try {
    await requireSecret(context.req.header('authorization'), context.env.PRORATA_API_SECRET)
  } catch (error) {
    if (error instanceof ProblemError && error.problem === 'unauthorized') await slowedDown(context)
    throw error
  }
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json')
  }
  await next()
})

const smallBody = bodyLimit({
  maxSize: MOST_BYTES,
  onError: () => {
    throw new ProblemError('too-large', `The body may have ${MOST_BYTES} bytes`)
  },
})

const wellFormed = createMiddleware<App>(async (context, next) => {
  try {
    await context.req.json()
  } catch {
    throw new ProblemError('malformed-json', 'The body cannot be parsed as JSON')
  }
  await next()
})

/** In this order: the secret, then the size, then the form. */
export const ISSUERS_JSON: [typeof withSecret, typeof smallBody, typeof wellFormed] = [
  withSecret,
  smallBody,
  wellFormed,
]
