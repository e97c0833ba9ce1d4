/** What the distributor's word says of a leaf: 128 claimed flags above, what remains below (SPEC section 9). Pure. */
export interface Paid {
  readonly claimed: boolean | null
  readonly ended: boolean | null
}

const LOW = (1n << 128n) - 1n
const UNKNOWN: Paid = { claimed: null, ended: null }

/** Every flag set and nothing left: cancelled or swept, or all of 128 leaves were paid. Only the events tell which. */
const seemsEnded = (word: bigint): boolean => word >> 128n === LOW && (word & LOW) === 0n

/**
 * @param word of the leaf's own distribution, which is the shard where there is more than one
 * @param parent the published distribution's word: the same where there are no shards
 */
export function paidFrom(index: number, word: bigint, parent: bigint): Paid {
  if (word === 0n) {
    if (parent === 0n) return UNKNOWN
    // A shard that was never opened has its budget in the parent, unless the parent ended.
    return { claimed: false, ended: seemsEnded(parent) }
  }
  if (seemsEnded(word)) return UNKNOWN
  return { claimed: ((word >> 128n) & (1n << BigInt(index))) !== 0n, ended: false }
}
