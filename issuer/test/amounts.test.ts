import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAmount, formatShort, parseAmount } from '../amounts.ts'

test('an income is read exactly into base units', () => {
  const cases: [string, number, bigint][] = [
    ['12000.00', 6, 12_000_000_000n],
    ['12000', 6, 12_000_000_000n],
    ['0.000001', 6, 1n],
    ['0.0000010000', 6, 1n],
    ['0', 6, 0n],
    ['007.50', 6, 7_500_000n],
    ['3600.00', 18, 3_600n * 10n ** 18n],
    // Both of these lose their last digits as floats.
    ['9007199254740993.000001', 6, 9_007_199_254_740_993_000_001n],
    ['0.1', 18, 10n ** 17n],
    ['42', 0, 42n],
  ]
  for (const [text, decimals, expected] of cases)
    assert.equal(parseAmount(text, decimals, 'the income'), expected, text)
})

test('what is no plain decimal number is refused, and so is a fraction the currency cannot hold', () => {
  const unreadable = [
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '1e3',
    '1,000.00',
    '1_000',
    '.5',
    '5.',
    '1.2.3',
    '0x10',
    '١٢',
    'NaN',
    '9'.repeat(79),
  ]
  for (const text of unreadable) {
    assert.throws(() => parseAmount(text, 6, 'the income'), /the income must be a plain decimal number/, text)
  }
  assert.throws(
    () => parseAmount('1.0000001', 6, 'the income'),
    /has 7 decimal places, but its currency has 6/,
  )
  assert.throws(() => parseAmount('1.5', 0, 'the income'), /has 1 decimal places, but its currency has 0/)
})

test('amounts are written with thousands separated, in full or without trailing zeros', () => {
  assert.equal(formatAmount(1_800_000_000n, 6), '1,800.000000')
  assert.equal(formatAmount(599_999_400n, 6), '599.999400')
  assert.equal(formatAmount(1n, 18), '0.000000000000000001')
  assert.equal(formatAmount(-1_234_567n, 0), '-1,234,567')
  assert.equal(formatAmount(-5n, 1), '-0.5')
  assert.equal(formatShort(20_000n * 10n ** 18n, 18), '20,000')
  assert.equal(formatShort(1_500n, 3), '1.5')
  assert.equal(formatShort(0n, 18), '0')
  assert.equal(formatShort(1_000n, 0), '1,000')
})
