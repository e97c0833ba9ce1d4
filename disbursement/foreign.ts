// Roots that others published, by their own rules: how a leaf is hashed, in which order leaves stand, what an odd node does.
import { type Hasher, portableHasher } from './hasher.ts'
import { ACCOUNT_BYTES, countOf, type Packed } from './packed.ts'
import { sortByBytes } from './radix.ts'
import { treeOfHashes } from './tree.ts'

const HASH = 32
const WORD = 32

/** Leaves a batch: few enough that their preimages stay in a core's cache. */
const AT_ONCE = 1024

/** Where a leaf's preimage has what; an index of 32 bytes stands before everything else. */
type Layout = { size: number; account: number; amountEnd: number; times: 1 | 2 }

/** The hashes of leaves of some layout. */
const leafHashes = (
  { records, width }: Packed,
  { size, account, amountEnd, times }: Layout,
  hasher: Hasher,
  indexes: ArrayLike<number> | null = null,
): Uint8Array => {
  const count = countOf({ records, width })
  const hashes = new Uint8Array(count * HASH)
  const bytes = new Uint8Array(Math.min(AT_ONCE, count) * size)
  const view = new DataView(bytes.buffer)
  // Four bytes at a time where amounts consist of such; every layout does.
  const unit = width % 4 === 0 && records.byteOffset % 4 === 0 ? 4 : 1
  const source =
    unit === 4 ? new Uint32Array(records.buffer, records.byteOffset, records.length / 4) : records
  const target = unit === 4 ? new Uint32Array(bytes.buffer) : bytes
  const [ofAccount, ofAmount] = [ACCOUNT_BYTES / unit, width / unit]
  const [step, toAccount, toAmount] = [size / unit, account / unit, (amountEnd - width) / unit]
  for (let first = 0; first < count; first += AT_ONCE) {
    const until = Math.min(count, first + AT_ONCE)
    let from = first * (ofAccount + ofAmount)
    for (let leaf = 0; leaf < until - first; leaf++) {
      if (indexes !== null) view.setUint32(leaf * size + WORD - 4, indexes[first + leaf] ?? 0)
      let to = leaf * step + toAccount
      for (const end = from + ofAccount; from < end; ) target[to++] = source[from++] ?? 0
      to = leaf * step + toAmount
      for (const end = from + ofAmount; from < end; ) target[to++] = source[from++] ?? 0
    }
    const filled = bytes.subarray(0, (until - first) * size)
    hasher.hash(filled, size, hashes.subarray(first * HASH, until * HASH), times)
  }
  return hashes
}

const INDEXED: Layout = { size: 84, account: WORD, amountEnd: 84, times: 1 }
const PACKED_PAIR: Layout = { size: 52, account: 0, amountEnd: 52, times: 1 }
const STANDARD_PAIR: Layout = { size: 64, account: WORD - ACCOUNT_BYTES, amountEnd: 64, times: 2 }

/**
 * keccak256(abi.encodePacked(uint256 index, address account, uint256 amount)), as Uniswap's distributor checks it.
 * @param indexes each record's index, in the records' order
 */
export const indexedLeaves = (
  packed: Packed,
  indexes: ArrayLike<number>,
  hasher: Hasher = portableHasher,
): Uint8Array => leafHashes(packed, INDEXED, hasher, indexes)

/** keccak256(abi.encodePacked(address account, uint256 amount)). */
export const packedPairLeaves = (packed: Packed, hasher: Hasher = portableHasher): Uint8Array =>
  leafHashes(packed, PACKED_PAIR, hasher)

/** keccak256(keccak256(abi.encode(address account, uint256 amount))), as OpenZeppelin's library hashes these two. */
export const standardPairLeaves = (packed: Packed, hasher: Hasher = portableHasher): Uint8Array =>
  leafHashes(packed, STANDARD_PAIR, hasher)

/** Leaf hashes in ascending order. */
export const sortedHashes = (hashes: Uint8Array): Uint8Array => sortByBytes(hashes, HASH, HASH)

/** Sorted leaf hashes, each once: the same bytes where they are that already. */
export const distinctHashes = (sorted: Uint8Array): Uint8Array => {
  const isAgain = (from: number): boolean => {
    for (let at = 0; at < HASH; at++) if (sorted[from + at] !== sorted[from + at - HASH]) return false
    return true
  }
  let kept: Uint8Array | null = null
  let removed = 0
  for (let from = HASH; from < sorted.length; from += HASH) {
    if (isAgain(from)) {
      kept ??= sorted.slice()
      removed += HASH
    } else if (kept !== null) kept.copyWithin(from - removed, from, from + HASH)
  }
  return kept === null ? sorted : kept.subarray(0, sorted.length - removed)
}

/** Puts what a last node without a partner becomes at its place on the level above. */
type Odd = (node: Uint8Array, above: Uint8Array, to: number) => void

/** Level by level, pairs from the left. The hashes stay as they are. */
const rootByLevels = (hashes: Uint8Array, hasher: Hasher, odd: Odd): Uint8Array => {
  let count = hashes.length / HASH
  const nodes = new Uint8Array(Math.ceil(count / 2) * HASH)
  let level = hashes
  while (count > 1) {
    const pairs = count >> 1
    hasher.hashPairs(level.subarray(0, pairs * 2 * HASH), nodes.subarray(0, pairs * HASH))
    if (count % 2 === 1) odd(level.subarray((count - 1) * HASH, count * HASH), nodes, pairs * HASH)
    level = nodes
    count = pairs + (count % 2)
  }
  return level.slice(0, HASH)
}

/** The root where a node without a partner goes up as it is. */
export const rootPromoting = (hashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array =>
  rootByLevels(hashes, hasher, (node, above, to) => above.set(node, to))

/** The root where a node without a partner is paired with zeros, on every level. */
export const rootPairingZeros = (hashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array =>
  rootByLevels(hashes, hasher, (node, above, to) => {
    const pair = new Uint8Array(2 * HASH)
    pair.set(node)
    hasher.hashPairs(pair, above.subarray(to, to + HASH))
  })

/** The root where leaves of zeros fill the tree up to a power of two. */
export const rootPadding = (hashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array => {
  const padded = new Uint8Array(2 ** Math.ceil(Math.log2(hashes.length / HASH)) * HASH)
  padded.set(hashes)
  return rootPromoting(padded, hasher)
}

/** The root of Uniswap's distributions: packed leaves with an index, sorted, each once; an odd node goes up as it is. */
export const uniswapRoot = (
  packed: Packed,
  indexes: ArrayLike<number>,
  hasher: Hasher = portableHasher,
): Uint8Array => rootPromoting(distinctHashes(sortedHashes(indexedLeaves(packed, indexes, hasher))), hasher)

/** The root of StandardMerkleTree.of(values, ['address', 'uint256']), leaves sorted as is its default. */
export const standardPairRoot = (packed: Packed, hasher: Hasher = portableHasher): Uint8Array =>
  treeOfHashes(sortedHashes(standardPairLeaves(packed, hasher)), hasher).nodes.slice(0, HASH)
