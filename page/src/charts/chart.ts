/** What the charts show, exactly: times, values in base units, and how they are written. Pure. */
import { priceOf, writeAmount } from '../amounts.ts'
import { csv } from '../csv.ts'
import { DAY, type Days } from './days.ts'

export interface Line {
  readonly name: string
  /** Appended to a written value; empty for a plain count. */
  readonly unit: string
  readonly decimals: number
  /** In base units of `decimals`, one for each time; null: not known yet. */
  readonly values: readonly (bigint | null)[]
}

export interface Chart {
  readonly key: ChartKey
  /** Midnights UTC in seconds, without a gap. */
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  /** Bars for what happened in a day, steps for what stood at its end. */
  readonly kind: 'step' | 'bar'
}

export const CHART_KEYS = [
  'price',
  'holders',
  'entitlement',
  'pool',
  'liquidity',
  'staking',
  'volume',
  'claimed',
] as const
export type ChartKey = (typeof CHART_KEYS)[number]

/** Days back from the newest; null: all. */
export const RANGES = [30, 90, 365, null] as const
export type Range = (typeof RANGES)[number]

interface Unit {
  readonly symbol: string
  readonly decimals: number
}

export interface ChartFacts {
  readonly token: Unit
  /** The other side of the pair, and the pool's own shares; undefined while not known. */
  readonly other: Unit | undefined
  readonly lp: Unit | undefined
  /** Published payouts by id. */
  readonly payouts: ReadonlyMap<string, { readonly name: string; readonly total: bigint }>
  /** The newest block's time: the last day that is drawn. */
  readonly until: number
  readonly names: Readonly<Record<LineName, string>>
}

export type LineName =
  | 'price'
  | 'holders'
  | 'sold'
  | 'entitled'
  | 'reserve'
  | 'lpSupply'
  | 'lpStaked'
  | 'staked'
  | 'volume'

/** Shares are drawn and written in percent with four decimals, cut and not rounded. */
const PERCENT: Unit = { symbol: '%', decimals: 4 }

export function chartsOf(days: Days, facts: ChartFacts): Chart[] {
  const { token, other, lp, names, payouts, until } = facts
  const firsts = Object.values(days).flatMap(
    (rows: readonly { timestamp: number }[]) => rows[0]?.timestamp ?? [],
  )
  if (firsts.length === 0) return []
  const times = timesBetween(Math.min(...firsts), until)

  /** What stood at the end of each day: a day without a row is as the one before. */
  function standing<Row extends { timestamp: number }>(
    rows: readonly Row[],
    name: string,
    unit: Unit,
    value: (row: Row) => bigint,
  ): Line {
    const known = new Map(rows.map((row) => [row.timestamp, value(row)]))
    let last: bigint | null = null
    const values = times.map((time) => {
      last = known.get(time) ?? last
      return last
    })
    return { name, unit: unit.symbol, decimals: unit.decimals, values }
  }
  /** What happened in each day: a day without a row had none of it. */
  function happened(name: string, unit: Unit, value: (row: Days['swapDays'][number]) => bigint): Line {
    const known = new Map(days.swapDays.map((row) => [row.timestamp, value(row)]))
    return {
      name,
      unit: unit.symbol,
      decimals: unit.decimals,
      values: times.map((time) => known.get(time) ?? 0n),
    }
  }

  const { programDays, poolDays } = days
  const count: Unit = { symbol: '', decimals: 0 }
  const step = (key: ChartKey, lines: readonly Line[]): Chart => ({ key, times, lines, kind: 'step' })
  const charts: Chart[] = []
  if (other !== undefined) {
    const price = { symbol: other.symbol, decimals: other.decimals + 18 }
    const priced = poolDays.filter(({ reserveToken }) => reserveToken > 0n)
    charts.push(
      step('price', [
        standing(priced, names.price, price, (row) =>
          priceOf(row.reserveToken, token.decimals, row.reserveOther),
        ),
      ]),
    )
  }
  charts.push(
    step('holders', [standing(programDays, names.holders, count, ({ holders }) => BigInt(holders))]),
    step('entitlement', [
      standing(programDays, names.sold, token, ({ lotsSold }) => lotsSold),
      standing(programDays, names.entitled, token, ({ entitled }) => entitled),
    ]),
    step('pool', [standing(poolDays, names.reserve, token, ({ reserveToken }) => reserveToken)]),
    step('staking', [standing(programDays, names.staked, token, ({ staked }) => staked)]),
  )
  if (lp !== undefined) {
    charts.push(
      step('liquidity', [
        standing(poolDays, names.lpSupply, lp, ({ lpSupply }) => lpSupply),
        standing(programDays, names.lpStaked, lp, ({ lpStaked }) => lpStaked),
      ]),
    )
  }
  charts.push({
    key: 'volume',
    times,
    kind: 'bar',
    lines: [happened(names.volume, token, ({ volumeToken }) => volumeToken)],
  })
  const claimed = [...Map.groupBy(days.claimDays, ({ distribution }) => distribution)].flatMap(
    ([id, rows]) => {
      const payout = payouts.get(id)
      if (payout === undefined || payout.total === 0n) return []
      return [
        standing(rows, payout.name, PERCENT, ({ amountSoFar }) => (amountSoFar * 1_000_000n) / payout.total),
      ]
    },
  )
  if (claimed.length > 0) charts.push(step('claimed', claimed))
  return charts
}

/** Midnights from the first day to the one that holds `until`. */
function timesBetween(first: number, until: number): number[] {
  const length = Math.max(0, Math.floor((until - first) / DAY)) + 1
  return Array.from({ length }, (_, index) => first + index * DAY)
}

/** As many lines as there are colors: of more, none could be followed. */
const MOST_LINES = 4

/** The chart with only the latest of its lines: what is drawn and told. The file has all of them. */
export function latestOf(chart: Chart): Chart {
  return chart.lines.length <= MOST_LINES ? chart : { ...chart, lines: chart.lines.slice(-MOST_LINES) }
}

/** The newest days of a chart. */
export function within(chart: Chart, range: Range): Chart {
  if (range === null || chart.times.length <= range) return chart
  return {
    ...chart,
    times: chart.times.slice(-range),
    lines: chart.lines.map((line) => ({ ...line, values: line.values.slice(-range) })),
  }
}

/** "2026-03-31" */
export function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

/** The value in words, every digit of it. */
export function writeValue({ unit, decimals }: Line, value: bigint | null): string {
  if (value === null) return '–'
  const { exact } = writeAmount(value, decimals)
  return unit === '' ? exact : unit === '%' ? `${exact}%` : `${exact} ${unit}`
}

/** A chart as a table: a row a day, every value exactly. Lines end as RFC 4180 has it. */
export function csvOf({ times, lines }: Chart): string {
  const heads = lines.map(({ name, unit }) => (unit === '' ? name : `${name} (${unit})`))
  const rows = times.map((time, index) => [
    isoDay(time),
    ...lines.map(({ values, decimals }) => {
      const value = values[index] ?? null
      return value === null ? '' : writeAmount(value, decimals).exact
    }),
  ])
  return csv([['day', ...heads], ...rows])
}
