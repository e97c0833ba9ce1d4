import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { chainTimeOf } from '../../chain.ts'
import type { App } from '../../env.ts'
import { pollParams, pollSchema } from '../../polls/poll-schema.ts'
import { pollOf, told } from '../../polls/told.ts'
import { problemResponses } from '../../problem.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/polls/{id}',
  tags: ['Polls'],
  operationId: 'getPoll',
  summary: 'One poll, with its result, the answer and what was kept',
  description: 'How the weight is divided shows after the close only: nobody votes after a trend.',
  request: { params: pollParams, query: z.strictObject({}) },
  responses: {
    200: { description: 'The poll', content: { 'application/json': { schema: pollSchema } } },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addPoll = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const kept = await pollOf(env, context.req.valid('param').id)
    return context.json(await told(env, kept, await chainTimeOf(env)), 200)
  })
