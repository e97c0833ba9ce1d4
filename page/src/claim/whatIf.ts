/** What sending tokens away would cost. Pure; SPEC sections 4 to 6. */

export interface Holding {
  readonly lots: bigint
  readonly custody: bigint
  readonly entitlement: bigint
}

export interface Loss {
  readonly lost: bigint
  readonly left: bigint
  /** Weights before and after: what of the claim is lost is (before − after) / before. */
  readonly before: bigint
  readonly after: bigint
}

/**
 * @param sent tokens that leave custody
 * @param forfeit the terms' rule: `proportional`, or `all-or-nothing`
 */
export function lossOf({ lots, custody, entitlement }: Holding, sent: bigint, forfeit: string): Loss {
  const kept = custody > sent ? custody - sent : 0n
  const left = entitlement < kept ? entitlement : kept
  const weigh = (amount: bigint) => (forfeit === 'all-or-nothing' ? (amount === lots ? lots : 0n) : amount)
  return { lost: entitlement - left, left, before: weigh(entitlement), after: weigh(left) }
}

/** Tokens that may leave before any entitlement does: bought on the market, they are spent first. */
export function spareOf({ custody, entitlement }: Holding): bigint {
  return custody > entitlement ? custody - entitlement : 0n
}

/**
 * Reads an amount as a person types it: digits, with grouping commas and one decimal point.
 * @returns base units, or null for what is no such amount or has more decimals than the asset
 */
export function readAmount(text: string, decimals: number): bigint | null {
  const match = /^(\d[\d,]*|)(?:\.(\d*))?$/.exec(text.trim())
  if (match === null) return null
  const whole = (match[1] ?? '').replaceAll(',', '')
  const fraction = match[2] ?? ''
  if ((whole === '' && fraction === '') || fraction.length > decimals) return null
  return BigInt((whole || '0') + fraction.padEnd(decimals, '0'))
}
