import fc from 'fast-check'
import { bytesToHex, type Hex, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { RecordsError } from '../errors.ts'
import {
  claimFromRecords,
  claimFromShard,
  decodeRecords,
  decodeRecordsHead,
  encodeRecords,
  RECORDS_PREFIX_LENGTH,
  recordsHeadLength,
  shardFor,
  shardRange,
} from '../records.ts'
import { claimOf, distributionTree, leaves, type Payment, verifyClaim } from '../shards.ts'
import { address } from './fixtures.ts'

const payments = (size: number): Payment[] =>
  Array.from({ length: size }, (_, at) => ({ account: address(10 + at * 3), amount: BigInt(at * at + 1) }))

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
      { selector: ({ at }) => at, minLength: 1, maxLength: 300 },
    )
    fc.assert(
      fc.property(list, (entries) => {
        const own = leaves(entries.map(({ at, amount }) => ({ account: address(at), amount })))
        const bytes = encodeRecords(own)
        const { root, total } = distributionTree(own)
        expect(decodeRecords(bytes)).toEqual({ root, total, payments: own })
        expect(encodeRecords(decodeRecords(bytes).payments)).toEqual(bytes)
      }),
      { numRuns: 30 },
    )
  })

  test('have the documented layout', () => {
    const bytes = encodeRecords([
      { account: address(0x11), amount: 0x0102n },
      { account: address(0x22), amount: 0x03n },
    ])
    const { root } = distributionTree(payments2())
    const hex = bytesToHex(bytes).slice(2)
    const field = (offset: number, length: number): Hex => `0x${hex.slice(offset * 2, (offset + length) * 2)}`
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe('prorata\n')
    expect([field(8, 2), field(10, 1), field(11, 1)]).toEqual(['0x0001', '0x02', '0x80'])
    expect([field(12, 4), field(16, 4)]).toEqual(['0x00000002', '0x00000001'])
    expect([field(20, 32), BigInt(field(52, 16))]).toEqual([root, 0x0105n])
    const body = `${address(0x11)}0102${address(0x22).slice(2)}0003` as Hex
    expect(field(68, 32)).toBe(keccak256(body))
    expect([field(100, 32), field(132, 2), field(134, 20)]).toEqual([root, '0x0105', address(0x11)])
    expect(field(154, 32)).toBe(keccak256(bytes.subarray(0, 154)))
    expect(field(186, 44)).toBe(body)
    expect(bytes.length).toBe(230)
  })

  test('of nothing are refused', () => {
    expect(() => encodeRecords([])).toThrow('A distribution needs at least one leaf')
  })

  test('cost at most 40 bytes a holder', () => {
    expect(encodeRecords(payments(1280)).length / 1280).toBeLessThan(40)
  })
})

const payments2 = (): Payment[] => [
  { account: address(0x11), amount: 0x0102n },
  { account: address(0x22), amount: 0x03n },
]

describe('a proof', () => {
  test.each([1, 128, 129, 300])(
    'from the head and one shard of %i accounts is the same as from all',
    (size) => {
      const own = payments(size)
      const bytes = encodeRecords(own)
      const tree = distributionTree(own)
      const head = decodeRecordsHead(
        bytes.subarray(0, recordsHeadLength(bytes.subarray(0, RECORDS_PREFIX_LENGTH))),
      )
      for (const { account } of [own[0], own[size >> 1], own[size - 1]].flatMap((each) => each ?? [])) {
        const shard = shardFor(head, account)
        expect(shard).not.toBeNull()
        if (shard === null) continue
        const { offset, length } = shardRange(head, shard)
        const claim = claimFromShard(head, shard, bytes.slice(offset, offset + length), account)
        expect(claim).toEqual(claimOf(tree, account))
        expect(claimFromRecords(bytes, account)).toEqual(claim)
        expect(claim !== null && verifyClaim(head.root, claim)).toBe(true)
      }
    },
  )

  test('is none below, between and above the accounts', () => {
    const bytes = encodeRecords(payments(300))
    const head = decodeRecordsHead(bytes)
    expect(shardFor(head, address(1))).toBeNull()
    for (const at of [1, 11, 10 + 127 * 3 + 1, 99_999])
      expect(claimFromRecords(bytes, address(at))).toBeNull()
  })

  test('is refused from bytes of another shard or length', () => {
    const bytes = encodeRecords(payments(300))
    const head = decodeRecordsHead(bytes)
    const { offset, length } = shardRange(head, 1)
    const own = bytes.slice(offset, offset + length)
    expect(messageOf(() => claimFromShard(head, 0, own, address(10)))).toBe(
      'The records file is corrupt: the records of shard 0 do not lead to its root and total',
    )
    expect(messageOf(() => claimFromShard(head, 1, own.subarray(1), address(10)))).toBe(
      `Shard 1 has ${length} bytes and ${length - 1} are here`,
    )
    expect(messageOf(() => shardRange(head, 3))).toBe(
      'There is no shard 3; the records file has 3, counted from 0',
    )
  })
})

describe('a damaged file', () => {
  const bytes = encodeRecords(payments(130))

  test('is noticed whichever byte was changed', () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      expect(
        messageOf(() => decodeRecords(changed)),
        `byte ${at}`,
      ).toMatch(/^(The records file|This is not a records file)/)
    }
  })

  test('is noticed wherever it was cut, and when it is too long', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(
        messageOf(() => decodeRecords(bytes.slice(0, length))),
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
    ['another version', edited(9, 2), 'The records file has version 2; this reader knows version 1'],
    ['another shard size', edited(11, 64), 'The records file is corrupt: shards of 64 leaves instead of 128'],
    [
      'a wrong number of shards',
      edited(19, 9),
      'The records file is corrupt: 130 leaves cannot make 9 shards',
    ],
    [
      'a wrong width',
      edited(10, 16),
      /^The records file is corrupt: amounts of 16 bytes do not fit the total/.source,
    ],
    [
      'a changed root',
      edited(20, 0xff ^ (bytes[20] ?? 0)),
      'The records file is corrupt: its head does not match its checksum',
    ],
    [
      'a changed record',
      edited(bytes.length - 1, 0xff ^ (bytes.at(-1) ?? 0)),
      'The records file is corrupt: its records do not match their checksum',
    ],
  ])('%s is told as such', (_, changed, message) => {
    expect(messageOf(() => decodeRecords(changed))).toMatch(
      message.startsWith('^') ? new RegExp(message) : message,
    )
  })

  /** The file with a change in its head under a right checksum: a forger's, not an accident's. */
  const forged = (at: number, value: Uint8Array): Uint8Array => {
    const changed = bytes.slice()
    changed.set(value, at)
    const end = recordsHeadLength(changed)
    changed.set(keccak256(changed.subarray(0, end - 32), 'bytes'), end - 32)
    return changed
  }

  test('a forged root, shard or body under right checksums is still noticed', () => {
    const width = bytes[10] ?? 0
    expect(messageOf(() => decodeRecords(forged(20, new Uint8Array(32))))).toBe(
      'The records file is wrong: its shard roots do not lead to its root',
    )
    expect(messageOf(() => decodeRecords(forged(100, new Uint8Array(32))))).toBe(
      'The records file is wrong: its shard roots do not lead to its root',
    )
    expect(messageOf(() => decodeRecords(forged(132, new Uint8Array(width))))).toBe(
      'The records file is wrong: the totals of its shards do not make its total',
    )
    expect(messageOf(() => decodeRecords(forged(132 + width, new Uint8Array(20))))).toBe(
      `The records file is wrong: shard 0 does not begin with ${address(0)}`,
    )
    const start = recordsHeadLength(bytes)
    const body = bytes.slice(start)
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1
    const whole = forged(68, keccak256(body, 'bytes'))
    whole.set(body, start)
    expect(messageOf(() => decodeRecords(whole))).toBe(
      'The records file is corrupt: the records of shard 1 do not lead to its root and total',
    )
  })
})
