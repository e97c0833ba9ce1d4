// What the distributor said: every publication of the issuer, and which of them were taken back.
import { type Address, decodeAbiParameters, type Hex, pad, parseAbiParameters, toEventSelector } from 'viem'
import { type Deployment, distributionId } from '../disbursement/index.ts'
import { fetchLogs, type LogClient } from './logs.ts'
import type { ReplayOptions } from './replayChain.ts'

/** A Published event. */
export type Publication = {
  id: Hex
  issuer: Address
  token: Address
  terms: Hex
  root: Hex
  total: bigint
  manifestHash: Hex
  block: bigint
  transaction: Hex
}

const PUBLISHED = toEventSelector('Published(bytes32,address,address,bytes32,bytes32,uint256,bytes32)')
const CANCELLED = toEventSelector('Cancelled(bytes32,uint256)')
const DATA = parseAbiParameters('bytes32 terms, bytes32 root, uint256 total, bytes32 manifestHash')

const addressOf = (topic: Hex | undefined): Address => `0x${(topic ?? '').slice(26).toLowerCase()}`

/**
 * All publications by the deployment's issuer up to a block, in the order of the chain. Events whose id is not made of
 * their own fields are none of this contract's and are left out.
 */
export async function publicationsOf(
  client: LogClient,
  deployment: Deployment,
  to: bigint,
  options: ReplayOptions = {},
): Promise<Publication[]> {
  const found: Publication[] = []
  const request = {
    ...options,
    addresses: [deployment.distributor],
    from: BigInt(deployment.genesisBlock),
    to,
  }
  const topics = [PUBLISHED, null, pad(deployment.issuer, { size: 32 })]
  for await (const { logs } of fetchLogs(client, { ...request, topics })) {
    for (const { topics: own, data, blockNumber, transactionHash } of logs) {
      const [terms, root, total, manifestHash] = decodeAbiParameters(DATA, data)
      const key = { issuer: addressOf(own[2]), token: addressOf(own[3]), terms, root }
      const id = distributionId(key)
      if (id !== own[1]) continue
      found.push({ id, ...key, total, manifestHash, block: blockNumber, transaction: transactionHash })
    }
  }
  return found
}

/** Was a distribution taken back by its issuer before it opened? */
export async function isCancelled(
  client: LogClient,
  deployment: Deployment,
  { id, block }: Pick<Publication, 'id' | 'block'>,
  to: bigint,
  options: ReplayOptions = {},
): Promise<boolean> {
  const request = { ...options, addresses: [deployment.distributor], from: block, to }
  for await (const { logs } of fetchLogs(client, { ...request, topics: [CANCELLED, id] })) {
    if (logs.length > 0) return true
  }
  return false
}
