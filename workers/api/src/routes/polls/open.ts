import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import { documentHash, type Poll, PollError, parsePoll, parseWeights } from '../../../../../polls/index.ts'
import { issuersJson, smallerThan, wellFormed } from '../../bodies.ts'
import { chainTimeOf } from '../../chain.ts'
import { type App, type Env, settingsOf } from '../../env.ts'
import { pollDocument, pollSchema, weightSchema } from '../../polls/poll-schema.ts'
import { idOfName, keepPoll } from '../../polls/polls.ts'
import { requirePosted, unfit } from '../../polls/posted.ts'
import { receiptSigner } from '../../polls/signer.ts'
import { told } from '../../polls/told.ts'
import { problemResponses } from '../../problem.ts'
import { hashParam } from '../../schema.ts'

/** 16,384 holders with a few wallets each. */
const MOST_BYTES = 8 * 1024 * 1024

const route = createRoute({
  method: 'post',
  path: '/v1/polls',
  tags: ['Polls'],
  operationId: 'openPoll',
  summary: "The issuer's: make an announced poll known here",
  description:
    'Checks that the poll is of this program, that the weights are those it names, and that the issuer put up its hash on ' +
    'chain. May be repeated at any time.',
  security: [{ issuer: [] }],
  middleware: [issuersJson, smallerThan(MOST_BYTES), wellFormed] as const,
  request: {
    query: z.strictObject({}),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              poll: pollDocument,
              weights: z.array(weightSchema),
              transaction: hashParam.openapi({ description: 'The transaction that put up its hash' }),
            })
            .openapi('OpenedPoll'),
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

/** What of a poll this program and this server decide. */
const checkPlace = (env: Env, poll: Poll): void => {
  const { terms, termsHash, deployment } = settingsOf(env)
  const own = {
    chainId: deployment.chainId,
    noticeboard: deployment.noticeboard,
    issuer: deployment.issuer,
    token: deployment.token,
    program: terms.name,
    terms: termsHash as Hex,
    receiptSigner: receiptSigner(env),
  }
  for (const name of Object.keys(own) as (keyof typeof own)[]) {
    if (poll[name] !== own[name])
      throw unfit(name, `The poll names ${poll[name]}, but here it is ${own[name]}`)
  }
}

const read = <T>(parse: () => T): T => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof PollError) throw unfit('document', error.message)
    throw error
  }
}

export const addOpenPoll = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { transaction, ...given } = context.req.valid('json')
    const poll = read(() => parsePoll(given.poll))
    const weights = read(() => parseWeights(given.weights, poll))
    checkPlace(env, poll)
    const id = documentHash(poll)
    const namesake = await idOfName(env.DB, poll.name)
    if (namesake !== null && namesake !== id) throw unfit('name', `Another poll has the name ${poll.name}`)
    const kept = { id, poll, transaction }
    if (namesake === null) await requirePosted(env, settingsOf(env), transaction, id, id)
    const isNew = await keepPoll(env.DB, kept, weights)
    return context.json(await told(env, kept, await chainTimeOf(env)), isNew ? 201 : 200)
  })
