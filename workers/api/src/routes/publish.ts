import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { ISSUERS_JSON } from '../bodies.ts'
import { distributionSchema } from '../distribution-schema.ts'
import type { App } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { registerNext, verifiedPublication } from '../publication.ts'
import { hashParam } from '../schema.ts'
import { withStatus } from '../standings.ts'

const underWay = z
  .object({
    registered: z.int().nonnegative().openapi({ example: 16_384 }),
    accounts: z.int().positive().openapi({ example: 1_000_000 }),
  })
  .openapi('Registration')

const route = createRoute({
  method: 'post',
  path: '/v1/distributions',
  tags: ['Distributions'],
  operationId: 'publishDistribution',
  summary: "The issuer's: make a published distribution known here",
  description:
    'Reads manifest and records back from the store and the Published event from the chain, and writes only what all three ' +
    'agree on, 16,384 accounts a request. May be repeated at any time.',
  security: [{ issuer: [] }],
  middleware: ISSUERS_JSON,
  request: {
    query: z.strictObject({}),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              manifestHash: hashParam,
              transaction: hashParam.openapi({ description: 'The transaction that published it' }),
            })
            .openapi('Publication'),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'It was known already',
      content: { 'application/json': { schema: distributionSchema } },
    },
    201: { description: 'It is known now', content: { 'application/json': { schema: distributionSchema } } },
    202: {
      description: 'So many of its accounts are written: ask again, until all are. Nobody sees it before',
      content: { 'application/json': { schema: underWay } },
    },
    ...problemResponses(
      'malformed-json',
      'unauthorized',
      'too-large',
      'unsupported-media-type',
      'too-many',
      'publication-refused',
      'chain-failed',
      'store-away',
      'chain-slow',
    ),
  },
})

export const addPublish = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { manifestHash, transaction } = context.req.valid('json')
    const publication = await verifiedPublication(context.env, manifestHash, transaction)
    const { registered, isComplete, isNew } = await registerNext(context.env, publication)
    const { distribution } = publication
    if (!isComplete) return context.json({ registered, accounts: distribution.accounts }, 202)
    const [listed] = await withStatus(context.env, [distribution])
    return context.json({ ...distribution, status: listed?.status ?? null }, isNew ? 201 : 200)
  })
