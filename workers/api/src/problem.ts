// Every answer that is not the one asked for: RFC 9457 problems, from one table.
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { App } from './env.ts'

/** From what went wrong to how it is told. The name ends the problem's `type`, and never changes its meaning. */
export const PROBLEMS = {
  'malformed-json': [400, 'The body is not JSON'],
  unauthorized: [401, 'A valid bearer secret is needed'],
  'not-found': [404, 'There is nothing here'],
  'block-not-indexed': [404, 'The subgraph has no data for this block'],
  'method-not-allowed': [405, 'This method does not fit this address'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'range-outside': [416, 'The range lies outside of the file'],
  'invalid-request': [422, 'The request has invalid fields'],
  'poll-open': [409, 'The poll is still open'],
  'ballot-refused': [422, 'The ballot is not taken'],
  'poll-refused': [422, 'The document does not fit the poll and the chain'],
  'publication-refused': [422, 'What is stored and what is on chain do not agree'],
  'too-many': [429, 'There were too many attempts'],
  internal: [500, 'Something failed here'],
  misconfigured: [500, 'This server is not set up right'],
  'store-broken': [500, 'A stored object is not what its name says'],
  'index-failed': [502, 'The subgraph gave no usable answer'],
  'chain-failed': [502, 'The chain gave no usable answer'],
  'publication-unknown': [503, 'A distribution that paid is not known here yet'],
  'store-away': [503, 'The storage cannot be reached'],
  'index-stopped': [503, 'The subgraph stopped at an indexing error'],
  'workflow-away': [503, 'What works on in the background cannot be reached'],
  'index-slow': [504, 'The subgraph took too long'],
  'chain-slow': [504, 'The chain took too long'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemName = keyof typeof PROBLEMS

/** Seconds in which the rate limit of wrangler.toml counts. */
const RETRY_AFTER = '60'

/** What to mend, one entry a field. */
export type FieldError = { at: string; message: string }

/** Thrown anywhere below a route; becomes the answer. */
export class ProblemError extends Error {
  readonly problem: ProblemName
  readonly extra: { errors?: FieldError[]; check?: string }

  constructor(problem: ProblemName, detail: string, extra: { errors?: FieldError[]; check?: string } = {}) {
    super(detail)
    this.name = 'ProblemError'
    this.problem = problem
    this.extra = extra
  }
}

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:prorata:problem:not-found' }),
    title: z.string().openapi({ example: PROBLEMS['not-found'][1] }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: 'No distribution has this id' }),
    instance: z.string().openapi({ example: 'urn:uuid:6d1c0a39-8b7e-4d0a-9a51-54a8a1f3b6d2' }),
    errors: z
      .array(z.object({ at: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'The fields to mend, when the request has invalid ones' }),
    check: z
      .string()
      .optional()
      .openapi({ description: 'Which check a publication, a poll or a ballot failed' }),
  })
  .openapi('Problem')

/** A problem as an answer; `instance` is the request's id, which is in the logs too. */
export const problemResponse = (
  context: Context<App>,
  name: ProblemName,
  detail: string,
  extra: ProblemError['extra'] = {},
): Response => {
  const body = bodyOf(name, detail, context.get('requestId'), extra)
  context.set('problem', name)
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (name === 'unauthorized') headers['www-authenticate'] = 'Bearer realm="prorata"'
  if (name === 'too-many') headers['retry-after'] = RETRY_AFTER
  return context.body(JSON.stringify(body), PROBLEMS[name][0], headers)
}

const EXAMPLE_ID = '6d1c0a39-8b7e-4d0a-9a51-54a8a1f3b6d2'

const bodyOf = (
  name: ProblemName,
  detail: string,
  requestId: string,
  extra: ProblemError['extra'],
): z.output<typeof problemSchema> => {
  const [status, title] = PROBLEMS[name]
  return {
    type: `urn:prorata:problem:${name}`,
    title,
    status,
    detail,
    instance: `urn:uuid:${requestId}`,
    ...extra,
  }
}

/** The `responses` of a route for these problems, for its OpenAPI description: one a status, an example a problem. */
export const problemResponses = (...names: ProblemName[]) => {
  const byStatus = Map.groupBy(new Set<ProblemName>([...names, 'internal']), (name) => PROBLEMS[name][0])
  return Object.fromEntries(
    [...byStatus].map(([status, own]) => {
      const examples = Object.fromEntries(
        own.map((name) => [name, { value: bodyOf(name, PROBLEMS[name][1], EXAMPLE_ID, {}) }]),
      )
      const description = own.map((name) => PROBLEMS[name][1]).join('; or: ')
      return [
        status,
        { description, content: { 'application/problem+json': { schema: problemSchema, examples } } },
      ]
    }),
  )
}
