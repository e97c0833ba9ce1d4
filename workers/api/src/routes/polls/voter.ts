import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { App } from '../../env.ts'
import { lastBallotOf } from '../../polls/ballots.ts'
import { weightSchema } from '../../polls/poll-schema.ts'
import { weightOfWallet } from '../../polls/polls.ts'
import { pollOf } from '../../polls/told.ts'
import { ProblemError, problemResponses } from '../../problem.ts'
import { address, addressParam, hash, hashParam, seconds } from '../../schema.ts'

const answer = weightSchema
  .extend({
    ballot: z
      .object({
        hash,
        voter: address,
        sequence: z.int().nonnegative().openapi({ example: 1_775_088_000_123 }),
        receivedAt: seconds,
      })
      .nullable()
      .openapi('VoterBallot', {
        description: 'The last one received, without its choice; null when there is none',
      }),
  })
  .openapi('PollVoter')

const route = createRoute({
  method: 'get',
  path: '/v1/polls/{id}/voters/{address}',
  tags: ['Polls'],
  operationId: 'getPollVoter',
  summary: 'What a wallet’s holder weighs in a poll, and whether it has voted',
  request: { params: z.object({ id: hashParam, address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The holder', content: { 'application/json': { schema: answer } } },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addPollVoter = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const params = context.req.valid('param')
    const { id } = await pollOf(env, params.id)
    const weight = await weightOfWallet(env.DB, id, params.address)
    if (weight === null) throw new ProblemError('not-found', 'This wallet held nothing at the record block')
    const last = await lastBallotOf(env.DB, id, weight.holder)
    const ballot = last && {
      hash: last.hash,
      voter: last.voter,
      sequence: Number(last.sequence),
      receivedAt: Number(last.receivedAt),
    }
    return context.json({ ...weight, weight: weight.weight.toString(), ballot }, 200)
  })
