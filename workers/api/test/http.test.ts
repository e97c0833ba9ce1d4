import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { seenBy } from '../../test/upstream.ts'
import { call, freshStorage, problemOf } from './api.ts'
import { chain } from './chain.ts'
import { addressOf, hashOf } from './program.ts'

beforeAll(freshStorage)

const READS = [
  '/v1/program',
  '/v1/terms',
  '/v1/calendar',
  '/v1/feed',
  '/v1/reference',
  '/v1/status',
  '/v1/distributions',
  `/v1/accounts/${addressOf(1)}/claims`,
  '/openapi.json',
]

describe('every read', () => {
  test.each(READS)('%s is open to every page, named, and asked for again each time', async (path) => {
    const response = await call(path, { headers: { origin: 'https://page.example' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toBe(
      'content-disposition, etag, link, x-request-id',
    )
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const again = await call(path)
    expect(again.headers.get('x-request-id')).not.toBe(response.headers.get('x-request-id'))
  })

  test.each(READS)('%s has an ETag, and answers 304 to who has it already', async (path) => {
    const first = await call(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-fx]{40,66}"$/)
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await call(path, { headers: { 'if-none-match': header } })
      expect(again.status).toBe(304)
      expect(again.headers.get('etag')).toBe(etag)
      expect(await again.text()).toBe('')
    }
    expect((await call(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test.each(READS)('%s answers HEAD like GET, without a body', async (path) => {
    const response = await call(path, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('etag')).toBe((await call(path)).headers.get('etag'))
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.text()).toBe('')
  })

  test.each([...READS, `/v1/holders/${addressOf(1)}`, `/v1/manifests/${hashOf('x')}`])(
    '%s tells a page beforehand that it may read',
    async (path) => {
      const headers = { origin: 'https://page.example', 'access-control-request-method': 'GET' }
      const response = await call(path, { method: 'OPTIONS', headers })
      expect(response.status).toBe(204)
      expect(response.headers.get('allow')).toContain('GET, HEAD')
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS')
    },
  )

  test('errors are readable by pages too', async () => {
    const response = await call('/v1/distributions/x')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    await problemOf(response, 422, 'invalid-request')
  })
})

describe('what is not here', () => {
  test.each([
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/holders/',
    `/v1/accounts/${addressOf(1)}`,
    '/v2/holders',
    '/v1/%00',
  ])('%s is a problem', async (path) => {
    await problemOf(await call(path), 404, 'not-found')
  })

  test.each([
    ['/v1/status', 'POST', 'GET, HEAD, OPTIONS'],
    ['/v1/distributions', 'DELETE', 'GET, HEAD, POST, OPTIONS'],
    [`/v1/accounts/${addressOf(1)}/claims`, 'PUT', 'GET, HEAD, OPTIONS'],
    [`/v1/holders/${addressOf(1)}`, 'PATCH', 'GET, HEAD, OPTIONS'],
    ['/openapi.json', 'POST', 'GET, HEAD, OPTIONS'],
  ])('%s does not take %s', async (path, method, allow) => {
    const response = await call(path, { method })
    expect(response.headers.get('allow')).toBe(allow)
    await problemOf(response, 405, 'method-not-allowed')
  })

  test('OPTIONS on nothing is a problem as well', async () => {
    await problemOf(await call('/v1/nothing', { method: 'OPTIONS' }), 404, 'not-found')
  })
})

describe('an unexpected error', () => {
  test('tells its id and nothing of what is inside', async () => {
    const { results } = await env.DB.prepare('SELECT 1').run()
    expect(results).toHaveLength(1)
    // A binding that is no R2 bucket: a bug in the deployment that no code expects.
    const STORE = { get: async () => ({ size: 1 }) } as unknown as R2Bucket
    const problem = await problemOf(
      await call(`/v1/manifests/${hashOf('x')}`, {}, { STORE }),
      503,
      'store-away',
    )
    expect(problem.detail).not.toContain('arrayBuffer')
    const DB = { prepare: () => ({ all: async () => ({}) }) } as unknown as D1Database
    const internal = await problemOf(await call('/v1/distributions', {}, { DB }), 500, 'internal')
    expect(internal.detail).not.toContain('undefined')
  })
})

test('the chain is asked for its head once a request, in one batch', async () => {
  const RPC_URL = await chain()
  await call('/v1/status', {}, { RPC_URL })
  const seen = await seenBy<{ method: string }[]>(RPC_URL)
  expect(seen.map(({ body }) => body.map(({ method }) => method))).toEqual([
    ['eth_getBlockByNumber', 'eth_chainId'],
  ])
})
