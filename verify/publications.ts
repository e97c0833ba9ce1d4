// What the distributor said: every publication of the issuer, and which of them were taken back.
import {
  type Address,
  decodeAbiParameters,
  type Hex,
  type PublicClient,
  pad,
  parseAbiParameters,
  TransactionReceiptNotFoundError,
  toEventSelector,
} from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { type Deployment, distributionId } from '../disbursement/index.ts'
import { type FetchedLog, fetchLogs, type LogClient } from './logs.ts'
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

type PublishedLog = Pick<FetchedLog, 'data' | 'blockNumber' | 'transactionHash'> & { topics: readonly Hex[] }

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
  for await (const { logs } of fetchLogs(client, { ...request, topics }))
    found.push(...logs.flatMap(publicationIn))
  return found
}

/** The issuer's publications in one transaction; none where the chain has no such transaction. */
export async function publicationsIn(
  client: Pick<PublicClient, 'getTransactionReceipt'>,
  { distributor, issuer }: Deployment,
  transaction: Hex,
): Promise<Publication[]> {
  try {
    const { logs } = await client.getTransactionReceipt({ hash: transaction })
    return logs
      .filter(({ address, topics }) => address.toLowerCase() === distributor && topics[0] === PUBLISHED)
      .flatMap(publicationIn)
      .filter((each) => each.issuer === issuer)
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return []
    throw error
  }
}

/** The publication in a log of the distributor; none where its id is not made of its own fields. */
const publicationIn = ({ topics, data, blockNumber, transactionHash }: PublishedLog): Publication[] => {
  const [terms, root, total, manifestHash] = decodeAbiParameters(DATA, data)
  const key = { issuer: addressOf(topics[2]), token: addressOf(topics[3]), terms, root }
  const id = distributionId(key)
  if (id !== topics[1]) return []
  return [{ id, ...key, total, manifestHash, block: blockNumber, transaction: transactionHash }]
}

/** The distributor's word of what was cancelled, swept, or given away to shards in full. */
const ENDED = ((1n << 128n) - 1n) << 128n

/** Can nothing be claimed of a distribution any more? Only then may it have been cancelled. */
export async function hasEnded(
  client: Pick<PublicClient, 'readContract'>,
  { distributor }: Deployment,
  { id }: Pick<Publication, 'id'>,
): Promise<boolean> {
  const request = {
    abi: merkleDistributorAbi,
    address: distributor,
    functionName: 'wordOf',
    args: [id],
  } as const
  return (await client.readContract(request)) === ENDED
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
