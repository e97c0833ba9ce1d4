import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { assetSchema } from '../distribution-schema.ts'
import { listDistributions } from '../distributions.ts'
import type { App } from '../env.ts'
import { problemResponses } from '../problem.ts'
import { amount, hash } from '../schema.ts'
import { withStatus } from '../standings.ts'
import { statedBy } from '../stated.ts'

const incomeSchema = z
  .object({
    period: z.string().openapi({ example: '2026-Q1' }),
    distribution: hash.openapi({ description: 'What was paid out for it' }),
    currency: assetSchema,
    income: amount.openapi({ description: 'All that was earned, by the issuer’s own statement' }),
    due: amount.openapi({ description: 'The share of it that is owed, in the same currency' }),
    asset: assetSchema.openapi({ description: 'What was paid out: the currency, or LP shares' }),
    funded: amount.openapi({ description: 'What was paid in for it, in the asset' }),
    paid: amount.openapi({ description: 'What all holders together are paid, in the asset' }),
    statementHash: hash.nullable().openapi({ description: 'keccak256 of the income statement' }),
  })
  .openapi('Income')

const route = createRoute({
  method: 'get',
  path: '/v1/income',
  tags: ['Distributions'],
  operationId: 'listIncome',
  summary: 'What was earned in each published period, and the share of it that is owed, oldest first',
  description:
    'As the manifests state it. No chain can prove it: ask the issuer for the statement of that hash.',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'A row a period that was paid out; cancelled payouts have none',
      content: { 'application/json': { schema: z.array(incomeSchema).openapi('Incomes') } },
    },
    ...problemResponses('invalid-request', 'store-away', 'store-broken'),
  },
})

export const addIncome = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const all = await withStatus(env, await listDistributions(env.DB))
    const paid = all.filter(({ stream, status }) => stream === 'income' && status !== 'cancelled')
    const rows = await Promise.all(
      paid.map(async ({ id, period, manifestHash, asset, total }) => {
        const { income, currency, due, funded } = await statedBy(env, manifestHash)
        if (income === null) return []
        return [
          {
            ...{ period, distribution: id, currency, statementHash: income.statementHash },
            ...{ income: income.amount.toString(), due: due.toString() },
            ...{ asset, funded: funded.toString(), paid: total },
          },
        ]
      }),
    )
    return context.json(rows.flat(), 200)
  })
