import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { hashParam } from '../schema.ts'
import { readManifest } from '../store.ts'

/** What is named by its hash never changes. */
export const IMMUTABLE = 'public, max-age=31536000, immutable'

const route = createRoute({
  method: 'get',
  path: '/v1/manifests/{hash}',
  tags: ['Distributions'],
  operationId: 'getManifest',
  summary: 'The document from which anyone can recompute a root',
  description: 'The canonical JSON (RFC 8785), byte for byte: keccak256 of the answer is the hash asked for.',
  request: { params: z.object({ hash: hashParam }), query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The manifest',
      content: {
        'application/json': {
          schema: z.record(z.string(), z.unknown()).openapi('Manifest', {
            description: 'SPEC section 8; integers as decimal strings',
            example: { spec: '1', engine: '0.1.0', chainId: '31337' },
          }),
        },
      },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addManifest = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { hash } = context.req.valid('param')
    const bytes = await readManifest(context.env.STORE, hash)
    if (bytes === null) throw new ProblemError('not-found', 'No manifest with this hash is stored here')
    // The bytes as they are: written again as JSON they might be others. The route's type knows only values.
    return new Response(bytes, {
      headers: { 'content-type': 'application/json', 'cache-control': IMMUTABLE, etag: `"${hash}"` },
    }) as never
  })
