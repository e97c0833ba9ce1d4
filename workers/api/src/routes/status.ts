import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { chainHead, type Head } from '../chain.ts'
import { countDistributions } from '../distributions.ts'
import { type App, settingsOf } from '../env.ts'
import { type IndexHead, indexHead } from '../holders.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { block, hash, seconds } from '../schema.ts'

/** A subgraph this many seconds of chain time behind the head is worth a word. */
const LAG_SECONDS = 900

const answer = z
  .object({
    ok: z.boolean().openapi({ description: 'No problems', example: true }),
    chain: z.object({ number: block, timestamp: seconds, hash }).nullable(),
    subgraph: z
      .object({
        block,
        hash: hash.nullable(),
        timestamp: seconds.nullable(),
        lag: z.int().nullable().openapi({ description: 'Blocks behind the chain', example: 1 }),
        hasIndexingErrors: z.boolean().openapi({ example: false }),
      })
      .nullable(),
    distributions: z.int().nullable().openapi({ description: 'How many are published here', example: 2 }),
    problems: z.array(z.string()).openapi({ example: [] }),
  })
  .openapi('Status')

const route = createRoute({
  method: 'get',
  path: '/v1/status',
  tags: ['Service'],
  operationId: 'getStatus',
  summary: 'Whether chain, subgraph and storage answer, and how far the subgraph lags',
  description: 'Always 200 while this server answers at all: read `ok`.',
  request: { query: z.strictObject({}) },
  responses: {
    200: { description: 'The state of things', content: { 'application/json': { schema: answer } } },
    ...problemResponses('invalid-request'),
  },
})

/** The value, or null with the reason added to the problems. */
const orProblem = async <Value>(reading: Promise<Value>, problems: string[]): Promise<Value | null> => {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    problems.push(error.message)
    return null
  }
}

const disagreements = (chain: Head | null, index: IndexHead | null, chainId: number): string[] => {
  const found: string[] = []
  if (chain !== null && chain.chainId !== chainId) {
    found.push(`The chain that answers has id ${chain.chainId}, but the program lives on ${chainId}`)
  }
  if (index?.hasIndexingErrors) found.push('The subgraph met an error while indexing')
  if (chain === null || index === null) return found
  const behind = index.timestamp === null ? 0 : chain.timestamp - index.timestamp
  if (behind > LAG_SECONDS) {
    found.push(`The subgraph is ${chain.number - index.number} blocks (${behind} seconds) behind the chain`)
  }
  return found
}

export const addStatus = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { deployment } = settingsOf(context.env)
    const problems: string[] = []
    const [chain, index, distributions] = await Promise.all([
      orProblem(chainHead(context.env), problems),
      orProblem(indexHead(context.env), problems),
      orProblem(countDistributions(context.env.DB), problems),
    ])
    problems.push(...disagreements(chain, index, deployment.chainId))
    return context.json(
      {
        ok: problems.length === 0,
        chain: chain && { number: chain.number, timestamp: chain.timestamp, hash: chain.hash },
        subgraph: index && {
          block: index.number,
          hash: index.hash,
          timestamp: index.timestamp,
          // The index can be a block ahead of what the chain said a moment earlier.
          lag: chain && Math.max(0, chain.number - index.number),
          hasIndexingErrors: index.hasIndexingErrors,
        },
        distributions,
        problems,
      },
      200,
    )
  })
