// SPEC section 13: weight = balance + look-through + staked + unclaimed, for every holder but the excluded.
import fc from 'fast-check'
import type { Address } from 'viem'
import { expect, test } from 'vitest'
import {
  documentHash,
  documentJson,
  eligibleOf,
  lookThrough,
  PollError,
  parsePoll,
  parseWeights,
  weightsOf,
} from '../index.ts'
import { accountOf, hashOf, lower, pollOf } from './voting.ts'

const at = (n: number): Address => lower(accountOf(n))
const held = (holder: number, wallets: number[], balance: bigint, staked: bigint, units: bigint) => ({
  holder: at(holder),
  wallets: wallets.map(at),
  balance,
  staked,
  units,
})

test('adds up what a holder has, LP units seen through together', () => {
  const pool = { reserve: 1000n, supply: 300n }
  const unclaimed = new Map([
    [at(0), { tokens: 5n, units: 1n }],
    [at(1), { tokens: 0n, units: 1n }],
    [at(5), { tokens: 9n, units: 0n }],
    [at(6), { tokens: 9n, units: 9n }],
  ])
  const positions = [held(0, [0, 1], 10n, 20n, 1n), held(2, [2], 0n, 0n, 0n), held(3, [3], 0n, 0n, 1n)]
  const weights = weightsOf(positions, pool, unclaimed, new Set([at(6)]))
  const weight = (n: number) => weights.find(({ holder }) => holder === at(n))?.weight
  // floor(3 · 1000 / 300), not three times floor(1000 / 300).
  expect(weight(0)).toBe(10n + 20n + 5n + 10n)
  expect(weight(3)).toBe(3n)
  // Nothing weighs nothing; who only waits for something is a holder; the excluded never weigh.
  expect([weight(2), weight(5), weight(6)]).toEqual([undefined, 9n, undefined])
})

test('look-through takes no more than there is, and without a pool nothing', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 2n ** 112n),
      fc.bigInt(1n, 2n ** 112n),
      fc.bigInt(0n, 2n ** 112n),
      (units, supply, reserve) => {
        const own = units % (supply + 1n)
        expect(lookThrough(own, { supply, reserve }) <= reserve).toBe(true)
        expect(lookThrough(own, { supply: 0n, reserve })).toBe(0n)
      },
    ),
    { seed: 13 },
  )
})

test('who divides what it has among wallets of its own weighs no more by it', () => {
  const amount = fc.bigInt({ min: 0n, max: 2n ** 100n })
  const part = fc.record({ balance: amount, staked: amount, units: amount, tokens: amount, waiting: amount })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), amount, amount, (parts, reserve, more) => {
      const total = (name: keyof (typeof parts)[number]) => parts.reduce((sum, each) => sum + each[name], 0n)
      const pool = { reserve, supply: total('units') + total('waiting') + more }
      const weigh = (each: (typeof parts)[number], n: number) => {
        const { balance, staked, units, tokens, waiting } = each
        const unclaimed = new Map([[at(n), { tokens, units: waiting }]])
        return eligibleOf(weightsOf([held(n, [n], balance, staked, units)], pool, unclaimed, new Set()))
      }
      const divided = parts.reduce((sum, each, n) => sum + weigh(each, n), 0n)
      const whole = {
        balance: total('balance'),
        staked: total('staked'),
        units: total('units'),
        tokens: total('tokens'),
        waiting: total('waiting'),
      }
      const together = weigh(whole, 0)
      // Every wallet but one may lose less than a base unit, to the floor of its look-through.
      expect(divided <= together).toBe(true)
      expect(together - divided < BigInt(parts.length)).toBe(true)
    }),
    { seed: 13 },
  )
})

test('a poll and its weights are read as they were written, and refused with what is wrong', () => {
  const weights = weightsOf(
    [held(0, [0, 1], 5n, 0n, 0n), held(2, [2], 3n, 0n, 0n)],
    { reserve: 0n, supply: 0n },
    new Map(),
    new Set(),
  )
  const poll = pollOf(weights)
  expect(parsePoll(documentJson(poll))).toEqual(poll)
  expect(parseWeights(documentJson(weights), poll)).toEqual(weights)
  const bad: [object, RegExp][] = [
    [{ options: ['Yes', 'Yes'] }, /options: must all be different/],
    [{ options: ['Yes'] }, /options/],
    [{ question: 'Hidden\u202eword' }, /question: must be one line without control characters/],
    [{ question: ' space' }, /must not begin or end with a space/],
    [{ closesAt: '1000' }, /closesAt: must be after opensAt/],
    [{ opensAt: '800' }, /recordBlock.timestamp: must be no later than opensAt/],
    [{ eligible: '08' }, /eligible: must be an amount/],
    [{ token: accountOf(0).address }, /token: must be an address in lower case/],
    [{ extra: 1 }, /extra/],
  ]
  for (const [changed, message] of bad)
    expect(() => parsePoll({ ...(documentJson(poll) as object), ...changed })).toThrow(message)
  const refuse = (list: unknown, message: RegExp) => {
    expect(() => parseWeights(list, poll)).toThrow(PollError)
    expect(() => parseWeights(list, poll)).toThrow(message)
  }
  const json = documentJson(weights) as { holder: string; wallets: string[]; weight: string }[]
  const [first, second] = json
  refuse([second, first], /holders must ascend/)
  refuse([first], /its hash is 0x.*; it has 1 holders, not 2/)
  refuse([{ ...first, weight: '0' }, second], /must be above zero/)
  refuse([{ ...first, wallets: second?.wallets }, second], /must be one of its wallets|twice/)
  expect(eligibleOf(weights)).toBe(8n)
  expect(documentHash(weights)).not.toBe(hashOf('others'))
})
