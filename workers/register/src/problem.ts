// Every answer that is not the one asked for: RFC 9457 problems, from one table.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { App } from './env.ts'

/** From what went wrong to how it is told. The name ends the problem's `type`, and never changes its meaning. */
export const PROBLEMS = {
  'malformed-json': [400, 'The body is not JSON'],
  'sign-in-refused': [401, 'This message and signature sign nobody in'],
  'not-signed-in': [401, 'Sign in with your wallet first'],
  unauthorized: [401, "The issuer's credentials are needed"],
  'foreign-origin': [403, 'Only the page of this register may do this'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'This method does not fit this address'],
  decided: [409, 'The issuer has decided; the entry cannot be changed any more'],
  changed: [409, 'The entry has changed since it was read'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'invalid-request': [422, 'The request has invalid fields'],
  'nobody-approved': [422, 'An allow-list needs somebody who is approved'],
  'too-many': [429, 'Too many requests'],
  internal: [500, 'Something failed here'],
  misconfigured: [500, 'This server is not set up right'],
  unreadable: [500, 'A stored field cannot be decrypted'],
  'chain-failed': [502, 'The chain gave no usable answer'],
  'store-away': [503, 'The storage cannot be reached'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemName = keyof typeof PROBLEMS

/** What to mend, one entry a field. The message never repeats what was sent. */
export type FieldError = { at: string; message: string }

type Extra = {
  errors?: FieldError[]
  /** Which check a sign-in failed. */
  check?: string
  /** Seconds, told as Retry-After. */
  retryAfter?: number
}

/** Thrown anywhere below a route; becomes the answer. Its message is shown to whoever asked: nothing private goes into it. */
export class ProblemError extends Error {
  readonly problem: ProblemName
  readonly extra: Extra

  constructor(problem: ProblemName, detail: string, extra: Extra = {}) {
    super(detail)
    this.name = 'ProblemError'
    this.problem = problem
    this.extra = extra
  }
}

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:prorata:problem:not-signed-in' }),
    title: z.string().openapi({ example: PROBLEMS['not-signed-in'][1] }),
    status: z.int().openapi({ example: 401 }),
    detail: z.string().openapi({ example: 'This session has ended: sign in again' }),
    instance: z.string().openapi({ example: 'urn:uuid:6d1c0a39-8b7e-4d0a-9a51-54a8a1f3b6d2' }),
    errors: z
      .array(z.object({ at: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'The fields to mend, when the request has invalid ones' }),
    check: z.string().optional().openapi({ description: 'Which check a sign-in failed' }),
  })
  .openapi('Problem')

/** A problem as an answer; `instance` is the request's id, which is in the logs too. */
export const problemResponse = (
  context: Context<App>,
  name: ProblemName,
  detail: string,
  { retryAfter, ...extra }: Extra = {},
): Response => {
  const [status, title] = PROBLEMS[name]
  const instance = `urn:uuid:${context.get('requestId')}`
  const body = { type: `urn:prorata:problem:${name}`, title, status, detail, instance, ...extra }
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (name === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="prorata-register"'
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  return context.body(JSON.stringify(body), status, headers)
}

const content = { 'application/problem+json': { schema: problemSchema } }

/** The `responses` of a route for these problems, for its OpenAPI description. */
export const problemResponses = (...names: ProblemName[]) => {
  const titles = new Map<number, Set<string>>()
  for (const name of [...names, 'internal'] as const) {
    const [status, title] = PROBLEMS[name]
    titles.set(status, (titles.get(status) ?? new Set()).add(title))
  }
  return Object.fromEntries(
    [...titles].map(([status, each]) => [status, { description: [...each].join('; or: '), content }]),
  )
}
