import type { Asset, StreamName } from '../disbursement/index.ts'
import { flagsOf } from './program.ts'

/** How far a period is. `publishing`: begun here, not on chain yet; `signing`: a Safe's owners have it; `unregistered`: on chain, unknown to the API. */
export type PeriodState =
  | 'unknown'
  | 'running'
  | 'ending'
  | 'ended'
  | 'prepared'
  | 'publishing'
  | 'signing'
  | 'unregistered'
  | 'published'
  | 'closed'
  | 'damaged'

/** As much of a period's status as says what to do next. */
interface Step {
  stream: StreamName
  name: string
  endsAt: bigint
  asset: Asset
  state: PeriodState
}

const steps: Record<PeriodState, (period: Step) => string | null> = {
  unknown: () => 'see to the chain: without it nothing is known of the periods',
  running: ({ name, endsAt }) => `nothing until ${name} ends at ${time(endsAt)}`,
  ending: ({ name }) => `wait until the end of ${name} is final`,
  ended: (period) => `${boughtBefore(period)}prepare ${flagsOf(period)}${askedFor(period)}`,
  prepared: (period) => `publish ${flagsOf(period)}`,
  publishing: (period) => `publish ${flagsOf(period)} again: it was interrupted`,
  signing: (period) => `publish ${flagsOf(period)} again, once the Safe's owners have executed the batch`,
  unregistered: (period) => `publish ${flagsOf(period)} again: it is on chain, and the API does not know it`,
  damaged: ({ name }) => `see to ${name}: the problem above says why`,
  published: () => null,
  closed: () => null,
}

/** What prepare wants to be told beside the period. */
function askedFor({ stream }: Step): string {
  return stream === 'liquidity' ? '' : ' --income <amount>'
}

/** LP units are bought first. */
function boughtBefore({ stream, name, asset }: Step): string {
  return stream === 'income' && asset.symbol === 'UNI-V2' ? `buy-shares --period ${name}, then ` : ''
}

/** One step a stream, those that can be taken now before those that only time takes. */
export function nextStep(periods: readonly Step[]): string {
  const streams = [...new Set(periods.map(({ stream }) => stream))]
  const next = streams.flatMap((stream) => {
    const own = periods.filter((each) => each.stream === stream)
    const first = own.find((period) => steps[period.state](period) !== null)
    return first === undefined ? [] : [first]
  })
  const isWaiting = ({ state }: Step) => state === 'running' || state === 'ending'
  const told = next
    .sort((a, b) => Number(isWaiting(a)) - Number(isWaiting(b)))
    .map((period) => steps[period.state](period))
  return told.length === 0 ? 'nothing: every period is published' : [...new Set(told)].join('; ')
}

const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
