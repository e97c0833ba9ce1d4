/** Where each period of the income stream stands, from what everybody can read and what the issuer's command told. Pure. */
import type { Distribution, Hex, Period } from '../api.ts'
import type { Told, ToldStage } from './told.ts'

export type Stage = 'ahead' | 'running' | 'due' | ToldStage | 'opening' | 'open' | 'claimed' | 'expired'

export interface PeriodState {
  readonly period: Period
  readonly stage: Stage
  /** Of the files that are prepared; null where nothing was told of any. */
  readonly preparedHash: Hex | null
  readonly distribution: Distribution | null
}

/** Claimed base units by distribution, where the index knows them. */
export type ClaimedById = ReadonlyMap<Hex, { readonly claimed: bigint; readonly total: bigint }>

/**
 * What is published is told by the server alone, whatever a file says that may be older.
 * @param now seconds, as the chain counts them
 * @param told what the issuer's command wrote, where somebody handed it over
 */
export function periodStates(
  periods: readonly Period[],
  distributions: readonly Distribution[],
  now: number,
  told: Told | null = null,
): PeriodState[] {
  return periods.map((period) => {
    const distribution =
      distributions.find((each) => each.stream === 'income' && each.period === period.name) ?? null
    if (distribution !== null)
      return { period, distribution, preparedHash: null, stage: publishedStage(distribution, now) }
    const known = told?.periods.get(period.name)
    return {
      ...{ period, distribution },
      preparedHash: known?.manifestHash ?? null,
      stage: known?.stage ?? timeStage(period, now),
    }
  })
}

const timeStage = ({ start, end }: Period, now: number): Stage =>
  now < start ? 'ahead' : now < end ? 'running' : 'due'

function publishedStage({ opensAt, deadline }: Distribution, now: number): Stage {
  if (now < opensAt) return 'opening'
  // A deadline of zero: claims stay open without end.
  return deadline !== 0 && now >= deadline ? 'expired' : 'open'
}

/** The stage with the claims counted in: what everybody has claimed waits for nothing any more. */
export function stageWith({ stage, distribution }: PeriodState, claimed: ClaimedById): Stage {
  if (distribution === null) return stage
  const known = claimed.get(distribution.id)
  return known !== undefined && known.claimed === known.total ? 'claimed' : stage
}

/** Stages at which the issuer has something to do. */
const WAITING = ['due', 'prepared', 'publishing', 'signing', 'unregistered'] as const
export type Waiting = (typeof WAITING)[number]

export const isWaiting = (stage: Stage): stage is Waiting => WAITING.some((each) => each === stage)

/** What to type where the issuer's key is. */
export function commandsFor(stage: Waiting, { name }: Period): string {
  const publish = `prorata publish --period ${name}`
  return stage === 'due' ? `prorata prepare --period ${name} --income 0.00\n${publish}` : publish
}
