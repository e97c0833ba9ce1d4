/** Where each period of the income stream stands, from what everybody can read. Pure. */
import type { Distribution, Hex, Period } from '../api.ts'

export type Stage = 'ahead' | 'running' | 'due' | 'opening' | 'open' | 'expired'

export interface PeriodState {
  readonly period: Period
  readonly stage: Stage
  readonly distribution: Distribution | null
}

/** @param now seconds, as the chain counts them */
export function periodStates(
  periods: readonly Period[],
  distributions: readonly Distribution[],
  now: number,
): PeriodState[] {
  return periods.map((period) => {
    const distribution =
      distributions.find((each) => each.stream === 'income' && each.period === period.name) ?? null
    return { period, distribution, stage: stageOf(period, distribution, now) }
  })
}

function stageOf({ start, end }: Period, distribution: Distribution | null, now: number): Stage {
  if (distribution === null) return now < start ? 'ahead' : now < end ? 'running' : 'due'
  const { opensAt, deadline } = distribution
  if (now < opensAt) return 'opening'
  // A deadline of zero: claims stay open without end.
  return deadline !== 0 && now >= deadline ? 'expired' : 'open'
}

/** Claimed base units by distribution, where the index knows them. */
export type ClaimedById = ReadonlyMap<Hex, { readonly claimed: bigint; readonly total: bigint }>
