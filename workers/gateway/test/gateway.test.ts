import { describe, expect, test, vi } from 'vitest'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import { ask, codeOf, query } from './gateway.ts'

const META = { data: { _meta: { block: { number: 7 } } } }
const KEY = 'a-key-nobody-may-see'

describe('a query', () => {
  test('is passed on with its variables and the key, and its answer comes back readable by every page', async () => {
    const GRAPH_URL = await upstream({ answers: { Meta: META } })
    const body = {
      query: 'query Meta($n: Int) { _meta { block { number } } }',
      variables: { n: 1 },
      operationName: 'Meta',
    }
    const response = await ask(
      { GRAPH_URL, GRAPH_KEY: KEY },
      { body: JSON.stringify({ ...body, extensions: { a: 1 } }) },
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toEqual(META)
    const [seen] = await seenBy(GRAPH_URL)
    expect(seen?.headers.authorization).toBe(`Bearer ${KEY}`)
    // What GraphQL does not know stays here.
    expect(seen?.body).toEqual(body)
  })

  test('goes without a key where none is set, and never with the asker’s own headers', async () => {
    const GRAPH_URL = await upstream({ answers: { Meta: META } })
    const headers = { 'content-type': 'application/json', authorization: 'Bearer theirs', cookie: 'a=b' }
    await ask({ GRAPH_URL, GRAPH_KEY: '' }, { headers })
    const [seen] = await seenBy(GRAPH_URL)
    expect(seen?.headers.authorization).toBeUndefined()
    expect(seen?.headers.cookie).toBeUndefined()
  })

  test('that graph-node refuses tells why, in GraphQL’s own form', async () => {
    const GRAPH_URL = await upstream({ answers: { Meta: { errors: [{ message: 'no such field' }] } } })
    const response = await ask({ GRAPH_URL })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ errors: [{ message: 'no such field' }] })
  })

  test.each([
    '{ accounts { id } }',
    '# mutation\n{ accounts { id } }',
    'query A { accounts(where: { id: "} mutation {" }) { id } }',
    '"""subscription { }""" query A { accounts { id } }',
    'query A($f: F = { a: 1 }) @x(y: { z: 1 }) { accounts { ...B } } fragment B on Account { id }',
    'query mutation { accounts { id } }',
    '\uFEFF,query,A,{,a,}',
    '{ a: b(c: """ } " \\""" { """, d: "\\"{") { e } }',
  ])('may be written %j', async (text) => {
    const GRAPH_URL = await upstream({ text: JSON.stringify(META) })
    expect((await ask({ GRAPH_URL }, query(text))).status).toBe(200)
  })
})

describe('what is not a query', () => {
  test.each([
    'mutation { a }',
    'mutation A { a }',
    'subscription { accounts { id } }',
    'query A { a } mutation B { b }',
    '{ a } subscription { b }',
    '"mutation" mutation { a }',
    '"""a""" mutation { a }',
    'fragment B on Account { id }',
    'type Query { a: Int }',
    '',
    '# { a }',
    ...['{ a', '{ a }}', '{ a(b: "c) }', '{ a) }', '{ a(b: [1) }', '}', '{ a(b: 1, c: 2, b: 3) { d } }'],
    '{ ...A } fragment A on Q { a } fragment A on Q { b }',
    '{'.repeat(9000),
  ])('is refused: %j', async (text) => {
    const GRAPH_URL = await upstream({ text: JSON.stringify(META) })
    const response = await ask({ GRAPH_URL }, query(text))
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('QUERIES_ONLY')
    expect(await seenBy(GRAPH_URL)).toEqual([])
  })

  test.each([
    ['not JSON', '{'],
    ['a batch', '[{"query":"{a}"}]'],
    ['null', 'null'],
    ['a text', '"{a}"'],
    ['without a query', '{}'],
    ['a query that is no text', '{"query":1}'],
    ['variables that are no object', '{"query":"{a}","variables":[1]}'],
    ['variables that are a text', '{"query":"{a}","variables":"x"}'],
    ['a name that is no text', '{"query":"{a}","operationName":{}}'],
  ])('is refused: %s', async (_, body) => {
    const response = await ask({}, { body })
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('BAD_REQUEST')
  })

  test('is refused when it is too long, however it is sent', async () => {
    const long = JSON.stringify({ query: `{ a } #${'x'.repeat(40_000)}` })
    expect((await ask({}, { body: long })).status).toBe(413)
    const stream = new Response(long).body
    const response = await ask({}, { body: stream })
    expect(response.status).toBe(413)
    expect(await codeOf(response)).toBe('TOO_MUCH')
  })

  test.each(['text/plain', 'application/jsonp', 'multipart/form-data; boundary=application/json', ''])(
    'is refused as %j',
    async (type) => {
      const response = await ask({}, { headers: { 'content-type': type } })
      expect(response.status).toBe(415)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    },
  )
})

describe('upstream', () => {
  test.each([
    ['away', {}, 'UPSTREAM_AWAY'],
    ['hanging up', { drop: true }, 'UPSTREAM_AWAY'],
    ['failing', { status: 500, text: '{"data":{}}' }, 'UPSTREAM_FAILED'],
    ['answering a page', { text: '<html>' }, 'UPSTREAM_FAILED'],
    ['answering other JSON', { text: '[]' }, 'UPSTREAM_FAILED'],
    ['answering null', { text: 'null' }, 'UPSTREAM_FAILED'],
    ['answering no data', { text: '{"data":null}' }, 'UPSTREAM_FAILED'],
    ['slow', { delayMs: 2000, text: JSON.stringify(META) }, 'UPSTREAM_SLOW'],
  ])('%s gives a clear error and no secret', async (name, script, code) => {
    const GRAPH_URL = name === 'away' ? AWAY : await upstream(script)
    const response = await ask({ GRAPH_URL, GRAPH_KEY: KEY })
    expect(response.status).toBe(502)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const text = await response.clone().text()
    expect(text).toContain('The subgraph gives no answer now')
    expect(text).not.toContain(KEY)
    expect(text).not.toContain('127.0.0.1')
    expect(await codeOf(response)).toBe(code)
  })

  test('whose address cannot be used is told of in the log alone', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await ask({ GRAPH_URL: 'https://key@:bad', GRAPH_KEY: KEY })
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await response.text()).not.toMatch(/key|bad|at /)
    errors.mockRestore()
  })
})

describe('the log', () => {
  test('has one line a request, without what was asked or the key', async () => {
    const lines: unknown[] = []
    const spy = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
    const GRAPH_URL = await upstream({ answers: { Meta: META } })
    await ask({ GRAPH_URL, GRAPH_KEY: KEY })
    await ask({}, query('mutation { a }'))
    spy.mockRestore()
    expect(lines.map((line) => JSON.parse(String(line)))).toEqual([
      { status: 200, how: 'miss', ms: expect.any(Number) },
      { status: 400, how: 'QUERIES_ONLY', ms: expect.any(Number) },
    ])
  })
})

describe('addresses and methods', () => {
  test('a page may ask beforehand', async () => {
    const response = await ask({}, { method: 'OPTIONS', body: null })
    expect(response.status).toBe(204)
    // POST itself needs no leave; a JSON body does.
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type')
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('%s is told what is allowed', async (method) => {
    const response = await ask({}, { method, body: null })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })

  test.each(['/', '/graphql/x', '/kept/1', '//graphql'])(
    '%s is not here, and says where to go',
    async (path) => {
      const response = await ask({}, { method: 'GET', body: null }, path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('POST queries to /graphql')
    },
  )
})
