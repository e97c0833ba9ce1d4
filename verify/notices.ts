// What the issuer put up on the noticeboard under one subject.
import { type Hex, pad, toEventSelector } from 'viem'
import type { Deployment } from '../disbursement/index.ts'
import { MissingData } from './errors.ts'
import { fetchLogs, type LogClient } from './logs.ts'
import type { ReplayOptions } from './replayChain.ts'

const POSTED = toEventSelector('Posted(address,bytes32,bytes32)')

/** A hash under a subject. */
export type Notice = { notice: Hex; block: bigint; transaction: Hex }

/**
 * Everything the issuer put up under a subject up to a block, in the order of the chain; the same hash again is left out.
 * @throws MissingData where the deployment has no noticeboard, or logs cannot be had
 */
export async function noticesOf(
  client: LogClient,
  { noticeboard, issuer, genesisBlock }: Deployment,
  subject: Hex,
  to: bigint,
  options: ReplayOptions = {},
): Promise<Notice[]> {
  if (noticeboard === null) {
    throw new MissingData('the deployment file names no noticeboard, so nothing of a poll is on chain')
  }
  const found = new Map<Hex, Notice>()
  const topics = [POSTED, pad(issuer, { size: 32 }), subject]
  const request = { ...options, addresses: [noticeboard], from: BigInt(genesisBlock), to, topics }
  for await (const { logs } of fetchLogs(client, request)) {
    for (const { topics: own, blockNumber, transactionHash } of logs) {
      const notice = own[3]
      if (notice !== undefined && !found.has(notice))
        found.set(notice, { notice, block: blockNumber, transaction: transactionHash })
    }
  }
  return [...found.values()]
}
