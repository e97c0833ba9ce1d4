import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { assetOf } from '../../../../disbursement/index.ts'
import { type App, settingsOf } from '../env.ts'
import { estimateOf, monthAt } from '../estimate.ts'
import { indexHead } from '../holders.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { address, addressParam, amount, block, seconds } from '../schema.ts'

const running = z
  .object({
    month: z.object({
      name: z.string().openapi({ example: '2026-07' }),
      start: z.string().openapi({ example: '2026-07-01T00:00:00Z' }),
      end: z.string().openapi({ example: '2026-08-01T00:00:00Z' }),
    }),
    reward: amount.openapi({ description: 'What all providers of the month share' }),
    asset: z.object({
      symbol: z.string().openapi({ example: 'ALEX' }),
      decimals: z.int().openapi({ example: 18 }),
      address,
    }),
    unitSeconds: z
      .object({ lp: amount, lpStaked: amount, unclaimed: amount })
      .openapi({ description: 'LP units × seconds since the month began: held, staked, unclaimed' }),
    weight: amount.openapi({ description: 'Their sum' }),
    totalWeight: amount.openapi({ description: 'The sum of every holder’s' }),
    estimate: amount.openapi({
      description:
        'floor(reward × weight / totalWeight): what the month would pay if it ended at this block, without what the month before carries over',
    }),
  })
  .openapi('RunningMonth')

const answer = z
  .object({
    account: address,
    holder: address.openapi({ description: 'The root wallet of the account’s holder' }),
    final: z.literal(false).openapi({ description: 'It changes until the month has ended', example: false }),
    block: block.openapi({ description: 'The subgraph’s block at which this was computed' }),
    timestamp: seconds.openapi({ description: 'Of that block' }),
    running: running.nullable().openapi({ description: 'Null while no reward month runs' }),
  })
  .openapi('Estimate')

const route = createRoute({
  method: 'get',
  path: '/v1/accounts/{address}/estimate',
  tags: ['Accounts'],
  operationId: 'getEstimate',
  summary: 'What the running reward month would pay if it ended now',
  description:
    'From LP units × seconds so far, of all wallets of the account’s holder, unclaimed LP shares among them. Never final: what the month pays is known once it is over and published.',
  request: { params: z.object({ address: addressParam }), query: z.strictObject({}) },
  responses: {
    200: { description: 'The estimate', content: { 'application/json': { schema: answer } } },
    ...problemResponses(
      'invalid-request',
      'store-broken',
      'index-failed',
      'chain-failed',
      'store-away',
      'index-slow',
    ),
  },
})

export const addEstimate = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { env } = context
    const { terms, deployment } = settingsOf(env)
    const account = context.req.valid('param').address
    const { number, hash, timestamp } = await indexHead(env)
    if (timestamp === null)
      throw new ProblemError('index-failed', 'The subgraph does not tell the time of its last block')
    const common = { account, final: false as const, block: number, timestamp }
    const month = monthAt(terms, timestamp)
    if (month === null) return context.json({ ...common, holder: account, running: null }, 200)
    const { holder, unitSeconds, weight, totalWeight, amount } = await estimateOf(
      env,
      month,
      { number, hash, timestamp },
      account,
    )
    const { address, symbol, decimals } = assetOf(terms, deployment, month.asset)
    const { lp, lpStaked, unclaimed } = unitSeconds
    return context.json(
      {
        ...common,
        holder,
        running: {
          month: { name: month.name, start: month.start, end: month.end },
          reward: month.reward.toString(),
          asset: { address, symbol, decimals },
          unitSeconds: {
            lp: lp.toString(),
            lpStaked: lpStaked.toString(),
            unclaimed: unclaimed.toString(),
          },
          weight: weight.toString(),
          totalWeight: totalWeight.toString(),
          estimate: amount.toString(),
        },
      },
      200,
    )
  })
