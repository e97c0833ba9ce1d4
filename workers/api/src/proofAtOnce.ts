// The answer that millions ask for, without what every other request goes through: from memory, from the edge's cache, or made
// of one ranged read. Whatever does not end in an answer goes to the app, which says what is wrong.
import type { Address, Hex } from 'viem'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { proofAtHand, proofIn, proofTag } from './proofs.ts'
import { proofResponse } from './routes/proof.ts'

const PATH = /^\/v1\/distributions\/(0x[0-9a-f]{64})\/proofs\/(0x[0-9a-f]{40})$/

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
  if (hasTag(request.headers.get('if-none-match'), tag)) return proofResponse(null, tag)
  const atHand = proofAtHand(id as Hex, account as Address)
  if (atHand !== null) return proofResponse(atHand, tag)
  // The address alone: what else a request says does not change the answer.
  const kept = await caches.default.match(request.url)
  if (kept !== undefined) return kept
  try {
    const { text } = await proofIn(env, id as Hex, account as Address)
    if (text === null) return null
    context.waitUntil(caches.default.put(request.url, proofResponse(text, tag)))
    return proofResponse(text, tag)
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}
