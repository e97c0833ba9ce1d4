import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { MOST_SIGNATURE } from '../../../../../polls/index.ts'
import { anybodysJson, smallerThan, wellFormed } from '../../bodies.ts'
import type { App } from '../../env.ts'
import { networkOf } from '../../network.ts'
import { takeBallot } from '../../polls/ballots.ts'
import { pollParams, receiptSchema, signedBallot } from '../../polls/poll-schema.ts'
import { pollOf, receiptOf } from '../../polls/told.ts'
import { ProblemError, problemResponses } from '../../problem.ts'

const route = createRoute({
  method: 'post',
  path: '/v1/polls/{id}/ballots',
  tags: ['Polls'],
  operationId: 'castBallot',
  summary: 'Cast a ballot, or another one in its place',
  description:
    'EIP-712: domain { name "Prorata Poll", version "1", chainId, verifyingContract: noticeboard }, type Ballot(bytes32 ' +
    'poll,address voter,uint8 option,uint64 sequence). Of a holder’s ballots, by any of its wallets, the last valid one ' +
    'counts. The same ballot again gets the same receipt.',
  middleware: [anybodysJson, smallerThan(2 * MOST_SIGNATURE + 1024), wellFormed] as const,
  request: {
    params: pollParams,
    query: z.strictObject({}),
    body: { required: true, content: { 'application/json': { schema: signedBallot } } },
  },
  responses: {
    200: {
      description: 'It was received already',
      content: { 'application/json': { schema: receiptSchema } },
    },
    201: { description: 'It is received', content: { 'application/json': { schema: receiptSchema } } },
    ...problemResponses(
      'malformed-json',
      'not-found',
      'too-large',
      'unsupported-media-type',
      'too-many',
      'invalid-request',
      'ballot-refused',
      'chain-failed',
      'store-away',
      'chain-slow',
    ),
  },
})

export const addCastBallot = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const kept = await pollOf(env, context.req.valid('param').id)
    const { voter, option, sequence, signature } = context.req.valid('json')
    const signed = { voter, option, sequence: BigInt(sequence), signature: signature.toLowerCase() as Hex }
    const { ballot, isNew } = await takeBallot(env, kept, signed, async () => {
      const key = networkOf(context.req.header('cf-connecting-ip'))
      const limit = await env.WRONG_BALLOTS?.limit({ key })
      if (limit?.success === false)
        throw new ProblemError('too-many', 'Too many ballots with wrong signatures: wait a minute')
    })
    return context.json(receiptOf(kept, ballot), isNew ? 201 : 200)
  })
