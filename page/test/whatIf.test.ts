import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { weightOf } from '../../disbursement/index.ts'
import { lossOf, readAmount, spareOf } from '../src/claim/whatIf.ts'

const whole = { lots: 20_000n, custody: 20_000n, entitlement: 20_000n }

describe('what sending away would cost', () => {
  test('5,000 of 20,000 is a quarter of the claim', () => {
    expect(lossOf(whole, 5_000n, 'proportional')).toEqual({
      lost: 5_000n,
      left: 15_000n,
      before: 20_000n,
      after: 15_000n,
    })
  })

  test('all of it, where the terms say all or nothing', () => {
    expect(lossOf(whole, 1n, 'all-or-nothing')).toMatchObject({ lost: 1n, before: 20_000n, after: 0n })
  })

  test('tokens bought on the market go first', () => {
    const holding = { lots: 20_000n, custody: 25_000n, entitlement: 20_000n }
    expect(spareOf(holding)).toBe(5_000n)
    expect(lossOf(holding, 5_000n, 'proportional').lost).toBe(0n)
    expect(lossOf(holding, 5_001n, 'proportional').lost).toBe(1n)
  })

  test('what was bought back carries nothing, so sending it again costs nothing', () => {
    expect(
      lossOf({ lots: 20_000n, custody: 20_000n, entitlement: 15_000n }, 5_000n, 'proportional').lost,
    ).toBe(0n)
  })

  test('is the rule of the engine, whatever is held and sent', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n })
    const forfeits = fc.constantFrom('proportional' as const, 'all-or-nothing' as const)
    fc.assert(
      fc.property(amount, amount, amount, amount, forfeits, (lots, custody, settled, sent, forfeit) => {
        const smallest = (...all: bigint[]) => all.reduce((a, b) => (a < b ? a : b))
        const entitlement = smallest(lots, custody, settled)
        const after = smallest(entitlement, custody > sent ? custody - sent : 0n)
        const loss = lossOf({ lots, custody, entitlement }, sent, forfeit)
        expect(loss.left).toBe(after)
        expect(loss.after).toBe(weightOf(forfeit, lots, after))
        expect(loss.before).toBe(weightOf(forfeit, lots, entitlement))
      }),
    )
  })
})

describe('an amount as it is typed', () => {
  test.each([
    ['5000', 5_000_000_000n],
    ['5,000', 5_000_000_000n],
    ['.5', 500_000n],
    ['1.', 1_000_000n],
    ['1.234567', 1_234_567n],
  ])('%s', (text, units) => {
    expect(readAmount(text, 6)).toBe(units)
  })

  test.each(['', '.', ',', '-1', '1e3', '1.2.3', '0x10', '1.2345678', 'all'])('not %s', (text) => {
    expect(readAmount(text, 6)).toBeNull()
  })
})
