import { describe, expect, test } from 'vitest'
import type { CustodyChange } from '../src/api.ts'
import { reasonsOf, turningPoints } from '../src/history.ts'

const wallet = `0x${'a'.repeat(40)}` as const
const transaction = (digit: string) => `0x${digit.repeat(64)}` as const

function change(kind: string, delta: bigint, block: number, logIndex = 0, digit = '1'): CustodyChange {
  return {
    kind,
    wallet,
    delta,
    block,
    timestamp: block * 10,
    transaction: transaction(digit),
    logIndex,
  }
}

describe('turningPoints', () => {
  test('joins what moved with what it did, oldest first', () => {
    const points = turningPoints({
      history: [
        { block: 5, timestamp: 50, entitlement: 20_000n },
        { block: 9, timestamp: 90, entitlement: 15_000n },
      ],
      changes: [change('TRANSFER_OUT', -5_000n, 9), change('LOT', 20_000n, 5)],
    })
    expect(points.map(({ block, before, after }) => [block, before, after])).toEqual([
      [5, 0n, 20_000n],
      [9, 20_000n, 15_000n],
    ])
    expect(points[1]?.reasons).toEqual([
      { kind: 'TRANSFER_OUT', amount: 5_000n, wallet, transaction: transaction('1') },
    ])
  })

  test('a block that changed nothing keeps the entitlement it found', () => {
    const [, staked] = turningPoints({
      history: [{ block: 5, timestamp: 50, entitlement: 20_000n }],
      changes: [
        change('LOT', 20_000n, 5),
        change('STAKE', 1_000n, 7, 2),
        change('TRANSFER_OUT', -1_000n, 7, 1),
      ],
    })
    expect(staked).toMatchObject({ block: 7, timestamp: 70, before: 20_000n, after: 20_000n })
    expect(staked?.reasons.map(({ kind }) => kind)).toEqual(['STAKE'])
  })

  test('no history, no points', () => {
    expect(turningPoints({ history: [], changes: [] })).toEqual([])
  })
})

describe('reasonsOf', () => {
  test('putting tokens into the pool is one reason, of what went in', () => {
    const reasons = reasonsOf([change('TRANSFER_OUT', -10_000n, 3, 1), change('LP_ADD', 9_800n, 3, 4)])
    expect(reasons).toEqual([{ kind: 'LP_ADD', amount: 10_000n, wallet, transaction: transaction('1') }])
  })

  test('staking pool shares is told once, though basis goes and comes', () => {
    const reasons = reasonsOf([change('LP_STAKE', -700n, 3, 1), change('LP_STAKE', 700n, 3, 2)])
    expect(reasons.map(({ kind, amount }) => [kind, amount])).toEqual([['LP_STAKE', 700n]])
  })

  test('pool shares that bring no tokens back were given away', () => {
    const given = reasonsOf([change('LP_REMOVE', -800n, 3, 1)])
    expect(given.map(({ kind, amount }) => [kind, amount])).toEqual([['LP_GIVEN', 800n]])
    const removed = reasonsOf([change('LP_REMOVE', -800n, 3, 1), change('TRANSFER_IN', 750n, 3, 2)])
    expect(removed.map(({ kind, amount }) => [kind, amount])).toEqual([['LP_REMOVE', 750n]])
  })

  test('a lot in the same transaction is still told', () => {
    const reasons = reasonsOf([
      change('LOT', 50n, 3, 1),
      change('TRANSFER_OUT', -50n, 3, 2),
      change('STAKE', 50n, 3, 3),
    ])
    expect(reasons.map(({ kind }) => kind)).toEqual(['LOT', 'STAKE'])
  })

  test('plain transfers stand for themselves', () => {
    const reasons = reasonsOf([change('TRANSFER_IN', 5n, 3, 1), change('TRANSFER_OUT', -3n, 3, 2)])
    expect(reasons.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['TRANSFER_IN', 5n],
      ['TRANSFER_OUT', 3n],
    ])
  })
})
