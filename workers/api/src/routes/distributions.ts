import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { distributionSchema } from '../distribution-schema.ts'
import { listDistributions } from '../distributions.ts'
import type { App } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { withStatus } from '../standings.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/distributions',
  tags: ['Distributions'],
  operationId: 'listDistributions',
  summary: 'Every published distribution, oldest first',
  description: 'Also those that were cancelled or swept since: read `status`.',
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
  app.openapi(route, async (context) => {
    const { env } = context
    return context.json(await withStatus(env, await listDistributions(env.DB)), 200)
  })
