import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { countDistributions } from '../distributions.ts'
import type { App } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { block, hash, seconds } from '../schema.ts'
import type { Finding } from '../watch/finding.ts'
import { headsOf, orFinding } from '../watch/heads.ts'
import { lastReport, type Report } from '../watch/watch.ts'

/** The watch runs every five minutes; silent for so long it does not run at all. */
const SILENT_SECONDS = 1800

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
    watch: z
      .object({
        ranAt: seconds,
        scannedTo: z.int().openapi({ description: 'Blocks searched for roots', example: 22_950_000 }),
        problems: z.array(z.string()).openapi({ example: [] }),
        notices: z
          .array(z.string())
          .openapi({ example: ['2026-Q1: what is not claimed by 2027-04-04T00:00:00Z may be swept'] }),
      })
      .nullable()
      .openapi({ description: 'What the watch found when it last looked; null before it did' }),
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

const textsOf = (findings: readonly Finding[], kind: Finding['kind']): string[] =>
  findings.filter((each) => each.kind === kind).map(({ text }) => text)

/** What the watch has to say beyond what was asked just now. */
const watched = ({ ranAt, findings }: Report): string[] => {
  const silent = Math.floor(Date.now() / 1000) - ranAt
  const own = findings.filter(({ key }) => !key.startsWith('heads.'))
  return [
    ...(silent > SILENT_SECONDS ? [`The watch last looked ${silent} seconds ago`] : []),
    ...textsOf(own, 'problem'),
  ]
}

export const addStatus = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const stored: Finding[] = []
    const [{ chain, index, findings }, distributions, report] = await Promise.all([
      headsOf(env),
      orFinding(countDistributions(env.DB), 'store.database', stored),
      orFinding(lastReport(env), 'store.database', stored),
    ])
    const problems = [
      ...new Set([...textsOf([...findings, ...stored], 'problem'), ...(report ? watched(report) : [])]),
    ]
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
        watch: report && {
          ranAt: report.ranAt,
          scannedTo: report.scannedTo,
          problems: textsOf(report.findings, 'problem'),
          notices: textsOf(report.findings, 'notice'),
        },
        problems,
      },
      200,
    )
  })
