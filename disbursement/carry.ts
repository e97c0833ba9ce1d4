// What waits for later periods. It belongs to an asset, so a manifest carries every asset's along: one previous
// manifest is enough even when the assets of periods alternate.
import type { Address } from 'viem'
import { DisbursementError } from './errors.ts'
import type { Carried, Manifest } from './manifest.ts'

/** A holder as far as accruals are concerned. */
export type WalletSet = { holder: Address; wallets: readonly Address[] }

/**
 * The carried accruals under the holders' present names: who linked wallets since then is known by another root, and
 * what two holders had accrued is one sum once they are one. Assets ascend, and holders within them.
 * @throws DisbursementError when an accrual's holder is among no one's wallets
 */
export const carriedUnder = (holders: readonly WalletSet[], before: readonly Carried[]): Carried[] => {
  const holderOf = new Map<Address, Address>()
  for (const { holder, wallets } of holders) {
    for (const wallet of wallets) holderOf.set(wallet, holder)
  }
  return before
    .map(({ asset, carryOut, accrued }) => {
      const sums = new Map<Address, bigint>()
      for (const { holder, amount } of accrued) {
        const now = holderOf.get(holder)
        if (now === undefined) {
          throw new DisbursementError(
            'DISBURSEMENT_INPUT',
            `${holder} has accrued ${amount} of ${asset} and is not among the holders; read every page of holders`,
          )
        }
        sums.set(now, (sums.get(now) ?? 0n) + amount)
      }
      return { asset, carryOut, accrued: accrualsOf(sums) }
    })
    .sort((a, b) => (a.asset < b.asset ? -1 : 1))
}

/** What a manifest left for the period after it, by the holders' present names. */
export const carriedInto = (
  holders: readonly WalletSet[],
  previous: Manifest | null,
  asset: Address,
): {
  /** The carry-over of the period's own asset. */
  own: bigint
  /** A holder's accrual in that asset. */
  accruedOf: (holder: Address) => bigint
  /** What waits of other assets. */
  elsewhere: Carried[]
} => {
  const all = carriedUnder(holders, previous?.carried ?? [])
  const own = all.find((each) => each.asset === asset)
  const accrued = new Map(own?.accrued.map(({ holder, amount }) => [holder, amount]))
  return {
    own: own?.carryOut ?? 0n,
    accruedOf: (holder) => accrued.get(holder) ?? 0n,
    elsewhere: all.filter((each) => each.asset !== asset),
  }
}

/** Accruals ascending by holder, zeros left out. */
export const accrualsOf = (sums: ReadonlyMap<Address, bigint>): Carried['accrued'] =>
  [...sums]
    .filter(([, amount]) => amount > 0n)
    .map(([holder, amount]) => ({ holder, amount }))
    .sort((a, b) => (a.holder < b.holder ? -1 : 1))

/** The carried balances with one asset's entry set anew. */
export const withCarried = (all: readonly Carried[], entry: Carried): Carried[] =>
  [...all.filter(({ asset }) => asset !== entry.asset), entry].sort((a, b) => (a.asset < b.asset ? -1 : 1))
