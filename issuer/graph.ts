import type { Hex } from 'viem'
import { z } from 'zod'
import { missing, shownUrl } from './refusal.ts'

const PAGE = 1000
const TIMEOUT = 30_000

export interface Subgraph {
  /** Asks one GraphQL question; the schema names what must come back. */
  query<T>(schema: z.ZodType<T>, text: string, variables?: Record<string, unknown>): Promise<T>
  url: string
}

export function openSubgraph(url: string): Subgraph {
  return { url, query: (schema, text, variables = {}) => query(url, schema, text, variables) }
}

async function query<T>(url: string, schema: z.ZodType<T>, text: string, variables: Record<string, unknown>) {
  const answer = await post(url, { query: text, variables })
  const envelope = z
    .object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() })
    .safeParse(answer)
  if (!envelope.success)
    throw missing(`what answers at ${shownUrl(url)} is not a subgraph: set PRORATA_GRAPH_URL to one`)
  const problems = envelope.data.errors?.map(({ message }) => message) ?? []
  if (problems.includes('indexing_error')) throw indexingErrors()
  if (problems.length > 0) throw missing(`the subgraph did not answer: ${problems.join('; ').slice(0, 300)}`)
  const data = schema.safeParse(envelope.data.data)
  if (data.success) return data.data
  const issue = data.error.issues[0]
  throw missing(
    `the subgraph's answer has not the expected form (${issue?.path.join('.')}: ${issue?.message}): deploy the subgraph of this version`,
  )
}

export function indexingErrors() {
  return missing(
    'the subgraph stopped at an indexing error: mend and redeploy it before anything is computed from it',
  )
}

async function post(url: string, body: unknown): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    })
  } catch (cause) {
    throw missing(
      `the subgraph does not answer at ${shownUrl(url)}: start graph-node, or set PRORATA_GRAPH_URL to one that answers`,
      {
        cause,
      },
    )
  }
  if (!response.ok) throw missing(`the subgraph at ${shownUrl(url)} answered with HTTP ${response.status}`)
  return response.json().catch(() => null)
}

/** What rows must have besides: fields of the schema, or of them `_in` a list, with hexadecimal values. */
export type Where = Record<string, string | readonly string[]>

/**
 * Reads every row of a collection at one block, in the order of its ids, a page after another by the last id seen: no
 * page depends on how far a server lets one skip.
 * @param row what each row is; `id` must be asked for
 * @param fields GraphQL fields of a row
 */
export async function allRows<T extends { id: string }>(
  subgraph: Subgraph,
  collection: string,
  fields: string,
  row: z.ZodType<T>,
  block: bigint,
  where: Where = {},
): Promise<T[]> {
  const filter = Object.entries(where).map(([field, value]) => `, ${field}: ${JSON.stringify(value)}`)
  const text = `query ($after: Bytes!, $block: Int!) {
    rows: ${collection}(first: ${PAGE}, where: { id_gt: $after${filter.join('')} }, orderBy: id, orderDirection: asc, block: { number: $block }) { ${fields} }
  }`
  const page = z.object({ rows: z.array(row) })
  const rows: T[] = []
  for (;;) {
    const after: string = rows.at(-1)?.id ?? '0x'
    const { rows: next } = await subgraph.query(page, text, { after, block: Number(block) })
    rows.push(...next)
    if (next.length < PAGE) return rows
  }
}

const headSchema = z.object({
  _meta: z.object({
    block: z.object({ number: z.int(), hash: z.string().nullable() }),
    hasIndexingErrors: z.boolean(),
  }),
})

/** How far the subgraph has indexed, and whether it stumbled. */
export async function subgraphHead(subgraph: Subgraph) {
  const { _meta } = await subgraph.query(headSchema, '{ _meta { block { number hash } hasIndexingErrors } }')
  return {
    number: BigInt(_meta.block.number),
    hash: _meta.block.hash as Hex | null,
    hasIndexingErrors: _meta.hasIndexingErrors,
  }
}
