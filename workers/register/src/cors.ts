// One page may use a session from a browser, and no other: what it may read, and what it may write.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { type App, settingsOf } from './env.ts'
import { ProblemError } from './problem.ts'

const isOwnPage = (context: Context<App>): boolean =>
  context.req.header('origin') === settingsOf(context.env).pageOrigin

const isIssuers = (context: Context<App>): boolean => context.req.path.startsWith('/v1/issuer/')

/** The page's origin is told that it may read answers with credentials; the issuer's routes are for no page. */
export const readableByPage = createMiddleware<App>(async (context, next) => {
  await next()
  context.res.headers.append('vary', 'origin')
  if (isIssuers(context) || !isOwnPage(context)) return
  context.res.headers.set('access-control-allow-origin', settingsOf(context.env).pageOrigin)
  context.res.headers.set('access-control-allow-credentials', 'true')
  context.res.headers.set('access-control-expose-headers', 'retry-after, x-request-id')
})

/** OPTIONS on a known address. */
export const preflight = (context: Context<App>, methods: readonly string[]): Response => {
  const headers: Record<string, string> = { allow: [...methods, 'OPTIONS'].join(', ') }
  if (isOwnPage(context) && !isIssuers(context)) {
    headers['access-control-allow-methods'] = methods.join(', ')
    headers['access-control-allow-headers'] = 'content-type'
    headers['access-control-max-age'] = '7200'
  }
  return context.body(null, 204, headers)
}

/**
 * Against forged requests: whatever changes something with a session, or makes one, must say that it comes from the page.
 * Browsers send Origin with each such request and let no script change it; SameSite=Strict stands before this, and the JSON
 * content type, which no form can send, behind it.
 */
export const fromPageOnly = createMiddleware<App>(async (context, next) => {
  if (!isOwnPage(context)) {
    throw new ProblemError(
      'foreign-origin',
      `Send the page's own origin as "Origin: ${settingsOf(context.env).pageOrigin}"`,
    )
  }
  await next()
})
