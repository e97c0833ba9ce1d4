import { type Address, type Hex, hexToBytes, keccak256 } from 'viem'
import type { Position } from './entitlement.ts'
import { InconsistentDataError } from './errors.ts'

/** A primary lot, named by the transaction and the log index of the token's Transfer (SPEC section 1). */
export type PrimaryLot = {
  transaction: Hex
  logIndex: number
  /** The wallet it was delivered to. */
  buyer: Address
  /** Base units of the token. */
  amount: bigint
}

const RECORD = 32 + 4 + 20 + 32

const failed = (message: string): never => {
  throw new InconsistentDataError('LOTS_INCONSISTENT', message)
}

const byName = (a: PrimaryLot, b: PrimaryLot): number => {
  const [one, other] = [a.transaction.toLowerCase(), b.transaction.toLowerCase()]
  if (one !== other) return one < other ? -1 : 1
  return a.logIndex - b.logIndex
}

/**
 * Names a set of primary lots whatever their order: keccak256 of one record a lot, the records ascending by transaction
 * hash and then log index. A record is 88 bytes: transaction hash (32), log index (4, big-endian), buyer (20), amount
 * (32, big-endian).
 * @throws InconsistentDataError when a lot is listed twice or is malformed
 */
export const lotsHash = (lots: readonly PrimaryLot[]): Hex => {
  const sorted = [...lots].sort(byName)
  const bytes = new Uint8Array(sorted.length * RECORD)
  const view = new DataView(bytes.buffer)
  sorted.forEach((lot, at) => {
    const before = sorted[at - 1]
    if (before !== undefined && byName(before, lot) === 0) {
      failed(`the primary lot ${lot.transaction} #${lot.logIndex} is listed twice`)
    }
    if (!/^0x[0-9a-fA-F]{64}$/.test(lot.transaction) || !/^0x[0-9a-fA-F]{40}$/.test(lot.buyer)) {
      failed(
        `the primary lot ${lot.transaction} #${lot.logIndex} of ${lot.buyer} has a malformed name or buyer`,
      )
    }
    if (!Number.isInteger(lot.logIndex) || lot.logIndex < 0 || lot.logIndex >= 2 ** 32) {
      failed(`the primary lot of ${lot.transaction} has the log index ${lot.logIndex}, which is no uint32`)
    }
    if (lot.amount < 0n || lot.amount >= 1n << 256n) {
      failed(
        `the primary lot ${lot.transaction} #${lot.logIndex} has the amount ${lot.amount}, which is no uint256`,
      )
    }
    const offset = at * RECORD
    bytes.set(hexToBytes(lot.transaction), offset)
    view.setUint32(offset + 32, lot.logIndex)
    bytes.set(hexToBytes(lot.buyer), offset + 36)
    for (let word = 0; word < 4; word++) {
      view.setBigUint64(offset + 56 + word * 8, BigInt.asUintN(64, lot.amount >> BigInt((3 - word) * 64)))
    }
  })
  return keccak256(bytes)
}

/**
 * Checks that the lots and the positions tell of the same sales: each holder's P is the sum of what its wallets bought.
 * @throws InconsistentDataError naming the first holder or buyer that differs
 */
export const checkLots = (lots: readonly PrimaryLot[], positions: readonly Position[]): void => {
  const bought = new Map<string, bigint>()
  for (const { buyer, amount } of lots) {
    const wallet = buyer.toLowerCase()
    bought.set(wallet, (bought.get(wallet) ?? 0n) + amount)
  }
  for (const { holder, wallets, lots: held } of positions) {
    const total = wallets.reduce((sum, wallet) => sum + (bought.get(wallet) ?? 0n), 0n)
    if (total !== held) {
      failed(`holder ${holder}: primary lots are ${held}, but the lots listed for its wallets make ${total}`)
    }
    for (const wallet of wallets) bought.delete(wallet)
  }
  for (const [wallet, amount] of bought) {
    failed(
      `${wallet} bought primary lots of ${amount} and is not among the holders; read every page of holders`,
    )
  }
}
