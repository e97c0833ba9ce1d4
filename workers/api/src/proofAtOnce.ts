// The answer that millions ask for, without what every other request goes through: from memory, from the edge's cache, or made
// of one ranged read. Whatever does not end in an answer goes to the app, which says what is wrong.
import type { Address, Hex } from 'viem'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { proofAtHand, proofIn, proofTag } from './proofs.ts'
import { PROOF_HEADERS } from './routes/proof.ts'

const PATH = /^\/v1\/distributions\/(0x[0-9a-f]{64})\/proofs\/(0x[0-9a-f]{40})$/

/** The headers of every proof in the runtime's own form: as an object they would be read anew for each answer. */
const MODEL = new Response(null, { headers: PROOF_HEADERS })

const tagged = (response: Response, tag: string): Response => {
  response.headers.set('etag', tag)
  return response
}

/** (`*` is the app's business: it holds only for what is there.) */
const hasTag = (given: string | null, tag: string): boolean =>
  given?.split(',').some((each) => each.trim().replace(/^W\//, '') === tag) ?? false

/**
 * Answers GET /v1/distributions/{id}/proofs/{address}, both in lower case.
 * @returns null for every other request, and where there is no proof to answer with
 */
export const proofAtOnce = async (
  request: Request,
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
): Promise<Response | null> => {
  if (request.method !== 'GET') return null
  const from = request.url.indexOf('/', 8)
  const [, id, account] = PATH.exec(request.url.slice(from)) ?? []
  if (id === undefined || account === undefined) return null
  const tag = proofTag(id as Hex, account as Address)
  if (hasTag(request.headers.get('if-none-match'), tag))
    return tagged(new Response(null, { status: 304, headers: MODEL.headers }), tag)
  const atHand = proofAtHand(id as Hex, account as Address)
  if (atHand !== null) return tagged(new Response(atHand, MODEL), tag)
  // The address alone: what else a request says does not change the answer.
  const kept = await caches.default.match(request.url)
  if (kept !== undefined) return kept
  try {
    const { text } = await proofIn(env, id as Hex, account as Address)
    if (text === null) return null
    context.waitUntil(caches.default.put(request.url, tagged(new Response(text, MODEL), tag)))
    return tagged(new Response(text, MODEL), tag)
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}
