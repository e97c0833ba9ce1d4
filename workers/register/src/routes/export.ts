import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { rootsOf } from '../allowLists.ts'
import { auditLog, note } from '../audit.ts'
import { deedSchema } from '../audit-schema.ts'
import { opened, rowOfWallet } from '../entries.ts'
import { entrySchema, shown } from '../entry-schema.ts'
import type { App } from '../env.ts'
import { keyringOf } from '../keyring.ts'
import { limitedByWallet } from '../limits.ts'
import { problemResponses } from '../problem.ts'
import { hash, noQuery, seconds, wallet } from '../schema.ts'
import { sessionsOf, signedIn } from '../session.ts'

const MOST_DEEDS = 10_000

const answer = z
  .object({
    wallet,
    entry: entrySchema.nullable(),
    sessions: z.array(z.object({ createdAt: seconds, expiresAt: seconds })),
    allowLists: z
      .array(z.object({ root: hash, sealedAt: seconds }))
      .openapi({ description: 'The allow-lists that this wallet is on' }),
    log: z.array(deedSchema).openapi({ description: 'Who did what to this entry' }),
  })
  .openapi('Export')

const route = createRoute({
  method: 'get',
  path: '/v1/entry/export',
  operationId: 'exportEntry',
  summary: 'Everything held about you',
  security: [{ session: [] }],
  middleware: [signedIn, limitedByWallet] as const,
  request: { query: noQuery },
  responses: {
    200: { description: 'Everything', content: { 'application/json': { schema: answer } } },
    ...problemResponses('not-signed-in', 'invalid-request', 'too-many', 'store-away'),
  },
})

export const addExport = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const wallet = context.get('wallet')
    const row = await rowOfWallet(context.env, wallet)
    if (row !== null) await note(context.env, { actor: 'holder', action: 'exported-own', entry: row.id })
    const [sessions, allowLists, log, entry] = await Promise.all([
      sessionsOf(context.env, wallet),
      rootsOf(context.env, wallet),
      row === null ? [] : auditLog(context.env, { after: 0, limit: MOST_DEEDS, entry: row.id }),
      row === null ? null : opened(await keyringOf(context.env), row),
    ])
    context.header('content-disposition', 'attachment; filename="register-export.json"')
    return context.json({ wallet, entry: entry && shown(entry), sessions, allowLists, log }, 200)
  })
