// Who weighs how much in a poll (SPEC section 13): every holder, by what it has at the record block.
import type { Address } from 'viem'
import type { Position } from '../disbursement/index.ts'

/** A holder with all of its wallets; linked ones weigh once, together. */
export type Weight = {
  /** The root wallet. */
  holder: Address
  /** Ascending. */
  wallets: Address[]
  /** Base units of the program's token, above zero. */
  weight: bigint
}

/** What of the pool's tokens a unit of LP stands for. */
export type Pool = { reserve: bigint; supply: bigint }

/** What waits for an account in the distributor: tokens, and LP units. */
export type Unclaimed = { tokens: bigint; units: bigint }

type Held = Pick<Position, 'holder' | 'wallets' | 'balance' | 'staked' | 'units'>

/** Look-through of SPEC section 4: floor(units · reserve / supply). */
export const lookThrough = (units: bigint, { reserve, supply }: Pool): bigint =>
  supply === 0n ? 0n : (units * reserve) / supply

/**
 * Balance + staked + look-through + unclaimed of every holder, LP units wherever they are counted together.
 * An account that only has something unclaimed, such as a recipient that was named, is a holder by itself.
 * @param positions every holder at the record block, excluded ones left out
 * @param unclaimed by account
 * @param never every wallet of every excluded holder
 * @returns ascending by holder, those of no weight left out
 */
export const weightsOf = (
  positions: readonly Held[],
  pool: Pool,
  unclaimed: ReadonlyMap<Address, Unclaimed>,
  never: ReadonlySet<Address>,
): Weight[] => {
  const known = new Set(positions.flatMap(({ wallets }) => wallets))
  const alone = [...unclaimed.keys()]
    .filter((account) => !known.has(account) && !never.has(account))
    .map((account): Held => ({ holder: account, wallets: [account], balance: 0n, staked: 0n, units: 0n }))
  return [...positions, ...alone]
    .map(({ holder, wallets, balance, staked, units }) => {
      const waiting = wallets.map((wallet) => unclaimed.get(wallet) ?? { tokens: 0n, units: 0n })
      const tokens = waiting.reduce((sum, each) => sum + each.tokens, balance + staked)
      const all = waiting.reduce((sum, each) => sum + each.units, units)
      return { holder, wallets: [...wallets].sort(), weight: tokens + lookThrough(all, pool) }
    })
    .filter(({ weight }) => weight > 0n)
    .sort((a, b) => (a.holder < b.holder ? -1 : 1))
}

/** The sum of all weights. */
export const eligibleOf = (weights: readonly Weight[]): bigint =>
  weights.reduce((sum, { weight }) => sum + weight, 0n)
