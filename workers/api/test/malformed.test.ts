import fc from 'fast-check'
import { toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { Document, Operation, Parameter, Schema } from '../src/document.ts'
import { call, freshStorage, problemOf, published, SECRET } from './api.ts'
import { chain } from './chain.ts'
import { ID, open } from './poll.ts'
import { addressOf, disbursement, FIRST, idOf } from './program.ts'
import { subgraph } from './subgraph.ts'

// Requests made of what the OpenAPI document says, most of them wrong in one place or several. The document is the oracle too:
// what it does not allow is refused as a problem, what it allows is answered as it says. Nothing is a 500, nothing hangs.

const RUNS = 10_000
const SLOW_MS = 10_000

const three = disbursement(3)
let document: Document
let upstreams: { GRAPH_URL: string; RPC_URL: string }
beforeAll(async () => {
  await freshStorage()
  await published(three)
  expect((await open()).status).toBe(201)
  document = await (await call('/openapi.json')).json()
  upstreams = { GRAPH_URL: await subgraph(), RPC_URL: await chain() }
})

afterAll(() => vi.restoreAllMocks())

/** A parameter as it is sent: its text and, where the text is not what the document says, that it is wrong. */
type Sent = { text: string; wrong: boolean }
type Asked = {
  method: string
  path: string
  query: [name: string, sent: Sent][]
  parts: Sent[]
  headers: Record<string, string>
  body: Sent | null
  operation: Operation | undefined
}

/** A schema with its references replaced. */
const resolved = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(resolved)
  if (value === null || typeof value !== 'object') return value
  const { $ref, ...rest } = value as Schema
  const target = $ref && resolved(document.components.schemas[$ref.replace('#/components/schemas/', '')])
  return {
    ...(target as object | undefined),
    ...Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, resolved(each)])),
  }
}

const validators = new Map<Schema, z.ZodType>()
const fits = (schema: Schema, value: unknown): boolean => {
  let validator = validators.get(schema)
  if (validator === undefined) {
    validator = z.fromJSONSchema(resolved(schema) as Parameters<typeof z.fromJSONSchema>[0])
    validators.set(schema, validator)
  }
  return validator.safeParse(value).success
}

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((data): string => toHex(data))

/** Texts of which some are right for some parameter. */
const text = fc.oneof(
  hex(20),
  hex(32),
  hex(20).map((value) => value.toUpperCase()),
  hex(19),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double().map(String),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    ...[
      '',
      '0',
      '00',
      '0x',
      '1e3',
      'null',
      'true',
      'NaN',
      ' 1',
      '1 ',
      '+1',
      '../..',
      '%00',
      '\u0000',
      'json',
      'csv',
    ],
  ),
  fc.constantFrom(
    ...[
      "'; DROP TABLE distributions;--",
      '{{7*7}}',
      '<script>',
      '0x'.padEnd(4000, 'f'),
      '9'.repeat(400),
      '2026-Q1',
    ],
  ),
  fc.constantFrom(idOf(three), ID, three.manifestHash, addressOf(FIRST), '2026-01-01', 'alex', 'income'),
)

const parameter = ({ schema, example }: Parameter): fc.Arbitrary<Sent> =>
  fc
    .oneof({ weight: 7, arbitrary: fc.constant(String(example)) }, { weight: 2, arbitrary: text })
    .map((value) => ({ text: value, wrong: !(fits(schema, value) || fits(schema, Number(value))) }))

const HEADERS = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-encoding',
    'if-none-match',
    'if-match',
    'range',
    'origin',
    'content-type',
    'x-request-id',
  ),
  fc.oneof(
    fc.string({ maxLength: 40 }).map((value) => value.replace(/[^\x20-\x7e]/g, '').trim()),
    fc.constantFrom(
      '*',
      '"x"',
      'W/"x"',
      'bytes=0-9',
      'bytes=-1',
      'bytes=9-0',
      'bytes=99999999999999999999-',
      'gzip;q=',
      'application/json',
    ),
  ),
  { maxKeys: 3 },
)

const bodyOf = (operation: Operation): fc.Arbitrary<Sent | null> => {
  const media = operation.requestBody?.content['application/json']
  if (media === undefined) return fc.constant(null)
  const example = media.example as Record<string, unknown>
  const changed = fc
    .tuple(fc.constantFrom(...Object.keys(example), 'extra'), fc.oneof(fc.jsonValue(), text))
    .map(([key, value]) => JSON.stringify({ ...example, [key]: value }))
  const whole = JSON.stringify(example)
  return fc
    .oneof(
      fc.constant(whole),
      changed,
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
      fc.constant('['.repeat(20_000)),
      text,
    )
    .map((body) => ({ text: body, wrong: !fits(media.schema, parsed(body)) }))
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const request = (): fc.Arbitrary<Asked> => {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const one = ({ path, method, operation }: (typeof all)[number]): fc.Arbitrary<Asked> => {
    const of = (place: string) => (operation.parameters ?? []).filter((each) => each.in === place)
    return fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(method.toUpperCase()) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS', 'HEAD', 'PROPFIND'),
        },
      ),
      path: fc.constant(path),
      parts: fc.tuple(...of('path').map(parameter)),
      query: fc
        .tuple(
          ...of('query').map((each) =>
            fc
              .option(parameter(each), { freq: 2 })
              .map((sent) => (sent ? [[each.name, sent] as [string, Sent]] : [])),
          ),
          fc
            .tuple(fc.nat(12), text, text)
            .map(([chance, ...extra]) =>
              chance === 0 ? [[`x${extra[0]}`, { text: extra[1], wrong: true }] as [string, Sent]] : [],
            ),
        )
        .map((lists) => lists.flat()),
      headers: HEADERS,
      body: bodyOf(operation),
      operation: fc.constant(operation),
    })
  }
  return fc.oneof(...all.map(one))
}

const urlOf = ({ path, parts, query }: Asked): string => {
  const left = [...parts]
  const address = path.replace(/\{\w+\}/g, () =>
    encodeURIComponent((left.shift() as Sent).text.toWellFormed()),
  )
  const search = query.map(([name, sent]) =>
    [name.toWellFormed(), sent.text.toWellFormed()].map(encodeURIComponent).join('='),
  )
  return search.length > 0 ? `${address}?${search.join('&')}` : address
}

/** What must be true of any answer to it. */
const check = async (asked: Asked, secret: boolean): Promise<number> => {
  const headers = {
    ...(asked.body && { 'content-type': 'application/json' }),
    ...asked.headers,
    ...(secret && { authorization: `Bearer ${SECRET}` }),
  }
  const hasBody = asked.body !== null && !['GET', 'HEAD', 'OPTIONS'].includes(asked.method)
  const init = { method: asked.method, headers, ...(hasBody && { body: asked.body?.text ?? '' }) }
  const began = performance.now()
  const response = await call(urlOf(asked), init, upstreams)
  const { status } = response
  const own =
    asked.operation !== undefined &&
    document.paths[asked.path]?.[asked.method.toLowerCase()] === asked.operation
  if (status >= 400) {
    if (asked.method === 'HEAD') await response.body?.cancel()
    else {
      const { type } = (await response.clone().json()) as { type: string }
      await problemOf(response, status, type.replace('urn:prorata:problem:', ''))
    }
  }
  expect(status).not.toBe(500)
  const wrong = asked.parts.some((each) => each.wrong) || asked.query.some(([, each]) => each.wrong)
  if (own && status < 500) {
    // An empty part of a path is another path.
    const astray = asked.parts.some(({ text: part }) => part === '' || /^\.{1,2}$/.test(part))
    if (wrong || (hasBody && asked.body?.wrong)) expect(status).toBeGreaterThanOrEqual(400)
    if (!astray && ![400, 413, 415].includes(status))
      expect(Object.keys(asked.operation?.responses ?? {})).toContain(String(status))
    if (status === 200 && response.headers.get('content-type')?.startsWith('application/json')) {
      const schema = asked.operation?.responses['200']?.content?.['application/json']?.schema as Schema
      expect(fits(schema, await response.json())).toBe(true)
    }
  } else if (response.body && !response.bodyUsed) await response.body.cancel()
  expect(performance.now() - began).toBeLessThan(SLOW_MS)
  return status
}

describe(`${RUNS} requests made of the document, most of them malformed`, () => {
  test('are answered as it says, or refused as a problem', { timeout: 300_000 }, async () => {
    // A line of the log for each would cost more than the requests.
    for (const level of ['log', 'warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation(() => {})
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(request(), fc.boolean(), async (asked, secret) => {
        const status = await check(asked, secret)
        seen.set(status, (seen.get(status) ?? 0) + 1)
      }),
      { numRuns: RUNS, seed: 6 },
    )
    // The generator reaches what it is for.
    for (const status of [200, 204, 400, 401, 404, 405, 415, 422]) expect([...seen.keys()]).toContain(status)
  })
})
