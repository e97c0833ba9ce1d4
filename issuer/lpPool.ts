import { type Address, erc20Abi, parseAbi } from 'viem'
import {
  AVERAGE_SECONDS,
  atPrice,
  bySwap,
  byTreasury,
  type Deployment,
  isNear,
  type LpPurchase,
  type Pool,
  PRICE_BITS,
  type PurchaseFigures,
  priceOf,
} from '../disbursement/index.ts'
import { formatAmount } from './amounts.ts'
import { archiveNeeded, blockAt, type Chain, lastBlockBefore, latestBlock, sameAddress } from './chain.ts'
import { missing, refused } from './refusal.ts'

const pairAbi = parseAbi([
  'function token0() view returns (address)',
  'function getReserves() view returns (uint112, uint112, uint32)',
  'function price0CumulativeLast() view returns (uint256)',
  'function price1CumulativeLast() view returns (uint256)',
])

export type Way = LpPurchase['method']

/** One of the pair's two tokens. */
export interface Side {
  address: Address
  symbol: string
  decimals: number
}

export const written = (amount: bigint, { decimals, symbol }: Pick<Side, 'decimals' | 'symbol'>): string =>
  `${formatAmount(amount, decimals)} ${symbol}`

/** A pool now, and what its price was on average over the last half hour. */
export interface Quotation {
  pool: Pool
  /** The time for which all this holds, unix seconds: that of the next block as far as the node can tell. */
  now: bigint
  price: bigint
  /** The time-weighted average since `since`, from the pair's accumulator there and now. */
  average: bigint
  since: bigint
  cumulative: bigint
}

/** The average begins a little earlier than it must, for the next block may come before the time that the node expects. */
const SPARE = 60n

interface State extends Pool {
  cumulative: bigint
  updated: bigint
}

/**
 * Reads the pool with its average price, from the pair's cumulative prices of now and of half an hour ago.
 * @throws Refusal while the pool has no half hour behind it, or the node no longer knows that block's state
 */
export async function quote(chain: Chain, deployment: Deployment): Promise<Quotation> {
  const latest = await latestBlock(chain)
  const pending = await chain.getBlock({ blockTag: 'pending' }).catch(() => latest)
  const now = pending.timestamp > latest.timestamp ? pending.timestamp : latest.timestamp
  const since = now - AVERAGE_SECONDS - SPARE
  const genesis = await blockAt(chain, BigInt(deployment.genesisBlock))
  const young = refused(
    `the pool ${deployment.pair} has no half hour of prices behind it: wait until it has, for its price is compared with their average`,
  )
  if (genesis.timestamp > since) throw young
  const block =
    latest.timestamp <= since
      ? latest
      : await lastBlockBefore(since + 1n, genesis, latest, (number) => blockAt(chain, number))
  const then = await stateAt(chain, deployment, block.number)
  if (then === null || then.updated > since) throw young
  const pool = await stateAt(chain, deployment, latest.number)
  if (pool === null) throw refused(`the pool ${deployment.pair} is empty`)
  const cumulative = accumulated(then, since)
  const average = BigInt.asUintN(256, accumulated(pool, now) - cumulative) / (now - since)
  return { pool, now, price: priceOf(pool), average, since, cumulative }
}

/** The pair at a block, seen from the side that is not the program's token; null while it is empty or not there. */
async function stateAt(
  chain: Chain,
  { pair, token }: Deployment,
  blockNumber: bigint,
): Promise<State | null> {
  const read = { abi: pairAbi, address: pair, blockNumber } as const
  const lp = { ...read, abi: erc20Abi } as const
  try {
    if ((await chain.getCode({ address: pair, blockNumber })) === undefined) return null
    const [first, reserves, price0, price1, supply] = await Promise.all([
      chain.readContract({ ...read, functionName: 'token0' }),
      chain.readContract({ ...read, functionName: 'getReserves' }),
      chain.readContract({ ...read, functionName: 'price0CumulativeLast' }),
      chain.readContract({ ...read, functionName: 'price1CumulativeLast' }),
      chain.readContract({ ...lp, functionName: 'totalSupply' }),
    ])
    const [reserve0, reserve1, updated] = reserves
    if (reserve0 === 0n) return null
    const tokenIsFirst = sameAddress(first, token)
    return {
      reserve: tokenIsFirst ? reserve1 : reserve0,
      otherReserve: tokenIsFirst ? reserve0 : reserve1,
      supply,
      cumulative: tokenIsFirst ? price1 : price0,
      updated: BigInt(updated),
    }
  } catch (error) {
    throw archiveNeeded(error, blockNumber)
  }
}

/** The accumulator at a time at which the pool still is as it was: all modulo 2^256, and the pair's seconds modulo 2^32. */
const accumulated = (state: State, time: bigint): bigint =>
  BigInt.asUintN(256, state.cumulative + priceOf(state) * BigInt.asUintN(32, time - state.updated))

/** What a part comes to, and the least that is accepted of it. */
export interface Quote extends PurchaseFigures {
  amount: bigint
  /** Least LP units: 99% of what the average price gives. */
  leastUnits: bigint
  /** Most of the program's tokens that the issuer adds: 101% of what the average price asks for; none by swap. */
  mostOther: bigint
}

/** Works a part out; the bounds come from the average alone. */
export function quoteOf({ pool, average }: Quotation, way: Way, amount: bigint): Quote {
  const figures = way === 'swap' ? bySwap : byTreasury
  const fair = figures(atPrice(pool, average), amount)
  return {
    ...figures(pool, amount),
    amount,
    leastUnits: (fair.units * 99n) / 100n,
    mostOther: way === 'swap' ? 0n : (((amount * average * 101n) / 100n) >> PRICE_BITS) + 1n,
  }
}

/** @throws Refusal while the pool's price is more than 1% from its average */
export function requireCalm({ price, average }: Quotation): void {
  if (isNear(price, average)) return
  throw missing(
    `the pool's price is ${percent(price, average)} of its average over the last half hour, and must be within 1% of it: nothing was bought; try again later`,
  )
}

/** One number as hundredths of a percent of another. */
export const percent = (part: bigint, whole: bigint): string =>
  `${formatAmount((part * 10_000n) / whole, 2)}%`
