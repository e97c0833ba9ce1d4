import {
  type Address,
  type ContractEventName,
  type GetContractEventsParameters,
  type Hash,
  type Hex,
  isAddressEqual,
  parseEventLogs,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { decodeTerms } from '../disbursement/index.ts'
import { type Block, blockAt, type Chain, lastBlockBefore, latestBlock } from './chain.ts'

/** What the distributor said when a distribution was published, and where. */
export interface Published {
  id: Hex
  issuer: Address
  token: Address
  terms: Hex
  root: Hex
  total: bigint
  manifestHash: Hex
  transaction: Hash
  block: bigint
}

/** Blocks asked for at once: what public providers still allow. */
const RANGE = 5_000n

/** All publications by an issuer in a token from a block on. */
export async function findPublished(
  chain: Chain,
  distributor: Address,
  filter: { issuer: Address; token: Address },
  fromBlock: bigint,
): Promise<Published[]> {
  const { number: head } = await latestBlock(chain)
  const found: Published[] = []
  for (let from = fromBlock; from <= head; from += RANGE) {
    const logs = await chain.getContractEvents({
      abi: merkleDistributorAbi,
      address: distributor,
      eventName: 'Published',
      args: filter,
      fromBlock: from,
      toBlock: from + RANGE - 1n < head ? from + RANGE - 1n : head,
      strict: true,
    })
    for (const { args, transactionHash, blockNumber } of logs) {
      found.push(lowerCase({ ...args, transaction: transactionHash, block: blockNumber }))
    }
  }
  return found
}

/** The publications in a transaction; null while the chain knows of no such transaction. */
export async function publishedIn(
  chain: Chain,
  distributor: Address,
  transaction: Hash,
): Promise<Published[] | null> {
  const receipt = await receiptOf(chain, transaction)
  return receipt === null ? null : publishedOf(receipt, distributor)
}

export function publishedOf(receipt: TransactionReceipt, distributor: Address): Published[] {
  return parseEventLogs({
    abi: merkleDistributorAbi,
    eventName: 'Published',
    logs: receipt.logs,
    strict: true,
  })
    .filter(({ address }) => isAddressEqual(address, distributor))
    .map(({ args }) =>
      lowerCase({ ...args, transaction: receipt.transactionHash, block: receipt.blockNumber }),
    )
}

export async function receiptOf(chain: Chain, transaction: Hash): Promise<TransactionReceipt | null> {
  try {
    return await chain.getTransactionReceipt({ hash: transaction })
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null
    throw error
  }
}

function lowerCase(published: Published): Published {
  return {
    ...published,
    issuer: published.issuer.toLowerCase() as Address,
    token: published.token.toLowerCase() as Address,
  }
}

export async function wordOf(chain: Chain, distributor: Address, id: Hex): Promise<bigint> {
  return chain.readContract({
    abi: merkleDistributorAbi,
    address: distributor,
    functionName: 'wordOf',
    args: [id],
  })
}

/** What remains to be paid, from a distribution's word. */
export const remainingOf = (word: bigint) => BigInt.asUintN(128, word)

/** The word of a distribution that was cancelled, swept, or given away to its shards in full. */
const ENDED = ((1n << 128n) - 1n) << 128n

/**
 * Whether a distribution was taken back by its issuer. Only a word that has ended can be: then the Cancelled event decides,
 * and there is one only before the opening.
 */
export async function isCancelled(
  chain: Chain,
  distributor: Address,
  published: Pick<Published, 'id' | 'terms' | 'block'>,
): Promise<boolean> {
  if ((await wordOf(chain, distributor, published.id)) !== ENDED) return false
  const latest = await latestBlock(chain)
  const last = await lastBefore(chain, decodeTerms(published.terms).opensAt, published.block, latest)
  for (let from = published.block; from <= last; from += RANGE) {
    const filter: GetContractEventsParameters<
      typeof merkleDistributorAbi,
      ContractEventName<typeof merkleDistributorAbi> & 'Cancelled'
    > = {
      abi: merkleDistributorAbi,
      address: distributor,
      eventName: 'Cancelled',
      args: { id: published.id },
      fromBlock: from,
      toBlock: from + RANGE - 1n < last ? from + RANGE - 1n : last,
    }
    if ((await chain.getContractEvents(filter)).length > 0) return true
  }
  return false
}

async function lastBefore(chain: Chain, time: bigint, first: bigint, latest: Block): Promise<bigint> {
  if (latest.timestamp < time) return latest.number
  const low = await blockAt(chain, first)
  if (low.timestamp >= time) return first
  return (await lastBlockBefore(time, low, latest, (number) => blockAt(chain, number))).number
}
