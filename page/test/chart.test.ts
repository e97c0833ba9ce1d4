import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChartFacts, chartsOf, csvOf, within, writeValue } from '../src/charts/chart.ts'
import { type ClaimDay, DAY, type Days, sumUpClaims, sumUpSwaps, withPoints } from '../src/charts/days.ts'
import { csv } from '../src/csv.ts'
import { words } from '../src/words/all.ts'

const id = (digit: string) => `0x${digit.repeat(64)}` as const
const ether = 10n ** 18n

const facts: ChartFacts = {
  token: { symbol: 'ALEX', decimals: 18 },
  other: { symbol: 'WETH', decimals: 18 },
  lp: { symbol: 'UNI-V2', decimals: 18 },
  payouts: new Map([[id('1'), { name: '2026-Q1', total: 3_000n }]]),
  until: 5 * DAY + 100,
  names: words.dashboard.charts.lines,
}

const totals = (timestamp: number, entitled: bigint) => ({
  ...{ timestamp, holders: 2, totalSupply: 100n * ether, lotsSold: 10n * ether },
  ...{ entitled, staked: 0n, lpStaked: 0n },
})

const days: Days = {
  programDays: [totals(DAY, 10n * ether), totals(4 * DAY, 7n * ether)],
  poolDays: [{ timestamp: 2 * DAY, reserveToken: 3n * ether, reserveOther: ether, lpSupply: ether }],
  swapDays: [{ timestamp: 3 * DAY, volumeToken: 5n, volumeOther: 1n, swaps: 1 }],
  claimDays: [{ timestamp: 3 * DAY, distribution: id('1'), amount: 1_000n, claims: 1, amountSoFar: 1_000n }],
}

const chart = (key: string) => {
  const found = chartsOf(days, facts).find((each) => each.key === key)
  if (found === undefined) throw new Error(`there is no chart of ${key}`)
  return found
}

describe('charts', () => {
  test('a day without a row is as the one before, and unknown before the first', () => {
    expect(chart('entitlement').times).toEqual([1, 2, 3, 4, 5].map((day) => day * DAY))
    expect(chart('entitlement').lines[1]?.values).toEqual([10n, 10n, 10n, 7n, 7n].map((each) => each * ether))
    expect(chart('pool').lines[0]?.values).toEqual([null, ...Array.from({ length: 4 }, () => 3n * ether)])
  })

  test('what happens in a day did not happen in one without a row', () => {
    expect(chart('volume').lines[0]?.values).toEqual([0n, 0n, 5n, 0n, 0n])
  })

  test('prices and shares are cut, never rounded', () => {
    const [price] = chart('price').lines
    expect(price && writeValue(price, price.values[1] ?? null)).toBe(`0.${'3'.repeat(36)} WETH`)
    const [claimed] = chart('claimed').lines
    expect(claimed?.values[2]).toBe(333_333n)
    expect(claimed && writeValue(claimed, 333_333n)).toBe('33.3333%')
  })

  test('a range has the newest days', () => {
    const long = chartsOf(days, { ...facts, until: 100 * DAY }).find(({ key }) => key === 'volume')
    const short = long && within(long, 30)
    expect(short?.times).toEqual(Array.from({ length: 30 }, (_, at) => (71 + at) * DAY))
    expect(short?.lines[0]?.values).toHaveLength(30)
    expect(long && within(long, 365)).toBe(long)
  })

  test('nothing yet is no chart', () => {
    const none: Days = { programDays: [], poolDays: [], swapDays: [], claimDays: [] }
    expect(chartsOf(none, facts)).toEqual([])
  })
})

describe('CSV', () => {
  test('has every digit', () => {
    expect(csvOf(chart('pool'))).toBe(
      `day,Reserve (ALEX)\r\n1970-01-02,\r\n${[3, 4, 5, 6].map((day) => `1970-01-0${day},3\r\n`).join('')}`,
    )
  })

  test('quotes what would be taken apart', () => {
    expect(csv([['a,b', 'c"d', 'e\nf', 'g']])).toBe('"a,b","c""d","e\nf",g\r\n')
  })
})

describe('the day that runs', () => {
  test('is summed up from its points, as the index will', () => {
    const before: ClaimDay[] = [
      { timestamp: DAY, distribution: id('1'), amount: 5n, claims: 1, amountSoFar: 5n },
    ]
    const point = (timestamp: number, amount: bigint) => ({ timestamp, distribution: id('1'), amount })
    const points = [point(2 * DAY + 1, 1n), point(2 * DAY + 2, 2n), point(3 * DAY, 4n)]
    expect(withPoints(before, points, sumUpClaims)).toEqual([
      ...before,
      { timestamp: 2 * DAY, distribution: id('1'), amount: 3n, claims: 2, amountSoFar: 8n },
      { timestamp: 3 * DAY, distribution: id('1'), amount: 4n, claims: 1, amountSoFar: 12n },
    ])
  })

  test('wherever the index stopped summing up, the days are the same', () => {
    const swaps = fc.array(
      fc.record({
        timestamp: fc.integer({ min: 0, max: 10 * DAY }),
        volumeToken: fc.bigInt({ min: 0n, max: 1n << 100n }),
        volumeOther: fc.bigInt({ min: 0n, max: 1n << 100n }),
      }),
    )
    fc.assert(
      fc.property(swaps, fc.integer({ min: 0, max: 10 }), (unsorted, stop) => {
        const points = unsorted.sort((one, other) => one.timestamp - other.timestamp)
        const all = withPoints([], points, sumUpSwaps)
        const summed = all.filter(({ timestamp }) => timestamp < stop * DAY)
        const rest = points.filter(({ timestamp }) => timestamp >= stop * DAY)
        expect(withPoints(summed, rest, sumUpSwaps)).toEqual(all)
      }),
    )
  })
})
