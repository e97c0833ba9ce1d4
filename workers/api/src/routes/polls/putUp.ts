import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { PollError, parseDocument } from '../../../../../polls/index.ts'
import { issuersJson, smallerThan, wellFormed } from '../../bodies.ts'
import { chainTimeOf } from '../../chain.ts'
import type { App } from '../../env.ts'
import { keepDocument } from '../../polls/documents.ts'
import { pollParams, pollSchema } from '../../polls/poll-schema.ts'
import { unfit } from '../../polls/posted.ts'
import { pollOf, told } from '../../polls/told.ts'
import { problemResponses } from '../../problem.ts'
import { hashParam } from '../../schema.ts'

const MOST_BYTES = 32 * 1024 * 1024

const EXAMPLE = {
  kind: 'answer',
  version: 1,
  poll: '0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658',
  ballots: '0x5f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb6589c22ff5f2',
  accepted: true,
  reason: 'I have given notice for my flat.',
}

const route = createRoute({
  method: 'post',
  path: '/v1/polls/{id}/documents',
  tags: ['Polls'],
  operationId: 'putUpPollDocument',
  summary: "The issuer's: the ballots file, the answer, or evidence of what was kept",
  description:
    'The document’s hash must have been put up on chain by the issuer in the transaction. A ballots file must have every ' +
    'ballot that was received here, and the result that follows from them. May be repeated at any time.',
  security: [{ issuer: [] }],
  middleware: [issuersJson, smallerThan(MOST_BYTES), wellFormed] as const,
  request: {
    params: pollParams,
    query: z.strictObject({}),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              document: z.record(z.string(), z.unknown()).openapi('PutUpDocument', {
                description: 'polls/README.md tells of each kind',
                example: EXAMPLE,
              }),
              transaction: hashParam.openapi({ description: 'The transaction that put up its hash' }),
            })
            .openapi('PutUp'),
        },
      },
    },
  },
  responses: {
    200: { description: 'It was known already', content: { 'application/json': { schema: pollSchema } } },
    201: { description: 'It is known now', content: { 'application/json': { schema: pollSchema } } },
    ...problemResponses(
      'malformed-json',
      'unauthorized',
      'not-found',
      'too-large',
      'unsupported-media-type',
      'too-many',
      'invalid-request',
      'poll-refused',
      'chain-failed',
      'store-away',
      'chain-slow',
    ),
  },
})

const read = (json: unknown) => {
  try {
    return parseDocument(json)
  } catch (error) {
    if (error instanceof PollError) throw unfit('document', error.message)
    throw error
  }
}

export const addPutUp = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const kept = await pollOf(env, context.req.valid('param').id)
    const { document, transaction } = context.req.valid('json')
    const { isNew } = await keepDocument(env, kept, read(document), transaction)
    return context.json(await told(env, kept, await chainTimeOf(env)), isNew ? 201 : 200)
  })
