// SPEC section 3: the hash that names a set of primary lots.
import fc from 'fast-check'
import { concat, encodePacked, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { checkLots, lotsHash, type PrimaryLot } from '../lots.ts'
import { address, hash, lotsOf, position } from './fixtures.ts'

const lot = (transaction: number, logIndex: number, buyer = 1, amount = 5n): PrimaryLot => ({
  transaction: hash(transaction),
  logIndex,
  buyer: address(buyer),
  amount,
})

describe('the lots hash', () => {
  test('is of packed records in the order of transaction and log index', () => {
    const [a, b, c] = [lot(1, 300), lot(2, 7, 9, (1n << 200n) + 3n), lot(2, 30)]
    const packed = [a, b, c].map((each) =>
      encodePacked(
        ['bytes32', 'uint32', 'address', 'uint256'],
        [each.transaction, each.logIndex, each.buyer, each.amount],
      ),
    )
    expect(lotsHash([c, a, b])).toBe(keccak256(concat(packed)))
    expect(lotsHash([])).toBe(keccak256('0x'))
  })

  test('does not depend on the order, and on everything else', () => {
    const lots = Array.from({ length: 20 }, (_, at) => lot(at >> 1, at, at % 4, BigInt(at)))
    fc.assert(
      fc.property(fc.shuffledSubarray(lots, { minLength: lots.length }), (shuffled) => {
        expect(lotsHash(shuffled)).toBe(lotsHash(lots))
      }),
    )
    const changes = [{ transaction: hash(99) }, { logIndex: 99 }, { buyer: address(99) }, { amount: 99n }]
    const all = changes.map((change) =>
      lotsHash(lots.map((each, at) => (at === 7 ? { ...each, ...change } : each))),
    )
    expect(new Set([lotsHash(lots), lotsHash(lots.slice(1)), ...all]).size).toBe(6)
  })

  test.each<[string, PrimaryLot[], string]>([
    ['a lot twice', [lot(1, 2), lot(1, 2, 3)], `the primary lot ${hash(1)} #2 is listed twice`],
    ['a malformed buyer', [{ ...lot(1, 2), buyer: '0x1' }], 'has a malformed name or buyer'],
    ['a log index that is none', [lot(1, 1.5)], 'has the log index 1.5, which is no uint32'],
    ['a negative amount', [lot(1, 1, 1, -1n)], 'has the amount -1, which is no uint256'],
  ])('refuses %s', (_, lots, message) => {
    expect(() => lotsHash(lots)).toThrow(message)
  })
})

describe('lots and positions', () => {
  const positions = [
    position(address(1), 30n, 30n, { wallets: [address(1), address(4)] }),
    position(address(2), 7n),
    position(address(3), 0n),
  ]

  test('agree when each wallet bought what its holder has', () => {
    expect(() => checkLots([lot(1, 1, 1, 10n), lot(1, 2, 4, 20n), lot(2, 0, 2, 7n)], positions)).not.toThrow()
    expect(() => checkLots(lotsOf(positions), positions)).not.toThrow()
  })

  test.each<[string, PrimaryLot[], string]>([
    [
      'a lot is missing',
      [lot(1, 1, 1, 30n)],
      `holder ${address(2)}: primary lots are 7, but the lots listed for its wallets make 0`,
    ],
    [
      'a lot is too much',
      [lot(1, 1, 1, 30n), lot(1, 2, 2, 7n), lot(1, 3, 3, 1n)],
      `holder ${address(3)}: primary lots are 0, but the lots listed for its wallets make 1`,
    ],
    [
      'a buyer is missing',
      [lot(1, 1, 1, 30n), lot(1, 2, 2, 7n), lot(1, 3, 9, 1n)],
      `${address(9)} bought primary lots of 1 and is not among the holders; read every page of holders`,
    ],
  ])('differ when %s', (_, lots, message) => {
    expect(() => checkLots(lots, positions)).toThrow(
      expect.objectContaining({ code: 'LOTS_INCONSISTENT', message }),
    )
  })
})
