import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import type { Env } from '../src/env.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { addressOf, deployment, disbursement, hashOf, idOf } from './program.ts'
import { ALICE, BLOCK, BOB, CHANGES, LOTS, META, row, SECOND, subgraph, WALLETS } from './subgraph.ts'

type Question = { query: string; variables: Record<string, unknown> }
const get = async (path: string, GRAPH_URL?: string, changed: Partial<Env> = {}) =>
  call(path, {}, { GRAPH_URL: GRAPH_URL ?? (await subgraph()), ...changed })

describe('holders', () => {
  test('are told with custody by part and entitlement, at the last block of the subgraph', async () => {
    const response = await get('/v1/holders')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      block: BLOCK,
      holders: [
        {
          ...{ holder: BOB, wallets: [BOB], recipient: null },
          ...{ lots: '0', balance: '7', staked: '0', lp: '0', lpStaked: '0', units: '0', basis: '0' },
          ...{ custody: '7', settled: '0', entitlement: '0' },
        },
        {
          ...{ holder: ALICE, wallets: [SECOND, ALICE].sort(), recipient: addressOf(0xcafe) },
          ...{
            lots: '21000',
            balance: '13000',
            staked: '1500',
            lp: '10',
            lpStaked: '5',
            units: '15',
            basis: '500',
          },
          ...{ custody: '15000', settled: '15500', entitlement: '15000' },
        },
      ],
      next: null,
    })
  })

  test('are read at one block on every page, without the excluded, and in keyset pages', async () => {
    const GRAPH_URL = await subgraph({
      Roots: { data: { accounts: [{ id: ALICE }] } },
      Wallets: { data: { accounts: WALLETS.slice(1) } },
    })
    const page = await get(`/v1/holders?limit=1&block=42&after=${BOB}`, GRAPH_URL)
    expect(await page.json()).toMatchObject({ block: 42, next: ALICE, holders: [{ holder: ALICE }] })
    const questions = (await seenBy<Question>(GRAPH_URL)).map(({ body }) => body.variables)
    expect(questions).toEqual([
      { block: 42, after: BOB, first: 1, excluded: deployment.excluded },
      { block: 42, after: '0x', holders: [ALICE] },
    ])
  })

  test('are read through to the last wallet, however many pages that takes', async () => {
    const wallets = Array.from({ length: 1000 }, (_, at) => row(addressOf(at + 1), { holder: ALICE }))
    const GRAPH_URL = await subgraph({
      Roots: { data: { accounts: [{ id: ALICE }] } },
      Wallets: { data: { accounts: wallets } },
      [`Wallets@${addressOf(1000)}`]: { data: { accounts: WALLETS.slice(1) } },
    })
    const { holders } = await (await get('/v1/holders', GRAPH_URL)).json<{
      holders: { wallets: string[] }[]
    }>()
    expect(holders[0]?.wallets).toHaveLength(1002)
  })

  test('lead to the next page by a link that names the block', async () => {
    const GRAPH_URL = await subgraph({ Roots: { data: { accounts: [{ id: ALICE }] } } })
    const response = await get('/v1/holders?limit=1', GRAPH_URL)
    expect(response.headers.get('link')).toBe(
      `</v1/holders?limit=1&after=${ALICE}&block=${BLOCK}>; rel="next"`,
    )
    expect((await get('/v1/holders')).headers.get('link')).toBeNull()
  })

  test('are a table too', async () => {
    const response = await get('/v1/holders?format=csv')
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="alex-holders-${BLOCK}.csv"`,
    )
    expect((await response.text()).split('\r\n')).toEqual([
      'block,holder,wallets,recipient,lots,balance,staked,lp,lpStaked,units,basis,custody,settled,entitlement',
      `${BLOCK},${BOB},${BOB},,0,7,0,0,0,0,0,7,0,0`,
      `${BLOCK},${ALICE},${[SECOND, ALICE].sort().join(' ')},${addressOf(0xcafe)},21000,13000,1500,10,5,15,500,15000,15500,15000`,
      '',
    ])
  })

  test('without anybody are an empty list', async () => {
    const response = await get('/v1/holders', await subgraph({ Roots: { data: { accounts: [] } } }))
    expect(await response.json()).toEqual({ block: BLOCK, holders: [], next: null })
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['block=-1', 'block'],
    ['block=2147483648', 'block'],
    ['block=0x10', 'block'],
    ['block=1.5', 'block'],
    ['block=99999999999999999999', 'block'],
    ['after=bob', 'after'],
    ['blok=5', ''],
  ])('are not told for ?%s', async (query, field) => {
    const problem = await problemOf(await get(`/v1/holders?${query}`), 422, 'invalid-request')
    expect(problem.errors?.[0]?.at).toBe(field === '' ? 'query' : `query.${field}`)
  })
})

describe('a holder', () => {
  test('is found by any wallet, with lots, changes and the history of the entitlement', async () => {
    const response = await get(`/v1/holders/${SECOND}`)
    const body = await response.json<Record<string, unknown>>()
    expect(response.status, JSON.stringify(body)).toBe(200)
    expect(body).toMatchObject({
      block: BLOCK,
      complete: true,
      position: { holder: ALICE, entitlement: '15000' },
    })
    expect(body.lots).toMatchObject([
      {
        buyer: ALICE,
        amount: '20000',
        block: 10,
        timestamp: 1_770_000_010,
        transaction: hashOf('transaction 10'),
      },
      { buyer: SECOND, amount: '1000', block: 20 },
    ])
    expect(body.changes).toHaveLength(CHANGES.length)
    expect(body.history).toEqual(
      [
        [10, '20000', '20000', '20000', '20000'],
        [40, '20500', '500', '20500', '21000'],
        [60, '15500', '-5000', '15500', '21000'],
        [70, '15000', '-500', '15000', '21000'],
      ].map(([block, entitlement, change, custody, lots]) => ({
        ...{ block, entitlement, change, custody, lots },
        timestamp: 1_770_000_000 + Number(block),
        transactions: [hashOf(`transaction ${block}`)],
      })),
    )
  })

  test('tells which transaction lost what, those of wallets linked later too', async () => {
    const { forfeits } = await (await get(`/v1/holders/${ALICE}`)).json<{ forfeits: object[] }>()
    expect(forfeits).toEqual(
      (
        [
          [SECOND, 35, '500'],
          [ALICE, 60, '5000'],
          [ALICE, 70, '500'],
        ] as const
      ).map(([holder, block, amount]) => ({
        ...{ holder, block, amount, timestamp: 1_770_000_000 + block },
        transaction: hashOf(`transaction ${block}`),
      })),
    )
  })

  test('who never held anything, or never weighs, is not there', async () => {
    const GRAPH_URL = await subgraph({ Holder: { data: { account: null } } })
    const unknown = await problemOf(await get(`/v1/holders/${addressOf(9)}`, GRAPH_URL), 404, 'not-found')
    expect(unknown.detail).toContain('has never held')
    const pair = await subgraph({
      Holder: { data: { account: { holder: deployment.pair } } },
      Wallets: { data: { accounts: [row(deployment.pair, { balance: '5', custody: '5' })] } },
    })
    const excluded = await problemOf(await get(`/v1/holders/${deployment.pair}`, pair), 404, 'not-found')
    expect(excluded.detail).toContain('never weighs')
  })

  test('whose history and position differ is not shown', async () => {
    const GRAPH_URL = await subgraph({ Changes: { data: { custodyChanges: CHANGES.slice(0, -1) } } })
    const problem = await problemOf(await get(`/v1/holders/${ALICE}`, GRAPH_URL), 502, 'index-failed')
    expect(problem.detail).toContain('15500')
  })

  test('with more events than can be told is told without them', async () => {
    // 21 full pages, each id above the last.
    const pages = Array.from({ length: 21 }, (_, page) => {
      const rows = Array.from({ length: 1000 }, (_, at) => ({
        ...LOTS[0],
        id: `0x${(page * 1000 + at + 1).toString(16).padStart(8, '0')}`,
      }))
      const after = page === 0 ? '' : `@0x${(page * 1000).toString(16).padStart(8, '0')}`
      return [`Lots${after}`, { data: { primaryLots: rows } }]
    })
    const response = await get(`/v1/holders/${ALICE}`, await subgraph(Object.fromEntries(pages)))
    expect(await response.json()).toMatchObject({
      ...{ complete: false, lots: [], changes: [], history: [] },
      position: { entitlement: '15000' },
    })
  })

  test('must be an address', async () => {
    await problemOf(await get('/v1/holders/alice'), 422, 'invalid-request')
    await problemOf(await get(`/v1/holders/${ALICE}?block=x`), 422, 'invalid-request')
  })
})

const notYet = (text: string) => ({ errors: [{ message: text }] })

describe('the subgraph', () => {
  test.each([
    ['away', AWAY, 502, 'index-failed'],
    ['hanging up', { drop: true }, 502, 'index-failed'],
    ['failing', { status: 500 }, 502, 'index-failed'],
    ['slow', { delayMs: 2000 }, 504, 'index-slow'],
    ['answering a page', { text: '<html>' }, 502, 'index-failed'],
    ['answering other JSON', { text: '[1]' }, 502, 'index-failed'],
    ['answering null', { text: 'null' }, 502, 'index-failed'],
    ['answering without data', { text: '{}' }, 502, 'index-failed'],
    [
      'refusing the query',
      { text: JSON.stringify(notYet('Type `Query` has no field `accounts`')) },
      502,
      'index-failed',
    ],
    ['stopped', { text: JSON.stringify(notYet('indexing_error')) }, 503, 'index-stopped'],
    [
      'behind the block',
      {
        text: JSON.stringify(
          notYet(
            'Failed to decode `block.number` value: `subgraph QmX has only indexed up to block number 5 and data for block number 42 is therefore not yet available`',
          ),
        ),
      },
      404,
      'block-not-indexed',
    ],
  ])('%s is a problem that says so', async (_, script, status, name) => {
    const GRAPH_URL = typeof script === 'string' ? script : await upstream(script)
    for (const path of ['/v1/holders?block=42', `/v1/holders/${ALICE}?block=42`]) {
      await problemOf(await get(path, GRAPH_URL), status, name)
    }
  })

  test.each([
    ['a row with a field missing', { Wallets: { data: { accounts: [{ id: ALICE, holder: ALICE }] } } }],
    ['an amount that is a number', { Wallets: { data: { accounts: [{ ...WALLETS[0], balance: 7 }] } } }],
    ['a negative balance', { Wallets: { data: { accounts: [{ ...WALLETS[0], balance: '-7' }] } } }],
    [
      'sums that do not add up',
      { Wallets: { data: { accounts: [row(BOB, { balance: '7', custody: '8' })] } } },
    ],
    [
      'a page that repeats',
      { Wallets: { data: { accounts: Array.from({ length: 1000 }, () => WALLETS[0]) } } },
    ],
  ])('with %s is not believed', async (_, answers) => {
    await problemOf(await get('/v1/holders', await subgraph(answers)), 502, 'index-failed')
  })

  test('answering more than a Worker can hold is cut off', async () => {
    const GRAPH_URL = await upstream({ text: `"${'x'.repeat(9 * 1024 * 1024)}"` })
    const problem = await problemOf(
      await get('/v1/holders', GRAPH_URL, { UPSTREAM_TIMEOUT_MS: '20000' }),
      502,
      'index-failed',
    )
    expect(problem.detail).toContain('more than')
  })

  test('is asked with bound variables alone', async () => {
    const GRAPH_URL = await subgraph()
    await get(`/v1/holders/${ALICE}`, GRAPH_URL)
    const questions = await seenBy<Question>(GRAPH_URL)
    expect(questions).toHaveLength(5)
    for (const { body } of questions) expect(body.query).not.toContain(ALICE)
    expect(META.data._meta.block.number).toBe(BLOCK)
  })
})

describe('at a record block', () => {
  const three = disbursement(3, '2026-Q1')
  beforeAll(async () => {
    await freshStorage()
    await published(three)
  })
  afterAll(freshStorage)
  const record = Number(three.manifest.recordBlock.number)

  test('holders and a holder are told as the manifest took them', async () => {
    for (const path of ['/v1/holders', `/v1/holders/${ALICE}`]) {
      const GRAPH_URL = await subgraph()
      const response = await get(`${path}?record=${idOf(three)}`, GRAPH_URL)
      expect(await response.json()).toMatchObject({ block: record })
      const asked = (await seenBy<Question>(GRAPH_URL)).map(({ body }) => body.variables.block)
      expect(new Set(asked)).toEqual(new Set([record]))
    }
  })

  test('needs a distribution that is published here, and no other block', async () => {
    await problemOf(await get(`/v1/holders?record=${hashOf('x')}`), 404, 'not-found')
    const both = await problemOf(
      await get(`/v1/holders?block=1&record=${idOf(three)}`),
      422,
      'invalid-request',
    )
    expect(both.errors).toMatchObject([{ at: 'query.record' }])
    await problemOf(await get('/v1/holders?record=2026-Q1'), 422, 'invalid-request')
  })
})
