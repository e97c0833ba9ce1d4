import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { openApiErrors } from '../../test/upstream.ts'
import { call, freshStorage, published } from './api.ts'
import { chain } from './chain.ts'
import { ID, open, WALLET } from './poll.ts'
import { addressOf, disbursement, FIRST, idOf } from './program.ts'
import { ALICE, subgraph } from './subgraph.ts'

type Json = { [key: string]: Json } & Json[] & string
type Media = { schema: Json; example?: unknown; examples?: Record<string, { value: unknown }> }
type Operation = {
  operationId: string
  summary: string
  parameters?: { name: string; in: string; required?: boolean; schema: Json; example?: unknown }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
  security?: Record<string, string[]>[]
}
type Document = {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> }
}

let document: Document
beforeAll(async () => {
  document = await (await call('/openapi.json')).json()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

/** Every object in a value, with the path to it. */
const walk = (value: unknown, visit: (node: Record<string, unknown>, at: string) => void, at = '#'): void => {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) visit(value as Record<string, unknown>, at)
  for (const [key, each] of Object.entries(value)) walk(each, visit, `${at}/${key}`)
}

const KEYWORDS = new Set(
  `$ref type format pattern enum const minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength items prefixItems
   properties required additionalProperties anyOf oneOf allOf not description example examples default title`.split(
    /\s+/,
  ),
)
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

/** What a program asks for and what a spreadsheet does. */
const both = (types: readonly string[]) => types.includes('text/csv') && types.includes('application/json')

describe('the OpenAPI document', () => {
  test('is valid by the schema of OpenAPI 3.1', async () => {
    expect(await openApiErrors(document)).toEqual([])
    // And what checks it does find faults.
    expect(await openApiErrors({ ...document, openapi: '3.1.0', info: {} })).not.toEqual([])
  })

  test('is of version 3.1 and describes every route, each under its own name', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'Prorata', version: '1.0.0' })
    const described = operations().map(({ method, path }) => `${method} ${path}`)
    expect(described.sort()).toEqual(
      [
        'get /v1/accounts/{address}/claims',
        'get /v1/accounts/{address}/estimate',
        'get /v1/accounts/{address}/statement',
        'get /v1/calendar',
        'get /v1/distributions/{id}/allocations',
        'get /v1/distributions/{id}/claims/{address}',
        'get /v1/feed',
        'get /v1/terms',
        'get /v1/distributions',
        'get /v1/distributions/{id}',
        'get /v1/distributions/{id}/proofs/{address}',
        'get /v1/holders',
        'get /v1/income',
        'get /v1/holders/{address}',
        'get /v1/manifests/{hash}',
        'get /v1/polls',
        'get /v1/polls/{id}',
        'get /v1/polls/{id}/ballots',
        'get /v1/polls/{id}/file',
        'get /v1/polls/{id}/voters/{address}',
        'get /v1/polls/{id}/weights',
        'post /v1/polls',
        'post /v1/polls/{id}/ballots',
        'post /v1/polls/{id}/documents',
        'get /v1/program',
        'get /v1/records/{manifestHash}',
        'get /v1/snapshots/{block}',
        'get /v1/snapshots/{hash}/index',
        'get /v1/snapshots/pages/{hash}',
        'get /v1/status',
        'post /v1/distributions',
        'post /v1/snapshots',
      ].sort(),
    )
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('declares every parameter of a path, and no other, as required', () => {
    for (const { path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (operation.parameters ?? []).filter((each) => each.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(named)
      for (const parameter of declared) expect(parameter.required).toBe(true)
      for (const { in: place } of operation.parameters ?? []) expect(['path', 'query']).toContain(place)
    }
  })

  test('says what each status means, with problems for what goes wrong', () => {
    for (const { operation } of operations()) {
      expect(operation.summary).not.toBe('')
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '422', '500']))
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/)
        expect(description).not.toBe('')
        const types = Object.keys(content ?? {})
        if (Number(status) >= 400) expect(types).toEqual(['application/problem+json'])
        else expect(types.length).toBe(status === '304' ? 0 : both(types) ? 2 : 1)
      }
    }
  })

  test('asks for the secret where something is written, and nowhere else', () => {
    for (const { method, path, operation } of operations()) {
      // A ballot's authority is its own signature.
      const isIssuers = method === 'post' && !path.endsWith('/ballots')
      expect(operation.security).toEqual(isIssuers ? [{ issuer: [] }] : undefined)
    }
    expect(document.components.securitySchemes.issuer).toEqual({ type: 'http', scheme: 'bearer' })
  })

  test('has schemas of JSON Schema 2020-12 alone, whose references all lead somewhere', () => {
    const schemas = [
      ...Object.values(document.components.schemas),
      ...operations().flatMap(({ operation }) => [
        ...(operation.parameters ?? []).map(({ schema }) => schema),
        ...Object.values(operation.responses).flatMap(({ content }) =>
          Object.values(content ?? {}).map(({ schema }) => schema),
        ),
      ]),
    ]
    const check = (schema: Json) => {
      for (const keyword of Object.keys(schema)) expect([...KEYWORDS]).toContain(keyword)
      for (const type of [schema.type ?? []].flat()) expect(TYPES).toContain(type)
      // OpenAPI 3.0's own word, gone in 3.1.
      expect(schema).not.toHaveProperty('nullable')
      if (typeof schema.$ref === 'string') {
        const name = String(schema.$ref).replace('#/components/schemas/', '')
        expect(Object.keys(document.components.schemas)).toContain(name)
      }
      for (const each of Object.values(schema.properties ?? {})) check(each)
      for (const each of [schema.anyOf ?? [], schema.allOf ?? [], schema.oneOf ?? []].flat())
        check(each as Json)
      if (schema.items) check(schema.items)
      for (const name of schema.required ?? []) expect(Object.keys(schema.properties ?? {})).toContain(name)
    }
    for (const schema of schemas) check(schema)
    walk(document, (node, at) => {
      if ('$ref' in node) expect(at, String(node.$ref)).not.toBe('#')
    })
  })
})

/** A schema of the document with its references replaced, so that it can be checked against. */
const resolved = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(resolved)
  if (schema === null || typeof schema !== 'object') return schema
  const { $ref, ...rest } = schema as { $ref?: string }
  const found =
    $ref === undefined
      ? {}
      : (resolved(document.components.schemas[$ref.replace('#/components/schemas/', '')]) as object)
  return { ...found, ...Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, resolved(each)])) }
}

const validatorOf = (schema: unknown) =>
  z.fromJSONSchema(resolved(schema) as Parameters<typeof z.fromJSONSchema>[0])

/** Everything that has an example, with its schema. */
const exemplified = () =>
  operations().flatMap(({ method, path, operation }) => {
    const answers = Object.entries(operation.responses).map(([status, { content }]) => ({
      where: status,
      content,
    }))
    const medias = [{ where: 'body', content: operation.requestBody?.content }, ...answers].flatMap(
      ({ where, content }) =>
        Object.entries(content ?? {}).flatMap(([type, { schema, example, examples }]) => {
          const values = examples ? Object.values(examples).map(({ value }) => value) : [example]
          return values.map((value) => ({ at: `${method} ${path} ${where} ${type}`, schema, value }))
        }),
    )
    const parameters = (operation.parameters ?? []).map(({ name, schema, example }) => ({
      ...{ at: `${method} ${path} ${name}`, schema, value: example },
    }))
    return [...parameters, ...medias]
  })

describe('examples', () => {
  test('every parameter, body and answer has one, and each is what its schema says', () => {
    expect(exemplified().length).toBeGreaterThan(100)
    for (const { at, schema, value } of exemplified()) {
      expect(value, at).toBeDefined()
      const checked = validatorOf(schema).safeParse(value)
      expect(checked.error?.issues, `${at}: ${JSON.stringify(value)}`).toBeUndefined()
    }
  })

  test('those of problems are named by their problem', () => {
    for (const { operation } of operations()) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const { examples } = content?.['application/problem+json'] ?? {}
        for (const [name, { value }] of Object.entries(examples ?? {})) {
          expect(value).toMatchObject({ type: `urn:prorata:problem:${name}`, status: Number(status) })
        }
      }
    }
  })

  test('schemas refuse what is not one of theirs', () => {
    const claims = document.paths['/v1/accounts/{address}/claims']?.get?.responses['200']?.content
    const schema = claims?.['application/json']?.schema
    const good = claims?.['application/json']?.example as { account: string }
    expect(validatorOf(schema).safeParse(good).success).toBe(true)
    expect(validatorOf(schema).safeParse({ ...good, account: '0x12' }).success).toBe(false)
    expect(validatorOf(schema).safeParse({ account: good.account }).success).toBe(false)
  })
})

describe('the reference page', () => {
  test('tells of every route and form, and takes nothing from anywhere', async () => {
    const response = await call('/v1/reference')
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; /)
    const html = await response.text()
    for (const { path, operation } of operations()) {
      expect(html).toContain(`id="${operation.operationId}"`)
      expect(html).toContain(path)
    }
    for (const name of Object.keys(document.components.schemas)) expect(html).toContain(`id="schema-${name}"`)
    expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(|undefined|\[object/)
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${target}"`)
    expect([...html.matchAll(/href="([^#"][^"]*)"/g)].map(([, href]) => href)).toEqual(['/openapi.json'])
  })

  test('its style is the one its policy lets in', async () => {
    const response = await call('/v1/reference')
    const style = /<style>([\s\S]*)<\/style>/.exec(await response.text())?.[1] ?? ''
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style)))
    const hash = btoa(String.fromCharCode(...digest))
    expect(response.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`)
  })
})

describe('answers', () => {
  const three = disbursement(3)
  beforeAll(async () => {
    await freshStorage()
    await published(three)
    expect((await open()).status).toBe(201)
  })

  test.each([
    ['/v1/program', '/v1/program', 200],
    ['/v1/status', '/v1/status', 200],
    ['/v1/holders', '/v1/holders', 200],
    ['/v1/holders/{address}', `/v1/holders/${ALICE}`, 200],
    ['/v1/distributions', '/v1/distributions', 200],
    ['/v1/income', '/v1/income', 200],
    ['/v1/distributions/{id}', `/v1/distributions/${idOf(three)}`, 200],
    ['/v1/manifests/{hash}', `/v1/manifests/${three.manifestHash}`, 200],
    ['/v1/distributions/{id}/allocations', `/v1/distributions/${idOf(three)}/allocations`, 200],
    [
      '/v1/distributions/{id}/claims/{address}',
      `/v1/distributions/${idOf(three)}/claims/${addressOf(FIRST)}`,
      200,
    ],
    ['/v1/terms', '/v1/terms', 200],
    ['/v1/polls', '/v1/polls', 200],
    ['/v1/polls/{id}', `/v1/polls/${ID}`, 200],
    ['/v1/polls/{id}/weights', `/v1/polls/${ID}/weights`, 200],
    ['/v1/polls/{id}/voters/{address}', `/v1/polls/${ID}/voters/${WALLET}`, 200],
    ['/v1/polls/{id}/ballots', `/v1/polls/${ID}/ballots`, 409],
    ['/v1/polls/{id}/file', `/v1/polls/${ID}/file`, 404],
    ['/v1/accounts/{address}/claims', `/v1/accounts/${addressOf(FIRST)}/claims`, 200],
    ['/v1/accounts/{address}/claims', `/v1/accounts/${addressOf(1)}/claims`, 200],
    ['/v1/accounts/{address}/statement', `/v1/accounts/${addressOf(FIRST)}/statement`, 200],
    ['/v1/accounts/{address}/estimate', `/v1/accounts/${ALICE}/estimate`, 200],
    ['/v1/holders', '/v1/holders?format=xml', 422],
    ['/v1/distributions/{id}', '/v1/distributions/x', 422],
    ['/v1/distributions/{id}', `/v1/distributions/${idOf(disbursement(2))}`, 404],
  ])('of %s are what the document says (%s: %i)', async (path, asked, status) => {
    const response = await call(asked, {}, { RPC_URL: await chain(), GRAPH_URL: await subgraph() })
    expect(response.status).toBe(status)
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const schema = document.paths[path]?.get?.responses[status]?.content?.[type]?.schema
    expect(schema).toBeDefined()
    const checked = validatorOf(schema).safeParse(await response.json())
    expect(checked.error?.issues).toBeUndefined()
  })
})
