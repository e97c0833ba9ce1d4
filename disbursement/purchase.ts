// Paying in LP units (SPEC section 12): how income becomes units of the pair, and under which guards. Amounts are base units;
// a price is that of the asset given in the pair's other token, times 2^112, as the pair's own accumulators have it.
import { encodeAbiParameters, type Hex, keccak256 } from 'viem'
import { isqrt } from './replay/basis.ts'

/** A pool as the giver of one side sees it. */
export type Pool = { reserve: bigint; otherReserve: bigint; supply: bigint }

/** What goes into the pool, and what comes out of it. */
export type PurchaseFigures = { swapped: bigint; assetAdded: bigint; otherAdded: bigint; units: bigint }

export const PRICE_BITS = 112n
/** The average that the price is held against begins so many seconds ago at least, and twice that at most. */
export const AVERAGE_SECONDS = 1800n
/** Seconds after which a purchase that was not mined is off. */
export const DEADLINE_SECONDS = 600n

/** What a purchase is for, in 32 bytes: the period of the program of these terms. It stands in the event of the purchase. */
export const payoutKey = (termsHash: Hex, period: string): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'string' }, { type: 'string' }],
      [termsHash, 'income', period],
    ),
  )

/** The pool's price, rounded down as the pair does. */
export const priceOf = ({ reserve, otherReserve }: Pick<Pool, 'reserve' | 'otherReserve'>): bigint =>
  (otherReserve << PRICE_BITS) / reserve

/** Whether a price is within 1% of the average. */
export const isNear = (price: bigint, average: bigint): boolean =>
  100n * price >= 99n * average && 100n * price <= 101n * average

/** How much of an input is swapped, so that the rest and what it brings have the pool's ratio afterwards. */
export const swapOf = (reserve: bigint, amount: bigint): bigint =>
  (isqrt(reserve * (3_988_009n * reserve + 3_988_000n * amount)) - 1997n * reserve) / 1994n

/** What a swap brings: the pair's own formula, with its fee of 0.3%. */
export const swapBrings = (
  { reserve, otherReserve }: Pick<Pool, 'reserve' | 'otherReserve'>,
  swapped: bigint,
): bigint => (swapped * 997n * otherReserve) / (reserve * 1000n + swapped * 997n)

/** Whether swapping so much costs at most 2% by its own size: 997·s / (1000·r + 997·s) ≤ 2/100. */
export const isLight = (reserve: bigint, swapped: bigint): boolean => 48_853n * swapped <= 1000n * reserve

/** The most that one purchase by swap may be given: the inverse of {@link swapOf} at the greatest swap that is light. */
export const mostAtOnce = (reserve: bigint): bigint => {
  const root = 1994n * ((1000n * reserve) / 48_853n) + 1997n * reserve
  return (root * root - 3_988_009n * reserve * reserve) / (3_988_000n * reserve)
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/** What a purchase by swap comes to. */
export const bySwap = (pool: Pool, amount: bigint): PurchaseFigures => {
  const swapped = swapOf(pool.reserve, amount)
  const brought = swapBrings(pool, swapped)
  const rest = pool.otherReserve - brought
  return {
    swapped,
    assetAdded: ceilDiv(brought * (pool.reserve + swapped), rest),
    otherAdded: brought,
    units: (pool.supply * brought) / rest,
  }
}

/** What a purchase with the issuer's own tokens comes to. */
export const byTreasury = (pool: Pool, amount: bigint): PurchaseFigures => {
  const otherAdded = (amount * pool.otherReserve) / pool.reserve
  return {
    swapped: 0n,
    assetAdded: ceilDiv(otherAdded * pool.reserve, pool.otherReserve),
    otherAdded,
    units: (pool.supply * otherAdded) / pool.otherReserve,
  }
}

/** The pool as it would be at another price: the same product of the reserves, nothing of the present price in it. */
export const atPrice = ({ reserve, otherReserve, supply }: Pool, price: bigint): Pool => {
  const product = reserve * otherReserve
  const moved = isqrt((product << PRICE_BITS) / price)
  return { reserve: moved, otherReserve: product / moved, supply }
}
