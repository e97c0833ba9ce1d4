// What to do when a provider refuses a request for logs. There is no standard: every provider has its own code and words.
import {
  BaseError,
  HttpRequestError,
  LimitExceededRpcError,
  ResourceUnavailableRpcError,
  RpcRequestError,
  TimeoutError,
} from 'viem'

/** Ask for less, ask again later, ask for each contract alone, or give up. */
export type Reaction = 'shrink' | 'wait' | 'split' | 'fail'

const RATE =
  /rate.?limit|too many requests|requests? per|per second|throttl|compute units|credits|capacity|quota/i
const SIZE =
  /block range|range (is )?too|range (limit|exceed)|too (many|large|wide|big|much)|more than [\d,]+ (results|logs|events)|exceed|response size|result size|query returned|limited to|max(imum)? (block|range|results|is)|up to (a )?[\d,]+|timed? ?out|timeout|deadline|maximum [\d,]+ block/i
const ONE_ADDRESS =
  /(address(es)?|array).*(must be|single|only one|string|not supported)|cannot unmarshal array|specify (an |one )?address/i

const within = <E extends BaseError>(error: unknown, kind: new (...args: never[]) => E): E | null => {
  if (!(error instanceof BaseError)) return null
  const found = error.walk((each) => each instanceof kind)
  return found instanceof kind ? found : null
}

/** Everything a provider said, without the request that viem's own message quotes. */
export const wordsOf = (error: unknown): string => {
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error)
  const inner = within(error, RpcRequestError) ?? within(error, HttpRequestError) ?? error
  return `${inner.details ?? ''} ${error.shortMessage}`.trim()
}

/** How to go on after a request for logs has failed. */
export const reactionTo = (error: unknown): Reaction => {
  const words = wordsOf(error)
  const http = within(error, HttpRequestError)
  if (http?.status === 401 || http?.status === 403) return 'fail'
  if (http?.status === 429 || RATE.test(words)) return 'wait'
  if (http?.status === 413 || http?.status === 408 || http?.status === 504 || http?.status === 524)
    return 'shrink'
  if (ONE_ADDRESS.test(words)) return 'split'
  if (within(error, TimeoutError) !== null || SIZE.test(words)) return 'shrink'
  if (within(error, LimitExceededRpcError) !== null || within(error, ResourceUnavailableRpcError) !== null)
    return 'shrink'
  // Anything else may pass: a connection that broke, a server that restarts, a node behind the others.
  return 'wait'
}

/** The last block a provider says would still do, for a range that begins at `from`; null when it says nothing. */
export const suggestedEnd = (error: unknown, from: bigint): bigint | null => {
  const match = /\[\s*(0x[0-9a-f]+|\d+)\s*,\s*(0x[0-9a-f]+|\d+)\s*\]/i.exec(wordsOf(error))
  if (match?.[1] === undefined || match[2] === undefined) return null
  const [start, end] = [BigInt(match[1]), BigInt(match[2])]
  return start === from && end >= from ? end : null
}
