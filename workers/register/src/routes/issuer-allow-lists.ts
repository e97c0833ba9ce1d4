import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { findList, sealAllowList, walletsAfter } from '../allowLists.ts'
import type { App } from '../env.ts'
import { issuerOnly } from '../issuer.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import {
  fields,
  hash,
  listSchema,
  MOST_A_PAGE,
  noQuery,
  numberParam,
  rootParam,
  wallet,
  walletParam,
} from '../schema.ts'

const security = [{ issuer: [] }]

const create = createRoute({
  method: 'post',
  path: '/v1/issuer/allow-lists',
  operationId: 'sealAllowList',
  summary: 'Seal the approved wallets into a list, whose root an offering is deployed with',
  description: 'While the same wallets are approved, the last list is the answer.',
  security,
  middleware: [issuerOnly] as const,
  request: { query: noQuery },
  responses: {
    200: {
      description: 'The last list, which is of these wallets already',
      content: { 'application/json': { schema: listSchema } },
    },
    201: { description: 'A new list', content: { 'application/json': { schema: listSchema } } },
    ...problemResponses('unauthorized', 'nobody-approved', 'invalid-request', 'too-many', 'store-away'),
  },
})

const page = z
  .object({
    root: hash,
    wallets: z.array(z.object({ wallet, proof: z.array(hash).openapi({ description: 'For Offering.buy' }) })),
    next: wallet
      .nullable()
      .openapi({ description: '`after` of the next page; null on the last', example: null }),
  })
  .openapi('AllowedWallets')

const read = createRoute({
  method: 'get',
  path: '/v1/issuer/allow-lists/{root}',
  operationId: 'listAllowed',
  summary: "A list's wallets with their proofs, in pages; those deleted meanwhile are left out",
  security,
  middleware: [issuerOnly] as const,
  request: {
    params: fields({ root: rootParam }),
    query: fields({ after: walletParam.optional(), limit: numberParam(1, MOST_A_PAGE, 100).optional() }),
  },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: page } } },
    ...problemResponses('unauthorized', 'not-found', 'invalid-request', 'too-many', 'store-away'),
  },
})

export const addIssuerAllowLists = (app: OpenAPIHono<App>) => {
  app.openapi(create, async (context) => {
    const { list, isNew } = await sealAllowList(context.env)
    return context.json(list, isNew ? 201 : 200)
  })
  app.openapi(read, async (context) => {
    const { root } = context.req.valid('param')
    const { after = '', limit = 100 } = context.req.valid('query')
    if ((await findList(context.env, root)) === null) {
      throw new ProblemError('not-found', 'No allow-list with this root was sealed here')
    }
    const wallets = await walletsAfter(context.env, root, after, limit)
    return context.json(
      { root, wallets, next: wallets.length < limit ? null : (wallets.at(-1)?.wallet ?? null) },
      200,
    )
  })
}
