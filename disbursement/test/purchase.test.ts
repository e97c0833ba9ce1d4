// Paying in LP units (SPEC section 12), as the pair itself computes: swaps, additions, and the guards.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atPrice,
  bySwap,
  byTreasury,
  isLight,
  isNear,
  mostAtOnce,
  payoutKey,
  priceOf,
  swapBrings,
  swapOf,
} from '../purchase.ts'

const MOST = 2n ** 112n - 1n
const pools = fc.record({
  reserve: fc.bigInt(10n ** 9n, 10n ** 27n),
  otherReserve: fc.bigInt(10n ** 9n, 10n ** 27n),
  supply: fc.bigInt(10n ** 6n, 10n ** 27n),
})

/** What the pair lets happen: after the fee, the product of the reserves may not fall. */
const holds = (r: bigint, o: bigint, given: bigint, taken: bigint): boolean =>
  (1000n * (r + given) - 3n * given) * (1000n * (o - taken)) >= r * o * 1_000_000n

describe('SPEC section 12', () => {
  test('the swap is the greatest after which nothing but rounding is left of the other side', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MOST), fc.bigInt(0n, MOST), (r, x) => {
        // The equation that the formula solves: 997·s² + 1997·r·s = 1000·r·x.
        const side = (s: bigint) => 997n * s * s + 1997n * r * s
        const s = swapOf(r, x)
        expect(side(s) <= 1000n * r * x).toBe(true)
        expect(side(s + 1n) > 1000n * r * x || side(s + 2n) > 1000n * r * x).toBe(true)
      }),
    )
  })

  test('what a swap brings is the most that the pair gives', () => {
    fc.assert(
      fc.property(pools, fc.bigInt(1n, 10n ** 27n), ({ reserve, otherReserve }, given) => {
        const brought = swapBrings({ reserve, otherReserve }, given)
        expect(holds(reserve, otherReserve, given, brought)).toBe(true)
        expect(brought + 1n < otherReserve && holds(reserve, otherReserve, given, brought + 1n)).toBe(false)
      }),
    )
  })

  test('neither way spends more than it is given, and the pair mints by the other token', () => {
    fc.assert(
      fc.property(pools, fc.bigInt(1n, 10n ** 27n), fc.boolean(), (pool, amount, isSwap) => {
        const { swapped, assetAdded, otherAdded, units } = (isSwap ? bySwap : byTreasury)(pool, amount)
        expect(swapped + assetAdded <= amount).toBe(true)
        const reserve = pool.reserve + swapped
        const other = isSwap ? pool.otherReserve - otherAdded : pool.otherReserve
        expect((assetAdded * pool.supply) / reserve >= units).toBe(true)
        expect((otherAdded * pool.supply) / other).toBe(units)
      }),
    )
  })

  test('the most at once is light, and a little more is not', () => {
    fc.assert(
      fc.property(fc.bigInt(10n ** 6n, MOST >> 8n), (reserve) => {
        const most = mostAtOnce(reserve)
        expect(isLight(reserve, swapOf(reserve, most))).toBe(true)
        expect(isLight(reserve, swapOf(reserve, most + most / 1000n + 100n))).toBe(false)
      }),
    )
  })

  test('a price is near within one percent, either way', () => {
    expect([9_899n, 9_900n, 10_100n, 10_101n].map((price) => isNear(price, 10_000n))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('the pool at another price keeps its product, and nothing of the present price', () => {
    fc.assert(
      fc.property(pools, fc.bigInt(50n, 200n), (pool, percent) => {
        const price = (priceOf(pool) * percent) / 100n
        fc.pre(price > 2n ** 80n)
        const moved = atPrice(pool, price)
        const product = pool.reserve * pool.otherReserve
        expect(moved.reserve * moved.otherReserve <= product).toBe(true)
        expect(moved.reserve * (moved.otherReserve + 1n) > product).toBe(true)
        // isqrt rounds the reserve by less than one of at least 10^9 / 15.
        const off = (priceOf(moved) * 1_000_000n) / price
        expect(off > 999_900n && off < 1_000_100n).toBe(true)
      }),
    )
  })

  test('a payout has a key of its own', () => {
    const [a, b] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`] as const
    const keys = [payoutKey(a, '2026-Q1'), payoutKey(a, '2026-Q2'), payoutKey(b, '2026-Q1')]
    expect(new Set(keys).size).toBe(3)
  })
})
