// SPEC section 7: the stored form of a distribution.
import fc from 'fast-check'
import { bytesToHex, type Hex, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { RecordsError } from '../errors.ts'
import { pack } from '../packed.ts'
import { packTexts } from '../packTexts.ts'
import { SHARD_SIZE } from '../pages.ts'
import { decodeBlocks, decodeRecords, decodeShard, readRecords } from '../records.ts'
import { claimFromRecords, claimFromShard, findClaim } from '../recordsClaim.ts'
import {
  decodeRecordsHead,
  RECORDS_PREFIX_LENGTH,
  recordsHeadLength,
  shardRange,
  shardsFor,
} from '../recordsHead.ts'
import { encodePacked, encodeRecords, writeRecords } from '../recordsWriter.ts'
import { claimOf, distributionTree, leaves, type Payment, verifyClaim } from '../shards.ts'
import { address } from './fixtures.ts'

const kernel = nodeKernel()

const payments = (size: number): Payment[] =>
  Array.from({ length: size }, (_, at) => ({ account: address(10 + at * 3), amount: BigInt(at * at + 1) }))

/** Accounts spread as on a chain, so that their first bytes tell them apart. */
const spread = (size: number): Payment[] =>
  leaves(
    Array.from({ length: size }, (_, at) => ({
      account: keccak256(new TextEncoder().encode(`${at}`)).slice(0, 42) as Hex,
      amount: 10n ** 20n + BigInt(at),
    })),
  )

const ranged =
  (bytes: Uint8Array) =>
  ({ offset, length }: { offset: number; length: number }): Uint8Array =>
    bytes.slice(offset, offset + length)

const messageOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof RecordsError) return error.message
    throw error
  }
  return ''
}

describe('records', () => {
  test('come back as they went in, and have one spelling', () => {
    const list = fc.uniqueArray(
      fc.record({
        at: fc.integer({ min: 1, max: 1e12 }),
        amount: fc.bigInt({ min: 1n, max: (1n << 110n) - 1n }),
      }),
      { selector: ({ at }) => at, minLength: 1, maxLength: 600 },
    )
    fc.assert(
      fc.property(list, (entries) => {
        const own = leaves(entries.map(({ at, amount }) => ({ account: address(at), amount })))
        const bytes = encodeRecords(own, kernel)
        const { root, total } = distributionTree(own)
        expect(decodeRecords(bytes, kernel)).toEqual({ root, total, payments: own })
        expect(encodeRecords(decodeRecords(bytes).payments)).toEqual(bytes)
      }),
      { numRuns: 30 },
    )
  })

  test('have the documented layout', () => {
    const own = payments(130)
    const bytes = encodeRecords(own)
    const tree = distributionTree(own)
    const hex = bytesToHex(bytes).slice(2)
    const field = (offset: number, length: number): Hex => `0x${hex.slice(offset * 2, (offset + length) * 2)}`
    const [width, size] = [2, 22]
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe('prorata\n')
    expect([field(8, 2), field(10, 1), field(11, 1)]).toEqual(['0x0002', '0x02', '0x80'])
    expect([field(12, 4), field(16, 4)]).toEqual(['0x00000082', '0x00000002'])
    expect([field(20, 32), BigInt(field(52, 16))]).toEqual([tree.root, tree.total])
    expect([field(68, 4), field(72, 4)]).toEqual(['0x00000000', '0x00000000'])
    expect(field(76, 32)).toBe(keccak256(bytes.subarray(0, 76)))
    const [first, last] = [claimOf(tree, address(10)), claimOf(tree, address(10 + 129 * 3))]
    expect([field(108, 32)]).toEqual(first?.shard?.proof)
    expect([field(140, 20), field(160, width)]).toEqual([address(10), '0x0001'])
    const second = 140 + 128 * size
    expect([field(second, 32)]).toEqual(last?.shard?.proof)
    expect([field(second + 32 + size, 20), BigInt(field(second + 32 + size + 20, width))]).toEqual([
      address(10 + 129 * 3),
      BigInt(129 * 129 + 1),
    ])
    expect(bytes.length).toBe(second + 32 + 2 * size)
  })

  test('of one shard are a head and the records alone', () => {
    const bytes = encodeRecords([
      { account: address(0x11), amount: 0x0102n },
      { account: address(0x22), amount: 0x03n },
    ])
    expect(bytesToHex(bytes.subarray(104))).toBe(`${address(0x11)}0102${address(0x22).slice(2)}0003`)
  })

  test('of nothing are refused', () => {
    expect(() => encodeRecords([])).toThrow('A distribution needs at least one leaf')
  })

  test('are written page by page as in one piece, whatever the pages', () => {
    const { records, width } = pack(spread(1500))
    const whole = encodePacked({ records, width }, kernel)
    for (const shards of [1, 2, 5, 99]) {
      const step = shards * SHARD_SIZE * (20 + width)
      const pages = () =>
        Array.from({ length: Math.ceil(records.length / step) }, (_, at) =>
          records.subarray(at * step, (at + 1) * step),
        )
      expect(Buffer.concat([...writeRecords(width, pages, kernel)]).equals(whole)).toBe(true)
    }
  })

  test('cost at most 40 bytes a holder, and 8 kB and 400 kB to read a proof of ten million', () => {
    // 78,125 shards have 17 levels. Amounts of 15 bytes: 10^18 tokens of 18 decimals.
    const [shards, width] = [78_125, 15]
    const head = { shards, amountWidth: width, leaves: 10_000_000, bodyOffset: 100 + 4 * shards }
    const full = { ...head, root: '0x' as Hex, total: 0n, length: 0, prefixes: new Uint8Array(4 * shards) }
    const { offset, length } = shardRange(full, shards - 1)
    expect((offset + length) / 10_000_000).toBeLessThan(40)
    expect(shardRange(full, 7).length).toBeLessThan(8_000)
    expect(head.bodyOffset).toBeLessThan(400_000)
  })
})

describe('a proof', () => {
  test.each([1, 128, 129, 300, 5 * 128, 2000])(
    'from the head and one shard of %i accounts is the same as from all',
    async (size) => {
      const own = spread(size)
      const bytes = encodeRecords(own, kernel)
      const tree = distributionTree(own, kernel)
      const head = decodeRecordsHead(
        bytes.subarray(0, recordsHeadLength(bytes.subarray(0, RECORDS_PREFIX_LENGTH))),
      )
      const some = own.filter((_, at) => at % 61 === 0 || at % 128 === 127 || at % 128 === 0)
      for (const { account } of some) {
        const shard = shardsFor(head, account)?.last ?? -1
        const claim = claimFromShard(head, shard, ranged(bytes)(shardRange(head, shard)), account)
        expect(claim).toEqual(claimOf(tree, account))
        expect(claim !== null && verifyClaim(head.root, claim)).toBe(true)
        let reads = 0
        const read = async (range: { offset: number; length: number }) => {
          reads++
          return ranged(bytes)(range)
        }
        expect(await findClaim(head, account, read, kernel)).toEqual(claim)
        expect(reads).toBe(1)
      }
    },
  )

  test('is found though all accounts begin alike, and none that is not there', async () => {
    const own = payments(1000)
    const bytes = encodeRecords(own, kernel)
    const tree = distributionTree(own, kernel)
    const head = decodeRecordsHead(bytes)
    expect(shardsFor(head, address(500))).toEqual({ first: 0, last: 7 })
    for (let at = 0; at < 3100; at += 7) {
      expect(claimFromRecords(bytes, address(at), kernel), `${at}`).toEqual(
        claimOf(tree, address(at), kernel),
      )
    }
    const read = async (range: { offset: number; length: number }) => ranged(bytes)(range)
    for (const at of [10, 10 + 127 * 3, 10 + 128 * 3, 10 + 999 * 3]) {
      expect(await findClaim(head, address(at), read, kernel)).toEqual(claimOf(tree, address(at)))
    }
  })

  test('is none below, between and above the accounts', () => {
    const own = spread(300)
    const bytes = encodeRecords(own)
    const none: Hex[] = [address(1), address(10 + 127 * 3 + 1), `0x${'f'.repeat(40)}`]
    expect(shardsFor(decodeRecordsHead(bytes), address(1))).toBeNull()
    for (const account of none) expect(claimFromRecords(bytes, account)).toBeNull()
  })

  test('is refused from bytes of another shard or length', () => {
    const bytes = encodeRecords(payments(300))
    const head = decodeRecordsHead(bytes)
    const own = ranged(bytes)(shardRange(head, 1))
    expect(messageOf(() => claimFromShard(head, 0, own, address(10)))).toBe(
      'The records file is corrupt: the records of shard 0 do not lead to its root',
    )
    expect(messageOf(() => claimFromShard(head, 1, own.subarray(1), address(10)))).toBe(
      `Shard 1 has ${own.length} bytes and ${own.length - 1} are here`,
    )
    expect(messageOf(() => decodeBlocks(head, 1, 2, own))).toMatch(
      /^Shards 1 to 2 have \d+ bytes and \d+ are here$/,
    )
    expect(messageOf(() => shardRange(head, 3))).toBe(
      'There is no shard 3; the records file has 3, counted from 0',
    )
    expect(decodeShard(head, 1, own)).toEqual(payments(300).slice(128, 256))
  })
})

describe('a file read page by page', () => {
  test('gives every shard as `open` takes it', () => {
    const own = spread(130 * 128)
    const bytes = encodeRecords(own, kernel)
    const tree = distributionTree(own, kernel)
    const shards = [...readRecords(bytes.length, ranged(bytes), kernel)].flatMap((page) => page.shards)
    expect(shards.map(({ proof: _, ...shard }) => shard)).toEqual(tree.shards)
    for (const at of [0, 1, 64, 129]) {
      expect(shards[at]).toEqual(claimOf(tree, own[at * 128]?.account ?? '0x', kernel)?.shard)
    }
  })
})

describe('a damaged file', () => {
  const bytes = encodeRecords(payments(130))

  test('is noticed whichever byte was changed', () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      expect(
        messageOf(() => decodeRecords(changed, kernel)),
        `byte ${at}`,
      ).toMatch(/^(The records file|This is not a records file)/)
    }
  })

  test('is noticed wherever it was cut, and when it is too long', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(
        messageOf(() => decodeRecords(bytes.slice(0, length), kernel)),
        `${length} bytes`,
      ).toMatch(/^(The records file is truncated|This is not)/)
    }
    expect(messageOf(() => decodeRecords(new Uint8Array([...bytes, 0])))).toBe(
      `The records file is too long: ${bytes.length + 1} bytes, and its head tells of ${bytes.length}`,
    )
  })

  const edited = (at: number, value: number): Uint8Array => {
    const changed = bytes.slice()
    changed[at] = value
    return changed
  }

  test.each<[string, Uint8Array, string]>([
    [
      'another kind of file',
      new TextEncoder().encode('{"json": true}'.padEnd(200)),
      'This is not a records file: it does not begin with "prorata" and a line feed',
    ],
    ['another version', edited(9, 1), 'The records file has version 1; this reader knows version 2'],
    ['another shard size', edited(11, 64), 'The records file is corrupt: shards of 64 leaves instead of 128'],
    [
      'a wrong number of shards',
      edited(19, 9),
      'The records file is corrupt: 130 leaves cannot make 9 shards',
    ],
    ['a wrong width', edited(10, 17), 'The records file is corrupt: amounts of 17 bytes instead of 1 to 16'],
    [
      'a changed root',
      edited(20, 0xff ^ (bytes[20] ?? 0)),
      'The records file is corrupt: its head does not match its checksum',
    ],
    [
      'a changed record',
      edited(bytes.length - 1, 0xff ^ (bytes.at(-1) ?? 0)),
      'The records file is corrupt: the records of shard 1 do not lead to its root',
    ],
  ])('%s is told as such', (_, changed, message) => {
    expect(messageOf(() => decodeRecords(changed))).toBe(message)
  })

  /** The file with a change in its head under a right checksum: a forger's, not an accident's. */
  const forged = (at: number, value: Uint8Array, file = bytes): Uint8Array => {
    const changed = file.slice()
    changed.set(value, at)
    const end = recordsHeadLength(changed)
    changed.set(keccak256(changed.subarray(0, end - 32), 'bytes'), end - 32)
    return changed
  }

  test('a forged root, total or index under a right checksum is still noticed', () => {
    expect(messageOf(() => decodeRecords(forged(20, new Uint8Array(32))))).toBe(
      'The records file is corrupt: the records of shard 0 do not lead to its root',
    )
    expect(messageOf(() => decodeRecords(forged(52, new Uint8Array(16))))).toBe(
      'The records file is wrong: the totals of its shards do not make its total',
    )
    expect(messageOf(() => decodeRecords(forged(72, new Uint8Array([1]))))).toBe(
      'The records file is wrong: shard 1 does not begin as its head says',
    )
  })

  test('amounts in more bytes than they need, and room that a proof leaves, are noticed', () => {
    const wide = packTexts([address(1)], ['7'])
    expect(messageOf(() => decodeRecords(encodePacked(wide)))).toBe(
      'The records file is wrong: its amounts need 1 bytes and have 16',
    )
    // Of three shards the first is one level below the root, and two are two levels below.
    const three = encodeRecords(payments(300))
    const head = decodeRecordsHead(three)
    const at = [0, 1, 2]
      .map((shard) => shardRange(head, shard).offset + 63)
      .find((last) => three.subarray(last - 31, last + 1).every((byte) => byte === 0))
    if (at === undefined) throw new Error('one of three shards has a proof of one hash')
    const changed = three.slice()
    changed[at] = 1
    expect(messageOf(() => decodeRecords(changed))).toMatch(/has more than its proof needs$/)
  })
})
