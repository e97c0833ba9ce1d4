// SPEC section 5, from the rows of the index.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountRow, positions, weightOf } from '../entitlement.ts'
import { address } from './fixtures.ts'

const row = (id: number, more: Partial<AccountRow> = {}): AccountRow => ({
  id: address(id),
  holder: address(id),
  balance: '0',
  staked: '0',
  lp: '0',
  lpStaked: '0',
  lots: '0',
  custody: '0',
  basis: '0',
  settled: '0',
  units: '0',
  recipient: null,
  ...more,
})

describe('positions', () => {
  test('sum a holder over its wallets, and take the lower of settled and custody', () => {
    const rows = [
      row(9, { holder: address(5), balance: '300', lp: '7' }),
      row(5, {
        balance: '100',
        staked: '40',
        lpStaked: '5',
        basis: '60',
        units: '12',
        lots: '600',
        custody: '500',
        settled: '550',
        recipient: address(77),
      }),
      row(1, { balance: '10', custody: '10' }),
    ]
    expect(positions(rows, [])).toEqual([
      {
        holder: address(1),
        wallets: [address(1)],
        recipient: null,
        lots: 0n,
        balance: 10n,
        staked: 0n,
        lp: 0n,
        lpStaked: 0n,
        units: 0n,
        basis: 0n,
        custody: 10n,
        settled: 0n,
        entitlement: 0n,
      },
      {
        holder: address(5),
        wallets: [address(5), address(9)],
        recipient: address(77),
        lots: 600n,
        balance: 400n,
        staked: 40n,
        lp: 7n,
        lpStaked: 5n,
        units: 12n,
        basis: 60n,
        custody: 500n,
        settled: 550n,
        entitlement: 500n,
      },
    ])
  })

  test('of who sold 5,000 of 20,000 and bought them back are 15,000', () => {
    const [position] = positions(
      [row(1, { balance: '20000', custody: '20000', lots: '20000', settled: '15000' })],
      [],
    )
    expect(position?.entitlement).toBe(15_000n)
  })

  test('leave out excluded addresses, and a holder that linked one of them', () => {
    const rows = [row(1), row(2), row(3, { holder: address(2) }), row(4)]
    expect(positions(rows, [address(3), address(4)]).map(({ holder }) => holder)).toEqual([address(1)])
  })

  test('do not depend on the order of rows', () => {
    const rows = Array.from({ length: 12 }, (_, at) =>
      row(
        at + 1,
        at % 3 === 0 ? { balance: `${at}`, custody: `${at}` } : { holder: address(at - (at % 3) + 1) },
      ),
    )
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(positions(shuffled, [])).toEqual(positions(rows, []))
      }),
    )
  })

  test.each<[string, AccountRow[], string]>([
    [
      'a negative balance',
      [row(1, { balance: '-1', custody: '-1' })],
      `account ${address(1)}: balance is -1, which is not an amount; index the chain again`,
    ],
    [
      'a fraction',
      [row(1, { staked: '0.5' })],
      `account ${address(1)}: staked is 0.5, which is not an amount; index the chain again`,
    ],
    [
      'a row that came twice',
      [row(1), row(1)],
      `account ${address(1)} came twice; read every page at the same block`,
    ],
    [
      'a missing root',
      [row(2, { holder: address(1) })],
      `holder ${address(1)} has linked wallets but no row of its own`,
    ],
    [
      "a holder's figures on a linked wallet",
      [row(1), row(2, { holder: address(1), lots: '5' })],
      `linked wallet ${address(2)} still carries lots of its own`,
    ],
    [
      'custody that is not its parts',
      [row(1, { balance: '5', staked: '1', basis: '1', custody: '8' })],
      `holder ${address(1)}: custody is 8, but balance 5, staked 1 and basis 1 make 7`,
    ],
    [
      'units that are not the LP held',
      [row(1, { lp: '5', units: '4' })],
      `holder ${address(1)}: LP units are 4, but its wallets hold 5 and staked 0`,
    ],
    [
      'an entitlement above the lots',
      [row(1, { lots: '5', settled: '6' })],
      `holder ${address(1)}: entitlement 6 is more than its primary lots 5`,
    ],
  ])('refuse %s', (_, rows, message) => {
    expect(() => positions(rows, [])).toThrow(
      expect.objectContaining({ code: 'POSITIONS_INCONSISTENT', message }),
    )
  })
})

describe('the weight', () => {
  test('is the entitlement, or all or nothing of the lots', () => {
    expect(weightOf('proportional', 20n, 15n)).toBe(15n)
    expect(weightOf('all-or-nothing', 20n, 15n)).toBe(0n)
    expect(weightOf('all-or-nothing', 20n, 20n)).toBe(20n)
  })
})
