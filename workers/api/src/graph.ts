import { z } from '@hono/zod-openapi'
import { type Env, timeoutOf } from './env.ts'
import { logged } from './log.ts'
import { ProblemError } from './problem.ts'
import { postJson } from './upstream.ts'

const GRAPH = { name: 'The subgraph', failed: 'index-failed', slow: 'index-slow' } as const

const envelope = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

/** graph-node's own sentences; it gives no codes. */
const problemOf = (messages: string): ProblemError => {
  if (/indexing_error/.test(messages)) {
    return new ProblemError(
      'index-stopped',
      'The subgraph met an error while indexing and answers nothing since',
    )
  }
  if (/data for block number \d+ is therefore not|block.*not (yet )?available/i.test(messages)) {
    return new ProblemError(
      'block-not-indexed',
      'The subgraph has no data for this block: it is before the start or ahead of the index',
    )
  }
  return new ProblemError('index-failed', 'The subgraph refused the question')
}

/**
 * One GraphQL query to the subgraph.
 * @param data the form that `data` must have; anything else is the subgraph's fault
 * @throws ProblemError index-failed, index-slow, index-stopped, block-not-indexed
 */
export const queryGraph = async <Data>(
  env: Env,
  query: string,
  variables: Record<string, unknown>,
  data: z.ZodType<Data>,
): Promise<Data> => {
  const answer = await postJson(env.GRAPH_URL, { query, variables }, GRAPH, timeoutOf(env))
  const body = envelope.safeParse(answer)
  if (!body.success)
    throw new ProblemError('index-failed', 'The subgraph answered something that is not GraphQL')
  if (body.data.errors !== undefined && body.data.errors.length > 0) {
    const messages = body.data.errors.map((error) => error.message).join('; ')
    logged('warn', 'subgraph', { message: messages })
    throw problemOf(messages)
  }
  const result = data.safeParse(body.data.data)
  if (!result.success) {
    logged('warn', 'subgraph', { message: z.prettifyError(result.error) })
    throw new ProblemError('index-failed', "The subgraph's answer does not fit this program's schema")
  }
  return result.data
}

/** graph-node's most rows a page. */
export const PAGE = 1000

/**
 * All rows of a list, by keyset pages in the order of their ids.
 * @param page reads the rows after an id ('0x' for the first page), at most {@link PAGE}
 * @param most stops with null beyond this many rows
 */
export const allRows = async <Row extends { id: string }>(
  page: (after: string) => Promise<Row[]>,
  most: number,
): Promise<Row[] | null> => {
  const rows: Row[] = []
  let after = '0x'
  for (;;) {
    const next = await page(after)
    rows.push(...next)
    if (rows.length > most) return null
    const last = next.at(-1)
    if (last === undefined || next.length < PAGE) return rows
    // A list that does not move on would be read for ever.
    if (last.id <= after) throw new ProblemError('index-failed', 'The subgraph repeats its pages')
    after = last.id
  }
}
