import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { auditLog } from '../audit.ts'
import { deedSchema } from '../audit-schema.ts'
import type { App } from '../env.ts'
import { issuerOnly } from '../issuer.ts'
import { problemResponses } from '../problem.ts'
import { fields, idParam, next, pageQuery } from '../schema.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/issuer/audit',
  operationId: 'getAudit',
  summary: 'Who did what to which entry, and when; in pages',
  security: [{ issuer: [] }],
  middleware: [issuerOnly] as const,
  request: { query: fields({ ...pageQuery, entry: idParam.optional() }) },
  responses: {
    200: {
      description: 'A page, oldest first',
      content: {
        'application/json': { schema: z.object({ deeds: z.array(deedSchema), next }).openapi('Audit') },
      },
    },
    ...problemResponses('unauthorized', 'invalid-request', 'too-many', 'store-away'),
  },
})

export const addIssuerAudit = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { after = 0, limit = 100, entry } = context.req.valid('query')
    const deeds = await auditLog(context.env, { after, limit, entry })
    return context.json({ deeds, next: deeds.length < limit ? null : (deeds.at(-1)?.number ?? null) }, 200)
  })
