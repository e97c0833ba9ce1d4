import fc from 'fast-check'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { hexesOf, putHex } from '../hexadecimal.ts'
import { narrowed, pack, packedLeaves, sumOf, unpack, withWidth } from '../packed.ts'
import { packTexts } from '../packTexts.ts'
import { SHARD_SIZE, ShardBuilder } from '../pages.ts'
import { sortByBytes } from '../radix.ts'
import { distributionTree, leaves, type Payment } from '../shards.ts'
import { address } from './fixtures.ts'

const kernel = nodeKernel()
const amount = fc
  .integer({ min: 1, max: 127 })
  .chain((bits) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }))
/** Some accounts are alike in their first bytes, some are the same. */
const account = fc
  .tuple(fc.constantFrom('00000000', 'ffffffff', '80000000', '12345678'), fc.nat(40), fc.nat(255))
  .map(
    ([start, middle, end]): Hex =>
      `0x${start}${middle.toString(16).padStart(30, '0')}${end.toString(16).padStart(2, '0')}`,
  )
const list = fc.array(fc.record({ account, amount }), { maxLength: 200 })

describe('texts', () => {
  test('become the same records as numbers do', () => {
    fc.assert(
      fc.property(list, (payments) => {
        const texts = packTexts(
          payments.map((each) => each.account),
          payments.map((each) => each.amount.toString()),
        )
        expect(unpack(texts)).toEqual(payments)
        expect(withWidth(texts, pack(payments).width)).toEqual(pack(payments))
        expect(narrowed(texts)).toEqual(pack(payments))
        expect(sumOf(texts)).toBe(payments.reduce((sum, each) => sum + each.amount, 0n))
      }),
      { numRuns: 300 },
    )
  })

  test('may have zeros before and capitals, and be as large as 128 bits', () => {
    const largest = ((1n << 128n) - 1n).toString()
    const packed = packTexts(
      [`0x${'aB'.repeat(20)}`, address(1)],
      ['00000000000000000000000000000007', largest],
    )
    expect(unpack(packed)).toEqual([
      { account: `0x${'ab'.repeat(20)}`, amount: 7n },
      { account: address(1), amount: (1n << 128n) - 1n },
    ])
  })

  test.each([
    ['0x12', '1', '0x12 is not an address'],
    [`0x${'g'.repeat(40)}`, '1', 'is not an address'],
    [`1x${'1'.repeat(40)}`, '1', 'is not an address'],
    [address(1), '', ' is not an amount of base units below 2^128'],
    [address(1), '-1', '-1 is not an amount'],
    [address(1), '1,5', '1,5 is not an amount'],
    [address(1), '5,', '5, is not an amount'],
    [address(1), '²', '² is not an amount'],
    [`0x${'1'.repeat(39)}é`, '1', 'é is not an address'],
    [address(1), '1.5', '1.5 is not an amount'],
    [address(1), '1e3', '1e3 is not an amount'],
    [address(1), (1n << 128n).toString(), 'is not an amount of base units below 2^128'],
    [address(1), '9'.repeat(39), 'is not an amount of base units below 2^128'],
    [address(1), '1'.repeat(60), 'is not an amount of base units below 2^128'],
  ])('%s, %s are refused', (one, other, message) => {
    expect(() => packTexts([one], [other])).toThrow(message)
  })

  test('are refused where one is missing, and numbers that do not fit', () => {
    expect(() => packTexts([address(1), address(2)], ['1,2', ''])).toThrow('1,2 is not an amount')
    expect(() => packTexts([address(1)], [])).toThrow('There are 1 accounts and 0 amounts')
    expect(() => pack([{ account: address(1), amount: -1n }])).toThrow('cannot be negative')
    expect(() => withWidth(packTexts([address(1)], ['256']), 1)).toThrow(
      'The amount 256 needs more than 1 bytes',
    )
  })

  test('in hexadecimal come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(9), (size, count) => {
        const bytes = Uint8Array.from({ length: size * count }, (_, at) => (at * 77 + size) % 256)
        const texts = hexesOf(bytes, size)
        expect(texts).toEqual(
          Array.from({ length: count }, (_, at) => bytesToHex(bytes.subarray(at * size, (at + 1) * size))),
        )
        const again = new Uint8Array(bytes.length)
        for (const [at, text] of texts.entries()) expect(putHex(text, size, again, at * size)).toBe(true)
        expect(again).toEqual(bytes)
      }),
    )
    const many = new Uint8Array(10_000 * 2).map((_, at) => at % 251)
    expect(hexesOf(many, 2)[9_999]).toBe(bytesToHex(many.subarray(19_998)))
  })
})

describe('packed leaves', () => {
  test('are those that objects become', () => {
    fc.assert(
      fc.property(list, (payments) => {
        const packed = packedLeaves(pack(payments))
        const expected = leaves(payments)
        expect(unpack(packed)).toEqual(expected)
        expect(packed).toEqual(pack(expected))
      }),
      { numRuns: 500 },
    )
  })

  test('are refused when one account gets more than 128 bits', () => {
    const twice = [1, 2].map(() => ({ account: address(1), amount: 1n << 127n }))
    expect(() => packedLeaves(pack(twice))).toThrow("is more than the distributor's 128 bits hold")
  })
})

describe('sorting', () => {
  test('orders by the bytes that decide, and leaves equals as they were', () => {
    const items = fc.array(fc.tuple(fc.constantFrom(0, 1, 255), fc.nat(255), fc.nat(3), fc.nat(255)), {
      maxLength: 500,
    })
    fc.assert(
      fc.property(items, (rows) => {
        const bytes = Uint8Array.from(rows.flatMap(([a, b, c, d]) => [a, 0, 128, b, c, d]))
        const expected = rows
          .map(([a, b, c, d]) => [a, 0, 128, b, c, d])
          .sort((x, y) => (x[0] ?? 0) - (y[0] ?? 0) || (x[3] ?? 0) - (y[3] ?? 0) || (x[4] ?? 0) - (y[4] ?? 0))
        expect(sortByBytes(bytes, 6, 5)).toEqual(Uint8Array.from(expected.flat()))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a distribution built page by page', () => {
  const payments = (size: number): Payment[] =>
    Array.from({ length: size }, (_, at) => ({ account: address(at * 5 + 1), amount: BigInt(at) ** 3n + 1n }))

  test('is the one built at once, whatever the pages and interruptions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (size, shards, stops) => {
          const { records, width } = pack(payments(size))
          const step = shards * SHARD_SIZE * (20 + width)
          let builder = new ShardBuilder(width, kernel)
          for (let from = 0; from < records.length; from += step) {
            if (stops) builder = ShardBuilder.resume(builder.save(), kernel)
            expect(builder.leaves).toBe(from / (20 + width))
            builder.add(records.subarray(from, from + step))
          }
          const built = ShardBuilder.resume(builder.save(), kernel).finish()
          const tree = distributionTree(payments(size), kernel)
          expect([bytesToHex(built.root), built.total, built.leaves]).toEqual([tree.root, tree.total, size])
          expect(built).toEqual(builder.finish())
        },
      ),
      { numRuns: 40 },
    )
  })

  test('refuses pages that do not follow on each other', () => {
    const { records, width } = pack(payments(300))
    const page = (from: number, to: number) => records.subarray(from * (20 + width), to * (20 + width))
    const begun = () => {
      const builder = new ShardBuilder(width)
      builder.add(page(0, 128))
      return builder
    }
    expect(() => begun().add(page(127, 128))).toThrow(
      `${address(127 * 5 + 1)} comes after ${address(127 * 5 + 1)}`,
    )
    expect(() => ShardBuilder.resume(begun().save()).add(page(0, 9))).toThrow('leaves ascend')
    expect(() => begun().add(page(128, 129).subarray(1))).toThrow('holds no whole number of records')
    const ended = begun()
    ended.add(page(128, 200))
    expect(() => ended.add(page(200, 300))).toThrow('ended within a shard, after 200 leaves')
    expect(() => new ShardBuilder(width).finish()).toThrow('at least one leaf')
    expect(() => new ShardBuilder(17)).toThrow('Amounts have 1 to 16 bytes, not 17')
    expect(() => ShardBuilder.resume(hexToBytes('0x00'))).toThrow('no saved state')
    expect(() => ShardBuilder.resume(begun().save().subarray(1))).toThrow('no saved state')
  })
})
