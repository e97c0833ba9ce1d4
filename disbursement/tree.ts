// The Merkle tree of SPEC section 7 over hashes, and the two kinds of leaves. Shape and pair hashing are OpenZeppelin's.
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { TreeError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { hexesOf } from './hexadecimal.ts'
import type { Packed } from './packed.ts'

const WORD = 32

/** Keeps a shard's leaf apart from an account's by its preimage: 128 bytes against 96. The contract has the same. */
export const SHARD_TYPEHASH: Hex = keccak256(
  new TextEncoder().encode('Shard(uint256 shard,bytes32 root,uint256 total)'),
)
const SHARD_TYPEHASH_BYTES = hexToBytes(SHARD_TYPEHASH)

const putUint = (bytes: Uint8Array, end: number, value: bigint, what: string): void => {
  if (value < 0n || value >= 1n << 256n) throw new TreeError(`${what} is ${value}, which is no uint256`)
  let rest = value
  for (let at = end - 1; rest > 0n; at--) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

const twice = (preimage: Uint8Array): Uint8Array => keccak256(keccak256(preimage, 'bytes'), 'bytes')

/** keccak256(keccak256(abi.encode(uint256 index, address account, uint256 amount))), index within its shard. */
export const accountLeaf = (index: number, account: Address, amount: bigint): Uint8Array => {
  const preimage = new Uint8Array(3 * WORD)
  putUint(preimage, WORD, BigInt(index), 'The index')
  preimage.set(hexToBytes(account, { size: 20 }), 2 * WORD - 20)
  putUint(preimage, 3 * WORD, amount, 'The amount')
  return twice(preimage)
}

/** abi.encode(SHARD_TYPEHASH, uint256 shard, bytes32 root, uint256 total), written at an offset. */
export const putShardPreimage = (
  bytes: Uint8Array,
  offset: number,
  shard: number,
  root: Uint8Array,
  total: bigint,
): void => {
  bytes.set(SHARD_TYPEHASH_BYTES, offset)
  putUint(bytes, offset + 2 * WORD, BigInt(shard), 'The shard')
  bytes.set(root, offset + 2 * WORD)
  putUint(bytes, offset + 4 * WORD, total, 'The total')
}

/** Bytes of what a shard's leaf is the hash of. */
export const SHARD_PREIMAGE_BYTES = 4 * WORD

/** keccak256(keccak256(abi.encode(SHARD_TYPEHASH, uint256 shard, bytes32 root, uint256 total))). */
export const shardLeaf = (shard: number, root: Hex, total: bigint): Uint8Array => {
  const preimage = new Uint8Array(SHARD_PREIMAGE_BYTES)
  putShardPreimage(preimage, 0, shard, hexToBytes(root, { size: WORD }), total)
  return twice(preimage)
}

/** A whole tree: 2n - 1 nodes of 32 bytes, the root first, the leaves last and in reverse. */
export type Tree = { size: number; nodes: Uint8Array }

const nodeAt = (nodes: Uint8Array, at: number): Uint8Array => nodes.subarray(at * WORD, (at + 1) * WORD)

/**
 * Builds the tree over leaf hashes, one behind another, in their order.
 * @throws TreeError without leaves
 */
export const treeOfHashes = (leafHashes: Uint8Array, hasher: Hasher = portableHasher): Tree => {
  const size = leafHashes.length / WORD
  if (size === 0) throw new TreeError('A tree needs at least one leaf')
  const nodes = new Uint8Array((2 * size - 1) * WORD)
  putReversed(leafHashes, nodes.subarray((size - 1) * WORD))
  // Nodes first…last have all their children behind them, so they can be hashed in one batch.
  for (let last = size - 2; last >= 0; ) {
    const first = Math.ceil(last / 2)
    hasher.hashPairs(
      nodes.subarray((2 * first + 1) * WORD, (2 * last + 3) * WORD),
      nodes.subarray(first * WORD, (last + 1) * WORD),
    )
    last = first - 1
  }
  return { size, nodes }
}

/** Leaves stand in a tree's nodes the last first. */
export const putReversed = (hashes: Uint8Array, target: Uint8Array): void => {
  const words = { from: wordsOf(hashes), to: wordsOf(target) }
  for (let from = 0, to = words.to.length - 8; to >= 0; to -= 16) {
    for (const end = to + 8; to < end; ) words.to[to++] = words.from[from++] ?? 0
  }
}

/** The same bytes as 32-bit words, copied only where they do not begin at one. */
const wordsOf = (bytes: Uint8Array): Uint32Array => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
}

/**
 * Builds the tree over leaf hashes in the order given.
 * @throws TreeError without leaves
 */
export const treeOf = (leafHashes: readonly Uint8Array[], hasher: Hasher = portableHasher): Tree => {
  const flat = new Uint8Array(leafHashes.length * WORD)
  leafHashes.forEach((leaf, place) => {
    flat.set(leaf, place * WORD)
  })
  return treeOfHashes(flat, hasher)
}

/** As many leaves as a tree of one piece can number. */
export const UNCUT = 2 ** 32

/**
 * One tree over all records in their order, not cut into shards: StandardMerkleTree.of(values, ['uint256', 'address',
 * 'uint256'], { sortLeaves: false }) with index, account and amount, whatever the number of leaves.
 * @throws TreeError without records
 */
export const uncutTree = ({ records, width }: Packed, hasher: Hasher = portableHasher): Tree => {
  const leafHashes = new Uint8Array((records.length / (20 + width)) * WORD)
  hasher.hashLeaves(records, width, leafHashes, UNCUT)
  return treeOfHashes(leafHashes, hasher)
}

/** The tree's root. */
export const rootOf = (tree: Tree): Hex => bytesToHex(nodeAt(tree.nodes, 0))

/** Which nodes a leaf's proof is made of, from the leaf upwards. */
export const proofNodes = (size: number, index: number): number[] => {
  const nodes: number[] = []
  for (let at = 2 * size - 2 - index; at > 0; at = (at - 1) >> 1) nodes.push(at % 2 === 1 ? at + 1 : at - 1)
  return nodes
}

/** @throws TreeError when a tree of that size has no such leaf */
export const mustBeLeaf = (size: number, index: number): void => {
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new TreeError(`There is no leaf ${index}; the tree has ${size}, counted from 0`)
  }
}

/**
 * The sibling hashes from the leaf at that place up to the root.
 * @throws TreeError when there is no such leaf
 */
export const proofOf = (tree: Tree, index: number): Hex[] => {
  mustBeLeaf(tree.size, index)
  return proofNodes(tree.size, index).map((at) => bytesToHex(nodeAt(tree.nodes, at)))
}

/** The proofs of all leaves, in their order. They share their texts, so they take little more memory than the tree. */
export const proofsOf = ({ size, nodes }: Tree): Hex[][] => {
  const texts = hexesOf(nodes, WORD)
  const proofs: Hex[][] = []
  for (let index = 0; index < size; index++) {
    const proof: Hex[] = []
    for (let at = 2 * size - 2 - index; at > 0; at = (at - 1) >> 1)
      proof.push(texts[at - 1 + 2 * (at % 2)] ?? '0x')
    proofs.push(proof)
  }
  return proofs
}

const sibling = (text: Hex): Uint8Array => {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text))
    throw new TreeError(`${text} is no part of a proof: 32 bytes in hexadecimal`)
  return hexToBytes(text)
}

/** The root that a leaf leads to by way of its siblings, 32 bytes each, one behind another. */
export const climb = (leaf: Uint8Array, siblings: Uint8Array, hasher: Hasher): Uint8Array => {
  const pair = new Uint8Array(2 * WORD)
  pair.set(leaf)
  for (let at = 0; at < siblings.length; at += WORD) {
    pair.set(siblings.subarray(at, at + WORD), WORD)
    hasher.hashPairs(pair, pair.subarray(0, WORD))
  }
  return pair.slice(0, WORD)
}

/**
 * The root that a leaf and its proof lead to.
 * @throws TreeError when a part of the proof is not 32 bytes
 */
export const rootFrom = (leaf: Uint8Array, proof: readonly Hex[]): Hex => {
  const siblings = new Uint8Array(proof.length * WORD)
  proof.forEach((text, place) => {
    siblings.set(sibling(text), place * WORD)
  })
  return bytesToHex(climb(leaf, siblings, portableHasher))
}
