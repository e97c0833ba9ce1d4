import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { GUARDS } from '../answers.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { proofIn, proofTag } from '../proofs.ts'
import { address, addressParam, amount, hash, hashParam } from '../schema.ts'
import { IMMUTABLE } from './manifest.ts'

/** The headers of every proof in the runtime's own form: as an object they would be read anew for each answer. */
const MODEL = new Response(null, {
  headers: {
    'content-type': 'application/json',
    'cache-control': IMMUTABLE,
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'etag, x-request-id',
    ...GUARDS,
  },
})

/** A proof, whoever answers with it; null: the one that the asker has is right (304). */
export const proofResponse = (proof: string | Uint8Array<ArrayBuffer> | null, tag: string): Response => {
  const response =
    proof === null ? new Response(null, { status: 304, headers: MODEL.headers }) : new Response(proof, MODEL)
  response.headers.set('etag', tag)
  return response
}

const place = z.int().nonnegative()

const answer = z
  .object({
    id: hash.openapi({ description: "The distribution's id" }),
    distribution: z
      .object({ issuer: address, token: address, terms: hash, root: hash })
      .openapi({ description: 'What the distributor contract takes to name it' }),
    account: address,
    amount,
    index: place.openapi({ description: 'Place of the leaf in its shard, 0 to 127', example: 4 }),
    proof: z.array(hash),
    shard: z
      .object({
        shard: place.openapi({ description: 'Its place in the parent tree', example: 0 }),
        root: hash,
        total: amount,
        proof: z.array(hash),
      })
      .optional()
      .openapi({
        description: 'With more than 128 accounts: the shard, which `open` takes as it stands here',
      }),
  })
  .openapi('Proof')

const route = createRoute({
  method: 'get',
  path: '/v1/distributions/{id}/proofs/{address}',
  tags: ['Distributions'],
  operationId: 'getProof',
  summary: "One leaf's proof, which never changes",
  description:
    'One ranged read among however many accounts, kept at the edge. Static files give the same answer byte for byte.',
  request: { params: z.object({ id: hashParam, address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The proof', content: { 'application/json': { schema: answer } } },
    ...problemResponses('not-found', 'invalid-request', 'store-broken', 'store-away'),
  },
})

export const addProof = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { id, address: account } = context.req.valid('param')
    const { distribution, text } = await proofIn(context.env, id, account)
    if (distribution === null) {
      throw new ProblemError('not-found', 'No distribution with this id is published here')
    }
    if (text === null) throw new ProblemError('not-found', `This distribution has no leaf for ${account}`)
    // The text as it is, which is the static files' too. The route's type knows only values.
    return proofResponse(text, proofTag(id, account)) as never
  })
