// A local HTTP server in the place of graph-node and of the chain, which tests tell what to answer. It plays the faults
// that the real ones show only on bad days; the real ones are tested with the whole stack, in e2e/.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { TestProject } from 'vitest/node'

/** What to answer under one name; {@link Script.answers} first, the rest for every request without one. */
export type Script = {
  /** By the request's own key: a GraphQL operation, with `@after` of a later page, or a JSON-RPC method and first parameter. */
  answers?: Record<string, unknown>
  status?: number
  /** Sent as it stands instead of JSON. */
  text?: string
  delayMs?: number
  /** Close the connection without an answer. */
  drop?: boolean
  /** Fail so many requests before any is answered. */
  failures?: number
}

type Seen = { headers: IncomingMessage['headers']; body: unknown }

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

type Rpc = { id: number; method: string; params: unknown[] }
const isRpc = (body: unknown): body is Rpc => body !== null && typeof body === 'object' && 'jsonrpc' in body

const rpcAnswer = ({ id, method, params }: Rpc, answers: Record<string, unknown>) => {
  const [first] = params
  const data = first !== null && typeof first === 'object' && 'data' in first ? first.data : first
  const key = `${method} ${typeof data === 'string' ? data : JSON.stringify(data)}`
  const result = key in answers ? answers[key] : answers[method]
  return result === undefined
    ? { jsonrpc: '2.0', id, error: { code: -32000, message: `no answer for ${key}` } }
    : { jsonrpc: '2.0', id, result }
}

type Graph = { query: string; variables?: { after?: string } }

const graphAnswer = ({ query, variables }: Graph, answers: Record<string, unknown>) => {
  const name = /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'anonymous'
  const after = variables?.after
  return (
    (after === undefined ? undefined : answers[`${name}@${after}`]) ??
    answers[name] ?? { errors: [{ message: `no answer for ${name}` }] }
  )
}

const answerTo = (body: unknown, answers: Record<string, unknown>): unknown => {
  // In reverse: JSON-RPC leaves the order of a batch's answers open.
  if (Array.isArray(body)) return body.map((call: Rpc) => rpcAnswer(call, answers)).reverse()
  if (isRpc(body)) return rpcAnswer(body, answers)
  return graphAnswer(body as Graph, answers)
}

export default async function setup(project: TestProject) {
  const scripts = new Map<string, Script>()
  const seen = new Map<string, Seen[]>()
  const server = createServer(async (request, response) => {
    const [, kind, name = ''] = (request.url ?? '').split('/')
    const text = await read(request)
    const json = (value: unknown) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value))
    }
    if (kind === 'script') {
      scripts.set(name, JSON.parse(text))
      seen.set(name, [])
      return json({})
    }
    if (kind === 'seen') return json(seen.get(name) ?? [])
    if (kind === 'openapi') {
      const { valid, errors } = await new Validator().validate(JSON.parse(text))
      return json(valid ? [] : [errors].flat())
    }
    const script = scripts.get(name) ?? {}
    const body = parsed(text)
    seen.get(name)?.push({ headers: request.headers, body })
    if (script.drop) return void request.socket.destroy()
    if (script.failures) {
      script.failures--
      response.statusCode = 503
      return void response.end()
    }
    if (script.delayMs) await new Promise((resolve) => setTimeout(resolve, script.delayMs))
    response.statusCode = script.status ?? 200
    if (script.text !== undefined) return void response.end(script.text)
    json(answerTo(body, script.answers ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('upstream', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => {
    server.closeAllConnections()
    server.close()
  }
}

declare module 'vitest' {
  export interface ProvidedContext {
    upstream: string
  }
}
