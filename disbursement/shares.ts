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

/** The digit of 16 bits, counted from the top, of the number at a place. */
const digitOf = (words: Uint32Array, place: number, digit: number): number => {
  const word = words[place * WORDS + WORDS - 1 - (digit >> 1)] ?? 0
  return digit % 2 === 0 ? word >>> 16 : word & 0xffff
}

/** Adds 1 to the `left` shares with the largest remainders, on a tie to the earlier: a radix select, top digit first. */
const raiseLargest = (shares: Uint8Array, remainders: Uint8Array, left: number): void => {
  if (left === 0) return
  const words = new Uint32Array(remainders.buffer)
  const counted = new Uint32Array(shares.buffer)
  const raise = (place: number): void => {
    let at = place * WORDS
    while (((counted[at] ?? 0) + 1) >>> 0 === 0) counted[at++] = 0
    counted[at] = (counted[at] ?? 0) + 1
  }
  let places: Uint32Array | null = null
  let wanted = left
  for (let digit = 0; digit < DIGITS; digit++) {
    const count: number = places === null ? words.length / WORDS : places.length
    const counts = new Uint32Array(2 ** 16)
    for (let at = 0; at < count; at++) {
      const value = digitOf(words, places === null ? at : (places[at] ?? 0), digit)
      counts[value] = (counts[value] ?? 0) + 1
    }
    // Everything above the edge is raised; at the edge itself the next digit decides.
    let edge = counts.length - 1
    while (wanted > (counts[edge] ?? 0)) {
      wanted -= counts[edge] ?? 0
      edge--
    }
    const same = new Uint32Array(counts[edge] ?? 0)
    let kept = 0
    for (let at = 0; at < count; at++) {
      const place: number = places === null ? at : (places[at] ?? 0)
      const value = digitOf(words, place, digit)
      if (value > edge) raise(place)
      else if (value === edge) same[kept++] = place
    }
    places = same
    if (wanted === kept) break
  }
  places?.subarray(0, wanted).forEach(raise)
}
