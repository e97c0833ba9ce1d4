import { refused } from './refusal.ts'

/** No sum of money or tokens has more digits than a uint256. */
const MOST_DIGITS = 78

/**
 * Reads a decimal amount ("12000.00") into base units, exactly: no float ever holds it.
 * @param text digits with at most one point; no sign, exponent, space or thousands separator
 * @param decimals of the currency; digits beyond them must be zeros
 * @param name what the amount is, for the error
 */
export function parseAmount(text: string, decimals: number, name: string): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match?.[1] || text.length > MOST_DIGITS) {
    throw refused(
      `${name} must be a plain decimal number such as 12000.00, without separators, sign or exponent`,
    )
  }
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) {
    throw refused(`${name} has ${fraction.length} decimal places, but its currency has ${decimals}`)
  }
  return BigInt(match[1] + fraction.padEnd(decimals, '0'))
}

/** Base units as people read them, with thousands separated and every decimal place: 1800000000 at 6 → "1,800.000000". */
export function formatAmount(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',')
  return sign + (decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`)
}

/** The same without trailing zeros, for amounts that are nearly always round: "20,000" rather than 18 zeros more. */
export function formatShort(amount: bigint, decimals: number): string {
  const full = formatAmount(amount, decimals)
  return decimals === 0 ? full : full.replace(/\.?0+$/, '')
}
