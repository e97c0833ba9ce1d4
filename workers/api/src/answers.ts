// What every request goes through, whatever it asks for: its id and its line in the log, headers, and compression.
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { App } from './env.ts'
import { loggedAs } from './log.ts'

/** The pattern of the route, never the address asked for, which may name a wallet. */
const patternOf = (context: Parameters<typeof matchedRoutes>[0]): string | null =>
  matchedRoutes(context).findLast(({ path }) => !path.endsWith('*'))?.path ?? null

/** Gives every request an id, and writes its line. */
export const identified = createMiddleware<App>(async (context, next) => {
  const requestId = crypto.randomUUID()
  context.set('requestId', requestId)
  await loggedAs(next, () => ({
    about: 'request',
    requestId,
    ray: context.req.header('cf-ray')?.slice(0, 64),
    method: context.req.method,
    route: patternOf(context),
    status: context.res.status,
    problem: context.get('problem'),
  }))
  context.res.headers.set('x-request-id', requestId)
})

const FIXED = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
}

/** Nothing that is answered here is a page of ours, but for what brings its own policy. */
const POLICY = "default-src 'none'; frame-ancestors 'none'"

/** What guards an answer that does not come through {@link guarded}. */
export const GUARDS = { ...FIXED, 'content-security-policy': POLICY }

export const guarded = createMiddleware<App>(async (context, next) => {
  await next()
  const { headers } = context.res
  for (const [name, value] of Object.entries(FIXED)) headers.set(name, value)
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', POLICY)
  // Answers that may change are asked for again each time; an ETag makes that cheap.
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache')
})

const TEXTUAL = /^(text\/|application\/([a-z.]+\+)?(json|xml)\b)/
/** Beyond this many bytes compression is the edge's, which has more time than a Worker. */
const MOST_BYTES = 1024 * 1024

const accepts = (header: string | undefined): boolean =>
  (header ?? '').split(',').some((each) => {
    const [name, ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })

/** Compresses text for who takes it. The runtime does the work when it sends a body under this header. */
export const compressed = createMiddleware<App>(async (context, next) => {
  await next()
  const { headers, body, status } = context.res
  if (status !== 200 || !TEXTUAL.test(headers.get('content-type') ?? '')) return
  headers.append('vary', 'accept-encoding')
  if (body === null || !accepts(context.req.header('accept-encoding'))) return
  if (Number(headers.get('content-length') ?? 0) > MOST_BYTES) return
  const changed = new Headers(headers)
  changed.delete('content-length')
  changed.set('content-encoding', 'gzip')
  const etag = headers.get('etag')
  // Other bytes need another strong tag; a weak one says that they mean the same.
  if (etag !== null && !etag.startsWith('W/')) changed.set('etag', `W/${etag}`)
  // Through the constructor, not by changing headers: the runtime chooses the encoding of a body when it is made.
  context.res = undefined
  context.res = new Response(body, { status, headers: changed })
})
