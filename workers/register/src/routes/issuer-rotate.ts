import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { App } from '../env.ts'
import { issuerOnly } from '../issuer.ts'
import { problemResponses } from '../problem.ts'
import { rotate } from '../rotation.ts'
import { fields, id, next, pageQuery } from '../schema.ts'

const answer = z
  .object({
    version: z.int().openapi({ description: 'The key that everything is being sealed with', example: 2 }),
    rotated: z.int().openapi({ example: 100 }),
    unreadable: z.array(id).openapi({ description: 'Entries that no key opens', example: [] }),
    next,
  })
  .openapi('Rotated')

const route = createRoute({
  method: 'post',
  path: '/v1/issuer/rotations',
  operationId: 'rotate',
  summary: 'Seal the next entries with the newest key',
  description: 'Go on with `after` until `next` is null; it may be begun again at any time.',
  security: [{ issuer: [] }],
  middleware: [issuerOnly] as const,
  request: { query: fields(pageQuery) },
  responses: {
    200: { description: 'One batch is done', content: { 'application/json': { schema: answer } } },
    ...problemResponses('unauthorized', 'invalid-request', 'too-many', 'store-away'),
  },
})

export const addIssuerRotate = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { after = 0, limit = 100 } = context.req.valid('query')
    return context.json(await rotate(context.env, after, limit), 200)
  })
