// What a program's people put into their calendars: periods, openings, deadlines. Pure; times in unix seconds.
import { periodsOf, type Terms } from '../../../disbursement/index.ts'
import type { Listed } from './standings.ts'

export type Occasion = {
  /** The same for as long as the occasion is the same. */
  id: string
  kind: 'period' | 'published' | 'opening' | 'deadline'
  title: string
  text: string
  /** When it happens; a period has an end, exclusive. */
  at: number
  end: number | null
  /** When it was last known to change. */
  updated: number
  cancelled: boolean
}

const occasionsOf = (token: string, listed: Listed): Occasion[] => {
  const { id, period, asset, accounts, opensAt, deadline, publishedAt, status } = listed
  const cancelled = status === 'cancelled'
  const what = `${token} ${period}`
  const note = cancelled ? ' It was cancelled before its opening, and everything went back.' : ''
  const common = { end: null, updated: publishedAt, cancelled }
  const published: Occasion = {
    ...common,
    id: `published-${id}`,
    kind: 'published',
    title: `${what} was published`,
    text: `${accounts} accounts are paid in ${asset.symbol}. Until claims open anybody can check it, and the issuer can cancel it.${note}`,
    at: publishedAt,
  }
  const opening: Occasion = {
    ...common,
    id: `opening-${id}`,
    kind: 'opening',
    title: `${what} can be claimed`,
    text: `Claims in ${asset.symbol} are open from now on.${note}`,
    at: opensAt,
  }
  if (deadline === 0) return [published, opening]
  const last: Occasion = {
    ...common,
    id: `deadline-${id}`,
    kind: 'deadline',
    title: `${what} may be swept`,
    text: `What is not claimed by now may go back to the issuer.${note}`,
    at: deadline,
  }
  return [published, opening, last]
}

/** Everything there is to know in advance or afterwards, in order of time. */
export const occasions = (terms: Terms, distributions: readonly Listed[]): Occasion[] => {
  const token = terms.token.symbol
  const periods = periodsOf(terms, 'income').map(
    (period): Occasion => ({
      id: `period-${period.stream}-${period.name}`,
      kind: 'period',
      title: `${token} ${period.name}`,
      text: `Income of this period pays those who hold what they bought first-hand, as of its last block. ${period.incomeShareBps / 100}% of it is shared.`,
      at: Number(period.startsAt),
      end: Number(period.endsAt),
      updated: Number(period.startsAt),
      cancelled: false,
    }),
  )
  return [...periods, ...distributions.flatMap((each) => occasionsOf(token, each))].sort(
    (a, b) => a.at - b.at || (a.id < b.id ? -1 : 1),
  )
}
