import { IttyRouter } from 'itty-router/IttyRouter'
import { definitionsOf } from './operations.ts'

/** What the Worker is bound to; wrangler.toml lists the same names. */
export type Env = {
  /** graph-node's endpoint of the program's subgraph, or The Graph's. */
  GRAPH_URL: string
  /** Sent upstream as a bearer token; empty for none. Never in an answer. */
  GRAPH_KEY?: string
  /** How long upstream may take, in milliseconds; 15000 when not set. */
  UPSTREAM_TIMEOUT_MS?: string
}

const MOST_BYTES = 32 * 1024
const DEFAULT_TIMEOUT_MS = '15000'

/** Everybody's pages may ask, without credentials. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', ...CORS }

/** An error in GraphQL's own form, so that every client shows it. */
const failure = (status: number, code: string, message: string, headers: Record<string, string> = {}) =>
  Response.json(
    { errors: [{ message, extensions: { code } }] },
    { status, headers: { ...HEADERS, ...headers } },
  )

/** The body as text, or null when it is more than the limit. */
const bodyOf = async (request: Request): Promise<string | null> => {
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MOST_BYTES) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

type Question = { query: string; variables?: unknown; operationName?: string }

const isQuestion = (value: unknown): value is Question => {
  if (value === null || typeof value !== 'object' || !('query' in value)) return false
  const { variables, operationName } = value as { variables?: unknown; operationName?: unknown }
  return (
    typeof value.query === 'string' &&
    (variables === undefined || (typeof variables === 'object' && !Array.isArray(variables))) &&
    (operationName === undefined || operationName === null || typeof operationName === 'string')
  )
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The question, once it is one that may be passed on; else what is wrong with it. */
const questionOf = async (request: Request): Promise<Question | Response> => {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') return failure(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send application/json')
  const text = await bodyOf(request)
  if (text === null) return failure(413, 'TOO_LARGE', `A query may have ${MOST_BYTES} bytes`)
  const body = parsed(text)
  if (!isQuestion(body)) {
    return failure(
      400,
      'BAD_REQUEST',
      'Send one JSON object with "query", and "variables" and "operationName" if need be',
    )
  }
  const kinds = definitionsOf(body.query)
  if (
    kinds === null ||
    !kinds.includes('query') ||
    kinds.some((kind) => kind !== 'query' && kind !== 'fragment')
  ) {
    return failure(400, 'QUERIES_ONLY', 'Only queries are answered here, with the fragments they use')
  }
  return body
}

/** The answer's text when it is GraphQL's, else null. Read whole, so that a broken answer is never passed on in part. */
const answerOf = async (response: Response): Promise<string | null> => {
  const text = await response.text()
  const body = parsed(text)
  const isAnswer = body !== null && typeof body === 'object' && ('data' in body || 'errors' in body)
  return response.ok && isAnswer ? text : null
}

const graphql = async (request: Request, env: Env): Promise<Response> => {
  const question = await questionOf(request)
  if (question instanceof Response) return question
  const milliseconds = Number(env.UPSTREAM_TIMEOUT_MS ?? DEFAULT_TIMEOUT_MS)
  const { query, variables, operationName } = question
  try {
    const response = await fetch(env.GRAPH_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(env.GRAPH_KEY ? { authorization: `Bearer ${env.GRAPH_KEY}` } : {}),
      },
      body: JSON.stringify({ query, variables, operationName }),
      signal: AbortSignal.timeout(milliseconds),
    })
    const answer = await answerOf(response)
    if (answer !== null) return new Response(answer, { headers: HEADERS })
    return failure(502, 'UPSTREAM_FAILED', 'The subgraph gave no usable answer; try again later')
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return failure(504, 'UPSTREAM_SLOW', `The subgraph did not answer within ${milliseconds} ms`)
    }
    return failure(502, 'UPSTREAM_AWAY', 'The subgraph cannot be reached; try again later')
  }
}

const notHere = (allow: string) => () =>
  failure(405, 'METHOD_NOT_ALLOWED', `Here only ${allow} are answered`, { allow })

const TEXT = "Prorata's subgraph for dashboards: POST GraphQL queries to /graphql\n"

const router = IttyRouter()
router
  .post('/graphql', graphql)
  .options(
    '/graphql',
    () => new Response(null, { status: 204, headers: { ...CORS, allow: 'POST, OPTIONS' } }),
  )
  .all('/graphql', notHere('POST, OPTIONS'))
  .get('/', () => new Response(TEXT, { headers: { 'content-type': 'text/plain;charset=UTF-8' } }))
  .all('/', notHere('GET'))
  .all('*', () => failure(404, 'NOT_FOUND', 'There is only /graphql here'))

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await router.fetch(request, env)
    } catch (error) {
      console.error(
        JSON.stringify({ message: String(error), stack: error instanceof Error ? error.stack : undefined }),
      )
      return failure(500, 'INTERNAL', 'This request met an unexpected error')
    }
  },
} satisfies ExportedHandler<Env>
