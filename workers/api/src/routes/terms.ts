import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { canonicalBytes } from '../../../../disbursement/index.ts'
import { type App, settingsOf } from '../env.ts'
import { problemResponses } from '../problem.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/terms',
  tags: ['Program'],
  operationId: 'getTerms',
  summary: "The program's terms, as they are hashed",
  description:
    'The canonical JSON (RFC 8785), byte for byte: keccak256 of the answer is the hash that the offering keeps on chain, and its ETag.',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The terms',
      content: {
        'application/json': {
          schema: z.record(z.string(), z.unknown()).openapi('Terms', {
            description: 'SPEC section 2',
            example: { spec: 1, name: 'alex' },
          }),
        },
      },
    },
    ...problemResponses('invalid-request'),
  },
})

export const addTerms = (app: OpenAPIHono<App>) =>
  app.openapi(route, (context) => {
    const { terms, termsHash } = settingsOf(context.env)
    return new Response(canonicalBytes(terms), {
      headers: { 'content-type': 'application/json', etag: `"${termsHash}"` },
    }) as never
  })
