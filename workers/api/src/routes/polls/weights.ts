import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { App } from '../../env.ts'
import { pollParams, weightSchema } from '../../polls/poll-schema.ts'
import { weightsIn } from '../../polls/polls.ts'
import { pollOf } from '../../polls/told.ts'
import { problemResponses } from '../../problem.ts'
import { IMMUTABLE } from '../manifest.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/polls/{id}/weights',
  tags: ['Polls'],
  operationId: 'getPollWeights',
  summary: 'What every holder weighs in a poll',
  description:
    'At its record block: balance, staked, share of the pool, unclaimed (SPEC section 13). The poll names the hash of this ' +
    'list. Never changes.',
  request: { params: pollParams, query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The weights, ascending by holder',
      content: { 'application/json': { schema: z.array(weightSchema).openapi('PollWeights') } },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addPollWeights = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { id } = await pollOf(env, context.req.valid('param').id)
    const weights = await weightsIn(env.DB, id)
    return context.json(
      weights.map((each) => ({ ...each, weight: each.weight.toString() })),
      200,
      { 'cache-control': IMMUTABLE },
    )
  })
