import { env } from 'cloudflare:workers'
import { toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seenBy } from '../../test/upstream.ts'
import { recordsKey } from '../keys.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { chain } from './chain.ts'
import { addressOf, deployment, disbursement, FIRST, hashOf, idOf, PROGRAM } from './program.ts'
import { ALICE, BOB, META, SECOND, subgraph } from './subgraph.ts'

/** What the running reward month would pay (SPEC section 11); the subgraph stands at block 90, on 4 April 2026. */
const NOW = META.data._meta.block.timestamp
const START = Date.parse('2026-04-01T00:00:00Z') / 1000
const SO_FAR = BigInt(NOW - START)
const REWARD = 1_000_000n

const withMonths = (firstMonth: string, lastMonth: string) => {
  const program = JSON.parse(PROGRAM)
  program.streams.liquidity = {
    asset: 'token',
    reward: REWARD.toString(),
    minPayout: '0',
    firstMonth,
    lastMonth,
  }
  return JSON.stringify(program)
}
const PROGRAM_NOW = withMonths('2026-03', '2026-05')

/** Block 60 is the last of March, 61 the first of April. */
const blocks = Object.fromEntries(
  Array.from({ length: 91 }, (_, number) => [
    `eth_getBlockByNumber ${toHex(number)}`,
    {
      number: toHex(number),
      timestamp: toHex(number <= 60 ? START - (61 - number) : START + number - 61),
      hash: hashOf(`block ${number}`),
    },
  ]),
)

const provider = (id: string, lp: bigint, lpSeconds: bigint, since: number, lpStaked = 0n, staked = 0n) => ({
  id,
  lp: lp.toString(),
  lpStaked: lpStaked.toString(),
  lpSeconds: lpSeconds.toString(),
  stakedSeconds: staked.toString(),
  since: String(since),
})

// Alice has held 10 since long before; her second wallet has staked 4 for the last 1,000 seconds; Bob sold his 30 after 500.
const BEFORE = [provider(ALICE, 10n, 0n, START - 5000), provider(BOB, 30n, 900n, START - 100)]
const AFTER = [
  provider(ALICE, 10n, 0n, START - 5000),
  provider(BOB, 0n, 900n + 30n * 600n, START + 500),
  provider(SECOND, 0n, 0n, NOW - 1000, 4n),
]
const UNITS = { alice: 10n * SO_FAR, second: 4000n, bob: 30n * 500n }

const three = disbursement(3)
const leaf = three.leaves[0] ?? expect.fail('a leaf')
const lpDistribution = {
  id: idOf(three),
  root: three.root,
  manifestHash: three.manifestHash,
  parent: null,
  publishedAt: String(START + 100),
  endedAt: null,
}

const index = (answers: Record<string, unknown> = {}) =>
  subgraph({
    ProvidersBefore: { data: { liquidityProviders: BEFORE } },
    Providers: { data: { liquidityProviders: AFTER } },
    LpDistributions: { data: { distributions: [] } },
    LpClaims: { data: { claims: [] } },
    Excluded: { data: { accounts: [] } },
    Theirs: { data: { accounts: [] } },
    ...answers,
  })

const ask = async (account: string, answers: Record<string, unknown> = {}, PROGRAM = PROGRAM_NOW) => {
  const GRAPH_URL = await index(answers)
  const response = await call(
    `/v1/accounts/${account}/estimate`,
    {},
    { GRAPH_URL, RPC_URL: await chain(blocks), PROGRAM },
  )
  return { response, GRAPH_URL }
}
const estimate = async (...given: Parameters<typeof ask>) => {
  const { response } = await ask(...given)
  expect(response.status, await response.clone().text()).toBe(200)
  return (await response.json()) as { running: Record<string, unknown>; final: boolean; holder: string }
}

beforeAll(async () => {
  await freshStorage()
  await published(three)
})
afterAll(freshStorage)

describe('an estimate of the running reward month', () => {
  const total = UNITS.alice + UNITS.second + UNITS.bob

  test('is the reward by units × seconds so far, all of a holder’s wallets together, and never final', async () => {
    const own = UNITS.alice + UNITS.second
    expect(await estimate(SECOND)).toEqual({
      account: SECOND,
      holder: ALICE,
      final: false,
      block: 90,
      timestamp: NOW,
      running: {
        month: { name: '2026-04', start: '2026-04-01T00:00:00Z', end: '2026-05-01T00:00:00Z' },
        reward: REWARD.toString(),
        asset: { address: deployment.token, symbol: 'ALEX', decimals: 18 },
        unitSeconds: { lp: UNITS.alice.toString(), lpStaked: '4000', unclaimed: '0' },
        weight: own.toString(),
        totalWeight: total.toString(),
        estimate: ((REWARD * own) / total).toString(),
      },
    })
  })

  test('reads the rows of the month’s beginning at the last block before it', async () => {
    const { GRAPH_URL } = await ask(ALICE)
    const asked = (await seenBy<{ query: string; variables: { block?: number } }>(GRAPH_URL)).map(
      ({ body }) => body,
    )
    const of = (name: string) =>
      asked.find(({ query }) => query.startsWith(`query ${name}(`))?.variables.block
    expect([of('ProvidersBefore'), of('Providers')]).toEqual([60, 90])
  })

  test('counts LP shares that wait in the distributor, until they are claimed', async () => {
    const waiting = { LpDistributions: { data: { distributions: [lpDistribution] } } }
    const account = addressOf(FIRST)
    expect(leaf.account).toBe(account)
    const nobody = { Holder: { data: { account: null } } }
    const seconds = SO_FAR - 100n
    const unclaimed = leaf.amount * seconds
    const all = total + three.leaves.reduce((sum, { amount }) => sum + amount, 0n) * seconds
    expect((await estimate(account, { ...waiting, ...nobody })).running).toMatchObject({
      unitSeconds: { lp: '0', lpStaked: '0', unclaimed: unclaimed.toString() },
      totalWeight: all.toString(),
      estimate: ((REWARD * unclaimed) / all).toString(),
    })
    const claims = [{ id: '0x01', distribution: idOf(three), account, timestamp: String(START + 700) }]
    const claimed = { ...waiting, ...nobody, LpClaims: { data: { claims } } }
    expect((await estimate(account, claimed)).running).toMatchObject({
      weight: (leaf.amount * 600n).toString(),
    })
  })

  test('leaves out those who never weigh', async () => {
    const theirs = [
      { id: BOB, holder: BOB },
      { id: deployment.treasury, holder: BOB },
    ]
    const answers = {
      Excluded: { data: { accounts: [{ id: deployment.treasury, holder: BOB }] } },
      Theirs: { data: { accounts: theirs } },
    }
    const own = UNITS.alice + UNITS.second
    expect((await estimate(ALICE, answers)).running).toMatchObject({
      totalWeight: own.toString(),
      estimate: REWARD.toString(),
    })
    const holder = { Holder: { data: { account: null } } }
    expect((await estimate(BOB, { ...answers, ...holder })).running).toMatchObject({ estimate: '0' })
  })

  test('is of no month before the first, after the last, or without the stream', async () => {
    for (const program of [PROGRAM, withMonths('2026-05', '2026-06'), withMonths('2025-03', '2026-03')]) {
      expect(await estimate(ALICE, {}, program)).toMatchObject({ final: false, running: null })
    }
  })

  test('is a problem where leaves are missing, rows contradict the time, or there is no time', async () => {
    const waiting = { LpDistributions: { data: { distributions: [lpDistribution] } } }
    const late = { Providers: { data: { liquidityProviders: [provider(ALICE, 1n, 0n, NOW + 1)] } } }
    await problemOf((await ask(ALICE, late)).response, 502, 'index-failed')
    const timeless = { data: { _meta: { block: { number: 90, hash: null }, hasIndexingErrors: false } } }
    await problemOf((await ask(ALICE, { Head: timeless })).response, 502, 'index-failed')
    const stored = (await env.STORE.get(recordsKey(three.manifestHash))) ?? expect.fail('records')
    const bytes = await stored.bytes()
    const end = bytes.length - 1
    bytes[end] = (bytes[end] ?? 0) ^ 1
    await env.STORE.put(recordsKey(three.manifestHash), bytes)
    await problemOf((await ask(ALICE, waiting)).response, 500, 'store-broken')
  })
})
