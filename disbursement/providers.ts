// Liquidity providers by holder (SPEC section 11): what both witnesses answer with, and where two answers differ.
import type { Address } from 'viem'
import type { Position } from './entitlement.ts'

/** Units × seconds by where the units were: in a wallet, staked in the LP vault, unclaimed in the distributor. */
export type UnitSeconds = { lp: bigint; lpStaked: bigint; unclaimed: bigint }

/** A holder and what its wallets have gathered over a reward month. */
export type Provider = {
  /** The root wallet. */
  holder: Address
  /** Ascending. */
  wallets: readonly Address[]
  recipient: Address | null
  unitSeconds: UnitSeconds
}

const PARTS = ['lp', 'lpStaked', 'unclaimed'] as const

export const noUnitSeconds = (): UnitSeconds => ({ lp: 0n, lpStaked: 0n, unclaimed: 0n })

/** W(h): all of a holder's units × seconds, wherever the units were. */
export const totalUnitSeconds = ({ lp, lpStaked, unclaimed }: UnitSeconds): bigint =>
  lp + lpStaked + unclaimed

/**
 * What wallets gathered, as their holders': a wallet that was linked by the record block counts for its holder for the
 * whole month, before the link too. An address nobody was ever seen to hold from, such as a recipient that was only named,
 * is a holder by itself.
 * @param positions every holder at the record block, excluded ones left out
 * @param gathered what each wallet has gathered
 * @param never every wallet of every excluded holder
 * @returns every holder, those without anything too, ascending
 */
export const providersOf = (
  positions: readonly Pick<Position, 'holder' | 'wallets' | 'recipient'>[],
  gathered: ReadonlyMap<Address, UnitSeconds>,
  never: ReadonlySet<Address>,
): Provider[] => {
  const known = new Set(positions.flatMap(({ wallets }) => wallets))
  const alone = [...gathered.keys()]
    .filter((wallet) => !known.has(wallet) && !never.has(wallet))
    .map((wallet) => ({ holder: wallet, wallets: [wallet], recipient: null }))
  return [...positions, ...alone]
    .map(({ holder, wallets, recipient }) => {
      const unitSeconds = noUnitSeconds()
      for (const wallet of wallets) {
        const own = gathered.get(wallet)
        if (own !== undefined) for (const part of PARTS) unitSeconds[part] += own[part]
      }
      return { holder, wallets: [...wallets].sort(), recipient, unitSeconds }
    })
    .sort((a, b) => (a.holder < b.holder ? -1 : 1))
}

/** One thing on which two witnesses differ; a side without the holder has null. */
export type ProviderDifference = {
  holder: Address
  field: 'provider' | 'wallets' | 'recipient' | keyof UnitSeconds
  ours: string | null
  theirs: string | null
}

const byHolder = (list: readonly Provider[]): Map<Address, Provider> =>
  new Map(
    list.filter(({ unitSeconds }) => totalUnitSeconds(unitSeconds) > 0n).map((each) => [each.holder, each]),
  )

const textsOf = ({ wallets, recipient, unitSeconds }: Provider) =>
  [
    ['wallets', wallets.join(' ')],
    ['recipient', recipient ?? 'none'],
    ...PARTS.map((part) => [part, `${unitSeconds[part]}`] as const),
  ] as const

/** Every difference between two lists of providers of one month, ascending by holder; who gathered nothing counts as absent. */
export const providerDifferences = (
  ours: readonly Provider[],
  theirs: readonly Provider[],
): ProviderDifference[] => {
  const [one, other] = [byHolder(ours), byHolder(theirs)]
  return [...new Set([...one.keys(), ...other.keys()])].sort().flatMap((holder): ProviderDifference[] => {
    const [mine, its] = [one.get(holder), other.get(holder)]
    if (mine === undefined || its === undefined) {
      const told = (each: Provider | undefined) =>
        each === undefined ? null : `${totalUnitSeconds(each.unitSeconds)} units × seconds`
      return [{ holder, field: 'provider', ours: told(mine), theirs: told(its) }]
    }
    const against = new Map<string, string>(textsOf(its))
    return textsOf(mine).flatMap(([field, text]) => {
      const theirs = against.get(field) ?? ''
      return theirs === text ? [] : [{ holder, field, ours: text, theirs }]
    })
  })
}
