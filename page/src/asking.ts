/** How the page asks: the API, the static copy where that is away, and the gateway's GraphQL. */
import { noteAnswer } from './mirror/copy.ts'
import type { Reader } from './shape.ts'

/** The API answered with a problem (RFC 9457), not at all (status 0), or with something that is no answer (status −1). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

/** A server that takes longer is away. */
const PATIENCE_MS = 15_000

export function within(signal?: AbortSignal): AbortSignal {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  return signal === undefined ? patience : AbortSignal.any([signal, patience])
}

/** An answer with its JSON; null where it has no body. @throws ApiError where there is none, or no JSON */
export async function answerOf(request: Promise<Response>): Promise<{ response: Response; body: unknown }> {
  let response: Response
  try {
    response = await request
  } catch (cause) {
    throw new ApiError(0, 'no answer', cause)
  }
  if (response.status === 204) return { response, body: null }
  let body: unknown
  try {
    body = await response.json()
  } catch (cause) {
    // A body that stops in its middle, or a refusal that is none of the API's, is an absent server; one that ends well
    // and is no JSON is a strange one.
    if (response.status >= 500) throw new ApiError(response.status, 'not JSON', cause)
    throw new ApiError(response.ok && cause instanceof SyntaxError ? -1 : 0, 'not JSON', cause)
  }
  return { response, body }
}

export function problemOf(status: number, body: unknown): ApiError {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const words = [given.detail, given.title].find((part) => typeof part === 'string' && part !== '')
  return new ApiError(status, typeof words === 'string' ? words : `status ${status}`)
}

/** Asks the API; with something to send, posts it as JSON. @throws ApiError */
export async function ask<T>(path: string, read: Reader<T>, signal: AbortSignal, sent?: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const posted = sent === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(sent) }
  const { response, body } = await answerOf(
    // Nothing but the address, so that what index.html has asked for ahead is the same request.
    fetch(path, { signal: within(signal), ...posted }),
  )
  if (!response.ok) throw problemOf(response.status, body)
  try {
    return read(body, '')
  } catch (cause) {
    throw new ApiError(-1, cause instanceof Error ? cause.message : 'unreadable', cause)
  }
}

/** The server is not there, or what answers in its place is none: a static host has a page of its own for `v1/…`. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && (error.status <= 0 || error.status >= 500)
}

/**
 * Asks the API and, where that is away, the static copy.
 * @param copied the copy's answer to the same question; undefined where there is none
 * @throws ApiError the API's, when the copy does not answer either
 */
export async function askOrCopy<T>(
  path: string,
  read: Reader<T>,
  signal: AbortSignal,
  copied: () => Promise<unknown>,
): Promise<T> {
  try {
    const answer = await ask(path, read, signal)
    noteAnswer(null)
    return answer
  } catch (error) {
    if (!isAway(error) || signal.aborted) throw error
    let answer: unknown
    try {
      answer = await copied()
    } catch {
      throw error
    }
    if (answer === undefined) throw error
    try {
      return read(answer, '')
    } catch (cause) {
      throw new ApiError(-1, cause instanceof Error ? cause.message : 'unreadable', cause)
    }
  }
}

/** Asks the gateway; GraphQL's errors are errors, whatever the status. */
export async function fetchGraph<T>(
  url: string,
  query: string,
  read: Reader<T>,
  signal: AbortSignal,
): Promise<T> {
  const { response, body } = await answerOf(
    fetch(url, {
      method: 'POST',
      signal: within(signal),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    }),
  )
  const answer = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const [first] = Array.isArray(answer.errors) ? (answer.errors as unknown[]) : []
  if (!response.ok) throw problemOf(response.status, body)
  if (first !== undefined)
    throw new ApiError(-1, String((first as { message?: unknown }).message ?? 'a GraphQL error'))
  try {
    return read(answer.data, '')
  } catch (cause) {
    throw new ApiError(-1, cause instanceof Error ? cause.message : 'unreadable', cause)
  }
}
