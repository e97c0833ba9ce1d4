// Roots that others published, by their own rules: how a leaf is hashed, in which order leaves stand, what an odd node does.
import { type Hasher, portableHasher } from './hasher.ts'
import { ACCOUNT_BYTES, countOf, type Packed } from './packed.ts'
import { sortByBytes } from './radix.ts'
import { treeOfHashes } from './tree.ts'

const HASH = 32
const WORD = 32

/** Writes each record's account and amount where a leaf has them. */
const preimages = (
  { records, width }: Packed,
  size: number,
  account: number,
  amountEnd: number,
): Uint8Array => {
  const bytes = new Uint8Array(countOf({ records, width }) * size)
  const record = ACCOUNT_BYTES + width
  for (let from = 0, to = 0; from < records.length; from += record, to += size) {
    for (let at = 0; at < ACCOUNT_BYTES; at++) bytes[to + account + at] = records[from + at] ?? 0
    const amount = to + amountEnd - width
    for (let at = 0; at < width; at++) bytes[amount + at] = records[from + ACCOUNT_BYTES + at] ?? 0
  }
  return bytes
}

const hashed = (bytes: Uint8Array, size: number, hasher: Hasher, times: 1 | 2): Uint8Array => {
  const hashes = new Uint8Array((bytes.length / size) * HASH)
  hasher.hash(bytes, size, hashes, times)
  return hashes
}

/**
 * keccak256(abi.encodePacked(uint256 index, address account, uint256 amount)), as Uniswap's distributor checks it.
 * @param indexes each record's index, in the records' order
 */
export const indexedLeaves = (
  packed: Packed,
  indexes: ArrayLike<number>,
  hasher: Hasher = portableHasher,
): Uint8Array => {
  const size = WORD + ACCOUNT_BYTES + WORD
  const bytes = preimages(packed, size, WORD, size)
  const view = new DataView(bytes.buffer)
  for (let place = 0; place * size < bytes.length; place++) {
    view.setUint32(place * size + WORD - 4, indexes[place] ?? 0)
  }
  return hashed(bytes, size, hasher, 1)
}

/** keccak256(abi.encodePacked(address account, uint256 amount)). */
export const packedPairLeaves = (packed: Packed, hasher: Hasher = portableHasher): Uint8Array =>
  hashed(preimages(packed, ACCOUNT_BYTES + WORD, 0, ACCOUNT_BYTES + WORD), ACCOUNT_BYTES + WORD, hasher, 1)

/** keccak256(keccak256(abi.encode(address account, uint256 amount))), as OpenZeppelin's library hashes these two. */
export const standardPairLeaves = (packed: Packed, hasher: Hasher = portableHasher): Uint8Array =>
  hashed(preimages(packed, 2 * WORD, WORD - ACCOUNT_BYTES, 2 * WORD), 2 * WORD, hasher, 2)

/** Leaf hashes in ascending order. */
export const sortedHashes = (hashes: Uint8Array): Uint8Array => sortByBytes(hashes, HASH, HASH)

/** Sorted leaf hashes, each once. */
export const distinctHashes = (sorted: Uint8Array): Uint8Array => {
  const kept = sorted.slice()
  let to = 0
  for (let from = 0; from < sorted.length; from += HASH) {
    let at = to === 0 ? HASH : 0
    while (at < HASH && kept[to - HASH + at] === sorted[from + at]) at++
    if (at === HASH && to > 0) continue
    kept.copyWithin(to, from, from + HASH)
    to += HASH
  }
  return kept.subarray(0, to)
}

/** Level by level, pairs from the left; `odd` makes something of a last node without a partner, at the place it goes to. */
const rootByLevels = (
  leafHashes: Uint8Array,
  hasher: Hasher,
  odd: (nodes: Uint8Array, from: number, to: number) => void,
): Uint8Array => {
  const nodes = leafHashes.slice()
  let count = nodes.length / HASH
  while (count > 1) {
    const pairs = count >> 1
    hasher.hashPairs(nodes.subarray(0, pairs * 2 * HASH), nodes.subarray(0, pairs * HASH))
    if (count % 2 === 1) odd(nodes, (count - 1) * HASH, pairs * HASH)
    count = pairs + (count % 2)
  }
  return nodes.slice(0, HASH)
}

/** The root where a node without a partner goes up as it is. */
export const rootPromoting = (leafHashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array =>
  rootByLevels(leafHashes, hasher, (nodes, from, to) => nodes.copyWithin(to, from, from + HASH))

/** The root where a node without a partner is paired with zeros, on every level. */
export const rootPairingZeros = (leafHashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array =>
  rootByLevels(leafHashes, hasher, (nodes, from, to) => {
    const pair = new Uint8Array(2 * HASH)
    pair.set(nodes.subarray(from, from + HASH))
    hasher.hashPairs(pair, nodes.subarray(to, to + HASH))
  })

/** The root where leaves of zeros fill the tree up to a power of two. */
export const rootPadding = (leafHashes: Uint8Array, hasher: Hasher = portableHasher): Uint8Array => {
  const padded = new Uint8Array(2 ** Math.ceil(Math.log2(leafHashes.length / HASH)) * HASH)
  padded.set(leafHashes)
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
