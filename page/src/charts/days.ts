/** The program day by day: graph-node's aggregations, asked through the gateway. */
import { fetchGraph } from '../asking.ts'
import { bytes, count, list, type ReadBy, type Reader, record, units } from '../shape.ts'

/** Seconds of a day; days begin at midnight UTC. */
export const DAY = 86_400

/** Rows a list brings at most: graph-node's own limit. */
const MOST = 1_000
const MICROSECONDS = 1_000_000

/** Seconds; graph-node writes microseconds. */
const time: Reader<number> = (value, path) => Math.floor(count(value, path) / MICROSECONDS)

const totals = {
  timestamp: time,
  holders: count,
  totalSupply: units,
  lotsSold: units,
  entitled: units,
  staked: units,
  lpStaked: units,
}
const pool = { timestamp: time, reserveToken: units, reserveOther: units, lpSupply: units }
const swap = { timestamp: time, volumeToken: units, volumeOther: units }
const claim = { timestamp: time, distribution: bytes, amount: units }

const programDay = record(totals)
const poolDay = record(pool)
const swapDay = record({ ...swap, swaps: count })
const claimDay = record({ ...claim, claims: count, amountSoFar: units })
const swapPoint = record(swap)
const claimPoint = record(claim)

export type ProgramDay = ReadBy<typeof programDay>
export type PoolDay = ReadBy<typeof poolDay>
export type SwapDay = ReadBy<typeof swapDay>
export type ClaimDay = ReadBy<typeof claimDay>

/** Rows oldest first, dated by their midnight; a day on which nothing happened has none. */
export interface Days {
  readonly programDays: readonly ProgramDay[]
  readonly poolDays: readonly PoolDay[]
  readonly swapDays: readonly SwapDay[]
  readonly claimDays: readonly ClaimDay[]
}

interface Series<Day, Point> {
  readonly days: string
  readonly points: string
  readonly day: Reader<Day>
  readonly dayFields: string
  readonly point: Reader<Point>
  readonly pointFields: string
  /** The points of one day, oldest first, as graph-node will sum them up; `before` are the days until then. */
  readonly sumUp: (points: readonly Point[], midnight: number, before: readonly Day[]) => readonly Day[]
}

function lastOf<Row extends { timestamp: number }>(points: readonly Row[], midnight: number): readonly Row[] {
  const last = points.at(-1)
  return last === undefined ? [] : [{ ...last, timestamp: midnight }]
}

const PROGRAM: Series<ProgramDay, ProgramDay> = {
  days: 'programDays',
  points: 'programPoints',
  day: programDay,
  dayFields: Object.keys(totals).join(' '),
  point: programDay,
  pointFields: Object.keys(totals).join(' '),
  sumUp: lastOf,
}

const POOL: Series<PoolDay, PoolDay> = {
  days: 'poolDays',
  points: 'poolPoints',
  day: poolDay,
  dayFields: Object.keys(pool).join(' '),
  point: poolDay,
  pointFields: Object.keys(pool).join(' '),
  sumUp: lastOf,
}

const SWAP: Series<SwapDay, ReadBy<typeof swapPoint>> = {
  days: 'swapDays',
  points: 'swapPoints',
  day: swapDay,
  dayFields: `${Object.keys(swap).join(' ')} swaps`,
  point: swapPoint,
  pointFields: Object.keys(swap).join(' '),
  sumUp: (points, midnight) => [
    {
      timestamp: midnight,
      volumeToken: points.reduce((sum, { volumeToken }) => sum + volumeToken, 0n),
      volumeOther: points.reduce((sum, { volumeOther }) => sum + volumeOther, 0n),
      swaps: points.length,
    },
  ],
}

const CLAIM: Series<ClaimDay, ReadBy<typeof claimPoint>> = {
  days: 'claimDays',
  points: 'claimPoints',
  day: claimDay,
  dayFields: `${Object.keys(claim).join(' ')} claims amountSoFar`,
  point: claimPoint,
  pointFields: Object.keys(claim).join(' '),
  sumUp: (points, midnight, before) =>
    [...Map.groupBy(points, ({ distribution }) => distribution)].map(([distribution, own]) => {
      const amount = own.reduce((sum, point) => sum + point.amount, 0n)
      const last = before.findLast((row) => row.distribution === distribution)
      const amountSoFar = (last?.amountSoFar ?? 0n) + amount
      return { timestamp: midnight, distribution, amount, claims: own.length, amountSoFar }
    }),
}

/** The days of every series, the one that runs included. */
export async function fetchDays(url: string, signal: AbortSignal): Promise<Days> {
  const [programDays, poolDays, swapDays, claimDays] = await Promise.all([
    fetchSeries(url, PROGRAM, signal),
    fetchSeries(url, POOL, signal),
    fetchSeries(url, SWAP, signal),
    fetchSeries(url, CLAIM, signal),
  ])
  return { programDays, poolDays, swapDays, claimDays }
}

/**
 * A day is summed up when a later one has begun, and graph-node answers `current: include` with an error while the running
 * day is empty: so the days after the last that was summed up are made here from their points.
 */
async function fetchSeries<Day extends { timestamp: number }, Point extends { timestamp: number }>(
  url: string,
  series: Series<Day, Point>,
  signal: AbortSignal,
): Promise<readonly Day[]> {
  const summed = await fetchRows(url, series.days, 'interval: day', series.dayFields, series.day, 0, signal)
  const since = (summed.at(-1)?.timestamp ?? -DAY) + DAY
  const sorting = 'orderBy: timestamp, orderDirection: desc'
  const points = await fetchRows(url, series.points, sorting, series.pointFields, series.point, since, signal)
  return withPoints(summed, points, series.sumUp)
}

/** Days that were summed up, and those after them made of their points. */
export function withPoints<Day, Point extends { timestamp: number }>(
  summed: readonly Day[],
  points: readonly Point[],
  sumUp: Series<Day, Point>['sumUp'],
): readonly Day[] {
  const byDay = Map.groupBy(points, ({ timestamp }) => timestamp - (timestamp % DAY))
  let days = summed
  for (const [midnight, own] of byDay) days = [...days, ...sumUp(own, midnight, days)]
  return days
}

export const sumUpClaims = CLAIM.sumUp
export const sumUpSwaps = SWAP.sumUp

/** Rows oldest first, asked for page by page from the newest on: what one page may have cut in two is asked for again. */
async function fetchRows<Row extends { timestamp: number }>(
  url: string,
  name: string,
  how: string,
  fields: string,
  row: Reader<Row>,
  since: number,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const read = record({ rows: list(row) })
  let rows: Row[] = []
  let before: number | null = null
  for (;;) {
    const bound = before === null ? '' : `timestamp_lte: "${(before + 1) * MICROSECONDS - 1}", `
    const where = `where: { ${bound}timestamp_gte: "${since * MICROSECONDS}" }`
    const question = `{ rows: ${name}(${how}, first: ${MOST}, ${where}) { ${fields} } }`
    const page: Row[] = (await fetchGraph(url, question, read, signal)).rows
    rows = [...rows.filter(({ timestamp }) => timestamp !== before), ...page]
    const oldest: number | undefined = page.at(-1)?.timestamp
    if (page.length < MOST || oldest === undefined || oldest === before) return rows.reverse()
    before = oldest
  }
}
