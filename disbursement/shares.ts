// Cutting a pool in proportion to weights (SPEC section 6) for millions of them: flat numbers of 16 bytes, little-endian.

/** Below 2^127 a kernel divides; BigInt beyond. */
const LIMIT = 1n << 127n
const BYTES = 16
/** 32-bit words of a remainder. */
const WORDS = 4

/** Numbers of 8 or 16 bytes each, little-endian, one behind another. */
export type Numbers = { bytes: Uint8Array; width: 8 | 16 }

type Ratio = { pool: bigint; denominator: bigint }

/**
 * Divides in batches; `keccak/` has one. Numbers have 16 bytes, little-endian, and shares of a pool below 2^64 have 8; pool
 * and denominator are below 2^127.
 */
export type Divider = {
  /**
   * floor(pool · weight / denominator) for each weight, none above the denominator.
   * @param keys takes the first 16 bits of each remainder, counted from the denominator's first, little-endian
   * @returns the sum of the quotients
   */
  divide(ratio: Ratio, weights: Uint8Array, shares: Uint8Array, keys: Uint8Array): bigint
  /** Whole remainders, times 2^(128 - bit length of the denominator). */
  remainders(ratio: Ratio, weights: Uint8Array, remainders: Uint8Array): void
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
export const unpackNumbers = ({ bytes, width }: Numbers): bigint[] => {
  const halves = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  if (width === 8) return Array.from(halves)
  return Array.from(
    { length: halves.length / 2 },
    (_, place) => ((halves[place * 2 + 1] ?? 0n) << 64n) | (halves[place * 2] ?? 0n),
  )
}

/**
 * The pool cut in proportion: floor(pool · weight / denominator) each, and in the last period one more to the largest
 * remainders, on a tie to the earlier, until nothing is left.
 * @param weights they make up the denominator together
 * @returns the shares, in the weights' order
 */
export const cutShares = (
  { pool, denominator, last }: { pool: bigint; denominator: bigint; last: boolean },
  weights: Uint8Array,
  divider: Divider,
): Numbers => {
  const width = pool < 1n << 64n ? 8 : 16
  const shares = new Uint8Array((weights.length / BYTES) * width)
  const keys = new Uint16Array(weights.length / BYTES)
  const sum = divider.divide({ pool, denominator }, weights, shares, new Uint8Array(keys.buffer))
  if (!last || sum === pool) return { bytes: shares, width }
  const raised = new Int32Array(shares.buffer)
  const words = width / 4
  const { places, left } = firstDigit(raised, words, keys, Number(pool - sum))
  const chosen =
    left === places.length
      ? places
      : largest(places, left, remaindersAt(places, { pool, denominator }, weights, divider))
  for (const place of chosen) raise(raised, place * words)
  return { bytes: shares, width }
}

/** The whole remainders of the weights at some places. */
const remaindersAt = (
  places: Uint32Array,
  ratio: Ratio,
  weights: Uint8Array,
  divider: Divider,
): Uint32Array => {
  const chosen = new Uint8Array(places.length * BYTES)
  for (let to = 0; to < places.length; to++) {
    const from = (places[to] ?? 0) * BYTES
    chosen.set(weights.subarray(from, from + BYTES), to * BYTES)
  }
  const remainders = new Uint8Array(chosen.length)
  divider.remainders(ratio, chosen, remainders)
  return new Uint32Array(remainders.buffer)
}

const DIGITS = 8
const VALUES = 2 ** 16

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

/** Adds 1 to the share that begins at a word. */
const raise = (shares: Int32Array, first: number): void => {
  let at = first
  shares[at] = (shares[at] ?? 0) + 1
  // A word that has become 0 carries.
  while (shares[at] === 0) {
    at++
    shares[at] = (shares[at] ?? 0) + 1
  }
}

/**
 * Adds 1 to shares whose remainders are among the `wanted` largest by their first 16 bits already.
 * @param words of each share
 * @returns the places of those that agree with the last of them in these bits, and how many are still to be raised
 */
const firstDigit = (
  shares: Int32Array,
  words: number,
  keys: Uint16Array,
  wanted: number,
): { places: Uint32Array; left: number } => {
  const counts = new Uint32Array(VALUES)
  for (let place = 0; place < keys.length; place++) {
    const value = keys[place] ?? 0
    counts[value] = (counts[value] ?? 0) + 1
  }
  const { edge, left } = edgeOf(counts, wanted)
  const places = new Uint32Array(counts[edge] ?? 0)
  for (let place = 0, at = 0, kept = 0; place < keys.length; place++, at += words) {
    const value = keys[place] ?? 0
    // About half are raised, by chance: adding 0 or 1 is quicker than a branch that cannot be foretold.
    const up = value > edge ? 1 : 0
    const sum = ((shares[at] ?? 0) + up) | 0
    if (sum === 0 && up === 1) raise(shares, at)
    else shares[at] = sum
    if (value === edge) places[kept++] = place
  }
  return { places, left }
}

/**
 * The `wanted` places with the largest remainders, on a tie the earlier: a radix select, 16 bits at a time from the top.
 * @param remainders of the places, in their order; they agree in the first 16 bits
 */
const largest = (places: Uint32Array, wanted: number, remainders: Uint32Array): number[] => {
  const digitOf = (of: number, digit: number): number => {
    const word = remainders[of * WORDS + WORDS - 1 - (digit >> 1)] ?? 0
    return digit % 2 === 0 ? word >>> 16 : word & 0xffff
  }
  const chosen: number[] = []
  let left = wanted
  let among = Uint32Array.from(places, (_, of) => of)
  for (let digit = 1; digit < DIGITS && left < among.length; digit++) {
    const counts = new Uint32Array(VALUES)
    for (const of of among) {
      const value = digitOf(of, digit)
      counts[value] = (counts[value] ?? 0) + 1
    }
    const found = edgeOf(counts, left)
    const same = new Uint32Array(counts[found.edge] ?? 0)
    let kept = 0
    for (const of of among) {
      const value = digitOf(of, digit)
      if (value > found.edge) chosen.push(places[of] ?? 0)
      else if (value === found.edge) same[kept++] = of
    }
    left = found.left
    among = same
  }
  for (const of of among.subarray(0, left)) chosen.push(places[of] ?? 0)
  return chosen
}
