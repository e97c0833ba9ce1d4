import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { upstream } from '../../test/upstream.ts'
import { call, freshStorage, published, SECRET } from './api.ts'
import { addressOf, disbursement, FIRST, hashOf } from './program.ts'
import { ALICE } from './subgraph.ts'

const three = disbursement(3)

beforeAll(async () => {
  await freshStorage()
  await published(three)
})
afterAll(freshStorage)

const ANSWERS: [string, RequestInit][] = [
  ['/v1/program', {}],
  ['/v1/reference', {}],
  [`/v1/manifests/${three.manifestHash}`, {}],
  [`/v1/records/${three.manifestHash}`, {}],
  [`/v1/manifests/${hashOf('x')}`, {}],
  ['/v1/holders?block=x', {}],
  ['/nothing', {}],
  ['/v1/status', { method: 'DELETE' }],
  ['/v1/status', { method: 'OPTIONS' }],
  ['/v1/distributions', { method: 'POST' }],
]

test.each(ANSWERS)(
  '%s %j can be neither framed, sniffed nor run, and leaks no address',
  async (path, init) => {
    const { headers } = await call(path, init)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/)
    expect(headers.get('set-cookie')).toBeNull()
  },
)

describe('compression', () => {
  const answer = (path: string, accepted?: string) =>
    call(path, accepted === undefined ? {} : { headers: { 'accept-encoding': accepted } })

  test.each(['gzip', 'br, gzip', 'GZIP;q=0.5', 'deflate, gzip;q=1.0'])(
    'is there for %j',
    async (accepted) => {
      const plain = await answer('/openapi.json')
      const response = await answer('/openapi.json', accepted)
      expect(response.headers.get('content-encoding')).toBe('gzip')
      expect(response.headers.get('vary')).toBe('accept-encoding')
      // Other bytes under the same strong tag would mend the wrong copy.
      expect(response.headers.get('etag')).toBe(`W/${plain.headers.get('etag')}`)
      const again = await call('/openapi.json', {
        headers: { 'accept-encoding': accepted, 'if-none-match': response.headers.get('etag') ?? '' },
      })
      expect(again.status).toBe(304)
    },
  )

  test.each([undefined, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.0, identity', 'x-gzip'])(
    'is not for %j',
    async (accepted) => {
      const response = await answer('/openapi.json', accepted)
      expect(response.headers.get('content-encoding')).toBeNull()
      expect(response.headers.get('vary')).toBe('accept-encoding')
    },
  )

  test('is for text alone, and for answers that are there', async () => {
    for (const path of [`/v1/records/${three.manifestHash}`, '/v1/nothing', '/v1/holders?block=x']) {
      expect((await answer(path, 'gzip')).headers.get('content-encoding')).toBeNull()
    }
    expect((await answer('/v1/calendar', 'gzip')).headers.get('content-encoding')).toBe('gzip')
    expect((await answer(`/v1/manifests/${three.manifestHash}`, 'gzip')).headers.get('vary')).toBe(
      'accept-encoding',
    )
  })
})

describe('the log', () => {
  const lines: string[] = []
  beforeEach(() => {
    lines.length = 0
    for (const level of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(`${level} ${line}`))
    }
    return () => vi.restoreAllMocks()
  })
  const only = () => {
    expect(lines).toHaveLength(1)
    const [, level, text] = /^(\w+) (.*)$/s.exec(lines[0] ?? '') ?? []
    return { level, text: text ?? '', line: JSON.parse(text ?? '') }
  }

  test('has one line of JSON a request, which its id finds', async () => {
    const response = await call(`/v1/holders/${ALICE}?block=12`, { headers: { 'cf-ray': '8a-TXL' } })
    const { level, line, text } = only()
    expect(level).toBe('log')
    expect(line).toMatchObject({
      about: 'request',
      requestId: response.headers.get('x-request-id'),
      ray: '8a-TXL',
      method: 'GET',
      route: '/v1/holders/:address',
      status: 502,
      problem: 'index-failed',
      ms: expect.any(Number),
    })
    expect(text).not.toContain(ALICE)
  })

  test.each([
    ['/v1/program', '/v1/program', 200, undefined],
    ['/nothing/at/all', null, 404, 'not-found'],
    ['/v1/%00', null, 404, 'not-found'],
    ['/v1/holders?after=x', '/v1/holders', 422, 'invalid-request'],
  ])('of %s names the route %s', async (path, route, status, problem) => {
    await call(path)
    expect(only().line).toMatchObject({ route, status, ...(problem && { problem }) })
  })

  test('has what went wrong on the way in the same line', async () => {
    await call('/v1/holders', {}, { GRAPH_URL: await upstream({ text: '{"errors":[{"message":"x"}]}' }) })
    const { level, line } = only()
    expect(level).toBe('warn')
    expect(line.notes).toEqual([{ level: 'warn', about: 'subgraph', message: 'x' }])
  })

  test('has neither wallets, queries, secrets nor upstreams in it', async () => {
    const RPC_URL = await upstream({ text: 'garbage' })
    const secret = { PRORATA_API_SECRET: SECRET, RPC_URL, GRAPH_URL: RPC_URL }
    for (const path of [
      `/v1/accounts/${addressOf(FIRST)}/claims`,
      `/v1/accounts/${addressOf(FIRST)}/statement?from=2026-01-01`,
      `/v1/holders?after=${addressOf(FIRST)}`,
      '/v1/status',
    ]) {
      await call(path, {}, secret)
    }
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ manifestHash: three.manifestHash, transaction: hashOf('x') })
    await call('/v1/distributions', { method: 'POST', headers, body }, secret)
    expect(lines).toHaveLength(5)
    const all = lines.join('\n')
    for (const hidden of [addressOf(FIRST), '2026-01-01', SECRET, RPC_URL, '127.0.0.1', 'Bearer']) {
      expect(all).not.toContain(hidden)
    }
  })
})
