// Cutting a pool in proportion to weights (SPEC section 6) for millions of them: flat numbers of 16 bytes, little-endian.

/** Below 2^127 a kernel divides; BigInt beyond. */
const LIMIT = 1n << 127n
const BYTES = 16
const WORDS = 4

/** Divides in batches; `keccak/` has one. All numbers have 16 bytes, little-endian. */
export type Divider = {
  /**
   * floor(pool · weight / denominator) for each weight, none above the denominator, and the remainders times
   * 2^(128 - bit length of the denominator).
   * @param ratio both below 2^127, the denominator above 0
   * @returns the sum of the quotients
   */
  divide(
    ratio: { pool: bigint; denominator: bigint },
    weights: Uint8Array,
    shares: Uint8Array,
    remainders: Uint8Array,
  ): bigint
}

/** Can a divider do it exactly? */
export const isDividable = (pool: bigint, denominator: bigint): boolean =>
  pool < LIMIT && denominator > 0n && denominator < LIMIT

/** Numbers below 2^128 in the form that a divider takes. */
export const packNumbers = (values: readonly bigint[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * BYTES)
  const halves = new BigUint64Array(bytes.buffer)
  values.forEach((value, place) => {
    halves[place * 2] = BigInt.asUintN(64, value)
    halves[place * 2 + 1] = value >> 64n
  })
  return bytes
}

/** The numbers again. */
export const unpackNumbers = (bytes: Uint8Array): bigint[] => {
  const halves = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  return Array.from(
    { length: bytes.length / BYTES },
    (_, place) => ((halves[place * 2 + 1] ?? 0n) << 64n) | (halves[place * 2] ?? 0n),
  )
}

/**
 * The pool cut in proportion: floor(pool · weight / denominator) each, and in the last period one more to the largest
 * remainders, on a tie to the earlier, until nothing is left.
 * @param weights they make up the denominator together
 * @returns the shares, in the weights' order and form
 */
export const cutShares = (
  { pool, denominator, last }: { pool: bigint; denominator: bigint; last: boolean },
  weights: Uint8Array,
  divider: Divider,
): Uint8Array => {
  const shares = new Uint8Array(weights.length)
  const remainders = new Uint8Array(weights.length)
  const sum = divider.divide({ pool, denominator }, weights, shares, remainders)
  if (last) raiseLargest(shares, remainders, Number(pool - sum))
  return shares
}

const DIGITS = 8
const VALUES = 2 ** 16

/** The digit of 16 bits, counted from the top, of the number at a place. */
const digitOf = (words: Uint32Array, place: number, digit: number): number => {
  const word = words[place * WORDS + WORDS - 1 - (digit >> 1)] ?? 0
  return digit % 2 === 0 ? word >>> 16 : word & 0xffff
}

/** The lowest digit that is still among the `wanted` largest, and how many of that digit are. */
const edgeOf = (counts: Uint32Array, wanted: number): { edge: number; left: number } => {
  let edge = VALUES - 1
  let left = wanted
  while (left > (counts[edge] ?? 0)) {
    left -= counts[edge] ?? 0
    edge--
  }
  return { edge, left }
}

/** Adds 1 to the share at a place. */
const raise = (shares: Uint32Array, place: number): void => {
  let at = place * WORDS
  let sum = (shares[at] ?? 0) + 1
  shares[at] = sum
  while (sum === 2 ** 32) {
    at++
    sum = (shares[at] ?? 0) + 1
    shares[at] = sum
  }
}

/**
 * Adds 1 to the `wanted` shares with the largest remainders, on a tie to the earlier: a radix select. Most is settled by the
 * first digit; the others are looked at only for the few that agree in it.
 */
const raiseLargest = (shares: Uint8Array, remainders: Uint8Array, wanted: number): void => {
  if (wanted === 0) return
  const words = new Uint32Array(remainders.buffer)
  const raised = new Uint32Array(shares.buffer)
  const counts = new Uint32Array(VALUES)
  for (let at = WORDS - 1; at < words.length; at += WORDS) {
    const value = (words[at] ?? 0) >>> 16
    counts[value] = (counts[value] ?? 0) + 1
  }
  let { edge, left } = edgeOf(counts, wanted)
  let places = new Uint32Array(counts[edge] ?? 0)
  for (let at = WORDS - 1, place = 0, kept = 0; at < words.length; at += WORDS, place++) {
    const value = (words[at] ?? 0) >>> 16
    if (value > edge) raise(raised, place)
    else if (value === edge) places[kept++] = place
  }
  for (let digit = 1; digit < DIGITS && left < places.length; digit++) {
    counts.fill(0)
    for (const place of places) {
      const value = digitOf(words, place, digit)
      counts[value] = (counts[value] ?? 0) + 1
    }
    const found = edgeOf(counts, left)
    edge = found.edge
    left = found.left
    const same = new Uint32Array(counts[edge] ?? 0)
    let kept = 0
    for (const place of places) {
      const value = digitOf(words, place, digit)
      if (value > edge) raise(raised, place)
      else if (value === edge) same[kept++] = place
    }
    places = same
  }
  for (let at = 0; at < left; at++) raise(raised, places[at] ?? 0)
}
