import { expect, test } from 'vitest'
import { type ChangeRow, entitlementHistory, type LotRow } from '../src/history.ts'

const lot = (block: number, amount: number, holder = 'a'): LotRow => ({
  block,
  amount: String(amount),
  holder,
})
const custody = (block: number, after: number, more: Partial<ChangeRow> = {}): ChangeRow => ({
  ...{ holder: 'a', wallet: 'a', kind: 'TRANSFER_OUT', custody: String(after), lots: '20000', block },
  ...{ timestamp: block * 10, transaction: `t${block}` },
  ...more,
})
const told = (lots: LotRow[], changes: ChangeRow[]) =>
  entitlementHistory('a', lots, changes).map(({ block, entitlement, change }) => [block, entitlement, change])

const BOUGHT = custody(1, 20_000, { kind: 'LOT' })

test('who holds keeps everything', () => {
  expect(told([lot(1, 20_000)], [BOUGHT])).toEqual([[1, 20_000n, 20_000n]])
})

test('selling 5,000 and buying them back leaves 15,000', () => {
  expect(told([lot(1, 20_000)], [BOUGHT, custody(2, 15_000), custody(3, 20_000)])).toEqual([
    [1, 20_000n, 20_000n],
    [2, 15_000n, -5_000n],
  ])
})

test('buying 5,000 and selling them leaves 20,000', () => {
  expect(told([lot(1, 20_000)], [BOUGHT, custody(2, 25_000), custody(3, 20_000)])).toEqual([
    [1, 20_000n, 20_000n],
  ])
})

test('all out and back within one block leaves 20,000', () => {
  expect(told([lot(1, 20_000)], [BOUGHT, custody(2, 0), custody(2, 20_000)])).toEqual([[1, 20_000n, 20_000n]])
})

test('a lot sold in the block it was bought in never counted', () => {
  expect(told([lot(1, 20_000)], [BOUGHT, custody(1, 5_000)])).toEqual([[1, 5_000n, 5_000n]])
})

test('a second lot adds to what is left, and tokens bought on the market do not', () => {
  const changes = [BOUGHT, custody(2, 0), custody(3, 9_000), custody(4, 10_000, { kind: 'LOT' })]
  expect(told([lot(1, 20_000), lot(4, 1_000)], changes)).toEqual([
    [1, 20_000n, 20_000n],
    [2, 0n, -20_000n],
    [4, 1_000n, 1_000n],
  ])
})

test('a linked wallet brings what was left of its own, and a link counts for the whole block', () => {
  const other = (block: number, after: number, kind = 'TRANSFER_OUT') =>
    custody(block, after, { holder: 'b', wallet: 'b', kind })
  const changes = [
    BOUGHT,
    other(2, 1_000, 'LOT'),
    other(3, 400),
    // In the block of the link: out of one wallet before it, into the other after it.
    other(4, 0),
    custody(4, 20_000, { wallet: 'b', kind: 'LINK' }),
    custody(4, 20_400, { kind: 'TRANSFER_IN' }),
    custody(5, 20_100),
  ]
  expect(told([lot(1, 20_000), lot(2, 1_000, 'b')], changes)).toEqual([
    [1, 20_000n, 20_000n],
    [4, 20_400n, 400n],
    [5, 20_100n, -300n],
  ])
})

test('each point tells time, custody, lots and every transaction of its block once', () => {
  const changes = [BOUGHT, custody(2, 18_000), custody(2, 17_000), custody(2, 16_000, { transaction: 'u2' })]
  expect(entitlementHistory('a', [lot(1, 20_000)], changes).at(-1)).toEqual({
    ...{ block: 2, timestamp: 20, entitlement: 16_000n, change: -4_000n, custody: 16_000n, lots: 20_000n },
    transactions: ['t2', 'u2'],
  })
})

test('who never bought first-hand has no history', () => {
  expect(told([], [])).toEqual([])
})
