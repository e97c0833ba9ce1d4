import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { fromPageOnly } from '../cors.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { noQuery } from '../schema.ts'
import { closeSession, sessionOf } from '../session.ts'
import { sessionSchema } from '../session-schema.ts'

const read = createRoute({
  method: 'get',
  path: '/v1/session',
  operationId: 'getSession',
  summary: 'Who is signed in',
  security: [{ session: [] }],
  request: { query: noQuery },
  responses: {
    200: { description: 'The session', content: { 'application/json': { schema: sessionSchema } } },
    ...problemResponses('not-signed-in', 'invalid-request', 'store-away'),
  },
})

const end = createRoute({
  method: 'delete',
  path: '/v1/session',
  operationId: 'signOut',
  summary: 'Sign out; without a session too',
  security: [{ session: [] }],
  middleware: [fromPageOnly] as const,
  request: { query: noQuery },
  responses: {
    204: { description: 'Nobody is signed in now' },
    ...problemResponses('foreign-origin', 'invalid-request', 'store-away'),
  },
})

export const addSession = (app: OpenAPIHono<App>) => {
  app.openapi(read, async (context) => {
    const session = await sessionOf(context)
    if (session === null) throw new ProblemError('not-signed-in', 'There is no session, or it has ended')
    return context.json({ wallet: session.wallet, expiresAt: session.expiresAt }, 200)
  })
  app.openapi(end, async (context) => {
    await closeSession(context)
    return context.body(null, 204)
  })
}
