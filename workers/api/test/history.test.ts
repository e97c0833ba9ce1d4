import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ChangeRow, entitlementHistory, type LotRow } from '../src/history.ts'

const lot = (block: number, amount: number, holder = 'a'): LotRow => ({
  block,
  amount: String(amount),
  holder,
})
const custody = (block: number, after: number, more: Partial<ChangeRow> = {}): ChangeRow => ({
  ...{ holder: 'a', wallet: 'a', kind: 'TRANSFER_OUT', custody: String(after), lots: '20000', block },
  ...{ delta: '0', timestamp: block * 10, transaction: `t${block}` },
  ...more,
})

/** The rows with each one's change of custody filled in. */
const withDeltas = (rows: ChangeRow[]): ChangeRow[] => {
  const last = new Map<string, bigint>()
  return rows.map((row) => {
    const delta = BigInt(row.custody) - (last.get(row.holder) ?? 0n)
    last.set(row.holder, BigInt(row.custody))
    return { ...row, delta: String(delta) }
  })
}
const told = (lots: LotRow[], changes: ChangeRow[]) =>
  entitlementHistory('a', lots, changes).points.map(({ block, entitlement, change }) => [
    block,
    entitlement,
    change,
  ])

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
  expect(entitlementHistory('a', [lot(1, 20_000)], changes).points.at(-1)).toEqual({
    ...{ block: 2, timestamp: 20, entitlement: 16_000n, change: -4_000n, custody: 16_000n, lots: 20_000n },
    transactions: ['t2', 'u2'],
  })
})

test('who never bought first-hand has no history', () => {
  expect(told([], [])).toEqual([])
})

const lost = (lots: LotRow[], changes: ChangeRow[]) =>
  entitlementHistory('a', lots, withDeltas(changes)).forfeits.map(({ holder, transaction, amount }) => [
    holder,
    transaction,
    amount,
  ])
const within = (transaction: string, after: number, more: Partial<ChangeRow> = {}) =>
  custody(2, after, { transaction, ...more })

test('a drop is charged to the transaction that made it', () => {
  expect(
    lost([lot(1, 20_000)], [BOUGHT, custody(2, 15_000), custody(3, 20_000), custody(4, 14_000)]),
  ).toEqual([
    ['a', 't2', 5_000n],
    ['a', 't4', 1_000n],
  ])
})

test('what came back within the block was not lost, and what was spare is spent first', () => {
  expect(lost([lot(1, 20_000)], [BOUGHT, within('out', 0), within('back', 20_000)])).toEqual([])
  expect(lost([lot(1, 20_000)], [BOUGHT, within('in', 22_000), within('out', 19_000)])).toEqual([
    ['a', 'out', 1_000n],
  ])
  // 3,000 out, 2,000 back, 4,000 out: of the 5,000 missing at the end, 1,000 never came back.
  const changes = [BOUGHT, within('one', 17_000), within('two', 19_000), within('three', 15_000)]
  expect(lost([lot(1, 20_000)], changes)).toEqual([
    ['a', 'three', 4_000n],
    ['a', 'one', 1_000n],
  ])
})

test('tokens held before the first lot are spare', () => {
  const changes = [
    custody(1, 25_000, { kind: 'LOT', delta: '20000' }),
    custody(1, 22_000, { delta: '-3000' }),
  ]
  expect(entitlementHistory('a', [lot(1, 20_000)], changes).forfeits).toEqual([])
})

test('a wallet lost its own before it was linked, and the block of the link is the holder’s', () => {
  const other = (block: number, after: number, transaction: string, kind = 'TRANSFER_OUT') =>
    custody(block, after, { holder: 'b', wallet: 'b', kind, transaction })
  const changes = [
    BOUGHT,
    other(2, 1_000, 'buy', 'LOT'),
    other(3, 400, 'early'),
    other(4, 100, 'same block'),
    custody(4, 20_100, { wallet: 'b', kind: 'LINK', transaction: 'link' }),
  ]
  expect(lost([lot(1, 20_000), lot(2, 1_000, 'b')], changes)).toEqual([
    ['b', 'early', 600n],
    ['a', 'same block', 300n],
  ])
})

test('lots less everything forfeited is the entitlement, whatever happens', () => {
  const step = fc.record({
    gap: fc.nat({ max: 1 }),
    by: fc.constantFrom('a', 'b'),
    kind: fc.constantFrom('LOT', 'TRANSFER_IN', 'TRANSFER_OUT', 'LINK'),
    amount: fc.integer({ min: 1, max: 50 }),
    alone: fc.boolean(),
  })
  const program = fc.array(step, { maxLength: 40 })
  fc.assert(
    fc.property(program, (steps) => {
      const held: Record<string, number> = { a: 0, b: 0 }
      const lotsOf: Record<string, number> = { a: 0, b: 0 }
      const lots: LotRow[] = []
      const rows: ChangeRow[] = []
      let [block, linked, serial] = [1, false, 0]
      for (const { gap, by, kind, amount, alone } of steps) {
        block += gap
        if (alone) serial += 1
        const holder = linked ? 'a' : by
        const row = (delta: number) => {
          held[holder] = (held[holder] ?? 0) + delta
          // Without lots nobody's custody is followed.
          if ((lotsOf[holder] ?? 0) === 0) return
          rows.push({
            ...{ holder, wallet: by, kind, delta: String(delta), custody: String(held[holder]), block },
            ...{ lots: String(lotsOf[holder]), timestamp: block, transaction: `${block}/${serial}` },
          })
        }
        if (kind === 'LINK') {
          if (linked || by === 'a') continue
          lotsOf.a = (lotsOf.a ?? 0) + (lotsOf.b ?? 0)
          linked = true
          held.a = (held.a ?? 0) + (held.b ?? 0)
          if (lotsOf.a === 0) continue
          rows.push({
            ...{ holder: 'a', wallet: 'b', kind, delta: String(held.b), custody: String(held.a), block },
            ...{ lots: String(lotsOf.a), timestamp: block, transaction: `${block}/${serial}` },
          })
        } else if (kind === 'LOT') {
          lots.push({ holder, amount: String(amount), block })
          lotsOf[holder] = (lotsOf[holder] ?? 0) + amount
          row(amount)
        } else row(kind === 'TRANSFER_IN' ? amount : -Math.min(amount, held[holder] ?? 0))
      }
      for (const holder of linked ? ['a'] : ['a', 'b']) {
        const own = (each: { holder: string }) => linked || each.holder === holder
        const { points, forfeits } = entitlementHistory(holder, lots.filter(own), rows.filter(own))
        const bought = lots.filter(own).reduce((sum, each) => sum + BigInt(each.amount), 0n)
        const gone = forfeits.reduce((sum, each) => sum + each.amount, 0n)
        expect(bought - gone).toBe(points.at(-1)?.entitlement ?? 0n)
        for (const { amount } of forfeits) expect(amount > 0n).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})
