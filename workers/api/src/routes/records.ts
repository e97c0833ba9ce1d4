import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { decodeRecords, RecordsError } from '../../../../disbursement/index.ts'
import { workerKernel } from '../../../../keccak/worker.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { hashParam } from '../schema.ts'
import { readRecords } from '../store.ts'
import { IMMUTABLE } from './manifest.ts'

const route = createRoute({
  method: 'get',
  path: '/v1/records/{manifestHash}',
  tags: ['Distributions'],
  operationId: 'getRecords',
  summary: "A publication's sorted accounts and amounts, from which every proof can be made again",
  description: 'A binary file; disbursement/README.md tells its layout.',
  request: { params: z.object({ manifestHash: hashParam }), query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The records',
      content: {
        'application/octet-stream': {
          schema: z.string().openapi({ format: 'binary', example: 'prorata\n…' }),
        },
      },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

/** Up to here a file is checked through and through before it is served as immutable: about 40,000 accounts. */
const CHECKED_BYTES = 1024 * 1024

export const addRecords = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { manifestHash } = context.req.valid('param')
    const bytes = await readRecords(context.env.STORE, manifestHash)
    if (bytes === null) throw new ProblemError('not-found', 'No records of this manifest are stored here')
    try {
      if (bytes.length <= CHECKED_BYTES) decodeRecords(bytes, workerKernel())
    } catch (error) {
      if (!(error instanceof RecordsError)) throw error
      throw new ProblemError(
        'store-broken',
        `The records of manifest ${manifestHash} are damaged: ${error.message}`,
      )
    }
    return new Response(bytes, {
      headers: {
        'content-type': 'application/octet-stream',
        'cache-control': IMMUTABLE,
        etag: `"${manifestHash}"`,
      },
    })
  })
