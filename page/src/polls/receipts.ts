/** Receipts kept in this browser, a wallet's last one a poll. */
import type { Address, Hex } from '../api.ts'
import { type BallotReceipt, receiptShape } from './pollApi.ts'

const keyOf = (poll: Hex, wallet: Address) => `prorata receipt ${poll} ${wallet.toLowerCase()}`

/** A browser that keeps nothing is no reason not to vote. */
export function keepReceipt(receipt: BallotReceipt): void {
  try {
    localStorage.setItem(keyOf(receipt.poll, receipt.voter), JSON.stringify(receipt))
  } catch {
    // The receipt is on the screen and can be saved.
  }
}

export function keptReceipt(poll: Hex, wallet: Address): BallotReceipt | null {
  try {
    return receiptShape(JSON.parse(localStorage.getItem(keyOf(poll, wallet)) ?? ''), '')
  } catch {
    return null
  }
}
