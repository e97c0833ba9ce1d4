import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { distributionSchema } from '../distribution-schema.ts'
import { listDistributions } from '../distributions.ts'
import type { App } from '../env.ts'
import { problemResponses } from '../problem.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/distributions',
  operationId: 'listDistributions',
  summary: 'Every published distribution, oldest first',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The distributions',
      content: { 'application/json': { schema: z.array(distributionSchema).openapi('Distributions') } },
    },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addDistributions = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => context.json(await listDistributions(context.env.DB), 200))
