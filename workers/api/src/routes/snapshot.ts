// Everybody's rows at a block, read in the background: begun by the issuer, for everybody to read.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { snapshotKey, snapshotPageKey } from '../../snapshot.ts'
import { ISSUERS_JSON } from '../bodies.ts'
import type { App } from '../env.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { blockParam, hashParam } from '../schema.ts'
import { snapshotAt, startSnapshot } from '../snapshot/start.ts'
import { snapshotStatus } from '../snapshot/status.ts'
import { objectBody } from '../store.ts'
import { IMMUTABLE } from './manifest.ts'

const start = createRoute({
  method: 'post',
  path: '/v1/snapshots',
  tags: ['Holders'],
  operationId: 'startSnapshot',
  summary: "The issuer's: read everybody's rows at a block, in the background",
  description:
    'For programs whose holders are too many to be read while somebody waits. May be repeated at any time: what is read stays, ' +
    'a run that failed is followed by another, and one that reads is left alone.',
  security: [{ issuer: [] }],
  middleware: ISSUERS_JSON,
  request: {
    query: z.strictObject({}),
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              block: z
                .int()
                .min(0)
                .max(2 ** 31 - 1)
                .openapi({ description: 'A final block', example: 19_000_000 }),
            })
            .openapi('SnapshotStart'),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'All of it is read',
      content: { 'application/json': { schema: snapshotStatus } },
    },
    202: { description: 'It is being read', content: { 'application/json': { schema: snapshotStatus } } },
    ...problemResponses(
      ...(['malformed-json', 'unauthorized', 'not-found', 'too-large', 'unsupported-media-type'] as const),
      ...([
        'invalid-request',
        'too-many',
        'chain-failed',
        'store-away',
        'workflow-away',
        'chain-slow',
      ] as const),
    ),
  },
})

export const addSnapshotStart = (app: OpenAPIHono<App>) =>
  app.openapi(start, async (context) => {
    const status = await startSnapshot(context.env, context.req.valid('json').block)
    return context.json(status, status.state === 'complete' ? 200 : 202)
  })

const read = createRoute({
  method: 'get',
  path: '/v1/snapshots/{block}',
  tags: ['Holders'],
  operationId: 'getSnapshot',
  summary: "How far reading everybody's rows at a block is",
  description: 'How much is read, how fast, about how much longer it takes, and what went wrong.',
  request: { params: z.object({ block: blockParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The newest one', content: { 'application/json': { schema: snapshotStatus } } },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addSnapshot = (app: OpenAPIHono<App>) =>
  app.openapi(read, async (context) => {
    const { block } = context.req.valid('param')
    const status = await snapshotAt(context.env, block)
    if (status === null) {
      throw new ProblemError('not-found', `No snapshot of block ${block} was begun here`)
    }
    return context.json(status, 200)
  })

/** The object under a key that its hash makes, as it comes. */
const named = async (store: R2Bucket, key: string, hash: string, type: string): Promise<Response> => {
  const object = await objectBody(store, key)
  if (object === null)
    throw new ProblemError('not-found', 'No part of a snapshot with this hash is stored here')
  return new Response(object.body, {
    headers: { 'content-type': type, 'cache-control': IMMUTABLE, etag: `"${hash}"` },
  })
}

const index = createRoute({
  method: 'get',
  path: '/v1/snapshots/{hash}/index',
  tags: ['Holders'],
  operationId: 'getSnapshotIndex',
  summary: 'What names the pages of a snapshot',
  description: 'Canonical JSON (RFC 8785), byte for byte: keccak256 of the answer is the hash asked for.',
  request: { params: z.object({ hash: hashParam }), query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The index',
      content: {
        'application/json': {
          schema: z.record(z.string(), z.unknown()).openapi('SnapshotIndex', {
            description:
              'The block, and of each list the number of rows, their sum and the hashes of its pages',
            example: { snapshot: '1', chainId: '31337' },
          }),
        },
      },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addSnapshotIndex = (app: OpenAPIHono<App>) =>
  app.openapi(index, async (context) => {
    const { hash } = context.req.valid('param')
    // The bytes as they are. The route's type knows only values.
    return (await named(context.env.STORE, snapshotKey(hash), hash, 'application/json')) as never
  })

const page = createRoute({
  method: 'get',
  path: '/v1/snapshots/pages/{hash}',
  tags: ['Holders'],
  operationId: 'getSnapshotPage',
  summary: 'A page of a snapshot: up to 32,000 rows',
  description: 'CSV with a line of names first: keccak256 of the answer is the hash asked for.',
  request: { params: z.object({ hash: hashParam }), query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The page',
      content: {
        'text/csv': {
          schema: z.string().openapi({
            example: 'id,holder,balance,staked,lp,lpStaked,lots,custody,basis,settled,units,recipient\n',
          }),
        },
      },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-away'),
  },
})

export const addSnapshotPage = (app: OpenAPIHono<App>) =>
  app.openapi(page, async (context) => {
    const { hash } = context.req.valid('param')
    const found = await named(context.env.STORE, snapshotPageKey(hash), hash, 'text/csv; charset=utf-8')
    return found as never
  })
