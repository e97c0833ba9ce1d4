/** Numbers drawn from a seed: the same in every run. */
export class Dice {
  #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  /** From 0 to 1, 1 excluded (mulberry32). */
  chance(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 on, below the limit. */
  below(limit: number): number {
    return Math.floor(this.chance() * limit)
  }

  /** From 1 to 90 hundredths of an amount. */
  part(of: bigint): bigint {
    return (of * BigInt(1 + this.below(90))) / 100n
  }
}
