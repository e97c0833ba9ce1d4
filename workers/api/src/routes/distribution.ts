import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { distributionSchema } from '../distribution-schema.ts'
import { findDistribution } from '../distributions.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { hashParam } from '../schema.ts'
import { withStatus } from '../standings.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/distributions/{id}',
  tags: ['Distributions'],
  operationId: 'getDistribution',
  summary: 'One distribution by its id on chain',
  request: { params: z.object({ id: hashParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The distribution', content: { 'application/json': { schema: distributionSchema } } },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addDistribution = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const found = await findDistribution(env.DB, context.req.valid('param').id)
    if (found === null) throw new ProblemError('not-found', 'No distribution with this id is published here')
    const [listed] = await withStatus(env, [found])
    return context.json({ ...found, status: listed?.status ?? null }, 200)
  })
