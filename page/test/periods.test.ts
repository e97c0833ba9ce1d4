import { describe, expect, test } from 'vitest'
import type { Distribution, Period } from '../src/api.ts'
import { commandsFor, isWaiting, periodStates, stageWith } from '../src/issuer/periods.ts'
import type { Told, ToldStage } from '../src/issuer/told.ts'

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

const toldOf = (stage: ToldStage): Told => ({
  ...{ asOf: 250, problems: [], next: '' },
  periods: new Map([['2026-Q1', { stage, manifestHash: '0xab' }]]),
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
    expect(stageAt(350, [{ ...published, stream: 'rewards' }])).toBe('due')
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
    const claimed = (units: bigint) => new Map([[published.id, { claimed: units, total: 5n }]])
    expect([new Map(), claimed(4n), claimed(5n)].map((known) => stageWith(state, known))).toEqual([
      ...['open', 'open', 'claimed'],
    ])
  })

  test('waits for the issuer’s commands before it is published, and for none of them afterwards', () => {
    const stages = ['due', 'prepared', 'publishing', 'signing', 'unregistered', 'closed', 'open'] as const
    expect(stages.filter(isWaiting)).toEqual(stages.slice(0, 5))
    expect(commandsFor('due', period)).toBe(
      'prorata prepare --period 2026-Q1 --income 0.00\nprorata publish --period 2026-Q1',
    )
    expect(commandsFor('prepared', period)).toBe('prorata publish --period 2026-Q1')
  })
})
