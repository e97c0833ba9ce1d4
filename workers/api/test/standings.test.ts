import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AWAY, upstream } from '../../test/upstream.ts'
import { keepEndings } from '../src/standings.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { chain, logOf, words } from './chain.ts'
import { addressOf, disbursement, FIRST, hashOf, idOf } from './program.ts'
import { subgraph } from './subgraph.ts'

const three = disbursement(3)
const second = disbursement(3, '2026-Q2', three.manifest)
const sharded = disbursement(200, '2026-Q2', three.manifest)
const [one, two, many] = [three, second, sharded].map((each) => idOf(each)) as [string, string, string]

beforeAll(async () => {
  await freshStorage()
  for (const each of [three, second, sharded]) await published(each)
})
afterAll(freshStorage)

const FLAG = 1n << 128n
const ENDED = (FLAG - 1n) << 128n

const statuses = async (RPC_URL: string) => {
  const response = await call('/v1/distributions', {}, { RPC_URL })
  const list = await response.json<{ id: string; status: string | null }[]>()
  return list.map(({ id, status }) => [id, status])
}

test('a distribution is active, cancelled or swept, as the chain says', async () => {
  const RPC_URL = await chain({
    ...words({ [one]: 5n, [two]: ENDED, [many]: ENDED }),
    eth_getLogs: [logOf('Cancelled', { id: two, amount: 5n })],
  })
  expect(await statuses(RPC_URL)).toEqual([
    [one, 'active'],
    [two, 'cancelled'],
    [many, 'cancelled'],
  ])
  const single = await call(`/v1/distributions/${two}`, {}, { RPC_URL })
  expect(await single.json()).toMatchObject({ id: two, status: 'cancelled' })
})

test('one whose 128 leaves were all paid has not ended', async () => {
  const RPC_URL = await chain({ ...words({ [one]: ENDED, [two]: 1n, [many]: 1n }), eth_getLogs: [] })
  expect((await statuses(RPC_URL))[0]).toEqual([one, 'active'])
})

test.each([
  ['away', AWAY],
  ['slow', { delayMs: 2000 }],
  ['answering garbage', { text: 'garbage' }],
])('while the chain is %s the list stands, and what is not known is null', async (_, script) => {
  const RPC_URL = typeof script === 'string' ? script : await upstream(script)
  expect(await statuses(RPC_URL)).toEqual([
    [one, null],
    [two, null],
    [many, null],
  ])
})

test('a node that refuses logs leaves open only what it takes logs to know', async () => {
  const RPC_URL = await chain(words({ [one]: 1n, [two]: ENDED, [many]: 0n }))
  expect(await statuses(RPC_URL)).toEqual([
    [one, 'active'],
    [two, null],
    [many, null],
  ])
})

test('an ending that was kept is known without the chain, and stays', async () => {
  await keepEndings(env.DB, [{ id: idOf(second), status: 'swept' }])
  await keepEndings(env.DB, [
    { id: idOf(second), status: 'cancelled' },
    { id: idOf(three), status: 'active' },
  ])
  expect(await statuses(AWAY)).toEqual([
    [one, null],
    [two, 'swept'],
    [many, null],
  ])
})

test('a claim tells its status, and how it was paid', async () => {
  const account = addressOf(FIRST + 1)
  const paid = { to: addressOf(7), block: 99, timestamp: 1_775_300_000, transaction: hashOf('paid') }
  const row = { ...paid, timestamp: String(paid.timestamp), id: '0x01', distribution: one, amount: '1' }
  const RPC_URL = await chain(words({ [one]: (FLAG << 1n) | 1n }))
  const GRAPH_URL = await subgraph({ Payment: { data: { claims: [row] } } })
  const path = `/v1/distributions/${one}/claims/${account}`
  const known = await call(path, {}, { RPC_URL, GRAPH_URL })
  expect(await known.json()).toMatchObject({ id: one, account, status: 'claimed', payment: paid })
  // Without the subgraph it is still known to be paid, and without the chain the proof is still there.
  expect(await (await call(path, {}, { RPC_URL })).json()).toMatchObject({ status: 'claimed', payment: null })
  const alone = await (await call(path)).json<{ proof: string[] }>()
  expect(alone).toMatchObject({ status: null, payment: null })
  expect(alone.proof.length).toBeGreaterThan(0)
})

test('a claim that is none is not found, whichever part is unknown', async () => {
  const unpaid = await problemOf(
    await call(`/v1/distributions/${one}/claims/${addressOf(1)}`),
    404,
    'not-found',
  )
  expect(unpaid.detail).toContain('pays')
  const path = `/v1/distributions/${hashOf('x')}/claims/${addressOf(FIRST)}`
  expect((await problemOf(await call(path), 404, 'not-found')).detail).toContain('No distribution')
})
