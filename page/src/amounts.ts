/** Integers of base units, written for people. Nothing here rounds: what is not shown is marked as cut. */

const GROUP = /\B(?=(\d{3})+(?!\d))/g

export interface WrittenAmount {
  /** What is shown: digits, grouped, with the decimals that fit. */
  readonly shown: string
  /** The decimals that were left off, empty when `shown` is the whole amount. */
  readonly cut: string
  /** Every digit, without grouping: what is copied and put into titles. */
  readonly exact: string
}

/**
 * Writes `value` base units of an asset with `decimals`. At least `least` decimals are shown (where the asset has them);
 * at most `most`, counted for amounts under one from their first digit that is not zero.
 */
export function writeAmount(value: bigint, decimals: number, least = 0, most = 6): WrittenAmount {
  const sign = value < 0n ? '−' : ''
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = decimals === 0 ? '' : digits.slice(-decimals).replace(/0+$/, '')
  const leading = whole === '0' ? (/^0*/.exec(fraction)?.[0].length ?? 0) : 0
  const kept = fraction.slice(0, leading + most)
  const padded = kept.padEnd(Math.min(least, decimals), '0')
  const exactFraction = fraction.padEnd(Math.min(least, decimals), '0')
  return {
    shown: `${sign}${whole.replace(GROUP, ',')}${padded ? `.${padded}` : ''}`,
    cut: fraction.slice(kept.length),
    exact: `${sign === '' ? '' : '-'}${whole}${exactFraction ? `.${exactFraction}` : ''}`,
  }
}

/** `part` of `whole` in hundredths of a percent, floored; 0 of 0 is 0. Only for drawing and for the words beside exact amounts. */
export function basisPoints(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 10_000n) / whole)
}

/** A share in percent, written with the decimals it has; the mark says when digits were cut. */
export function writeShare(part: bigint, whole: bigint): string {
  if (whole === 0n) return '0%'
  const scaled = (part * 1_000_000n) / whole
  const exact = scaled * whole === part * 1_000_000n
  const { shown, cut } = writeAmount(scaled, 4, 0, 2)
  return `${shown}${exact && cut === '' ? '' : '…'}%`
}

/**
 * The price of one whole unit of a token in another asset, as base units of that asset with 18 more decimals:
 * the reserves' ratio, floored. Write it with `decimals + 18`.
 */
export function priceOf(reserveToken: bigint, tokenDecimals: number, reserveOther: bigint): bigint {
  return reserveToken === 0n ? 0n : (reserveOther * 10n ** BigInt(tokenDecimals) * 10n ** 18n) / reserveToken
}

/** `0x1234…abcd`; the whole address belongs beside it, in a title. */
export function shortHex(hex: string): string {
  return hex.length <= 12 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}
