import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { ballotsKey } from '../../../keys.ts'
import type { App } from '../../env.ts'
import { documentsOf } from '../../polls/documents.ts'
import { pollParams } from '../../polls/poll-schema.ts'
import { pollOf } from '../../polls/told.ts'
import { ProblemError, problemResponses } from '../../problem.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/polls/{id}/file',
  tags: ['Polls'],
  operationId: 'getBallotsFile',
  summary: 'The ballots file, with which anybody counts again',
  description: 'The canonical JSON, byte for byte: keccak256 of the answer is the hash on chain.',
  request: { params: pollParams, query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The file',
      content: {
        'application/json': {
          schema: z.record(z.string(), z.unknown()).openapi('BallotsFile', {
            description:
              'Poll, weights, ballots with their receipts, and the result; integers as decimal strings',
            example: { kind: 'ballots', version: 1 },
          }),
        },
      },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-broken', 'store-away'),
  },
})

export const addBallotsFile = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { id } = await pollOf(env, context.req.valid('param').id)
    const file = (await documentsOf(env.DB, id)).find(({ kind }) => kind === 'ballots')
    if (file === undefined) throw new ProblemError('not-found', 'This poll has not been counted yet')
    const object = await env.STORE.get(ballotsKey(file.hash))
    if (object === null) throw new ProblemError('store-broken', `The ballots file ${file.hash} is not stored`)
    return new Response(object.body, {
      headers: { 'content-type': 'application/json', etag: `"${file.hash}"` },
    }) as never
  })
