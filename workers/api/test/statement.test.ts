import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { distributionId, shardKey } from '../../../disbursement/index.ts'
import { seenBy } from '../../test/upstream.ts'
import { manifestKey } from '../keys.ts'
import { worthOf } from '../src/stated.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { addressOf, deployment, disbursement, FIRST, hashOf, idOf } from './program.ts'
import { subgraph } from './subgraph.ts'

const three = disbursement(3)
const sharded = disbursement(200, '2026-Q2', three.manifest)
const account = addressOf(FIRST)
const path = `/v1/accounts/${account}/statement`

beforeAll(async () => {
  await freshStorage()
  await published(three)
  await published(sharded)
})
afterAll(freshStorage)

const shardId = distributionId(
  shardKey(
    {
      issuer: deployment.issuer,
      token: deployment.currency,
      terms: `0x${'0'.repeat(63)}1`,
      root: hashOf('root'),
    },
    hashOf('shard'),
  ),
)

const payment = (distribution: string, timestamp: string, amount: string, id: string) => ({
  ...{ id, distribution, to: account, amount, block: 99, timestamp, transaction: hashOf(id) },
})
const PAYMENTS = [
  payment(idOf(three), '1775390400', '599999400', '0x01'),
  // Paid from a shard of the second distribution.
  payment(shardId, '1783252800', '1', '0x02'),
]
const index = () =>
  subgraph({
    Payments: { data: { claims: PAYMENTS } },
    Parents: { data: { distributions: [{ id: shardId, parent: idOf(sharded) }] } },
  })

test('has a row a claim, with what it was worth', async () => {
  const response = await call(path, {}, { GRAPH_URL: await index() })
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    account,
    block: 90,
    rows: [
      {
        ...{ time: '2026-04-05T12:00:00Z', stream: 'income', period: '2026-Q1', asset: 'USDC' },
        ...{ amount: '599.9994', value: '599.9994', valueCurrency: 'USDC', baseUnits: '599999400' },
        ...{ transaction: hashOf('0x01'), distribution: idOf(three), manifest: three.manifestHash },
      },
      { period: '2026-Q2', amount: '0.000001', distribution: idOf(sharded) },
    ],
  })
})

test('is a table that a spreadsheet opens', async () => {
  const response = await call(`${path}?format=csv`, {}, { GRAPH_URL: await index() })
  expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="alex-statement-${account}.csv"`,
  )
  const [names, first, , end] = (await response.text()).split('\r\n')
  expect(names).toMatch(/^time,stream,period,asset,amount,value,valueCurrency,transaction,block,/)
  expect(first).toContain('2026-04-05T12:00:00Z,income,2026-Q1,USDC,599.9994,599.9994,USDC,0x')
  expect(end).toBe('')
})

test('asks for whole days of UTC, the last one included', async () => {
  const GRAPH_URL = await index()
  await call(`${path}?from=2026-01-01&to=2026-12-31`, {}, { GRAPH_URL })
  const asked = (await seenBy<{ query: string; variables: object }>(GRAPH_URL)).find(({ body }) =>
    body.query.includes('query Payments'),
  )
  const year = { from: '1767225600', to: '1798761600' }
  expect(asked?.body.variables).toMatchObject({ account, block: 90, ...year })
})

test.each([
  'from=2026-02-30',
  'from=1969-12-31',
  'from=2026',
  'to=2026-13-01',
  'from=2026-02-01&to=2026-01-31',
])('%s is no time', async (query) => {
  await problemOf(await call(`${path}?${query}`, {}, { GRAPH_URL: await index() }), 422, 'invalid-request')
})

test('is whole or not there', async () => {
  await problemOf(await call(path), 502, 'index-failed')
  const unknown = payment(hashOf('unknown'), '1775390400', '1', '0x03')
  const GRAPH_URL = await subgraph({
    Payments: { data: { claims: [unknown] } },
    Parents: { data: { distributions: [] } },
  })
  await problemOf(await call(path, {}, { GRAPH_URL }), 503, 'publication-unknown')
})

test('what a manifest states is read once, and then known without it', async () => {
  await call(path, {}, { GRAPH_URL: await index() })
  await env.STORE.delete(manifestKey(three.manifestHash))
  await env.STORE.delete(manifestKey(sharded.manifestHash))
  expect((await call(path, {}, { GRAPH_URL: await index() })).status).toBe(200)
  await env.DB.prepare('DELETE FROM stated').run()
  await problemOf(await call(path, {}, { GRAPH_URL: await index() }), 500, 'store-broken')
})

test('an amount of another asset is worth its part of what was owed', () => {
  const currency = { address: '0x01', symbol: 'USDC', decimals: 6 }
  const recordBlock = { number: 1, hash: '0x', timestamp: 1 }
  const lp = { recordBlock, currency, due: 1_800_000_000n, asset: '0x02', funded: 90n }
  expect(worthOf(lp, 30n)).toBe(600_000_000n)
  expect(worthOf({ ...lp, due: 100n, funded: 3n }, 1n)).toBe(33n)
  expect(worthOf({ ...lp, funded: 0n }, 1n)).toBeNull()
  expect(worthOf({ ...lp, asset: '0x01', due: 0n }, 7n)).toBe(7n)
})
