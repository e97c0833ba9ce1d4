import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { claimsOf } from '../claims.ts'
import { assetSchema } from '../distribution-schema.ts'
import { type App, settingsOf } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { address, addressParam, amount, hash, seconds } from '../schema.ts'

const claim = z
  .object({
    id: hash.openapi({ description: "The distribution's id" }),
    distribution: z
      .object({ issuer: address, token: address, terms: hash, root: hash })
      .openapi({ description: 'What the distributor contract takes to name it' }),
    manifestHash: hash,
    stream: z.string().openapi({ example: 'income' }),
    period: z.string().openapi({ example: '2026-Q1' }),
    asset: assetSchema,
    index: z.int().openapi({ description: 'Place of the leaf in its shard, 0 to 127', example: 4 }),
    account: address,
    amount,
    proof: z.array(hash),
    shard: z
      .object({
        shard: z.int().openapi({ description: 'Its place in the parent tree', example: 0 }),
        root: hash,
        total: amount,
        proof: z.array(hash),
      })
      .optional()
      .openapi({
        description:
          "With more than 128 accounts: the shard, to be opened first; the claim's distribution then has the parent's id as terms and the shard's root",
      }),
    opensAt: seconds,
    deadline: seconds.openapi({ description: '0: never' }),
    claimed: z
      .boolean()
      .nullable()
      .openapi({ description: 'Paid; null while the chain is away', example: false }),
    ended: z.boolean().nullable().openapi({
      description:
        'Cancelled, or swept after the deadline: nothing more is paid; null while the chain is away',
      example: false,
    }),
  })
  .openapi('Claim')

const answer = z
  .object({
    account: address,
    claims: z.array(claim).openapi({ description: 'Oldest first' }),
    unavailable: z.array(z.object({ id: hash, period: z.string(), reason: z.string() })).openapi({
      description: 'Distributions that pay this account, but whose stored records cannot be used',
      example: [],
    }),
  })
  .openapi('Claims')

const route = createRoute({
  method: 'get',
  path: '/v1/accounts/{address}/claims',
  operationId: 'listClaims',
  summary: 'Everything published for an account, with proofs',
  description: 'Needs neither the subgraph nor the chain; without the chain `claimed` and `ended` are null.',
  request: { params: z.object({ address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The claims', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request', 'store-away'),
  },
})

export const addClaims = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { deployment } = settingsOf(context.env)
    const account = context.req.valid('param').address
    const { claims, unavailable } = await claimsOf(context.env, deployment.distributor, account)
    return context.json(
      {
        account,
        claims: claims.map(({ distribution, claim: { shard, ...leaf }, claimed, ended }) => ({
          id: distribution.id,
          distribution: {
            issuer: distribution.issuer,
            token: distribution.token,
            terms: distribution.terms,
            root: distribution.root,
          },
          manifestHash: distribution.manifestHash,
          stream: distribution.stream,
          period: distribution.period,
          asset: distribution.asset,
          index: leaf.index,
          account: leaf.account,
          amount: leaf.amount.toString(),
          proof: leaf.proof,
          ...(shard && { shard: { ...shard, total: shard.total.toString() } }),
          opensAt: distribution.opensAt,
          deadline: distribution.deadline,
          claimed,
          ended,
        })),
        unavailable,
      },
      200,
    )
  })
