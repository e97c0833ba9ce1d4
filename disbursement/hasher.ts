// What does the hashing: a kernel that the host brings, or viem where there is none. Both give the same hashes.
import { keccak256 } from 'viem'

const HASH = 32
const ACCOUNT = 20
const LEAF = 96

/** Batches of keccak256 over flat arrays; `keccak/` has one that is fifty times faster than any in JavaScript. */
export type Hasher = {
  /**
   * keccak256 of each `size` bytes of the input, one hash of 32 bytes behind another.
   * @param times 2 to hash each hash once more
   */
  hash(input: Uint8Array, size: number, output: Uint8Array, times?: 1 | 2): void
  /** keccak256 of each pair of hashes, the smaller first. The output may be the input's own beginning. */
  hashPairs(input: Uint8Array, output: Uint8Array): void
  /**
   * The hashes of account leaves (SPEC section 7).
   * @param records 20 bytes of account and `width` big-endian bytes of amount each
   * @param restart the index starts again from 0 after so many leaves, a power of two
   * @param index the first record's, 0 unless it is given
   */
  hashLeaves(records: Uint8Array, width: number, output: Uint8Array, restart: number, index?: number): void
}

const isGreater = (bytes: Uint8Array, a: number, b: number): boolean => {
  for (let at = 0; at < HASH; at++) {
    const difference = (bytes[a + at] ?? 0) - (bytes[b + at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

/** Runs wherever JavaScript does, and is enough for small programs and single proofs. */
export const portableHasher: Hasher = {
  hash(input, size, output, times = 1) {
    for (let from = 0, to = 0; from < input.length; from += size, to += HASH) {
      const once = keccak256(input.subarray(from, from + size), 'bytes')
      output.set(times === 2 ? keccak256(once, 'bytes') : once, to)
    }
  },

  hashPairs(input, output) {
    const pair = new Uint8Array(2 * HASH)
    for (let from = 0, to = 0; from < input.length; from += 2 * HASH, to += HASH) {
      const swap = isGreater(input, from, from + HASH)
      pair.set(input.subarray(from, from + HASH), swap ? HASH : 0)
      pair.set(input.subarray(from + HASH, from + 2 * HASH), swap ? 0 : HASH)
      output.set(keccak256(pair, 'bytes'), to)
    }
  },

  hashLeaves(records, width, output, restart, index = 0) {
    const preimage = new Uint8Array(LEAF)
    const view = new DataView(preimage.buffer)
    for (let place = 0, from = 0; from < records.length; place++, from += ACCOUNT + width) {
      view.setUint32(HASH - 4, (index + place) % restart)
      preimage.set(records.subarray(from, from + ACCOUNT), 2 * HASH - ACCOUNT)
      preimage.set(records.subarray(from + ACCOUNT, from + ACCOUNT + width), LEAF - width)
      output.set(keccak256(keccak256(preimage, 'bytes'), 'bytes'), place * HASH)
    }
  },
}
