import { describe, expect, test } from 'vitest'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import worker, { type Env } from '../src/index.ts'

const META = { data: { _meta: { block: { number: 7 } } } }
const KEY = 'a-key-nobody-may-see'

const ask = (env: Partial<Env>, init: RequestInit = {}, path = '/graphql') =>
  worker.fetch(
    new Request(`https://gateway.example${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Meta { _meta { block { number } } }' }),
      ...init,
    }),
    { GRAPH_URL: AWAY, ...env },
  )

const query = (text: string, more: object = {}) => ({ body: JSON.stringify({ query: text, ...more }) })

const codeOf = async (response: Response) => {
  const body = await response.json<{ errors: { extensions: { code: string } }[] }>()
  return body.errors[0]?.extensions.code
}

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
    '{ a',
    '{ a }}',
    '{ a(b: "c) }',
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
    ['without a query', '{}'],
    ['a query that is no text', '{"query":1}'],
    ['variables that are no object', '{"query":"{a}","variables":[1]}'],
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
    expect(await codeOf(response)).toBe('TOO_LARGE')
  })

  test('is refused in another content type', async () => {
    const response = await ask({}, { headers: { 'content-type': 'text/plain' } })
    expect(response.status).toBe(415)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('upstream', () => {
  test.each([
    ['away', {}, 502, 'UPSTREAM_AWAY'],
    ['hanging up', { drop: true }, 502, 'UPSTREAM_AWAY'],
    ['failing', { status: 500, text: '{"data":{}}' }, 502, 'UPSTREAM_FAILED'],
    ['answering a page', { text: '<html>' }, 502, 'UPSTREAM_FAILED'],
    ['answering other JSON', { text: '[]' }, 502, 'UPSTREAM_FAILED'],
    ['slow', { delayMs: 2000, text: JSON.stringify(META) }, 504, 'UPSTREAM_SLOW'],
  ])('%s gives a clear error and no secret', async (name, script, status, code) => {
    const GRAPH_URL = name === 'away' ? AWAY : await upstream(script)
    const response = await ask({ GRAPH_URL, GRAPH_KEY: KEY, UPSTREAM_TIMEOUT_MS: '300' })
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const text = await response.clone().text()
    expect(text).not.toContain(KEY)
    expect(text).not.toContain('127.0.0.1')
    expect(await codeOf(response)).toBe(code)
  })
})

describe('addresses and methods', () => {
  test('a page may ask beforehand', async () => {
    const response = await ask({}, { method: 'OPTIONS', body: null })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type')
  })

  test('other methods are told what is allowed', async () => {
    const response = await ask({}, { method: 'GET', body: null })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect((await ask({}, {}, '/')).status).toBe(405)
  })

  test('the root says what this is, and nothing else is here', async () => {
    const root = await ask({}, { method: 'GET', body: null }, '/')
    expect(root.status).toBe(200)
    expect(await root.text()).toContain('/graphql')
    expect((await ask({}, {}, '/graphql/x')).status).toBe(404)
  })
})
