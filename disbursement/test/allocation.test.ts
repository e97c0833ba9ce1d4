// SPEC section 6.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { type AllocationInput, allocate, type Claimant, due } from '../allocation.ts'
import { address } from './fixtures.ts'

const claimant = (at: number, lots: bigint, entitlement = lots, accrued = 0n): Claimant => ({
  holder: address(at),
  lots,
  entitlement,
  accrued,
})

const run = (claimants: Claimant[], more: Partial<AllocationInput> = {}) =>
  allocate({
    funded: 0n,
    carryIn: 0n,
    claimants,
    forfeit: 'proportional',
    denominator: 'eligible',
    minPayout: 0n,
    last: false,
    ...more,
  })

const amounts = ({ rows }: ReturnType<typeof allocate>) => rows.map(({ amount }) => amount)

describe('what is due', () => {
  test('of 12,000.00 at 1500 bps and of 3,600.00 at 5000 bps is 1,800.00 each', () => {
    expect(due(12_000_00n, 1500)).toBe(1_800_00n)
    expect(due(3_600_00n, 5000)).toBe(1_800_00n)
  })

  test('is floored', () => {
    expect(due(9n, 5000)).toBe(4n)
    expect(due(0n, 1)).toBe(0n)
  })

  test('is refused for a loss or a share that is none', () => {
    expect(() => due(-1n, 1500)).toThrow('Income is -1; it cannot be negative')
    for (const bps of [0, 10_001, 1.5]) {
      expect(() => due(1n, bps)).toThrow(`The income share is ${bps} bps; it must be 1 to 10000`)
    }
  })
})

describe('allocation', () => {
  test('1,800.000000 over 333,333 / 333,333 / 333,334 leaves nothing over', () => {
    const weights = [333_333n, 333_333n, 333_334n]
    const result = run(
      weights.map((weight, at) => claimant(at + 1, weight)),
      { funded: 1_800_000_000n },
    )
    expect(amounts(result)).toEqual([599_999_400n, 599_999_400n, 600_001_200n])
    expect(result.carryOut).toBe(0n)
  })

  test('100 over three equal weights carries 1, and in the last period gives it to the lowest address', () => {
    const three = [3, 1, 2].map((at) => claimant(at, 7n))
    const earlier = run(three, { funded: 100n })
    expect(amounts(earlier)).toEqual([33n, 33n, 33n])
    expect(earlier.carryOut).toBe(1n)
    const last = run(three, { funded: 100n, last: true })
    expect(last.rows.map(({ holder, amount }) => [holder, amount])).toEqual([
      [address(1), 34n],
      [address(2), 33n],
      [address(3), 33n],
    ])
    expect(last.carryOut).toBe(0n)
  })

  test('in the last period the largest remainder comes before the lower address', () => {
    // 10 over weights 1, 2, 4 of 7: floors 1, 2, 5 with remainders 3/7, 6/7, 5/7; two units are left.
    const result = run([claimant(1, 1n), claimant(2, 2n), claimant(3, 4n)], { funded: 10n, last: true })
    expect(amounts(result)).toEqual([1n, 3n, 6n])
  })

  test('carry-over joins the pool', () => {
    const result = run([claimant(1, 1n), claimant(2, 1n)], { funded: 2n, carryIn: 3n })
    expect([result.pool, result.carryOut, ...amounts(result)]).toEqual([5n, 1n, 2n, 2n])
  })

  test('under `eligible` a forfeited share goes to those who stayed', () => {
    const result = run([claimant(1, 100n, 50n), claimant(2, 100n)], { funded: 300n })
    expect([...amounts(result), result.returned]).toEqual([100n, 200n, 0n])
  })

  test('under `sold` it returns to the issuer, floored', () => {
    const result = run([claimant(1, 100n, 50n), claimant(2, 100n)], { funded: 301n, denominator: 'sold' })
    expect([...amounts(result), result.returned, result.carryOut]).toEqual([75n, 150n, 75n, 1n])
  })

  test("under `sold` in the last period the issuer's part takes its remainder after every holder of the same", () => {
    const result = run([claimant(1, 1n), claimant(2, 2n, 1n)], {
      funded: 100n,
      denominator: 'sold',
      last: true,
    })
    expect([...amounts(result), result.returned, result.carryOut]).toEqual([34n, 33n, 33n, 0n])
  })

  test('all-or-nothing weighs the lots of those who forfeited nothing', () => {
    const result = run([claimant(1, 100n, 99n), claimant(2, 50n)], { funded: 90n, forfeit: 'all-or-nothing' })
    expect(result.rows.map(({ weight, amount }) => [weight, amount])).toEqual([
      [0n, 0n],
      [50n, 90n],
    ])
  })

  test('under the minimum payout an allocation accrues, and comes with the next that reaches it', () => {
    const first = run([claimant(1, 1n), claimant(2, 9n)], { funded: 100n, minPayout: 15n })
    expect(first.rows.map(({ amount, accruedAfter }) => [amount, accruedAfter])).toEqual([
      [0n, 10n],
      [90n, 0n],
    ])
    expect([first.paid, first.accruedAfter, first.carryOut]).toEqual([90n, 10n, 0n])
    const second = run([claimant(1, 1n, 1n, 10n), claimant(2, 9n)], { funded: 100n, minPayout: 15n })
    expect(second.rows.map(({ share, amount, accruedAfter }) => [share, amount, accruedAfter])).toEqual([
      [10n, 20n, 0n],
      [90n, 90n, 0n],
    ])
  })

  test('exactly the minimum is paid, and so is an accrual of a holder who forfeited everything since', () => {
    const result = run([claimant(1, 5n, 0n, 15n), claimant(2, 5n)], { funded: 15n, minPayout: 15n })
    expect(amounts(result)).toEqual([15n, 15n])
  })

  test('in the last period everything accrued is paid', () => {
    const result = run([claimant(1, 5n, 0n, 3n), claimant(2, 5n, 5n, 1n)], {
      funded: 1n,
      minPayout: 99n,
      last: true,
    })
    expect(amounts(result)).toEqual([3n, 2n])
    expect([result.accruedBefore, result.accruedAfter]).toEqual([4n, 0n])
  })

  test.each(['eligible', 'sold'] as const)(
    'with nobody eligible (%s) everything carries over',
    (denominator) => {
      const result = run([claimant(1, 5n, 0n, 7n)], { funded: 10n, carryIn: 1n, denominator })
      expect([result.carryOut, result.accruedAfter, result.paid, result.returned]).toEqual([11n, 7n, 0n, 0n])
      expect(run([], { funded: 10n, denominator }).carryOut).toBe(10n)
    },
  )

  test('with nobody eligible in the last period the accruals are still paid', () => {
    const result = run([claimant(1, 5n, 0n, 7n)], { funded: 10n, minPayout: 99n, last: true })
    expect([result.carryOut, result.accruedAfter, result.paid]).toEqual([10n, 0n, 7n])
  })

  test.each<[string, () => unknown, string]>([
    ['a negative funding', () => run([], { funded: -1n }), 'funded is -1; it cannot be negative'],
    ['a holder twice', () => run([claimant(1, 1n), claimant(1, 1n)]), `Holder ${address(1)} is listed twice`],
    [
      'more entitlement than lots',
      () => run([claimant(1, 1n, 2n)]),
      `Holder ${address(1)}: entitlement 2 must be from 0 to the primary lots 1, and the accrual 0 not negative`,
    ],
    [
      'a negative accrual',
      () => run([claimant(1, 1n, 1n, -1n)]),
      `Holder ${address(1)}: entitlement 1 must be from 0 to the primary lots 1, and the accrual -1 not negative`,
    ],
    [
      'an address in capitals',
      () => run([{ ...claimant(1, 1n), holder: `0x${'A'.repeat(40)}` }]),
      `Holder 0x${'A'.repeat(40)} must be written in lower case`,
    ],
  ])('%s is refused', (_, act, message) => {
    expect(act).toThrow(expect.objectContaining({ code: 'ALLOCATION_INPUT', message }))
  })
})

const big = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
const claimants = fc
  .uniqueArray(
    fc.record({
      at: fc.integer({ min: 1, max: 1e9 }),
      lots: fc.oneof(big(3), big(90)),
      kept: fc.integer({ min: 0, max: 4 }),
      accrued: fc.oneof(fc.constant(0n), big(40)),
    }),
    { selector: ({ at }) => at, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ at, lots, kept, accrued }) => claimant(at, lots, (lots * BigInt(kept)) / 4n, accrued)),
  )
const inputs = fc.record({
  funded: fc.oneof(big(6), big(100)),
  carryIn: fc.oneof(fc.constant(0n), big(20)),
  claimants,
  forfeit: fc.constantFrom('proportional' as const, 'all-or-nothing' as const),
  denominator: fc.constantFrom('eligible' as const, 'sold' as const),
  minPayout: fc.oneof(fc.constant(0n), big(8), big(90)),
  last: fc.boolean(),
})

/** Numbers at the edges of what a divider takes and beyond, and ties by the dozen. */
const extremes = fc
  .record({
    funded: fc.oneof(
      big(3),
      big(63),
      big(65),
      big(126),
      big(127),
      big(130),
      fc.constantFrom((1n << 127n) - 1n, 1n << 127n),
    ),
    lots: fc.array(
      fc.oneof(
        big(2),
        big(64),
        big(120),
        big(128),
        fc.constantFrom(0n, 1n, 7n, (1n << 64n) - 1n, 1n << 64n, (1n << 126n) - 1n, 1n << 126n),
      ),
      { maxLength: 60 },
    ),
    kept: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
    forfeit: fc.constantFrom('proportional' as const, 'all-or-nothing' as const),
    denominator: fc.constantFrom('eligible' as const, 'sold' as const),
    last: fc.boolean(),
  })
  .map(({ funded, lots, kept, ...more }) => ({
    funded,
    carryIn: 0n,
    minPayout: 0n,
    claimants: lots.map((lot, at) => claimant(at + 1, lot, (lot * BigInt(kept.next().value ?? 0)) / 3n)),
    ...more,
  }))

describe('an allocation with a divider', () => {
  const kernel = nodeKernel()

  test('is the plain one, also at the edges of its range and beyond', () => {
    fc.assert(
      fc.property(fc.oneof(inputs, extremes), (input) => {
        expect(allocate(input, kernel)).toEqual(allocate(input))
      }),
      { numRuns: 3000 },
    )
  })

  test('is the plain one for many holders, of whom very many have the same remainder', () => {
    for (const [size, modulus] of [
      [5_000, 1n],
      [20_000, 3n],
      [20_000, 1n << 100n],
    ] as const) {
      const claimants = Array.from({ length: size }, (_, at) =>
        claimant(at + 1, 1n + (((BigInt(at) * 0x9e3779b97f4a7c15f39cc0605cedc835n) >> 20n) % modulus)),
      )
      for (const funded of [1n, BigInt(size) - 1n, 10n ** 12n + 7n, (1n << 126n) + 12_345n]) {
        const input = {
          funded,
          carryIn: 0n,
          minPayout: 0n,
          claimants,
          forfeit: 'proportional',
          denominator: 'eligible',
          last: true,
        } as const
        expect(allocate(input, kernel)).toEqual(allocate(input))
      }
    }
  })
})

describe('every allocation', () => {
  test('balances, is fair to a unit, and leaves nothing behind in the last period', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { rows, pool, denominator, ...result } = allocate(input)
        const sum = (of: 'amount' | 'share' | 'accruedAfter' | 'accrued') =>
          rows.reduce((total, row) => total + row[of], 0n)
        expect(input.funded + input.carryIn + sum('accrued')).toBe(
          sum('amount') + result.carryOut + sum('accruedAfter') + result.returned,
        )
        for (const { weight, share, amount, accruedAfter, accrued } of rows) {
          if (denominator > 0n && result.weight > 0n) {
            const floor = (pool * weight) / denominator
            expect(share === floor || (input.last && share === floor + 1n)).toBe(true)
          } else expect(share).toBe(0n)
          expect(amount + accruedAfter).toBe(share + accrued)
          expect(amount === 0n || accruedAfter === 0n).toBe(true)
          if (weight === 0n) expect(share).toBe(0n)
          if (!input.last) expect(amount === 0n || amount >= input.minPayout).toBe(true)
        }
        if (input.last) expect(result.accruedAfter).toBe(0n)
        if (result.weight > 0n && input.last) expect(result.carryOut).toBe(0n)
        if (result.weight > 0n) expect(result.carryOut).toBeLessThanOrEqual(BigInt(rows.length))
        if (result.weight === 0n) expect(result.carryOut).toBe(pool)
        if (input.denominator === 'eligible') expect(result.returned).toBe(0n)
      }),
      { numRuns: 500 },
    )
  })

  test('does not depend on the order of holders', () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.nat()), (input, order) => {
        const keyed = input.claimants.map((each): [number, Claimant] => [order.next().value ?? 0, each])
        const shuffled = keyed.sort(([a], [b]) => a - b).map(([, each]) => each)
        expect(allocate({ ...input, claimants: shuffled })).toEqual(allocate(input))
      }),
    )
  })

  test('gives the last units as sorting all remainders by hand does', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { rows, pool, weight } = allocate({ ...input, last: true, denominator: 'eligible' })
        if (weight === 0n) return
        const ranked = rows
          .map((row) => ({ ...row, floor: (pool * row.weight) / weight, rest: (pool * row.weight) % weight }))
          .sort((a, b) => (a.rest === b.rest ? (a.holder < b.holder ? -1 : 1) : a.rest > b.rest ? -1 : 1))
        const left = pool - ranked.reduce((total, { floor }) => total + floor, 0n)
        ranked.forEach(({ share, floor }, rank) => {
          expect(share).toBe(BigInt(rank) < left ? floor + 1n : floor)
        })
      }),
    )
  })
})
