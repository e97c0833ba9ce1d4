/**
 * What a person of the story can do on the chain. Amounts are whole tokens; shares of something held are fractions
 * `[numerator, denominator]`.
 */
export type Action =
  | { readonly do: 'buy' | 'sell' | 'pool' | 'stake' | 'unstake'; readonly tokens: number }
  | { readonly do: 'send'; readonly to: string; readonly tokens: number | 'all' }
  | { readonly do: 'unpool' | 'stakeLp' | 'unstakeLp'; readonly part: Fraction }
  | { readonly do: 'sendLp'; readonly to: string; readonly part: Fraction }
  | { readonly do: 'link'; readonly wallet: string }
  | { readonly do: 'nameRecipient'; readonly recipient: string }
  | { readonly do: 'claim'; readonly period: string }
  /** Everything that is open, in one transaction; `sent`: what only the account itself may send elsewhere, where it is blocked. */
  | { readonly do: 'claimOpen' }
  | { readonly do: 'claimElsewhere'; readonly to: string }
  /** What the issuer of the currency does to somebody's wallet. */
  | { readonly do: 'block'; readonly whom: string }

export type Fraction = readonly [numerator: number, denominator: number]

/** One thing done by one person. Steps that share `block` are mined in one block. */
export type Step = Action & { readonly at: string; readonly who: string; readonly block?: string }

export interface Buyer {
  readonly name: string
  /** Whole tokens bought in the offering; a list means several purchases, so several primary lots. */
  readonly tokens: readonly number[]
  readonly story: string
  /** Whole tokens of entitlement at the record block of each quarter, worked out by hand from the story. */
  readonly entitled: { readonly '2026-Q1': number; readonly '2026-Q2': number }
  readonly steps: readonly BuyerStep[]
}

/** A step of a buyer: who is known, and some are done by another wallet of theirs (`by`). */
export type BuyerStep = Action & { readonly at: string; readonly by?: string; readonly block?: string }
