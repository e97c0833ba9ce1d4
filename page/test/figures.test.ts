import { expect, test } from 'vitest'
import { figuresOf } from '../src/dashboard/figures.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const hash = (digit: string) => `0x${digit.repeat(64)}` as const

const distribution = {
  id: hash('1'),
  token: address('c'),
  total: 1_000n,
  remaining: 200n,
  status: 'ACTIVE',
  claims: 3,
  publishedAt: 10,
  parent: null,
}

const move = {
  holder: address('a'),
  wallet: address('a'),
  kind: 'TRANSFER_OUT',
  delta: -400n,
  custody: 600n,
  settled: 1_000n,
  block: 9,
  timestamp: 90,
  transaction: hash('7'),
  logIndex: 1,
}

function answerWith(given: Partial<Parameters<typeof figuresOf>[0]>): Parameters<typeof figuresOf>[0] {
  return {
    _meta: { block: { number: 9, timestamp: 90 }, hasIndexingErrors: false },
    program: null,
    pair: null,
    tokenVault: null,
    lpVault: null,
    accounts: [],
    distributions: [],
    custodyChanges: [],
    ...given,
  }
}

test('entitlement is the lesser of settled and custody, largest first', () => {
  const { shares, entitled } = figuresOf(
    answerWith({
      accounts: [
        { id: address('a'), lots: 1_000n, settled: 1_000n, custody: 400n },
        { id: address('b'), lots: 800n, settled: 800n, custody: 9_000n },
      ],
    }),
  )
  expect(shares).toEqual([
    { holder: address('b'), lots: 800n, entitlement: 800n },
    { holder: address('a'), lots: 1_000n, entitlement: 400n },
  ])
  expect(entitled).toBe(1_200n)
})

test('a full answer of holders gives no sum: half of one would be wrong', () => {
  const accounts = Array.from({ length: 1_000 }, () => ({
    id: address('a'),
    lots: 1n,
    settled: 1n,
    custody: 1n,
  }))
  expect(figuresOf(answerWith({ accounts })).entitled).toBeNull()
})

test('what moved into a shard counts as open or claimed there', () => {
  const shard = {
    ...distribution,
    id: hash('2'),
    total: 500n,
    remaining: 100n,
    claims: 2,
    parent: distribution.id,
  }
  const { payouts } = figuresOf(answerWith({ distributions: [distribution, shard] }))
  expect(payouts).toEqual([
    {
      id: distribution.id,
      token: address('c'),
      total: 1_000n,
      open: 300n,
      claimed: 700n,
      claims: 5,
      status: 'ACTIVE',
    },
  ])
})

test('what was claimed is nothing of a cancelled payout, and not known of one that was swept, shard or whole', () => {
  const ended = { ...distribution, remaining: 0n }
  const shard = { ...ended, id: hash('2'), parent: distribution.id, status: 'SWEPT' }
  const claimedOf = (...distributions: (typeof distribution | typeof shard)[]) =>
    figuresOf(answerWith({ distributions })).payouts.map(({ claimed }) => claimed)
  expect(claimedOf({ ...ended, status: 'CANCELLED' })).toEqual([0n])
  expect(claimedOf({ ...ended, status: 'SWEPT' })).toEqual([null])
  expect(claimedOf(ended, shard)).toEqual([null])
  expect(claimedOf(ended)).toEqual([1_000n])
})

test('a drop is a block that ended with less; staking in it is none', () => {
  const staked = [
    { ...move, kind: 'STAKE', delta: 400n, custody: 1_000n, block: 12, logIndex: 2 },
    { ...move, block: 12, logIndex: 1 },
  ]
  const { drops } = figuresOf(answerWith({ custodyChanges: [...staked, move] }))
  expect(drops).toEqual([
    {
      holder: address('a'),
      block: 9,
      timestamp: 90,
      lost: 400n,
      after: 600n,
      reasons: [{ kind: 'TRANSFER_OUT', amount: 400n, wallet: address('a'), transaction: hash('7') }],
    },
  ])
})
