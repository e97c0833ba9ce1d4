// The key with which this Worker says what it got.
import type { Address, Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { type PollPlace, type Receipt, receiptData } from '../../../../polls/index.ts'
import type { Env } from '../env.ts'
import { ProblemError } from '../problem.ts'

let last: { key: string; account: PrivateKeyAccount } | undefined

const accountOf = ({ PRORATA_RECEIPT_KEY: key }: Env): PrivateKeyAccount | null => {
  if (key === undefined || key === '') return null
  if (last?.key === key) return last.account
  try {
    const account = privateKeyToAccount(key as Hex)
    last = { key, account }
    return account
  } catch {
    // The curve's own error may quote the key.
    throw new ProblemError(
      'misconfigured',
      'PRORATA_RECEIPT_KEY of this Worker must be a private key: 0x and 64 hexadecimal digits',
    )
  }
}

/** Who signs receipts here; null where nobody does, and no poll can be opened. */
export const receiptSigner = (env: Env): Address | null =>
  (accountOf(env)?.address.toLowerCase() as Address | undefined) ?? null

/** @throws ProblemError misconfigured where the key is not the one that the poll names */
export const signReceipt = async (
  env: Env,
  place: PollPlace & { receiptSigner: Address },
  receipt: Receipt,
): Promise<Hex> => {
  const account = accountOf(env)
  if (account?.address.toLowerCase() !== place.receiptSigner) {
    throw new ProblemError(
      'misconfigured',
      'PRORATA_RECEIPT_KEY of this Worker is not the key that this poll was announced with',
    )
  }
  return account.signTypedData(receiptData(place, receipt))
}
