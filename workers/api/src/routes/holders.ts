import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { type App, settingsOf } from '../env.ts'
import { holdersAt, pinnedBlock } from '../holders.ts'
import { positionJson, positionSchema } from '../position.ts'
import { problemResponses } from '../problem.ts'
import { address, addressParam, block, blockParam, numberParam } from '../schema.ts'

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

const route = createRoute({
  method: 'get',
  path: '/v1/holders',
  operationId: 'listHolders',
  summary: 'Everybody with custody or primary lots at a block, by address',
  description:
    'Excluded addresses (issuer, treasury, pair, vaults, …) are left out, so a page may be shorter than asked.',
  request: {
    query: z.strictObject({
      block: blockParam.optional().openapi({ description: "The subgraph's last block when not given" }),
      after: addressParam
        .optional()
        .openapi({ description: 'Only addresses above this one: `next` of the page before' }),
      limit: numberParam(1, MOST, 100)
        .optional()
        .openapi({ description: 'Most holders a page; 100 when not given' }),
    }),
  },
  responses: {
    200: { description: 'A page of holders', content: { 'application/json': { schema: answer } } },
    ...problemResponses(
      'invalid-request',
      'block-not-indexed',
      'index-failed',
      'index-stopped',
      'index-slow',
    ),
  },
})

export const addHolders = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { deployment } = settingsOf(context.env)
    const query = context.req.valid('query')
    const at = await pinnedBlock(context.env, query.block)
    const page = { block: at, after: query.after ?? '0x', limit: query.limit ?? 100 }
    const { holders, next } = await holdersAt(context.env, deployment.excluded, page)
    return context.json({ block: at, holders: holders.map(positionJson), next }, 200)
  })
