import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { payingCall } from '../calls.ts'
import { callSchema, claimJson, claimSchema } from '../claim-schema.ts'
import { claimsOf } from '../claims.ts'
import { type App, settingsOf } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { address, addressParam, hash } from '../schema.ts'

const answer = z
  .object({
    account: address,
    claims: z.array(claimSchema).openapi({ description: 'Oldest first' }),
    unavailable: z.array(z.object({ id: hash, period: z.string(), reason: z.string() })).openapi({
      description: 'Distributions that pay this account, but whose stored records cannot be used',
      example: [],
    }),
    call: z.union([callSchema, z.null()]).openapi({
      description:
        'Pays every claim that is open, all or nothing, each asset in one transfer; null when none is, or while the chain is away',
    }),
  })
  .openapi('Claims')

const route = createRoute({
  method: 'get',
  path: '/v1/accounts/{address}/claims',
  tags: ['Accounts'],
  operationId: 'listClaims',
  summary: 'Everything published for an account, with proofs and ready calldata',
  description:
    'Needs neither the subgraph nor the chain; without the chain `claimed`, `ended` and `status` are null.',
  request: { params: z.object({ address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The claims', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addClaims = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { distributor } = settingsOf(context.env).deployment
    const account = context.req.valid('param').address
    const { claims, unavailable } = await claimsOf(context.env, distributor, account)
    const open = claims.filter(({ status }) => status === 'open')
    return context.json(
      {
        account,
        claims: claims.map((each) => claimJson(distributor, each)),
        unavailable,
        call: payingCall(distributor, open),
      },
      200,
    )
  })
