import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { distributionSchema } from '../distribution-schema.ts'
import type { App } from '../env.ts'
import { networkOf } from '../network.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { registerNext, verifiedPublication } from '../publication.ts'
import { hashParam } from '../schema.ts'
import { requireSecret } from '../secret.ts'
import { withStatus } from '../standings.ts'

const MOST_BYTES = 4096

/** Counts wrong secrets alone: the right one is never kept waiting. @throws ProblemError too-many */
const slowedDown = async (context: Context<App>): Promise<void> => {
  const key = networkOf(context.req.header('cf-connecting-ip'))
  const limit = await context.env.WRONG_SECRETS?.limit({ key })
  if (limit?.success === false) throw new ProblemError('too-many', 'Too many wrong secrets: wait a minute')
}

/** Nothing of a body is read before the secret is right, and nothing is parsed that is not small JSON. */
const issuersJson = createMiddleware<App>(async (context, next) => {
  try {
    await requireSecret(context.req.header('authorization'), context.env.PRORATA_API_SECRET)
  } catch (error) {
    if (error instanceof ProblemError && error.problem === 'unauthorized') await slowedDown(context)
    throw error
  }
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json')
  }
  await next()
})

const smallBody = bodyLimit({
  maxSize: MOST_BYTES,
  onError: () => {
    throw new ProblemError('too-large', `The body may have ${MOST_BYTES} bytes`)
  },
})

const wellFormed = createMiddleware<App>(async (context, next) => {
  try {
    await context.req.json()
  } catch {
    throw new ProblemError('malformed-json', 'The body cannot be parsed as JSON')
  }
  await next()
})

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
  middleware: [issuersJson, smallBody, wellFormed] as const,
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
