// The periods of a program's streams, with everything that decides each one's payout.
import { TermsError } from './errors.ts'
import { utcSeconds } from './fields.ts'
import { monthName, monthNumber, monthStart } from './months.ts'
import type { Denominator, Forfeit, IncomeAsset, RewardAsset, StreamName, Terms } from './terms.ts'

const DAY = 86_400n

/** What every period has. Times are unix seconds, `end` is exclusive. */
type Common<Stream extends StreamName, Asset> = {
  stream: Stream
  name: string
  /** Place in the stream, from 0. */
  position: number
  /** As written in a manifest; `startsAt` and `endsAt` are the same in seconds. */
  start: string
  end: string
  startsAt: bigint
  endsAt: bigint
  asset: Asset
  /** Base units of the asset. */
  minPayout: bigint
  /** No later period of the stream pays in this asset: nothing of it may be left over (SPEC section 6). */
  last: boolean
}

/** A period of the income stream. */
export type IncomePeriod = Common<'income', IncomeAsset> & {
  incomeShareBps: number
  /** The most that all periods together pay, base units of the currency; null without a cap. */
  cap: bigint | null
  forfeit: Forfeit
  denominator: Denominator
}

/** A reward month: a UTC calendar month of the liquidity stream (SPEC section 11). */
export type RewardMonth = Common<'liquidity', RewardAsset> & {
  /** R: what all providers together get, base units of the asset. */
  reward: bigint
}

export type Period = IncomePeriod | RewardMonth
/** The periods of a stream. */
export type PeriodOf<Stream extends StreamName> = Extract<Period, { stream: Stream }>

const incomePeriods = ({ streams }: Terms): IncomePeriod[] => {
  const { forfeit, denominator, periods, cap } = streams.income
  return periods.map((each, position) => ({
    stream: 'income',
    name: each.name,
    position,
    start: each.start,
    end: each.end,
    startsAt: utcSeconds(each.start) ?? 0n,
    endsAt: utcSeconds(each.end) ?? 0n,
    incomeShareBps: each.incomeShareBps,
    cap: cap === undefined ? null : BigInt(cap),
    asset: each.asset,
    minPayout: BigInt(each.minPayout),
    forfeit,
    denominator,
    last: !periods.slice(position + 1).some((later) => later.asset === each.asset),
  }))
}

const rewardMonths = ({ streams }: Terms): RewardMonth[] => {
  if (streams.liquidity === undefined) return []
  const { asset, reward, minPayout, firstMonth, lastMonth } = streams.liquidity
  const first = monthNumber(firstMonth) ?? 0
  const count = (monthNumber(lastMonth) ?? 0) - first + 1
  return Array.from({ length: count }, (_, position) => {
    const [start, end] = [monthStart(first + position), monthStart(first + position + 1)]
    return {
      stream: 'liquidity',
      name: monthName(first + position),
      position,
      start,
      end,
      startsAt: utcSeconds(start) ?? 0n,
      endsAt: utcSeconds(end) ?? 0n,
      asset,
      reward: BigInt(reward),
      minPayout: BigInt(minPayout),
      last: position === count - 1,
    }
  })
}

const PERIODS: { [Stream in StreamName]: (terms: Terms) => PeriodOf<Stream>[] } = {
  income: incomePeriods,
  liquidity: rewardMonths,
}

/** All periods of a stream, in order; none of a stream that the program does not have. */
export const periodsOf = <Stream extends StreamName>(terms: Terms, stream: Stream): PeriodOf<Stream>[] =>
  PERIODS[stream](terms)

/** The streams a program has. */
export const streamsOf = (terms: Terms): StreamName[] =>
  terms.streams.liquidity === undefined ? ['income'] : ['income', 'liquidity']

/**
 * The period of that name.
 * @throws TermsError (PERIOD_UNKNOWN) naming the periods there are
 */
export const periodOf = <Stream extends StreamName>(
  terms: Terms,
  stream: Stream,
  name: string,
): PeriodOf<Stream> => {
  const periods = periodsOf(terms, stream)
  const found = periods.find((each) => each.name === name)
  if (found !== undefined) return found
  const problem =
    periods.length === 0
      ? `the program has no ${stream} stream, so no period ${name} of it`
      : `the ${stream} stream has no period ${name}; it has ${periods.map((each) => each.name).join(', ')}`
  throw new TermsError([problem], 'PERIOD_UNKNOWN')
}

/** When an unclaimed distribution may be swept: 0 for never, else unix seconds counted from its opening. */
export const deadlineOf = (terms: Terms, opensAt: bigint): bigint =>
  terms.expiryDays === null ? 0n : opensAt + BigInt(terms.expiryDays) * DAY
