import type { Address, Hash, Hex } from 'viem'
import { lpPurchaseAbi } from '../contracts/abi.ts'
import {
  type Deployment,
  hashTerms,
  type IncomePeriod,
  type Period,
  payoutKey,
  periodsOf,
  type Terms,
} from '../disbursement/index.ts'
import { blockAt, type Chain, lastBlockBefore, latestBlock } from './chain.ts'
import type { Side } from './lpPool.ts'
import type { Say } from './output.ts'
import type { Settings } from './settings.ts'

/** Everything a purchase works with. */
export interface Buying {
  settings: Pick<Settings, 'rpcUrl'>
  chain: Chain
  terms: Terms
  deployment: Deployment & { lpPurchase: Address }
  period: IncomePeriod
  /** The side of the pair that income goes in by: not the program's token. */
  asset: Side
  /** Where the plan lies, beside the period's own folder. */
  folder: string
  say: Say
}

/** One purchase of LP units as the chain tells it. */
export interface Bought {
  transaction: Hash
  block: bigint
  timestamp: bigint
  /** What it was given at most, and what it took: the rest was left over. */
  amount: bigint
  spent: bigint
  swapped: bigint
  otherAdded: bigint
  units: bigint
}

/** Blocks asked for at once: what public providers still allow. */
const RANGE = 5_000n

/** The name under which a period's purchases stand on chain. */
export const payoutOf = (terms: Terms, period: Pick<Period, 'name'>): Hex =>
  payoutKey(hashTerms(terms), period.name)

/**
 * Everything that `buy-shares` bought for a period, in the order of the chain, which alone decides: a lost folder is no
 * reason to buy again. None can be older than the period.
 */
export async function purchasesFor(
  chain: Chain,
  deployment: Deployment,
  terms: Terms,
  period: Pick<Period, 'name' | 'startsAt'>,
): Promise<Bought[]> {
  const { lpPurchase: helper, issuer } = deployment
  if (helper === null) return []
  const latest = await latestBlock(chain)
  if (latest.timestamp < period.startsAt) return []
  const genesis = await blockAt(chain, BigInt(deployment.genesisBlock))
  const first =
    genesis.timestamp >= period.startsAt
      ? genesis
      : await lastBlockBefore(period.startsAt, genesis, latest, (number) => blockAt(chain, number))
  const bought: Bought[] = []
  for (let from = first.number; from <= latest.number; from += RANGE) {
    const to = from + RANGE - 1n < latest.number ? from + RANGE - 1n : latest.number
    bought.push(...(await purchasesIn(chain, helper, issuer, payoutOf(terms, period), from, to)))
  }
  return bought
}

async function purchasesIn(
  chain: Chain,
  helper: Address,
  issuer: Address,
  payout: Hex,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<Bought[]> {
  const logs = await chain.getContractEvents({
    abi: lpPurchaseAbi,
    address: helper,
    eventName: 'Purchased',
    args: { issuer, payout },
    fromBlock,
    toBlock,
    strict: true,
  })
  return Promise.all(
    logs.map(async ({ args: { purchase }, transactionHash, blockNumber }) => {
      const { amount, swapped, assetAdded, otherAdded, units } = purchase
      return {
        transaction: transactionHash,
        block: blockNumber,
        timestamp: (await blockAt(chain, blockNumber)).timestamp,
        ...{ amount, swapped, otherAdded, units },
        spent: swapped + assetAdded,
      }
    }),
  )
}

/** What the purchase for the last period before this one that was paid in LP units left over: it was taken from nobody. */
export async function carriedInto(
  chain: Chain,
  deployment: Deployment,
  terms: Terms,
  { position }: Pick<Period, 'position'>,
): Promise<bigint> {
  const before = periodsOf(terms, 'income').findLast(
    (each) => each.position < position && each.asset === 'lp',
  )
  if (before === undefined) return 0n
  const bought = await purchasesFor(chain, deployment, terms, before)
  return bought.reduce((sum, { amount, spent }) => sum + amount - spent, 0n)
}
