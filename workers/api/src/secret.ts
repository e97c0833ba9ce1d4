import { ProblemError } from './problem.ts'

/** Long enough not to be guessed, and fit for a header. */
const SECRET = /^[\x21-\x7e]{16,512}$/

const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))

/**
 * Lets a request pass that carries the bearer secret. Digests are compared, in constant time: neither where two secrets
 * differ nor how long they are shows in how long it takes.
 * @throws ProblemError unauthorized, or misconfigured where this Worker has no secret worth the name
 */
export const requireSecret = async (authorization: string | undefined, secret: string | undefined) => {
  if (secret === undefined || !SECRET.test(secret)) {
    throw new ProblemError(
      'misconfigured',
      'This server takes no writes: PRORATA_API_SECRET must have 16 to 512 characters of ASCII, none of them a space',
    )
  }
  const given = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1] ?? ''
  const [a, b] = await Promise.all([digest(given), digest(secret)])
  if (!crypto.subtle.timingSafeEqual(a, b)) {
    throw new ProblemError('unauthorized', 'Send the issuer\'s secret as "Authorization: Bearer …"')
  }
}
