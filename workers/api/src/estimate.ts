// What a running reward month would pay a holder if it ended at a block (SPEC section 11). Nothing of it is owed yet.
import type { Address } from 'viem'
import {
  noUnitSeconds,
  periodsOf,
  type RewardMonth,
  type Terms,
  totalUnitSeconds,
  type UnitSeconds,
} from '../../../disbursement/index.ts'
import { type Env, settingsOf } from './env.ts'
import { holderAt, type IndexHead } from './holders.ts'
import { type Gathered, gatheredAt } from './liquidity.ts'

/** The reward month that a time is in; null between, before and after them. */
export const monthAt = (terms: Terms, time: number): RewardMonth | null =>
  periodsOf(terms, 'liquidity').find(({ startsAt, endsAt }) => startsAt <= time && time < endsAt) ?? null

export type Estimate = {
  /** The root wallet. */
  holder: Address
  unitSeconds: UnitSeconds
  weight: bigint
  /** Everybody's. */
  totalWeight: bigint
  /** floor(reward · weight / totalWeight), without what the month before carries over. */
  amount: bigint
}

/** What one isolate has read last: every holder's estimate of one block comes from the same rows. */
let last: { of: string; gathered: Promise<Gathered> } | undefined

const gatheredOnce = (env: Env, month: RewardMonth, at: Block): Promise<Gathered> => {
  if (at.hash === null) return gatheredAt(env, month, at)
  const of = `${env.GRAPH_URL} ${at.hash}`
  if (last?.of === of) return last.gathered
  const gathered = gatheredAt(env, month, at)
  last = { of, gathered }
  gathered.catch(() => {
    if (last?.of === of) last = undefined
  })
  return gathered
}

type Block = Pick<IndexHead, 'number' | 'hash'> & { timestamp: number }

/** @throws ProblemError as {@link gatheredAt} does */
export const estimateOf = async (
  env: Env,
  month: RewardMonth,
  at: Block,
  account: Address,
): Promise<Estimate> => {
  const { excluded } = settingsOf(env).deployment
  const [{ gathered, never }, position] = await Promise.all([
    gatheredOnce(env, month, at),
    holderAt(env, excluded, at.number, account),
  ])
  const unitSeconds = noUnitSeconds()
  for (const wallet of position?.wallets ?? [account]) {
    const own = never.has(wallet) ? undefined : gathered.get(wallet)
    if (own === undefined) continue
    unitSeconds.lp += own.lp
    unitSeconds.lpStaked += own.lpStaked
    unitSeconds.unclaimed += own.unclaimed
  }
  let totalWeight = 0n
  for (const [wallet, own] of gathered) if (!never.has(wallet)) totalWeight += totalUnitSeconds(own)
  const weight = totalUnitSeconds(unitSeconds)
  const amount = totalWeight === 0n ? 0n : (month.reward * weight) / totalWeight
  return { holder: position?.holder ?? account, unitSeconds, weight, totalWeight, amount }
}
