import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import fc from 'fast-check'
import { bytesToHex, concat, encodePacked, type Hex, keccak256, zeroHash } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import {
  distinctHashes,
  indexedLeaves,
  packedPairLeaves,
  rootPadding,
  rootPairingZeros,
  rootPromoting,
  sortedHashes,
  standardPairLeaves,
  standardPairRoot,
  uniswapRoot,
} from '../foreign.ts'
import { hexesOf } from '../hexadecimal.ts'
import { withWidth } from '../packed.ts'
import { packTexts, readIndexes } from '../packTexts.ts'
import { address } from './fixtures.ts'

const kernel = nodeKernel()

test('the root of UNI is the one on mainnet', () => {
  const file = new URL('../../bench/data/uniswap-uni-2020.csv.gz', import.meta.url)
  const rows = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)
  const cells = rows.map((row) => row.split(','))
  const packed = packTexts(
    cells.map((row) => row[1] ?? ''),
    cells.map((row) => row[2] ?? ''),
  )
  const indexes = readIndexes(cells.map((row) => row[0] ?? ''))
  expect(bytesToHex(uniswapRoot(packed, indexes, kernel))).toBe(
    '0xc8500f8e2fcf3c9a32880e1b973fb28acc88be35787a8abcf9981b2b65dbdeb5',
  )
})

test('indexes are read as numbers, and nothing else is taken for one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 32 - 1)), (numbers) => {
      expect([...readIndexes(numbers.map(String))]).toEqual(numbers)
    }),
  )
  expect([...readIndexes(['4294967295', '007'])]).toEqual([4_294_967_295, 7])
  for (const text of ['', '-1', '1.5', ' 1', '1e3', '0x1', '4294967296', '９', '9'.repeat(400)]) {
    expect(() => readIndexes(['1', text])).toThrow(/is no index/)
  }
})

describe('leaves of others', () => {
  const accounts = [address(0xabc), address(1), address(1)]
  const amounts = ['123456789012345678901234567890', '1', '1']
  const packed = packTexts(accounts, amounts)

  test('are hashed as Solidity encodes them', () => {
    expect(hexesOf(indexedLeaves(packed, [7, 70_000, 1], kernel), 32)).toEqual(
      [7n, 70_000n, 1n].map((index, at) =>
        keccak256(
          encodePacked(
            ['uint256', 'address', 'uint256'],
            [index, accounts[at] ?? '0x', BigInt(amounts[at] ?? 0)],
          ),
        ),
      ),
    )
    expect(hexesOf(packedPairLeaves(packed), 32)).toEqual(
      accounts.map((account, at) =>
        keccak256(encodePacked(['address', 'uint256'], [account, BigInt(amounts[at] ?? 0)])),
      ),
    )
  })

  test('are the same of amounts of any width, wherever the records begin', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(65_535), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 16 }),
        fc.nat(5),
        (numbers, width, offset) => {
          const wide = packTexts(
            numbers.map((number) => address(number + 1)),
            numbers.map(String),
          )
          const { records } = withWidth(wide, width)
          const bytes = new Uint8Array(offset + records.length)
          bytes.set(records, offset)
          const moved = { records: bytes.subarray(offset), width }
          expect(indexedLeaves(moved, numbers, kernel)).toEqual(indexedLeaves(wide, numbers, kernel))
          expect(packedPairLeaves(moved, kernel)).toEqual(packedPairLeaves(wide, kernel))
          expect(standardPairLeaves(moved, kernel)).toEqual(standardPairLeaves(wide, kernel))
          expect(hexesOf(packedPairLeaves(wide, kernel), 32)).toEqual(
            numbers.map((number) =>
              keccak256(encodePacked(['address', 'uint256'], [address(number + 1), BigInt(number)])),
            ),
          )
        },
      ),
    )
  })

  test('are sorted, and each kept once', () => {
    const hashes = packedPairLeaves(packed)
    const texts = [...new Set(hexesOf(hashes, 32))].sort()
    expect(texts).toHaveLength(2)
    expect(hexesOf(distinctHashes(sortedHashes(hashes)), 32)).toEqual(texts)
    expect(distinctHashes(new Uint8Array(96))).toEqual(new Uint8Array(32))
    expect(distinctHashes(new Uint8Array(0))).toEqual(new Uint8Array(0))
  })

  test("make OpenZeppelin's tree of accounts and amounts", () => {
    const values = Array.from({ length: 333 }, (_, at) => [address(at * at + 1), `${at * 10 ** 9 + 1}`])
    const texts = packTexts(
      values.map(([account]) => account ?? ''),
      values.map(([, amount]) => amount ?? ''),
    )
    expect(bytesToHex(standardPairRoot(texts, kernel))).toBe(
      StandardMerkleTree.of(values, ['address', 'uint256']).root,
    )
  })
})

describe('odd nodes', () => {
  const pair = (a: Hex, b: Hex): Hex => keccak256(a < b ? concat([a, b]) : concat([b, a]))
  const byRule = (leaves: Hex[], odd: (node: Hex) => Hex): Hex => {
    let level = leaves
    while (level.length > 1) {
      const next: Hex[] = []
      for (let at = 0; at < level.length; at += 2) {
        const [a, b] = [level[at] ?? '0x', level[at + 1]]
        next.push(b === undefined ? odd(a) : pair(a, b))
      }
      level = next
    }
    return level[0] ?? '0x'
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 11, 13, 100, 129])(
    'go up, or are paired with zeros, in trees of %i',
    (size) => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: size * 32, maxLength: size * 32 }), (hashes) => {
          const texts = hexesOf(hashes, 32)
          for (const hasher of [undefined, kernel]) {
            expect(bytesToHex(rootPromoting(hashes, hasher))).toBe(byRule(texts, (node) => node))
            expect(bytesToHex(rootPairingZeros(hashes, hasher))).toBe(
              byRule(texts, (node) => pair(node, zeroHash)),
            )
          }
          const full = 2 ** Math.ceil(Math.log2(size))
          const padded = [...texts, ...Array.from({ length: full - size }, () => zeroHash)]
          expect(bytesToHex(rootPadding(hashes, kernel))).toBe(byRule(padded, (node) => node))
        }),
        { numRuns: 3 },
      )
    },
  )
})
