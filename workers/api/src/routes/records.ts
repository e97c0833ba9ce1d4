import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { decodeRecords, RecordsError } from '../../../../disbursement/index.ts'
import { workerKernel } from '../../../../keccak/worker.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { hashParam } from '../schema.ts'
import { recordsBody, recordsSize } from '../store.ts'
import { IMMUTABLE } from './manifest.ts'

const content = {
  'application/octet-stream': {
    schema: z.string().openapi({ format: 'binary', example: 'prorata\n…' }),
  },
}

const route = createRoute({
  method: 'get',
  path: '/v1/records/{manifestHash}',
  tags: ['Distributions'],
  operationId: 'getRecords',
  summary: "A publication's sorted accounts and amounts, from which every proof can be made again",
  description:
    'A binary file; disbursement/README.md tells its layout. One range may be asked for (`Range: bytes=68-4579`).',
  request: { params: z.object({ manifestHash: hashParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The records', content },
    206: { description: 'The part that was asked for', content },
    ...problemResponses('not-found', 'invalid-request', 'range-outside', 'store-away'),
  },
})

/** Up to here a file is checked through and through before it is served as immutable: about 40,000 accounts. */
const CHECKED_BYTES = 1024 * 1024

/**
 * The range of a `Range` header, null where it asks for something else than one range that begins somewhere: that is answered
 * with the whole, as RFC 9110 allows.
 * @throws ProblemError range-outside when it begins behind the end
 */
const rangeOf = (header: string | undefined, size: number): { offset: number; length: number } | null => {
  const [, from, to] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (from === undefined) return null
  const offset = Number(from)
  const last = to === undefined || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (offset >= size) {
    throw new ProblemError('range-outside', `The file has ${size} bytes; there is none from ${offset} on`)
  }
  return last < offset ? null : { offset, length: last - offset + 1 }
}

const checked = (bytes: Uint8Array, manifestHash: string): Uint8Array => {
  try {
    decodeRecords(bytes, workerKernel())
    return bytes
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    throw new ProblemError(
      'store-broken',
      `The records of manifest ${manifestHash} are damaged: ${error.message}`,
    )
  }
}

export const addRecords = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { STORE } = context.env
    const { manifestHash } = context.req.valid('param')
    const missing = () => new ProblemError('not-found', 'No records of this manifest are stored here')
    const size = await recordsSize(STORE, manifestHash)
    if (size === null) throw missing()
    const range = rangeOf(context.req.header('range'), size)
    const object = await recordsBody(STORE, manifestHash, range)
    if (object === null) throw missing()
    const headers = {
      'content-type': 'application/octet-stream',
      'cache-control': IMMUTABLE,
      etag: `"${manifestHash}"`,
      'accept-ranges': 'bytes',
    }
    if (range !== null) {
      const { offset, length } = range
      return new Response(object.body, {
        status: 206,
        headers: { ...headers, 'content-range': `bytes ${offset}-${offset + length - 1}/${size}` },
      })
    }
    if (size > CHECKED_BYTES) return new Response(object.body, { headers })
    return new Response(checked(new Uint8Array(await object.arrayBuffer()), manifestHash), { headers })
  })
