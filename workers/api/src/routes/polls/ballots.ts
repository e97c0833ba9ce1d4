import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { chainHead } from '../../chain.ts'
import type { App } from '../../env.ts'
import { nextLink } from '../../format.ts'
import { ballotsAfter } from '../../polls/ballots.ts'
import { pollParams, storedBallot } from '../../polls/poll-schema.ts'
import { pollOf } from '../../polls/told.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { hash, hashParam, numberParam } from '../../schema.ts'

const MOST = 1000

const answer = z
  .object({
    poll: hash,
    ballots: z.array(storedBallot).openapi({ description: 'Ascending by hash, replaced ones too' }),
    next: hash.nullable().openapi({ description: '`after` of the next page; null after the last' }),
  })
  .openapi('ReceivedBallots')

const route = createRoute({
  method: 'get',
  path: '/v1/polls/{id}/ballots',
  tags: ['Polls'],
  operationId: 'listBallots',
  summary: 'Every ballot that was received, once the poll is closed',
  request: {
    params: pollParams,
    query: z.strictObject({
      after: hashParam.optional().openapi({ description: '`next` of the page before' }),
      limit: numberParam(1, MOST, 100)
        .optional()
        .openapi({ description: 'Most ballots a page; 1000 when not given' }),
    }),
  },
  responses: {
    200: { description: 'A page of ballots', content: { 'application/json': { schema: answer } } },
    ...problemResponses(
      'not-found',
      'poll-open',
      'invalid-request',
      'chain-failed',
      'store-away',
      'chain-slow',
    ),
  },
})

export const addBallots = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { after, limit } = context.req.valid('query')
    const { id, poll } = await pollOf(env, context.req.valid('param').id)
    if (BigInt((await chainHead(env)).timestamp) < poll.closesAt)
      throw new ProblemError('poll-open', 'Ballots are shown when the poll is closed')
    const most = limit ?? MOST
    const found = await ballotsAfter(env.DB, id, after ?? null, most)
    const next = found.length < most ? null : (found.at(-1)?.hash ?? null)
    const ballots = found.map(({ holder: _, ...each }) => ({
      ...each,
      sequence: each.sequence.toString(),
      receivedAt: each.receivedAt.toString(),
    }))
    return context.json({ poll: id, ballots, next }, 200, nextLink(context, { after: next }))
  })
