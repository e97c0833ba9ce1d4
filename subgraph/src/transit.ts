import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Transit } from '../generated/schema'

// What one log leaves for a later log of its transaction.

export const MINT = 'mint'
export const BURN = 'burn'
export const VAULT = 'vault'

export function transit(id: string): Transit {
  const found = Transit.load(id)
  if (found !== null) return found
  const row = new Transit(id)
  row.transaction = Bytes.empty()
  row.account = Bytes.empty()
  row.units = BigInt.zero()
  row.basis = BigInt.zero()
  row.open = false
  return row
}

/** LP units left a wallet for the LP vault: keep their basis until the vault says whose they are. */
export function depart(event: ethereum.Event, account: Bytes, units: BigInt, basis: BigInt): void {
  const row = transit(VAULT)
  row.transaction = event.transaction.hash
  row.account = account
  row.units = units
  row.basis = basis
  row.open = true
  row.save()
}

/**
 * The basis of LP units that the vault credits: zero unless just these units of just this account were sent in this
 * transaction. So units sent to the vault without staking them keep no basis for anyone.
 */
export function arrive(event: ethereum.Event, account: Bytes, units: BigInt): BigInt {
  const row = Transit.load(VAULT)
  if (row === null || !row.open) return BigInt.zero()
  if (row.transaction != event.transaction.hash || row.account != account || row.units != units) return BigInt.zero()
  row.open = false
  row.save()
  return row.basis
}
