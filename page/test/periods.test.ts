import { describe, expect, test } from 'vitest'
import type { Distribution, Period } from '../src/api.ts'
import { periodStates } from '../src/issuer/periods.ts'

const period: Period = { name: '2026-Q1', start: 100, end: 200, incomeShareBps: 1_500, asset: 'currency' }
const published: Distribution = {
  id: `0x${'1'.repeat(64)}`,
  stream: 'income',
  period: '2026-Q1',
  asset: { address: `0x${'c'.repeat(40)}`, symbol: 'USDC', decimals: 6 },
  total: 5n,
  opensAt: 300,
  deadline: 400,
  root: '0x',
  manifestHash: '0x',
  transaction: null,
  status: 'active',
}

const stageAt = (now: number, distributions: readonly Distribution[] = []) =>
  periodStates([period], distributions, now)[0]?.stage

describe('a period', () => {
  test('is ahead, runs, and is due from its end on until it is published', () => {
    expect([99, 100, 199, 200, 1_000].map((now) => stageAt(now))).toEqual([
      ...['ahead', 'running', 'running', 'due', 'due'],
    ])
  })

  test('opens when its payout says so, and ends where that has a deadline', () => {
    expect([299, 300, 399, 400].map((now) => stageAt(now, [published]))).toEqual([
      ...['opening', 'open', 'open', 'expired'],
    ])
    expect(stageAt(10 ** 9, [{ ...published, deadline: 0 }])).toBe('open')
  })

  test('is not published by another stream’s payout of the same name', () => {
    expect(stageAt(350, [{ ...published, stream: 'rewards' }])).toBe('due')
  })
})
