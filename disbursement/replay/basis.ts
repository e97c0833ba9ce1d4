// The deposit basis of SPEC section 4: how many tokens LP units count for, fixed when they are minted.

/** The largest integer whose square is at most `value`. */
export const isqrt = (value: bigint): bigint => {
  if (value < 2n) return value
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const better = (guess + value / guess) >> 1n
    if (better >= guess) return guess
    guess = better
  }
}

/** The reserves of the pair: the program's token and the other asset. */
export type Reserves = { token: bigint; other: bigint }

/** One mint of LP units. */
export type Deposit = {
  /** Tokens that went in, a. */
  tokens: bigint
  /** LP units that came out, u. */
  units: bigint
  /** LP supply after the mint, L, and whether there was none before it. */
  supply: bigint
  first: boolean
  /** Reserves after the mint; their product is k. */
  after: Reserves
  /** Reserves at the close of the block before, A and E. */
  closed: Reserves
}

/**
 * The basis a deposit earns: the tokens deposited, but no more than 2% above what the units were worth in tokens at the
 * last block's price, else exactly that. Without reserves then, only the mint that opens the pair has a basis.
 */
export const depositBasis = ({ tokens, units, supply, first, after, closed }: Deposit): bigint => {
  if (closed.token === 0n || closed.other === 0n) return first ? tokens : 0n
  const worth = (isqrt((after.token * after.other * closed.token) / closed.other) * units) / supply
  return 100n * tokens <= 102n * worth ? tokens : worth
}

/** What leaves of a basis when `units` of `all` leave: floor(B · x / U). */
export const basisOf = (basis: bigint, units: bigint, all: bigint): bigint =>
  all === 0n ? 0n : (basis * units) / all
