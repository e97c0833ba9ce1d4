import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { basisPoints, priceOf, shortHex, writeAmount, writeShare } from '../src/amounts.ts'

describe('writeAmount', () => {
  test('groups thousands and keeps the least decimals', () => {
    expect(writeAmount(1_800_000_000n, 6, 2)).toEqual({ shown: '1,800.00', cut: '', exact: '1800.00' })
    expect(writeAmount(1_234_567_890_123n, 6, 2).shown).toBe('1,234,567.890123')
  })

  test('says what it left off instead of rounding', () => {
    expect(writeAmount(1_999_999_999_999_999_999n, 18)).toEqual({
      shown: '1.999999',
      cut: '999999999999',
      exact: '1.999999999999999999',
    })
  })

  test('counts the decimals of small amounts from their first digit', () => {
    expect(writeAmount(123_456_789n, 18, 0, 4)).toEqual({
      shown: '0.0000000001234',
      cut: '56789',
      exact: '0.000000000123456789',
    })
  })

  test('writes assets without decimals, zero, and amounts below zero', () => {
    expect(writeAmount(42_000n, 0).shown).toBe('42,000')
    expect(writeAmount(0n, 18)).toEqual({ shown: '0', cut: '', exact: '0' })
    expect(writeAmount(-1_500_000n, 6, 2)).toEqual({ shown: '−1.50', cut: '', exact: '-1.50' })
  })

  test('shown and cut together are every digit, whatever the amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 160n }), fc.nat(36), fc.nat(8), (value, decimals, most) => {
        const { shown, cut, exact } = writeAmount(value, decimals, 0, most)
        const digits = `${shown}${cut !== '' && !shown.includes('.') ? '.' : ''}${cut}`.replaceAll(',', '')
        expect(digits).toBe(exact)
        const [whole = '', fraction = ''] = exact.split('.')
        expect(BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0')).toBe(
          value,
        )
      }),
    )
  })
})

test('shares mark the digits that were cut', () => {
  expect(writeShare(30_000n, 40_000n)).toBe('75%')
  expect(writeShare(1n, 3n)).toBe('33.33…%')
  expect(writeShare(1n, 1_000n)).toBe('0.1%')
  expect(writeShare(1_234n, 100_000n)).toBe('1.23…%')
  expect(writeShare(0n, 0n)).toBe('0%')
  expect(basisPoints(1n, 3n)).toBe(3_333)
})

test('a price is the reserves’ ratio, with 18 more decimals', () => {
  const price = priceOf(2_400_000n * 10n ** 18n, 18, 60n * 10n ** 18n)
  expect(writeAmount(price, 36, 0, 6).exact).toBe('0.000025')
  expect(priceOf(0n, 18, 5n)).toBe(0n)
})

test('long hexadecimal is shortened in its middle', () => {
  expect(shortHex('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')).toBe('0x7099…79c8')
  expect(shortHex('0x1234')).toBe('0x1234')
})
