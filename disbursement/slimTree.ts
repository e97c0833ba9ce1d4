// The uncut tree in a sixth of what others take: records as they are, and a quarter of its nodes. The lower ones are hashed
// anew when a proof needs them.
import { bytesToHex, type Hex } from 'viem'
import { TreeError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { ACCOUNT_BYTES, countOf, type Packed } from './packed.ts'
import { mustBeLeaf, proofNodes, putReversed, UNCUT } from './tree.ts'

const HASH = 32

/** Nodes made at a time. The levels below them that are not kept take some twelve times as much, as long as it lasts. */
const AT_ONCE = 1024

/**
 * A tree that can give every proof, without what can soon be made again.
 * @property nodes those with inner nodes as grandchildren, the root first; none in a tree of four leaves or fewer
 */
export type SlimTree = { packed: Packed; nodes: Uint8Array }

/** The hashes of nodes `from` to `until - 1`: taken from those kept, or made from the records by way of their children. */
const hashesOf = (tree: SlimTree, from: number, until: number, hasher: Hasher): Uint8Array => {
  const { packed, nodes } = tree
  const size = countOf(packed)
  const [kept, firstLeaf] = [nodes.length / HASH, size - 1]
  const hashes = new Uint8Array((until - from) * HASH)
  const place = (first: number, end: number): Uint8Array =>
    hashes.subarray((first - from) * HASH, (end - from) * HASH)
  if (from < kept) hashes.set(nodes.subarray(from * HASH, Math.min(until, kept) * HASH))
  const [first, end] = [Math.max(from, kept), Math.min(until, firstLeaf)]
  if (first < end) hasher.hashPairs(hashesOf(tree, 2 * first + 1, 2 * end + 1, hasher), place(first, end))
  const leaf = Math.max(from, firstLeaf)
  if (leaf < until) {
    const index = 2 * size - 1 - until
    const record = ACCOUNT_BYTES + packed.width
    const own = new Uint8Array((until - leaf) * HASH)
    const records = packed.records.subarray(index * record, (index + until - leaf) * record)
    hasher.hashLeaves(records, packed.width, own, UNCUT, index)
    putReversed(own, place(leaf, until))
  }
  return hashes
}

/**
 * The same tree as `uncutTree`, which keeps 8 bytes a leaf beside the records instead of 64.
 * @param packed kept, so it must not change afterwards
 * @throws TreeError without records
 */
export const slimTree = (packed: Packed, hasher: Hasher = portableHasher): SlimTree => {
  const size = countOf(packed)
  if (size === 0) throw new TreeError('A tree needs at least one leaf')
  const kept = Math.max(0, Math.ceil((size - 4) / 4))
  const tree = { packed, nodes: new Uint8Array(kept * HASH) }
  for (let until = kept; until > 0; ) {
    // Their children must stand behind them, made already, or not be kept at all.
    const from = Math.max(until - AT_ONCE, Math.ceil((until - 1) / 2))
    const children = hashesOf(tree, 2 * from + 1, 2 * until + 1, hasher)
    hasher.hashPairs(children, tree.nodes.subarray(from * HASH, until * HASH))
    until = from
  }
  return tree
}

/** The tree's root. */
export const slimRoot = (tree: SlimTree, hasher: Hasher = portableHasher): Hex =>
  bytesToHex(hashesOf(tree, 0, 1, hasher))

/**
 * The sibling hashes from the leaf at that place up to the root; seven leaves at most are hashed for it.
 * @throws TreeError when there is no such leaf
 */
export const slimProof = (tree: SlimTree, index: number, hasher: Hasher = portableHasher): Hex[] => {
  const size = countOf(tree.packed)
  mustBeLeaf(size, index)
  return proofNodes(size, index).map((at) => bytesToHex(hashesOf(tree, at, at + 1, hasher)))
}
