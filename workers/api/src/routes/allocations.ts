import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { allocationsAfter } from '../allocations.ts'
import { csvResponse, csvText } from '../csv.ts'
import { assetSchema } from '../distribution-schema.ts'
import { findDistribution } from '../distributions.ts'
import { type App, settingsOf } from '../env.ts'
import { csvContent, formatParam, nextLink } from '../format.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { address, addressParam, amount, hash, hashParam, numberParam } from '../schema.ts'
import { IMMUTABLE } from './manifest.ts'

const MOST = 1000

const allocation = z
  .object({
    account: address.openapi({ description: 'Who is paid: the holder, or the recipient it named' }),
    amount,
    shard: z.int().openapi({ description: 'Which shard its leaf is in', example: 0 }),
    index: z.int().openapi({ description: 'Place of the leaf in its shard, 0 to 127', example: 4 }),
  })
  .openapi('Allocation')

const answer = z
  .object({
    id: hash.openapi({ description: "The distribution's id" }),
    asset: assetSchema,
    accounts: z.int().openapi({ description: 'How many there are on all pages', example: 30 }),
    allocations: z.array(allocation).openapi({ description: 'Ascending by account' }),
    next: address.nullable().openapi({ description: '`after` of the next page; null after the last' }),
  })
  .openapi('Allocations')

const COLUMNS = ['account', 'amount', 'shard', 'index'] as const
const EXAMPLE = `${COLUMNS.join(',')}\r\n0x70997970c51812dc3a010c7d01b50e0d17dc79c8,599999400,0,4\r\n`

const route = createRoute({
  method: 'get',
  path: '/v1/distributions/{id}/allocations',
  tags: ['Distributions'],
  operationId: 'listAllocations',
  summary: 'Who a distribution pays, and how much',
  description: 'Read from the records that the root was made of, and checked against it. Never changes.',
  request: {
    params: z.object({ id: hashParam }),
    query: z.strictObject({
      after: addressParam
        .optional()
        .openapi({ description: 'Only accounts above this one: `next` of the page before' }),
      limit: numberParam(1, MOST, 100)
        .optional()
        .openapi({ description: 'Most allocations a page; 100 when not given' }),
      format: formatParam.optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of allocations',
      content: { 'application/json': { schema: answer }, ...csvContent(EXAMPLE) },
    },
    ...problemResponses('not-found', 'invalid-request', 'store-broken', 'store-away'),
  },
})

export const addAllocations = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { after, limit, format } = context.req.valid('query')
    const found = await findDistribution(env.DB, context.req.valid('param').id)
    if (found === null) throw new ProblemError('not-found', 'No distribution with this id is published here')
    const { allocations, next } = await allocationsAfter(env.STORE, found, after ?? null, limit ?? 100)
    const headers = { 'cache-control': IMMUTABLE, ...nextLink(context, { after: next }) }
    const rows = allocations.map((each) => ({ ...each, amount: each.amount.toString() }))
    if (format === 'csv') {
      const { terms } = settingsOf(env)
      return csvResponse(`${terms.name}-${found.period}-allocations.csv`, csvText(COLUMNS, rows), headers)
    }
    const { id, asset, accounts } = found
    return context.json({ id, asset, accounts, allocations: rows, next }, 200, headers)
  })
