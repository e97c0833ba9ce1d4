import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { type App, settingsOf } from '../env.ts'
import { entitlementHistory, type Forfeit, type HistoryPoint } from '../history.ts'
import { eventsOf, holderAt } from '../holders.ts'
import { logged } from '../log.ts'
import { positionJson, positionSchema } from '../position.ts'
import { ProblemError, problemResponses } from '../problem.ts'
import { atBlock, blockOf } from '../record.ts'
import { address, addressParam, amount, block, hash, seconds, signedAmount } from '../schema.ts'

const event = { block, timestamp: seconds, transaction: hash, logIndex: z.int().openapi({ example: 3 }) }

const lot = z
  .object({
    holder: address.openapi({ description: "The buyer's root wallet at the time" }),
    buyer: address,
    seller: address,
    amount,
    ...event,
  })
  .openapi('PrimaryLot')

const change = z
  .object({
    holder: address.openapi({ description: 'The root wallet at the time' }),
    wallet: address.openapi({ description: 'The wallet that moved' }),
    kind: z.string().openapi({ description: "The subgraph's CustodyKind", example: 'TRANSFER_OUT' }),
    delta: signedAmount,
    custody: amount.openapi({ description: 'Custody after the change' }),
    lots: amount.openapi({ description: 'Primary lots after the change' }),
    ...event,
  })
  .openapi('CustodyChange')

const point = z
  .object({
    block,
    timestamp: seconds,
    entitlement: amount,
    change: signedAmount.openapi({ description: 'Against the point before' }),
    custody: amount,
    lots: amount,
    transactions: z.array(hash).openapi({ description: 'What happened to the custody in that block' }),
  })
  .openapi('HistoryPoint')

const forfeit = z
  .object({
    holder: address.openapi({
      description: 'The root wallet at the time; a wallet linked later lost its own',
    }),
    block,
    timestamp: seconds,
    transaction: hash,
    amount: amount.openapi({ description: 'How much of the entitlement was lost for good' }),
  })
  .openapi('Forfeit')

const answer = z
  .object({
    block,
    position: positionSchema,
    complete: z.boolean().openapi({
      description: 'False: there are too many events to tell; lots, changes, history and forfeits are empty',
      example: true,
    }),
    lots: z.array(lot),
    changes: z.array(change).openapi({ description: 'Changes of custody since the first primary lot' }),
    history: z
      .array(point)
      .openapi({ description: 'The entitlement at the end of each block that changed it' }),
    forfeits: z.array(forfeit).openapi({
      description:
        'The transaction behind each drop, by block: lots less all of these is the entitlement. What came back within its block was not lost',
    }),
  })
  .openapi('Holder')

const route = createRoute({
  method: 'get',
  path: '/v1/holders/{address}',
  tags: ['Holders'],
  operationId: 'getHolder',
  summary: 'One holder at a block: position, primary lots, and how the entitlement came to be',
  description:
    'Any linked wallet finds its holder. 404 for an address without a position, and for excluded ones.',
  request: {
    params: z.object({ address: addressParam }),
    query: z.strictObject(atBlock),
  },
  responses: {
    200: { description: 'The holder', content: { 'application/json': { schema: answer } } },
    ...problemResponses('not-found', 'invalid-request', 'index-failed', 'store-away', 'index-slow'),
  },
})

const pointJson = (each: HistoryPoint) => ({
  ...each,
  entitlement: each.entitlement.toString(),
  change: each.change.toString(),
  custody: each.custody.toString(),
  lots: each.lots.toString(),
})

const without = <Row extends object, Key extends keyof Row>(row: Row, ...keys: Key[]): Omit<Row, Key> => {
  const copy = { ...row }
  for (const key of keys) delete copy[key]
  return copy
}

const forfeitJson = (each: Forfeit) => ({ ...each, amount: each.amount.toString() })

export const addHolder = (app: OpenAPIHono<App>) =>
  app.openapi(route, async (context) => {
    const { excluded } = settingsOf(context.env).deployment
    const wallet = context.req.valid('param').address
    const at = await blockOf(context.env, context.req.valid('query'))
    const position = await holderAt(context.env, excluded, at, wallet)
    if (position === null) {
      const why = excluded.includes(wallet)
        ? 'never weighs in this program'
        : 'has never held anything of this program'
      throw new ProblemError('not-found', `${wallet} ${why} at block ${at}`)
    }
    const events = await eventsOf(context.env, at, position.wallets)
    const { lots, changes } = events ?? { lots: [], changes: [] }
    const { points, forfeits } = entitlementHistory(position.holder, lots, changes)
    const led = points.at(-1)?.entitlement ?? 0n
    // Two ways to the same number; where they differ, neither can be shown as true.
    if (events !== null && led !== position.entitlement) {
      const told = `its history leads to ${led}, its position says ${position.entitlement}`
      logged('error', 'subgraph', { message: told, block: at })
      throw new ProblemError('index-failed', `The subgraph contradicts itself on ${position.holder}: ${told}`)
    }
    return context.json(
      {
        block: at,
        position: positionJson(position),
        complete: events !== null,
        lots: lots.map((each) => without(each, 'id')),
        changes: changes.map((each) => without(each, 'id', 'settled')),
        history: points.map(pointJson),
        forfeits: forfeits.map(forfeitJson),
      },
      200,
    )
  })
