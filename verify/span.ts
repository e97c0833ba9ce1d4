// How many blocks to ask for at once: as many as a provider bears, found out by asking.

/** Logs in one answer that are few enough to hold and enough to be worth a request. */
const COMFORTABLE = 10_000
/** Successes near what was refused before more is tried again: limits on results depend on how busy blocks are. */
const PATIENCE = 8

/** The number of blocks of the next request: half as many when refused, twice as many when not. */
export class BlockSpan {
  #size: bigint
  readonly #largest: bigint
  /** More than this was refused lately. */
  #ceiling: bigint
  #calm = 0

  /** @param first what to begin with; @param largest what never to go beyond */
  constructor(first: bigint, largest: bigint) {
    this.#size = first < largest ? first : largest
    this.#largest = largest
    this.#ceiling = largest
  }

  get size(): bigint {
    return this.#size
  }

  /** A request for `asked` blocks was answered with so many logs. */
  answered(asked: bigint, logs: number): void {
    if (logs > COMFORTABLE) {
      this.#size = atLeastOne((asked * BigInt(COMFORTABLE)) / BigInt(logs))
      return
    }
    // The last stretch may be short without saying anything about the provider.
    if (asked < this.#size) return
    if (this.#size * 2n <= this.#ceiling) {
      this.#size *= 2n
      return
    }
    // Between what works and what was refused by halves, until the gap is not worth a refusal.
    const gap = this.#ceiling - this.#size
    if (gap > this.#size / 4n) this.#size += gap / 2n
    else if (++this.#calm >= PATIENCE) {
      this.#ceiling = min(this.#ceiling * 2n, this.#largest)
      this.#calm = 0
    }
  }

  /** A request for `asked` blocks was refused as too much; `instead` is what the provider offered, if anything. */
  refused(asked: bigint, instead: bigint | null): void {
    this.#ceiling = atLeastOne(instead ?? asked - 1n)
    this.#size = atLeastOne(instead ?? asked / 2n)
    this.#calm = 0
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const atLeastOne = (size: bigint): bigint => (size < 1n ? 1n : size)
