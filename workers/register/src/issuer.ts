import { createMiddleware } from 'hono/factory'
import { hasAccess } from './access.ts'
import type { App } from './env.ts'
import { slowDown } from './limits.ts'
import { ProblemError } from './problem.ts'

/** Long enough not to be guessed, and fit for a header. */
const SECRET = /^[\x21-\x7e]{16,512}$/

const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

/** Compares digests in constant time: neither where two secrets differ nor how long they are shows in how long it takes. */
const isSecret = async (authorization: string | undefined, secret: string): Promise<boolean> => {
  const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1] ?? ''
  const [a, b] = await Promise.all([digest(given), digest(secret)])
  return crypto.subtle.timingSafeEqual(a, b)
}

/** Lets the issuer pass: with the bearer secret, or through Cloudflare Access where that is set up. */
export const issuerOnly = createMiddleware<App>(async (context, next) => {
  const { PRORATA_REGISTER_SECRET: secret } = context.env
  if (secret === undefined || !SECRET.test(secret)) {
    throw new ProblemError(
      'misconfigured',
      'This server lets no issuer in: PRORATA_REGISTER_SECRET must have 16 to 512 characters of ASCII, none of them a space',
    )
  }
  const passes =
    (await isSecret(context.req.header('authorization'), secret)) ||
    (await hasAccess(context.req.header('cf-access-jwt-assertion'), context.env))
  if (!passes) {
    await slowDown(context, 'WRONG_SECRETS')
    throw new ProblemError('unauthorized', 'Send the register\'s secret as "Authorization: Bearer …"')
  }
  await next()
})
