/** What `prorata register match --json` says, read with guards, and the commands that decide. Pure. */
import { address, list, maybe, type ReadBy, record, text, units } from '../shape.ts'

const entry = record({
  id: text,
  wallet: address,
  status: text,
  name: maybe(text),
  email: maybe(text),
  pledge: maybe(units),
})
const match = record({
  holder: address,
  entries: list(entry),
  bought: units,
  paid: maybe(units),
  pledged: units,
})
const matches = record({ matched: list(match), unmatchedLots: list(match), unmatchedEntries: list(match) })

export type RegisterEntry = ReadBy<typeof entry>
export type Match = ReadBy<typeof match>

export interface Matches {
  /** Everybody in the register, pending ones first, then by wallet. */
  readonly entries: readonly RegisterEntry[]
  /** Who bought and is not approved. */
  readonly unmatchedLots: readonly Match[]
}

/** @throws ShapeError naming what is missing, SyntaxError where it is no JSON */
export function readMatches(json: string): Matches {
  const { matched, unmatchedLots, unmatchedEntries } = matches(JSON.parse(json), '')
  const entries = [...matched, ...unmatchedLots, ...unmatchedEntries].flatMap((each) => each.entries)
  const rank = ({ status }: RegisterEntry) => (status === 'pending' ? 0 : 1)
  return {
    entries: entries.sort((one, other) => rank(one) - rank(other) || (one.wallet < other.wallet ? -1 : 1)),
    unmatchedLots,
  }
}

/** What to type where the register's secret is, to decide about wallets. */
export function decisionCommand(decision: 'approve' | 'decline', wallets: readonly string[]): string {
  return `prorata register ${decision} ${wallets.join(' ')}${decision === 'decline' ? ' --reason -' : ''}`
}
