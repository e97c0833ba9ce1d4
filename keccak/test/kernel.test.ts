import { readFileSync } from 'node:fs'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileKernel } from '../build.ts'
import { nodeKernel } from '../node.ts'

const kernel = nodeKernel()
const HASH = 32
const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))
const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/** `count` items of `size` bytes each. */
const items = (size: number, count: number) =>
  fc.array(fc.uint8Array({ minLength: size, maxLength: size }), { minLength: count, maxLength: count })

test('kernel.wasm is what its sources compile to', () => {
  expect(readFileSync(new URL('../kernel.wasm', import.meta.url)).equals(compileKernel())).toBe(true)
})

describe('hashes are those of noble', () => {
  const messages = fc
    .tuple(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 7 }))
    .chain(([size, count]) => items(size, count).map((list) => ({ size, list })))

  test('of any length, at any offset, for full and partial batches', () => {
    fc.assert(
      fc.property(messages, fc.nat(17), fc.nat(17), ({ size, list }, from, to) => {
        const input = new Uint8Array(from + size * list.length)
        input.set(join(list), from)
        const output = new Uint8Array(to + HASH * list.length)
        kernel.hash(input.subarray(from), size, output.subarray(to))
        expect(output.subarray(to)).toEqual(join(list.map((each) => keccak_256(each))))
        kernel.hash(input.subarray(from), size, output.subarray(to), 2)
        expect(output.subarray(to)).toEqual(join(list.map((each) => keccak_256(keccak_256(each)))))
        expect(output.subarray(0, to)).toEqual(new Uint8Array(to))
      }),
      { numRuns: 300 },
    )
  })

  test.each([1, 7, 8, 55, 127, 128, 135, 136, 137, 143, 144, 271, 272, 273, 4096, 100_000, 700_001])(
    'of %i bytes',
    (size) => {
      const input = Uint8Array.from({ length: 3 * size }, (_, at) => (at * 131 + (at >> 8)) % 256)
      const output = new Uint8Array(3 * HASH)
      kernel.hash(input, size, output)
      const expected = [0, 1, 2].map((at) => keccak_256(input.subarray(at * size, (at + 1) * size)))
      expect(output).toEqual(join(expected))
    },
  )

  test('of more messages than go through at once', () => {
    const input = Uint8Array.from({ length: 5001 * 9 }, (_, at) => (at * 31 + (at >> 7)) % 256)
    const output = new Uint8Array(5001 * HASH)
    kernel.hash(input, 9, output)
    for (let at = 0; at < 5001; at++) {
      const own = output.subarray(at * HASH, (at + 1) * HASH)
      expect(compare(own, keccak_256(input.subarray(at * 9, at * 9 + 9)))).toBe(0)
    }
  })
})

describe('a message that comes in pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 12 })

  test('hashes as a whole one, with others under way and asked for in between', () => {
    fc.assert(
      fc.property(pieces, pieces, (ours, others) => {
        const [one, two] = [kernel.sponge(), kernel.sponge()]
        const taken: Uint8Array[] = []
        for (let at = 0; at < Math.max(ours.length, others.length); at++) {
          one.update(ours[at] ?? new Uint8Array(0))
          two.update(others[at] ?? new Uint8Array(0))
          taken.push(ours[at] ?? new Uint8Array(0))
          expect(one.digest()).toEqual(keccak_256(join(taken)))
        }
        expect(two.digest()).toEqual(keccak_256(join(others)))
      }),
      { numRuns: 200 },
    )
  })

  test.each([0, 135, 136, 137, 272, 262_144, 1_000_003])('of %i bytes', (size) => {
    const input = Uint8Array.from({ length: size }, (_, at) => (at * 131 + (at >> 8)) % 256)
    for (const first of [0, 1, 136, size >> 1]) {
      const sponge = kernel.sponge()
      sponge.update(input.subarray(0, first))
      sponge.update(input.subarray(first))
      expect(sponge.digest()).toEqual(keccak_256(input))
    }
  })
})

describe('pairs', () => {
  /** Hashes that are alike for a while, so that the byte that decides is any of the 32. */
  const close = fc
    .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 0, max: 32 }), fc.nat(255))
    .map(([first, at, value]) => [first, first.map((byte, place) => (place === at ? value : byte))] as const)

  test('are hashed with the smaller first, also over their own beginning', () => {
    fc.assert(
      fc.property(fc.array(close, { maxLength: 9 }), fc.nat(9), (pairs, from) => {
        const input = new Uint8Array(from + pairs.length * 64)
        input.set(join(pairs.flat()), from)
        const expected = join(pairs.map((pair) => keccak_256(join([...pair].sort(compare)))))
        const output = new Uint8Array(pairs.length * HASH)
        kernel.hashPairs(input.subarray(from), output)
        expect(output).toEqual(expected)
        const place = input.subarray(from)
        kernel.hashPairs(place, place.subarray(0, output.length))
        expect(place.subarray(0, output.length)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

describe('account leaves', () => {
  const records = fc
    .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 11 }))
    .chain(([width, count]) => items(20 + width, count).map((list) => ({ width, list })))

  test('are hashed twice over index, account and amount', () => {
    fc.assert(
      fc.property(
        records,
        fc.constantFrom(1, 2, 4, 128, 2 ** 32),
        fc.nat(9),
        fc.nat(200),
        ({ width, list }, restart, from, index) => {
          const input = new Uint8Array(from + list.length * (20 + width))
          input.set(join(list), from)
          const output = new Uint8Array(list.length * HASH)
          kernel.hashLeaves(input.subarray(from), width, output, restart, index)
          const expected = list.map((record, at) => {
            const preimage = new Uint8Array(96)
            preimage[31] = (index + at) % restart
            preimage.set(record.subarray(0, 20), 44)
            preimage.set(record.subarray(20), 96 - width)
            return keccak_256(keccak_256(preimage))
          })
          expect(output).toEqual(join(expected))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('count on through every piece', () => {
    const input = Uint8Array.from({ length: 70_001 * 21 }, (_, at) => (at * 7) % 256)
    const output = new Uint8Array(70_001 * HASH)
    kernel.hashLeaves(input, 1, output, 2 ** 32)
    const preimage = new Uint8Array(96)
    new DataView(preimage.buffer).setUint32(28, 70_000)
    preimage.set(input.subarray(70_000 * 21, 70_000 * 21 + 20), 44)
    preimage[95] = input[70_000 * 21 + 20] ?? 0
    expect(output.subarray(70_000 * HASH)).toEqual(keccak_256(keccak_256(preimage)))
  })
})

describe('division', () => {
  const bits = (most: number) =>
    fc.integer({ min: 1, max: most }).chain((size) => fc.bigInt({ min: 0n, max: (1n << BigInt(size)) - 1n }))
  const inputs = bits(127).chain((denominator) =>
    fc.record({
      pool: fc.oneof(bits(127), fc.constant((1n << 127n) - 1n), fc.constant((1n << 64n) - 1n)),
      denominator: fc.constant(denominator === 0n ? 1n : denominator),
      weights: fc.array(
        fc.oneof(
          bits(127).map((weight) => weight % (denominator === 0n ? 2n : denominator + 1n)),
          fc.constantFrom(0n, 1n, denominator === 0n ? 1n : denominator),
        ),
        { maxLength: 12 },
      ),
    }),
  )
  const packed = (values: readonly bigint[], width = 16): Uint8Array => {
    const bytes = new Uint8Array(values.length * width)
    const view = new DataView(bytes.buffer)
    values.forEach((value, at) => {
      view.setBigUint64(at * width, BigInt.asUintN(64, value), true)
      if (width === 16) view.setBigUint64(at * 16 + 8, value >> 64n, true)
    })
    return bytes
  }

  test('is exact to the last unit, remainders included', () => {
    fc.assert(
      fc.property(inputs, ({ pool, denominator, weights }) => {
        const width = pool < 1n << 64n ? 8 : 16
        const shares = new Uint8Array(weights.length * width)
        const remainders = new Uint8Array(weights.length * 16)
        const keys = new Uint8Array(weights.length * 2)
        const sum = kernel.divide({ pool, denominator }, packed(weights), shares, keys)
        kernel.remainders({ pool, denominator }, packed(weights), remainders)
        const up = 128n - BigInt(denominator.toString(2).length)
        const exact = weights.map((weight) => (pool * weight) / denominator)
        expect(shares).toEqual(packed(exact, width))
        expect(keys).toEqual(join(weights.map((_, at) => remainders.subarray(at * 16 + 14, at * 16 + 16))))
        expect(remainders).toEqual(packed(weights.map((weight) => ((pool * weight) % denominator) << up)))
        expect(sum).toBe(
          BigInt.asUintN(
            128,
            exact.reduce((total, share) => total + share, 0n),
          ),
        )
      }),
      { numRuns: 3000 },
    )
  })
})

describe('what does not fit is refused', () => {
  const bytes = (length: number) => new Uint8Array(length)
  test.each<[string, () => void, string]>([
    ['half a message', () => kernel.hash(bytes(5), 2, bytes(64)), 'The input has 5 bytes, no multiple of 2'],
    [
      'no room for hashes',
      () => kernel.hash(bytes(4), 2, bytes(63)),
      'The output has 63 bytes and must have 64',
    ],
    [
      'messages of nothing',
      () => kernel.hash(bytes(4), 0, bytes(64)),
      'Messages of 0 bytes cannot be hashed here',
    ],
    [
      'half a pair',
      () => kernel.hashPairs(bytes(32), bytes(32)),
      'The input has 32 bytes, no multiple of 64',
    ],
    [
      'wide amounts',
      () => kernel.hashLeaves(bytes(37), 17, bytes(32), 128),
      'Amounts of 17 bytes cannot be hashed',
    ],
    [
      'an odd restart',
      () => kernel.hashLeaves(bytes(36), 16, bytes(32), 100),
      'cannot restart after 100 leaves',
    ],
    [
      'a denominator of nothing',
      () => kernel.divide({ pool: 1n, denominator: 0n }, bytes(0), bytes(0), bytes(0)),
      '1 / 0 is out of range',
    ],
    [
      'a large pool',
      () => kernel.divide({ pool: 1n << 127n, denominator: 1n }, bytes(0), bytes(0), bytes(0)),
      'both must be below 2^127',
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message)
  })
})
