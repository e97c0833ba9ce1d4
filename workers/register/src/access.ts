// Cloudflare Access before the issuer's routes: whoever passed its sign-in carries a signed token (JWT, RS256).
import { verifyWithJwks } from 'hono/jwt'
import type { Env } from './env.ts'

/** Whether the token is Access's own, for this application, and still good. Never where Access is not set up. */
export const hasAccess = async (token: string | undefined, env: Env): Promise<boolean> => {
  const { ACCESS_TEAM: team, ACCESS_AUDIENCE: audience } = env
  if (!team || !audience || token === undefined || token.length > 8192) return false
  try {
    const { exp } = await verifyWithJwks(
      token,
      {
        jwks_uri: `${team}/cdn-cgi/access/certs`,
        allowedAlgorithms: ['RS256'],
        verification: { iss: team, aud: audience },
      },
      { signal: AbortSignal.timeout(5000) },
    )
    // One that never ends is none of Access's.
    return exp !== undefined
  } catch {
    return false
  }
}
