import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { csvResponse, csvText } from '../csv.ts'
import { type App, settingsOf } from '../env.ts'
import { csvContent, formatParam, nextLink } from '../format.ts'
import { holdersAt } from '../holders.ts'
import { positionJson, positionSchema } from '../position.ts'
import { problemResponses } from '../problem.ts'
import { atBlock, blockOf } from '../record.ts'
import { address, addressParam, block, numberParam } from '../schema.ts'

const MOST = 1000

const answer = z
  .object({
    block: block.openapi({
      description: 'The block all of this is of; ask for the next page at the same one',
    }),
    holders: z.array(positionSchema),
    next: address.nullable().openapi({ description: '`after` of the next page; null after the last' }),
  })
  .openapi('Holders')

const COLUMNS = [
  ...['block', 'holder', 'wallets', 'recipient', 'lots', 'balance', 'staked', 'lp', 'lpStaked', 'units'],
  ...['basis', 'custody', 'settled', 'entitlement'],
] as const

const EXAMPLE = `${COLUMNS.join(',')}\r\n19000000,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,,20000,20000,0,0,0,0,0,20000,20000,20000\r\n`

const route = createRoute({
  method: 'get',
  path: '/v1/holders',
  tags: ['Holders'],
  operationId: 'listHolders',
  summary: 'Everybody with custody or primary lots at a block, by address',
  description:
    'Excluded addresses (issuer, treasury, pair, vaults, …) are left out, so a page may be shorter than asked. The next page is ' +
    'in `next` and in the Link header, which names the same block.',
  request: {
    query: z.strictObject({
      ...atBlock,
      after: addressParam
        .optional()
        .openapi({ description: 'Only addresses above this one: `next` of the page before' }),
      limit: numberParam(1, MOST, 100)
        .optional()
        .openapi({ description: 'Most holders a page; 100 when not given' }),
      format: formatParam.optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of holders',
      content: { 'application/json': { schema: answer }, ...csvContent(EXAMPLE) },
    },
    ...problemResponses('invalid-request', 'not-found', 'index-failed', 'index-stopped', 'index-slow'),
  },
})

export const addHolders = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { deployment, terms } = settingsOf(context.env)
    const query = context.req.valid('query')
    const at = await blockOf(context.env, query)
    const page = { block: at, after: query.after ?? '0x', limit: query.limit ?? 100 }
    const { holders, next } = await holdersAt(context.env, deployment.excluded, page)
    // The next page names the block itself, for the subgraph moves on.
    const link = nextLink(context, { after: next, ...(query.record === undefined && { block: at }) })
    const rows = holders.map(positionJson)
    if (query.format !== 'csv') return context.json({ block: at, holders: rows, next }, 200, link)
    const table = rows.map((row) => ({ ...row, block: at, wallets: row.wallets.join(' ') }))
    return csvResponse(`${terms.name}-holders-${at}.csv`, csvText(COLUMNS, table), link)
  })
