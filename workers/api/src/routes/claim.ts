import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { claimJson, claimSchema } from '../claim-schema.ts'
import { claimsOf } from '../claims.ts'
import { findDistribution } from '../distributions.ts'
import { type App, briefly, settingsOf } from '../env.ts'
import { paymentOf } from '../payments.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { address, addressParam, block, hash, hashParam, seconds } from '../schema.ts'

const answer = claimSchema
  .extend({
    payment: z
      .object({
        to: address.openapi({ description: 'Who received it' }),
        block,
        timestamp: seconds,
        transaction: hash,
      })
      .nullable()
      .openapi({ description: 'How it was paid; null until it was, and while the subgraph is away' }),
  })
  .openapi('ClaimStatus')

const route = createRoute({
  method: 'get',
  path: '/v1/distributions/{id}/claims/{address}',
  tags: ['Distributions'],
  operationId: 'getClaim',
  summary: "One claim's status, with its proof",
  description: '404 for a distribution that is not known here, or that does not pay this account.',
  request: { params: z.object({ id: hashParam, address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The claim', content: { 'application/json': { schema: answer } } },
    ...problemResponses('not-found', 'invalid-request', 'store-broken', 'store-away'),
  },
})

export const addClaim = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { distributor } = settingsOf(env).deployment
    const { id, address: account } = context.req.valid('param')
    const { claims, unavailable } = await claimsOf(env, distributor, account, id)
    const [damaged] = unavailable
    if (damaged !== undefined) throw new ProblemError('store-broken', damaged.reason)
    const [claim] = claims
    if (claim === undefined) {
      const known = await findDistribution(env.DB, id)
      throw new ProblemError(
        'not-found',
        known === null
          ? 'No distribution with this id is published here'
          : `This distribution pays ${account} nothing`,
      )
    }
    const payment = claim.claimed === true ? await paymentOf(briefly(env), claim.leafId, account) : null
    return context.json({ ...claimJson(distributor, claim), payment }, 200)
  })
