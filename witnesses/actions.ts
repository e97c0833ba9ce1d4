import type { Party } from './stage.ts'

// What can happen, as data: a program is a list of actions, and any part of the list is a program too. What an action needs
// and does not find (a balance, a distribution) makes it do nothing; amounts are parts of what is there.

/** Millionths of what somebody has when the block begins. */
export type Part = number
export const WHOLE: Part = 1_000_000
/** The program's token, or LP units. */
export type What = 'token' | 'lp'
/** Somebody, or whoever acts. */
export type To = Party | 'me'

/** What people do, and contracts for them. */
export type Move =
  | { do: 'buy'; tokens: number; odd: number }
  | { do: 'transfer'; what: What; to: To; part: Part }
  /** By an allowance that somebody gave. */
  | { do: 'pull'; what: What; from: Party; to: To; part: Part }
  | { do: 'swap'; sell: 'token' | 'other'; part: Part; to: To }
  /** A swap of a part of the pool's own reserve: it moves the price by about twice as much. */
  | { do: 'nudge'; sell: 'token' | 'other'; part: Part; to: To }
  /** Through the router; `other` in thousandths of the other asset, `eth` as ETH. */
  | { do: 'add'; part: Part; other: number; to: To; eth?: true }
  | { do: 'remove'; part: Part; to: To; eth?: true }
  /** What the router does, by hand: a person needs a transaction for each step. */
  | { do: 'mint'; part: Part; other: number; to: To }
  | { do: 'burn'; part: Part; to: To }
  /** The other asset, given to the pair. */
  | { do: 'donate'; other: number }
  | { do: 'skim'; to: To }
  | { do: 'sync' }
  | { do: 'stake'; what: What; part: Part }
  | { do: 'withdraw'; what: What; part: Part }

export type Action =
  /** The block ends; the next is of so many seconds later. */
  | { do: 'mine'; seconds: number }
  | (Move & { by: Party })
  /** The batch contract does all of it in one transaction, or nothing; a flash swap lends it a part of a reserve meanwhile. */
  | { do: 'together'; moves: Move[]; flash?: { what: 'token' | 'other'; part: Part } }
  | { do: 'approve' | 'permit'; by: Party; what: What; spender: Party; part: Part }
  | { do: 'link'; existing: Party; wallet: Party; by: 'existing' | 'wallet' }
  | { do: 'recipient'; by: Party; recipient: Party }
  | { do: 'fee'; on: boolean }
  /** A distribution, by its label: leaves for these, in parts of a thousandth of what the issuer has; `crowd` strangers more. */
  | {
      do: 'publish'
      label: number
      by: Party
      what: What
      leaves: [Party, number][]
      crowd: number
      open: Opening
    }
  /** Paid at once, but for the masked. */
  | { do: 'distribute'; label: number; what: What; leaves: [Party, number][]; mask: number }
  | { do: 'open'; label: number; shard: number }
  /** The leaf at a place of the list; `way` says by which call. */
  | {
      do: 'claim'
      label: number
      leaf: number
      way: 'claim' | 'claimTo' | 'claimBySig' | 'claimMany'
      to: Party
    }
  | { do: 'push'; label: number; shard: number }
  | { do: 'cancel'; label: number }
  | { do: 'sweep'; label: number }

/** When a distribution can be claimed: at once and for ever, at once for a minute, or never (so it can be cancelled). */
export type Opening = 'ever' | 'minute' | 'never'

/** A program as it is written in a test. */
export const codeOf = (actions: readonly Action[]): string =>
  ['[', ...actions.map((action) => `  ${literal(action)},`), ']'].join('\n')

const literal = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${literal(each)}`)
      .join(', ')} }`
  }
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'number' && value >= 10_000) return String(value).replace(/\B(?=(\d{3})+$)/g, '_')
  return String(value)
}
