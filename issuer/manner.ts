import { type Manifest, paymentsOf } from '../disbursement/index.ts'
import { formatAmount, parseAmount } from './amounts.ts'
import type { Manner } from './publication.ts'
import { refused } from './refusal.ts'

export interface PublishOptions {
  period: string
  /** The income stream where none is named. */
  stream?: string
  /** Pay everyone at once instead of letting them claim. */
  distribute?: boolean
  /** With `distribute`: whoever is due less, a decimal amount of the asset, claims it instead. */
  dust?: string
  /** Write a batch for a Safe's owners instead of signing. */
  safe?: boolean
  /** With `safe`: days until the owners will have executed it. */
  signWithin?: string
  /** With `safe`: the Safe's nonce that the batch will have. */
  safeNonce?: string
  /** With `safe`: the MultiSendCallOnly that the Safe's pages use. */
  multisend?: string
  /** Forget a batch that every owner has thrown away. */
  discardBatch?: boolean
}

/** As many leaves as the contract pays in one transaction. */
export const MOST_AT_ONCE = 128

const DAY = 86_400n
const DAYS_TO_SIGN = 7n
const MOST_DAYS = 90n

/** How the flags want a period published; null where they say nothing, so that it goes on as it was begun. */
export function mannerWanted(options: PublishOptions, manifest: Manifest): Manner | null {
  const { distribute, dust, safe, signWithin } = options
  if (dust !== undefined && !distribute) {
    throw refused('--dust says who is left out of --distribute: give both, or neither')
  }
  if (signWithin !== undefined && !safe) {
    throw refused("--sign-within is the time that a Safe's owners have: give it with --safe")
  }
  if (!distribute && !safe) return null
  return {
    mask: distribute ? maskOf(manifest, dust) : null,
    room: safe ? daysToSign(signWithin) * DAY : null,
  }
}

function daysToSign(text: string | undefined): bigint {
  if (text === undefined) return DAYS_TO_SIGN
  const days = /^\d{1,3}$/.test(text) ? BigInt(text) : 0n
  if (days >= 1n && days <= MOST_DAYS) return days
  throw refused(`--sign-within must be a whole number of days from 1 to ${MOST_DAYS}`)
}

/** Which leaves are not paid at once: bit i is leaf i, set where it is of less than the dust. */
export function maskOf(manifest: Manifest, dust: string | undefined): bigint {
  const { totals, payout, period } = manifest
  if (totals.leaves > MOST_AT_ONCE) {
    throw refused(
      `${period.name} pays ${totals.leaves} accounts, and --distribute pays at most ${MOST_AT_ONCE} in its one transaction: leave it out, and they claim`,
    )
  }
  const least = dust === undefined ? 0n : parseAmount(dust, payout.decimals, '--dust')
  const payments = manifest.root === null ? [] : paymentsOf(manifest)
  const mask = payments.reduce(
    (bits, { amount }, i) => (amount < least ? bits | (1n << BigInt(i)) : bits),
    0n,
  )
  if (payments.length > 0 && mask === (1n << BigInt(payments.length)) - 1n) {
    throw refused(
      `nobody is due ${formatAmount(least, payout.decimals)} ${payout.symbol}: --dust leaves nobody to pay, so leave --distribute out`,
    )
  }
  return mask
}
