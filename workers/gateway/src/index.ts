import { type Keeping, kept } from './cache.ts'
import { readDocument, type Variables } from './document.ts'
import { examine } from './limits.ts'
import { type Refusal, refuse } from './refusal.ts'

/** What the Worker is bound to; wrangler.toml lists the same names. */
export type Env = {
  /** graph-node's endpoint of the program's subgraph, or The Graph's. */
  GRAPH_URL: string
  /** Sent upstream as a bearer token; empty for none. Never in an answer. */
  GRAPH_KEY?: string
  /** `on`: the schema may be asked for. */
  INTROSPECTION: string
  /** So many blocks below the subgraph's last one nothing changes any more. */
  FINALITY_BLOCKS: number
  /** How long upstream may take, in milliseconds. */
  UPSTREAM_TIMEOUT_MS: number
}

/** Characters of a request's body. */
const MOST = 32_768

const SHORT: Keeping = [5, 60]
const LONG: Keeping = [86_400, 604_800]
/** The head is asked for to know what is final: an old one errs on the safe side. */
const HEAD: Keeping = [15, 86_400]

/** Everybody's pages may ask, without credentials. */
const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
  allow: 'POST, OPTIONS',
}

const bodyOf = async (request: Request): Promise<string> => {
  let text = ''
  for await (const part of request.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (text.length > MOST) refuse('TOO_MUCH', `characters: at most ${MOST}`, 413)
  }
  return text
}

/** Parsed JSON as an object, whatever it is. */
const parsed = (text: string) => {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

type Question = { query: string; variables?: Variables; operationName?: string }

/** What of a request goes upstream: these three fields alone. */
const questionOf = async (request: Request): Promise<Question> => {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    refuse('NOT_JSON', 'Send application/json', 415)
  const { query, variables, operationName } = parsed(await bodyOf(request))
  return typeof query === 'string' &&
    typeof (variables ?? {}) === 'object' &&
    !Array.isArray(variables) &&
    typeof (operationName ?? '') === 'string'
    ? { query, variables, operationName }
    : refuse('BAD_REQUEST', 'Send {"query", "variables", "operationName"}')
}

const unavailable = (how: string): never => refuse(`UPSTREAM_${how}`, 'The subgraph gives no answer now', 502)

/** Asks upstream. An answer is read whole, so that a broken one is never passed on in part; errors are not kept. */
const asking = (env: Env, body: string) => async (): Promise<[text: string, keep: boolean]> => {
  const [ok, text] = await fetch(env.GRAPH_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(env.GRAPH_KEY && { authorization: `Bearer ${env.GRAPH_KEY}` }),
    },
    body,
    signal: AbortSignal.timeout(env.UPSTREAM_TIMEOUT_MS),
  })
    .then(async (response) => [response.ok, await response.text()] as const)
    .catch((error) => unavailable(error.name === 'TimeoutError' ? 'SLOW' : 'AWAY'))
  const { data, errors } = parsed(text)
  return ok && (data || errors) ? [text, !errors] : unavailable('FAILED')
}

const HEAD_QUERY = '{"query":"{_meta{deployment block{number}}}"}'

/** The answer, and how it was come by. */
const graphql = async (request: Request, env: Env, context: ExecutionContext) => {
  const { origin, pathname } = new URL(request.url)
  if (pathname !== '/graphql') refuse('NOT_FOUND', 'POST queries to /graphql', 404)
  if (request.method !== 'POST') refuse('POST_ONLY', 'POST queries to /graphql', 405)
  const question = await questionOf(request)
  const pinned = examine(readDocument(question.query), question.variables ?? {}, env.INTROSPECTION === 'on')
  const ask = (keeping: Keeping, body: string, version = '') =>
    kept(origin, version + body, keeping, asking(env, body), context)
  const body = JSON.stringify(question)
  const meta = pinned < Infinity && parsed((await ask(HEAD, HEAD_QUERY))[0]).data?._meta
  // Another version of the subgraph may answer otherwise.
  return meta && pinned <= meta.block.number - env.FINALITY_BLOCKS
    ? ask(LONG, body, meta.deployment)
    : ask(SHORT, body)
}

/** An error in GraphQL's own form, so that every client shows it. */
const failure = (error: Refusal): [text: string, how: string, status: number] => {
  const { code, message, status } = error.code
    ? error
    : { code: 'INTERNAL', message: 'INTERNAL', status: 500 }
  if (status === 500) console.error(error)
  return [JSON.stringify({ errors: [{ message, extensions: { code } }] }), code, status]
}

export default {
  async fetch(request, env, context): Promise<Response> {
    const began = Date.now()
    const [text, how, status = 200] =
      request.method === 'OPTIONS' ? [null, '', 204] : await graphql(request, env, context).catch(failure)
    console.log(JSON.stringify({ status, how, ms: Date.now() - began }))
    return new Response(text, { status, headers: { ...HEADERS, 'x-cache': how } })
  },
} satisfies ExportedHandler<Env>
