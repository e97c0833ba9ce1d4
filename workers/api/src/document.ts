// The OpenAPI document, completed: every parameter, body and answer has an example, made of its fields' own.
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { App } from './env.ts'

export type Schema = {
  $ref?: string
  type?: string | string[]
  description?: string
  example?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  allOf?: Schema[]
  anyOf?: Schema[]
}
export type Media = { schema: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
export type Parameter = {
  name: string
  in: string
  required?: boolean
  description?: string
  schema: Schema
  example?: unknown
}
type Answer = { description: string; headers?: Record<string, unknown>; content?: Record<string, Media> }
export type Operation = {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Answer>
  security?: unknown[]
}
export type Document = {
  openapi: string
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    securitySchemes: Record<string, unknown>
    headers: Record<string, unknown>
  }
}

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Prorata',
    version: '1.0.0',
    description:
      'Who holds what, who is owed what, and the proofs to claim it. Amounts are integers in base units, as decimal ' +
      'strings. Errors are RFC 9457 problems. Reads need no key and are open to every page.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'Program', description: 'What was agreed, and what comes when' },
    { name: 'Holders', description: 'Who holds what, and what of it still carries the income claim' },
    { name: 'Distributions', description: 'What was published, and what it was made of' },
    { name: 'Accounts', description: 'What an address can claim, and was paid' },
    { name: 'Polls', description: 'What was asked of the holders, and what they said' },
    { name: 'Service', description: 'How this server is' },
  ],
}

/** An example made of the examples that the schema's fields carry. */
const exampleOf = (schema: Schema, schemas: Record<string, Schema>): unknown => {
  if (schema.example !== undefined) return schema.example
  if (schema.$ref !== undefined) {
    const found = schemas[schema.$ref.replace('#/components/schemas/', '')]
    return found && exampleOf(found, schemas)
  }
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => exampleOf(each, schemas)))
  if (schema.anyOf?.[0]) return exampleOf(schema.anyOf[0], schemas)
  if (schema.items) return [exampleOf(schema.items, schemas)]
  if (schema.properties === undefined) return undefined
  return Object.fromEntries(
    Object.entries(schema.properties).map(([name, each]) => [name, exampleOf(each, schemas)]),
  )
}

const HEADERS = {
  RequestId: {
    description: "The request's id, which finds it in the logs",
    schema: { type: 'string', format: 'uuid' },
  },
  ETag: {
    description: 'Names these bytes: send it as If-None-Match, and 304 answers while they are the same',
    schema: { type: 'string' },
  },
}
const named = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` })

const complete = (method: string, operation: Operation, schemas: Record<string, Schema>): void => {
  for (const parameter of operation.parameters ?? []) parameter.example = parameter.schema.example
  const medias = [
    ...Object.values(operation.requestBody?.content ?? {}),
    ...Object.values(operation.responses).flatMap(({ content }) => Object.values(content ?? {})),
  ]
  for (const media of medias) {
    if (media.examples === undefined) media.example = exampleOf(media.schema, schemas)
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const tag = method === 'get' && status === '200' ? { etag: named('ETag') } : {}
    answer.headers = { 'x-request-id': named('RequestId'), ...tag }
  }
  if (method !== 'get') return
  operation.responses['304'] = {
    description: 'Not changed since the answer whose ETag was sent as If-None-Match',
    headers: { 'x-request-id': named('RequestId'), etag: named('ETag') },
  }
}

let made: Document | undefined

/** The document of all routes; made once for as long as an isolate lives. */
export const documentOf = (app: OpenAPIHono<App>): Document => {
  if (made !== undefined) return made
  const document = app.getOpenAPI31Document(INFO) as unknown as Document
  for (const methods of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      complete(method, operation, document.components.schemas)
    }
  }
  document.components.headers = HEADERS
  made = document
  return document
}
