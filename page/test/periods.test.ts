import { describe, expect, test } from 'vitest'
import type { Distribution } from '../src/api.ts'
import {
  type ClaimedById,
  commandsFor,
  isWaiting,
  type PaidPeriod,
  periodStates,
  periodsOf,
  stageWith,
} from '../src/issuer/periods.ts'
import type { Told, ToldStage } from '../src/issuer/told.ts'

const period: PaidPeriod = { stream: 'income', name: '2026-Q1', start: 100, end: 200 }
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

const toldOf = (stage: ToldStage): Told => ({
  ...{ asOf: 250, problems: [], next: '' },
  periods: new Map([['income 2026-Q1', { stage, manifestHash: '0xab' }]]),
})

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
    expect(stageAt(350, [{ ...published, stream: 'liquidity' }])).toBe('due')
  })

  test('is prepared where the issuer’s command says so, until it is published', () => {
    const [prepared] = periodStates([period], [], 250, toldOf('prepared'))
    expect(prepared).toMatchObject({ stage: 'prepared', preparedHash: '0xab' })
    const [afterwards] = periodStates([period], [published], 350, toldOf('prepared'))
    expect(afterwards).toMatchObject({ stage: 'open', preparedHash: null })
    expect(periodStates([{ ...period, name: '2026-Q2' }], [], 250, toldOf('prepared'))[0]?.stage).toBe('due')
  })

  test('has claimed everything once nothing is left, and not while that is unknown', () => {
    const [state] = periodStates([period], [published], 350)
    if (state === undefined) expect.fail('no state')
    const knowing = (claimed: bigint | null, status = 'ACTIVE') =>
      new Map([[published.id, { claimed, total: 5n, status }]])
    const stages = (...known: ClaimedById[]) => known.map((each) => stageWith(state, each))
    expect(stages(new Map(), knowing(4n), knowing(5n))).toEqual(['open', 'open', 'claimed'])
    expect(stages(knowing(null, 'SWEPT'), knowing(0n, 'CANCELLED'))).toEqual(['swept', 'cancelled'])
  })

  test('waits for the issuer’s commands before it is published, and for none of them afterwards', () => {
    const stages = ['due', 'prepared', 'publishing', 'signing', 'unregistered', 'closed', 'open'] as const
    expect(stages.filter(isWaiting)).toEqual(stages.slice(0, 5))
    expect(commandsFor('due', period)).toBe(
      'prorata prepare --period 2026-Q1 --income 0.00\nprorata publish --period 2026-Q1',
    )
    expect(commandsFor('prepared', period)).toBe('prorata publish --period 2026-Q1')
  })

  test('is a quarter or a month of the rewards, each with its own payout and commands', () => {
    const quarter = { name: '2026-Q1', start: 100, end: 200, incomeShareBps: 1_500, asset: 'currency' }
    const income = { forfeit: 'proportional', denominator: 'eligible', periods: [quarter] }
    expect(periodsOf({ income, liquidity: null })).toEqual([period])
    const all = periodsOf({ income, liquidity: { firstMonth: '2026-12', lastMonth: '2027-01' } })
    const [december, january, february] = [12, 13, 14].map((month) => Date.UTC(2026, month - 1) / 1000)
    expect(all).toEqual([
      period,
      { stream: 'liquidity', name: '2026-12', start: december, end: january },
      { stream: 'liquidity', name: '2027-01', start: january, end: february },
    ])
    const paid: Distribution = { ...published, stream: 'liquidity', period: '2026-12' }
    const states = periodStates(all, [paid], february ?? 0)
    expect(states.map(({ stage }) => stage)).toEqual(['due', 'expired', 'due'])
    const commands = states.map(({ stage, period }) => (isWaiting(stage) ? commandsFor(stage, period) : null))
    expect(commands).toEqual([
      commandsFor('due', period),
      null,
      'prorata prepare --stream liquidity --period 2027-01\nprorata publish --stream liquidity --period 2027-01',
    ])
  })
})
