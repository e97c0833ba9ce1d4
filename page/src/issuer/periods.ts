/** Where each period of the income and each month of the liquidity rewards stands, from what everybody can read and what the issuer's command told. Pure. */
import { monthName, monthNumber, monthStart } from '../../../disbursement/months.ts'
import type { Distribution, Hex, Program } from '../api.ts'
import type { Payout } from '../dashboard/figures.ts'
import { keyOf, type Told, type ToldStage } from './told.ts'

type PublishedStage = 'opening' | 'open' | 'claimed' | 'expired' | 'cancelled' | 'swept'
export type Stage = 'ahead' | 'running' | 'due' | ToldStage | PublishedStage

/** What is paid out at once: a period of the income, or a month of the rewards. */
export interface PaidPeriod {
  readonly stream: 'income' | 'liquidity'
  readonly name: string
  /** Seconds, as the chain counts them. */
  readonly start: number
  readonly end: number
}

export interface PeriodState {
  readonly period: PaidPeriod
  readonly stage: Stage
  /** Of the files that are prepared; null where nothing was told of any. */
  readonly preparedHash: Hex | null
  readonly distribution: Distribution | null
}

/** What the index knows of each distribution: base units claimed, and whether it was cancelled or swept. */
export type ClaimedById = ReadonlyMap<Hex, Pick<Payout, 'claimed' | 'total' | 'status'>>

/** All periods of both streams, in order. */
export function periodsOf({ income, liquidity }: Program['terms']['streams']): PaidPeriod[] {
  const quarters = income.periods.map(({ name, start, end }) => ({
    ...{ stream: 'income' as const, name, start, end },
  }))
  if (liquidity === null) return quarters
  const first = monthNumber(liquidity.firstMonth) ?? 0
  const count = (monthNumber(liquidity.lastMonth) ?? 0) - first + 1
  const secondsOf = (month: number) => Date.parse(monthStart(month)) / 1000
  const months = Array.from({ length: count }, (_, position) => {
    const month = first + position
    return {
      ...{ stream: 'liquidity' as const, name: monthName(month) },
      ...{ start: secondsOf(month), end: secondsOf(month + 1) },
    }
  })
  return [...quarters, ...months]
}

/**
 * What is published is told by the server alone, whatever a file says that may be older.
 * @param now seconds, as the chain counts them
 * @param told what the issuer's command wrote, where somebody handed it over
 */
export function periodStates(
  periods: readonly PaidPeriod[],
  distributions: readonly Distribution[],
  now: number,
  told: Told | null = null,
): PeriodState[] {
  return periods.map((period) => {
    const distribution =
      distributions.find((each) => each.stream === period.stream && each.period === period.name) ?? null
    if (distribution !== null)
      return { period, distribution, preparedHash: null, stage: publishedStage(distribution, now) }
    const known = told?.periods.get(keyOf(period))
    return {
      ...{ period, distribution },
      preparedHash: known?.manifestHash ?? null,
      stage: known?.stage ?? timeStage(period, now),
    }
  })
}

const timeStage = ({ start, end }: PaidPeriod, now: number): Stage =>
  now < start ? 'ahead' : now < end ? 'running' : 'due'

function publishedStage({ opensAt, deadline }: Distribution, now: number): PublishedStage {
  if (now < opensAt) return 'opening'
  // A deadline of zero: claims stay open without end.
  return deadline !== 0 && now >= deadline ? 'expired' : 'open'
}

/** The stage with what the index knows counted in: what everybody has claimed, or what has ended, waits for nothing any more. */
export function stageWith({ stage, distribution }: PeriodState, claimed: ClaimedById): Stage {
  if (distribution === null) return stage
  const known = claimed.get(distribution.id)
  if (known === undefined) return stage
  if (known.status === 'CANCELLED') return 'cancelled'
  if (known.claimed === null) return 'swept'
  return known.claimed === known.total ? 'claimed' : stage
}

/** Stages at which the issuer has something to do. */
const WAITING = ['due', 'prepared', 'publishing', 'signing', 'unregistered'] as const
export type Waiting = (typeof WAITING)[number]

export const isWaiting = (stage: Stage): stage is Waiting => WAITING.some((each) => each === stage)

/** What to type where the issuer's key is. */
export function commandsFor(stage: Waiting, { stream, name }: PaidPeriod): string {
  const flags = stream === 'income' ? `--period ${name}` : `--stream ${stream} --period ${name}`
  const publish = `prorata publish ${flags}`
  return stage === 'due'
    ? `prorata prepare ${flags}${stream === 'income' ? ' --income 0.00' : ''}\n${publish}`
    : publish
}
