import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { App } from './env.ts'

/** The one thing that others than the issuer may write. */
const BALLOTS = /^\/v1\/polls\/[^/]+\/ballots$/

const isRead = (method: string | undefined) => method === 'GET' || method === 'HEAD'

/**
 * Everybody's pages may read: what is here is public. The issuer's writes get no CORS headers, so no browser page can send
 * one, and credentials are never allowed.
 */
export const readableByPages = createMiddleware<App>(async (context, next) => {
  await next()
  if (!isRead(context.req.method) && !BALLOTS.test(context.req.path)) return
  context.res.headers.set('access-control-allow-origin', '*')
  context.res.headers.set('access-control-expose-headers', 'content-disposition, etag, link, x-request-id')
})

/** OPTIONS on a known address: its methods, and for a page that is about to read, the leave to do so. */
export const preflight = (context: Context<App>, methods: readonly string[]): Response => {
  const headers: Record<string, string> = { allow: [...methods, 'OPTIONS'].join(', ') }
  if (isRead(context.req.header('access-control-request-method')) && methods.includes('GET')) {
    headers['access-control-allow-origin'] = '*'
    headers['access-control-allow-methods'] = 'GET, HEAD, OPTIONS'
    headers['access-control-allow-headers'] = 'if-none-match'
    headers['access-control-max-age'] = '86400'
  }
  // A ballot carries its own authority, its signature: any page may send one.
  if (context.req.header('access-control-request-method') === 'POST' && BALLOTS.test(context.req.path)) {
    headers['access-control-allow-origin'] = '*'
    headers['access-control-allow-methods'] = 'POST'
    headers['access-control-allow-headers'] = 'content-type'
    headers['access-control-max-age'] = '86400'
  }
  return context.body(null, 204, headers)
}
