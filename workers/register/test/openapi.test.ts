import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { openApiErrors } from '../../test/upstream.ts'
import { approved, call, ENTRY, freshStorage, fromIssuer, fromPage } from './register.ts'

type Json = { [key: string]: Json } & Json[] & string
type Operation = {
  operationId: string
  summary: string
  security?: Record<string, string[]>[]
  parameters?: { name: string; schema: Json }[]
  requestBody?: { content: Record<string, { schema: Json }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>
}
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> }
}

let document: Document
beforeAll(async () => {
  await freshStorage()
  document = await (await call('/openapi.json')).json()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

/** A schema of the document with its references replaced, so that it can be checked against. */
const resolved = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(resolved)
  if (schema === null || typeof schema !== 'object') return schema
  const { $ref, ...rest } = schema as { $ref?: string }
  const name = $ref?.replace('#/components/schemas/', '')
  const found = name === undefined ? {} : (resolved(document.components.schemas[name]) as object)
  return { ...found, ...Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, resolved(each)])) }
}
const checked = (schema: unknown, value: unknown) =>
  z.fromJSONSchema(resolved(schema) as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).error?.issues

const exampleOf = (schema: Json): unknown => {
  if (schema.example !== undefined) return schema.example
  if (schema.allOf) return Object.assign({}, ...[schema.allOf].flat().map((each) => exampleOf(each as Json)))
  if (schema.anyOf) return exampleOf([schema.anyOf].flat()[0] as Json)
  if (schema.items) return [exampleOf(schema.items)]
  if (!schema.properties) return undefined
  return Object.fromEntries(Object.entries(schema.properties).map(([key, each]) => [key, exampleOf(each)]))
}

describe('the OpenAPI document', () => {
  test('is valid by the schema of OpenAPI 3.1', async () => {
    expect(await openApiErrors(document)).toEqual([])
  })

  test('says of every route who may ask, and what each answer is', () => {
    for (const { path, operation } of operations()) {
      const scheme = path.startsWith('/v1/issuer/')
        ? [{ issuer: [] }]
        : /^\/v1\/(entry|session)/.test(path) && operation.operationId !== 'signIn'
          ? [{ session: [] }]
          : undefined
      expect(operation.security, operation.operationId).toEqual(scheme)
      expect(operation.summary).not.toBe('')
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const types = Object.keys(content ?? {})
        if (Number(status) >= 400) expect(types).toEqual(['application/problem+json'])
        else expect(types).toHaveLength(status === '204' ? 0 : 1)
      }
    }
  })

  test('has a valid example of every answer, body and parameter', () => {
    for (const { operation } of operations()) {
      const bodies = [operation.requestBody, operation.responses['200'], operation.responses['201']]
      for (const { schema } of bodies.flatMap((each) => Object.values(each?.content ?? {}))) {
        const example = exampleOf(resolved(schema) as Json)
        expect(example, operation.operationId).toBeDefined()
        expect(
          checked(schema, example),
          `${operation.operationId} ${JSON.stringify(example)}`,
        ).toBeUndefined()
      }
      for (const { name, schema } of operation.parameters ?? []) {
        expect(schema.example ?? schema.enum, `${operation.operationId} ${name}`).toBeDefined()
      }
    }
  })
})

test('answers are what the document says', async () => {
  const { send, entry } = await approved()
  await fromIssuer('/v1/issuer/allow-lists', { method: 'POST' })
  const { root } = await (await call('/v1/allow-list')).json<{ root: string }>()
  const asked: [string, string, Promise<Response>][] = [
    ['get', '/v1/register', call('/v1/register')],
    ['post', '/v1/nonces', fromPage('/v1/nonces', { method: 'POST' })],
    [
      'post',
      '/v1/session',
      fromPage('/v1/session', { method: 'POST', json: { message: '', signature: '0x00' } }),
    ],
    ['get', '/v1/session', send('/v1/session')],
    ['get', '/v1/entry', send('/v1/entry')],
    ['put', '/v1/entry', send('/v1/entry', { method: 'PUT', json: ENTRY })],
    ['get', '/v1/entry/export', send('/v1/entry/export')],
    ['get', '/v1/entry/proof', send('/v1/entry/proof')],
    ['get', '/v1/allow-list', call('/v1/allow-list')],
    ['get', '/v1/issuer/entries', fromIssuer('/v1/issuer/entries')],
    ['get', '/v1/issuer/audit', fromIssuer('/v1/issuer/audit')],
    ['get', '/v1/issuer/allow-lists/{root}', fromIssuer(`/v1/issuer/allow-lists/${root}`)],
    ['post', '/v1/issuer/allow-lists', fromIssuer('/v1/issuer/allow-lists', { method: 'POST' })],
    ['post', '/v1/issuer/rotations', fromIssuer('/v1/issuer/rotations', { method: 'POST' })],
    ['delete', '/v1/issuer/entries/{id}', fromIssuer('/v1/issuer/entries/x', { method: 'DELETE' })],
    [
      'put',
      '/v1/issuer/entries/{id}/decision',
      fromIssuer(`/v1/issuer/entries/${entry.id}/decision`, {
        method: 'PUT',
        json: { status: 'approved', revision: 2 },
      }),
    ],
  ]
  for (const [method, path, asking] of asked) {
    const response = await asking
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const schema = document.paths[path]?.[method]?.responses[response.status]?.content?.[type]?.schema
    expect(schema, `${method} ${path} ${response.status}`).toBeDefined()
    expect(checked(schema, await response.json()), `${method} ${path}`).toBeUndefined()
  }
})
