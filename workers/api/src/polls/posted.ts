// What a transaction put up on the noticeboard.
import { type Hex, pad, toEventSelector } from 'viem'
import { receiptOf } from '../chain.ts'
import type { Env, Settings } from '../env.ts'
import { ProblemError } from '../problem.ts'

const POSTED = toEventSelector('Posted(address,bytes32,bytes32)')

/** A poll's document that does not fit. */
export const unfit = (check: string, detail: string) => new ProblemError('poll-refused', detail, { check })

/**
 * Requires that the issuer put up a hash under a poll's id in this very transaction.
 * @throws ProblemError poll-refused
 */
export const requirePosted = async (
  env: Env,
  { deployment }: Settings,
  transaction: Hex,
  poll: Hex,
  notice: Hex,
): Promise<void> => {
  const receipt = await receiptOf(env, transaction)
  const { noticeboard, issuer } = deployment
  if (noticeboard === null) throw unfit('noticeboard', 'The deployment file names no noticeboard')
  if (receipt === null) throw unfit('transaction', 'The chain has no such transaction yet')
  const topics = [POSTED, pad(issuer, { size: 32 }), poll, notice].join(' ')
  const isThere = receipt.logs.some(
    (log) => log.address === noticeboard && log.topics.join(' ').toLowerCase() === topics,
  )
  if (receipt.status === '0x1' && isThere) return
  throw unfit('posted', `The issuer did not put up ${notice} under the poll ${poll} in this transaction`)
}
