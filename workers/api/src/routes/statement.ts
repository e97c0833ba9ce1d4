import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { csvResponse, csvText } from '../csv.ts'
import { type App, settingsOf } from '../env.ts'
import { csvContent, formatParam } from '../format.ts'
import { pinnedBlock } from '../holders.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { address, addressParam, amount, block, dayParam, hash } from '../schema.ts'
import { STATEMENT_COLUMNS, statementOf } from '../statement.ts'

const DAY = 86_400
/** The last second that every system on the way can tell. */
const ALWAYS = 2 ** 40

const decimal = z.string().openapi({ description: 'A decimal number, exact', example: '599.9994' })

const row = z
  .object({
    time: z
      .string()
      .openapi({ description: 'Of the block that paid, in UTC', example: '2026-04-05T12:00:00Z' }),
    stream: z.string().openapi({ example: 'income' }),
    period: z.string().openapi({ example: '2026-Q1' }),
    asset: z.string().openapi({ example: 'USDC' }),
    amount: decimal,
    value: decimal.nullable().openapi({
      description:
        "What the amount was worth in the income's currency by the manifest's own figures: the share of the income that was owed, over what was funded with it",
    }),
    valueCurrency: z.string().nullable().openapi({ example: 'USDC' }),
    transaction: hash,
    block,
    account: address,
    paidTo: address,
    assetAddress: address,
    baseUnits: amount,
    distribution: hash,
    manifest: hash,
  })
  .openapi('StatementRow')

const answer = z
  .object({
    account: address,
    block: block.openapi({ description: "The subgraph's block this is as of" }),
    rows: z.array(row).openapi({ description: 'One a claim that was paid, oldest first' }),
  })
  .openapi('Statement')

const EXAMPLE = `${STATEMENT_COLUMNS.join(',')}\r\n2026-04-05T12:00:00Z,income,2026-Q1,USDC,599.9994,599.9994,USDC,0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658,19000000,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48,599999400,0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658,0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658\r\n`

const route = createRoute({
  method: 'get',
  path: '/v1/accounts/{address}/statement',
  tags: ['Accounts'],
  operationId: 'getStatement',
  summary: 'What an account was paid, for its tax return',
  description:
    'One row a claim, with what it was worth as the manifest states it. Whole or not at all: without the subgraph it is a problem.',
  request: {
    params: z.object({ address: addressParam }),
    query: z.strictObject({
      from: dayParam.optional().openapi({ description: 'The first day, in UTC', example: '2026-01-01' }),
      to: dayParam.optional().openapi({ description: 'The last day, in UTC', example: '2026-12-31' }),
      format: formatParam.optional(),
    }),
  },
  responses: {
    200: {
      description: 'The statement',
      content: { 'application/json': { schema: answer }, ...csvContent(EXAMPLE) },
    },
    ...problemResponses(
      'invalid-request',
      'store-broken',
      'index-failed',
      'publication-unknown',
      'index-slow',
    ),
  },
})

export const addStatement = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const account = context.req.valid('param').address
    const { from = 0, to, format } = context.req.valid('query')
    if (to !== undefined && to < from) {
      const message = 'the last day is before the first one'
      throw new ProblemError('invalid-request', message, { errors: [{ at: 'query.to', message }] })
    }
    const at = await pinnedBlock(env, undefined)
    const within = { from, to: to === undefined ? ALWAYS : to + DAY }
    const rows = await statementOf(env, at, account, within)
    if (format === 'csv') {
      const name = `${settingsOf(env).terms.name}-statement-${account}.csv`
      return csvResponse(name, csvText(STATEMENT_COLUMNS, rows))
    }
    return context.json({ account, block: at, rows }, 200)
  })
