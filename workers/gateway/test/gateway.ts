// Calling the gateway in its own runtime, with an upstream of the test's choice and a cache of the test's own.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { AWAY, isLate } from '../../test/upstream.ts'
import worker, { type Env } from '../src/index.ts'

/** What a page is on: answers are kept by origin, so that another one begins with an empty cache. */
export const freshOrigin = () => `https://${crypto.randomUUID()}.example`

/** One request, and everything that it leaves to be done later. */
export const ask = async (
  env: Partial<Env>,
  init: RequestInit<IncomingRequestCfProperties> = {},
  path = '/graphql',
  origin = freshOrigin(),
): Promise<Response> => {
  const context = createExecutionContext()
  const response = await worker.fetch(
    new Request<unknown, IncomingRequestCfProperties>(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Meta { _meta { block { number } } }' }),
      ...init,
    }),
    {
      GRAPH_URL: AWAY,
      INTROSPECTION: 'off',
      FINALITY_BLOCKS: 96,
      UPSTREAM_TIMEOUT_MS: isLate(env.GRAPH_URL) ? 300 : 8000,
      ...env,
    },
    context,
  )
  await waitOnExecutionContext(context)
  return response
}

export const query = (text: string, more: object = {}): RequestInit<IncomingRequestCfProperties> => ({
  body: JSON.stringify({ query: text, ...more }),
})

export const codeOf = async (response: Response) => {
  const body = await response.json<{ errors: { message: string; extensions: { code: string } }[] }>()
  return body.errors[0]?.extensions.code
}
