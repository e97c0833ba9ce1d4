// Who is signed in: an opaque random token in a cookie no script can read, of which only the hash is kept here.
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { type Address, bytesToHex } from 'viem'
import { type App, type Env, now, settingsOf } from './env.ts'
import { ProblemError } from './problem.ts'
import { refuse } from './siwe.ts'
import { stored } from './stored.ts'

const SESSION_SECONDS = 2 * 3600
/** Signing in once more than this ends the wallet's oldest session. */
const SESSIONS_A_WALLET = 5
const TOKEN_BYTES = 32

/** Browsers hold the prefix to its promise (this host alone, over TLS), and refuse it on http, where only a demo runs. */
const cookieOf = (env: Env) =>
  settingsOf(env).pageOrigin.startsWith('https:') ? '__Host-prorata-register' : 'prorata-register'

const hashOf = async (token: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return bytesToHex(new Uint8Array(digest))
}

const putCookie = (context: Context<App>, value: string, maxAge: number) =>
  setCookie(context, cookieOf(context.env), value, {
    httpOnly: true,
    secure: true,
    sameSite: 'Strict',
    path: '/',
    maxAge,
  })

/**
 * Spends the nonce and opens a session, both or neither.
 * @returns when the session ends, in unix seconds
 * @throws ProblemError sign-in-refused when the nonce was spent before
 */
export const openSession = async (
  context: Context<App>,
  wallet: Address,
  nonce: { nonce: string; expiresAt: number },
): Promise<number> => {
  const { DB } = context.env
  const token = bytesToHex(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))).slice(2)
  const at = now()
  const expiresAt = at + SESSION_SECONDS
  const hash = await hashOf(token)
  const results = await stored(() =>
    DB.batch([
      DB.prepare(
        'INSERT INTO spent_nonces (nonce, token_hash, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING',
      ).bind(nonce.nonce, hash, nonce.expiresAt),
      // Only for the token that spent the nonce: of two at once, one comes first.
      DB.prepare(
        `INSERT INTO sessions (token_hash, wallet, created_at, expires_at)
         SELECT token_hash, ?3, ?4, ?5 FROM spent_nonces WHERE nonce = ?1 AND token_hash = ?2`,
      ).bind(nonce.nonce, hash, wallet, at, expiresAt),
      DB.prepare(
        `DELETE FROM sessions WHERE wallet = ?1 AND token_hash NOT IN
         (SELECT token_hash FROM sessions WHERE wallet = ?1 ORDER BY created_at DESC, token_hash = ?2 DESC LIMIT ?3)`,
      ).bind(wallet, hash, SESSIONS_A_WALLET),
    ]),
  )
  if (results[0]?.meta.changes !== 1) {
    throw refuse('nonce', 'This message has signed in before: ask for a new nonce')
  }
  putCookie(context, token, SESSION_SECONDS)
  return expiresAt
}

type Session = { hash: string; wallet: Address; createdAt: number; expiresAt: number }

/** The session of the request's cookie, or null. */
export const sessionOf = async (context: Context<App>): Promise<Session | null> => {
  const token = getCookie(context, cookieOf(context.env))
  if (token === undefined || token.length > 100) return null
  const hash = await hashOf(token)
  const row = await stored(() =>
    context.env.DB.prepare(
      'SELECT wallet, created_at, expires_at FROM sessions WHERE token_hash = ?1 AND expires_at > ?2',
    )
      .bind(hash, now())
      .first<{ wallet: Address; created_at: number; expires_at: number }>(),
  )
  return row && { hash, wallet: row.wallet, createdAt: row.created_at, expiresAt: row.expires_at }
}

/** Lets a request pass that has a session, and sets `wallet`. */
export const signedIn = createMiddleware<App>(async (context, next) => {
  const session = await sessionOf(context)
  if (session === null) {
    throw new ProblemError('not-signed-in', 'There is no session, or it has ended: sign in with your wallet')
  }
  context.set('wallet', session.wallet)
  await next()
})

/** Ends the request's session, if there is one. */
export const closeSession = async (context: Context<App>): Promise<void> => {
  const session = await sessionOf(context)
  if (session !== null) {
    await stored(() =>
      context.env.DB.prepare('DELETE FROM sessions WHERE token_hash = ?1').bind(session.hash).run(),
    )
  }
  putCookie(context, '', 0)
}

/** The wallet's sessions, without what could be signed in with. */
export const sessionsOf = async (env: Env, wallet: Address) => {
  const { results } = await stored(() =>
    env.DB.prepare('SELECT created_at, expires_at FROM sessions WHERE wallet = ?1 ORDER BY created_at')
      .bind(wallet)
      .all<{ created_at: number; expires_at: number }>(),
  )
  return results.map(({ created_at, expires_at }) => ({ createdAt: created_at, expiresAt: expires_at }))
}
