// What the ballots of a poll come to (SPEC section 13).
import type { Address, Hex } from 'viem'
import type { Ballot } from './ballot.ts'
import type { Weight } from './weights.ts'

/** A ballot that was received and whose signature holds at the close. */
export type Cast = Pick<Ballot, 'voter' | 'option' | 'sequence'> & { hash: Hex }

export type Result = {
  /** The weight behind each option, in the order of the options. */
  options: bigint[]
  /** How many holders voted, and what they weigh together; `eligible` is what everybody weighs. */
  holders: number
  voted: bigint
  eligible: bigint
}

/** Which ballot speaks for a holder. */
export type Voice = Weight & { ballot: Cast }

/** Of two ballots of one holder the one of the greater sequence counts; of equal ones that of the greater hash. */
export const replaces = (one: Cast, other: Cast): boolean =>
  one.sequence === other.sequence ? one.hash > other.hash : one.sequence > other.sequence

/** The last valid ballot of each holder, by any of its wallets; a voter who weighs nothing has none. Ascending by holder. */
export const voices = (weights: readonly Weight[], ballots: readonly Cast[]): Voice[] => {
  const holderOf = new Map<Address, Weight>()
  for (const each of weights) for (const wallet of each.wallets) holderOf.set(wallet, each)
  const last = new Map<Weight, Cast>()
  for (const ballot of ballots) {
    const holder = holderOf.get(ballot.voter)
    if (holder === undefined) continue
    const before = last.get(holder)
    if (before === undefined || replaces(ballot, before)) last.set(holder, ballot)
  }
  return weights.flatMap((holder) => {
    const ballot = last.get(holder)
    return ballot === undefined ? [] : [{ ...holder, ballot }]
  })
}

/** @param options how many there are; a ballot for another one must have been refused before */
export const count = (options: number, weights: readonly Weight[], ballots: readonly Cast[]): Result => {
  const sums = Array.from({ length: options }, () => 0n)
  let voted = 0n
  const counted = voices(weights, ballots)
  for (const { ballot, weight } of counted) {
    sums[ballot.option] = (sums[ballot.option] ?? 0n) + weight
    voted += weight
  }
  const eligible = weights.reduce((sum, { weight }) => sum + weight, 0n)
  return { options: sums, holders: counted.length, voted, eligible }
}
