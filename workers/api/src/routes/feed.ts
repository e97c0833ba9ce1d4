import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { occasions } from '../agenda.ts'
import { feedText } from '../atom.ts'
import { chainTimeOf } from '../chain.ts'
import { listDistributions } from '../distributions.ts'
import { type App, settingsOf } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { withStatus } from '../standings.ts'

const EXAMPLE = feedText({ name: 'alex', termsHash: `0x${'9c'.repeat(32)}` }, [], 0, 'https://alex.example')

const route = createRoute({
  method: 'get',
  path: '/v1/feed',
  tags: ['Program'],
  operationId: 'getFeed',
  summary: 'Periods that ended, what was published and opened, and deadlines that passed, newest first',
  description: "Atom (RFC 4287). Time is the chain's; this server's while the chain is away.",
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The feed',
      content: { 'application/atom+xml': { schema: z.string().openapi({ example: EXAMPLE }) } },
    },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addFeed = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { terms, termsHash } = settingsOf(env)
    const [chainTime, distributions] = await Promise.all([chainTimeOf(env), listDistributions(env.DB)])
    const now = chainTime ?? Math.floor(Date.now() / 1000)
    const all = occasions(terms, await withStatus(env, distributions))
    const { origin } = new URL(context.req.url)
    return context.body(feedText({ name: terms.name, termsHash }, all, now, origin), 200, {
      'content-type': 'application/atom+xml; charset=utf-8',
    })
  })
