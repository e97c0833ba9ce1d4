import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { proofFor } from '../allowLists.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { proofSchema, rootParam } from '../schema.ts'
import { signedIn } from '../session.ts'

const query = z.strictObject(
  {
    root: rootParam
      .optional()
      .openapi({ description: "An offering's allowListRoot; without it the last list" }),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? 'only root is known here' : undefined) },
)

const route = createRoute({
  method: 'get',
  path: '/v1/entry/proof',
  operationId: 'getProof',
  summary: 'What your wallet hands to Offering.buy',
  security: [{ session: [] }],
  middleware: [signedIn] as const,
  request: { query },
  responses: {
    200: { description: 'Your proof', content: { 'application/json': { schema: proofSchema } } },
    ...problemResponses('not-signed-in', 'not-found', 'invalid-request', 'store-away'),
  },
})

export const addProof = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { root } = context.req.valid('query')
    const proof = await proofFor(context.env, context.get('wallet'), root)
    if (proof === null) throw new ProblemError('not-found', 'This wallet is on no such allow-list')
    return context.json(proof, 200)
  })
