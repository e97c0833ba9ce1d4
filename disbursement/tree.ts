// The Merkle tree of SPEC section 7 over hashes, and the two kinds of leaves. Shape and pair hashing are OpenZeppelin's.
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { TreeError } from './errors.ts'

const WORD = 32

/** Keeps a shard's leaf apart from an account's by its preimage: 128 bytes against 96. The contract has the same. */
export const SHARD_TYPEHASH: Hex = keccak256(
  new TextEncoder().encode('Shard(uint256 shard,bytes32 root,uint256 total)'),
)

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

/** keccak256(keccak256(abi.encode(SHARD_TYPEHASH, uint256 shard, bytes32 root, uint256 total))). */
export const shardLeaf = (shard: number, root: Hex, total: bigint): Uint8Array => {
  const preimage = new Uint8Array(4 * WORD)
  preimage.set(hexToBytes(SHARD_TYPEHASH), 0)
  putUint(preimage, 2 * WORD, BigInt(shard), 'The shard')
  preimage.set(hexToBytes(root, { size: WORD }), 2 * WORD)
  putUint(preimage, 4 * WORD, total, 'The total')
  return twice(preimage)
}

/** A whole tree: 2n - 1 nodes of 32 bytes, the root first, the leaves last and in reverse. */
export type Tree = { size: number; nodes: Uint8Array }

const nodeAt = (nodes: Uint8Array, at: number): Uint8Array => nodes.subarray(at * WORD, (at + 1) * WORD)

const isGreater = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let at = 0; at < WORD; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

/** keccak256 of both, the smaller first, so that a proof needs no directions. */
const hashPair = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const pair = new Uint8Array(2 * WORD)
  const swap = isGreater(a, b)
  pair.set(swap ? b : a, 0)
  pair.set(swap ? a : b, WORD)
  return keccak256(pair, 'bytes')
}

/**
 * Builds the tree over leaf hashes in the order given.
 * @throws TreeError without leaves
 */
export const treeOf = (leafHashes: readonly Uint8Array[]): Tree => {
  const size = leafHashes.length
  if (size === 0) throw new TreeError('A tree needs at least one leaf')
  const nodes = new Uint8Array((2 * size - 1) * WORD)
  leafHashes.forEach((leaf, index) => {
    nodes.set(leaf, (2 * size - 2 - index) * WORD)
  })
  for (let at = size - 2; at >= 0; at--) {
    nodes.set(hashPair(nodeAt(nodes, 2 * at + 1), nodeAt(nodes, 2 * at + 2)), at * WORD)
  }
  return { size, nodes }
}

/** The tree's root. */
export const rootOf = (tree: Tree): Hex => bytesToHex(nodeAt(tree.nodes, 0))

/**
 * The sibling hashes from the leaf at that place up to the root.
 * @throws TreeError when there is no such leaf
 */
export const proofOf = (tree: Tree, index: number): Hex[] => {
  if (!Number.isInteger(index) || index < 0 || index >= tree.size) {
    throw new TreeError(`There is no leaf ${index}; the tree has ${tree.size}, counted from 0`)
  }
  const proof: Hex[] = []
  for (let at = 2 * tree.size - 2 - index; at > 0; at = (at - 1) >> 1) {
    proof.push(bytesToHex(nodeAt(tree.nodes, at % 2 === 1 ? at + 1 : at - 1)))
  }
  return proof
}

const sibling = (text: Hex): Uint8Array => {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text))
    throw new TreeError(`${text} is no part of a proof: 32 bytes in hexadecimal`)
  return hexToBytes(text)
}

/**
 * The root that a leaf and its proof lead to.
 * @throws TreeError when a part of the proof is not 32 bytes
 */
export const rootFrom = (leaf: Uint8Array, proof: readonly Hex[]): Hex =>
  bytesToHex(proof.reduce((node, text) => hashPair(node, sibling(text)), leaf))
