// What others do, from the forms of input that they take. Each gives the root, so that nobody is measured who is wrong.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { keccak256 } from 'ethereum-cryptography/keccak.js'
import { getAddress, solidityPackedKeccak256 } from 'ethers'
import { MerkleTree } from 'merkletreejs'
import type { Hex } from 'viem'

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

/** Hashes 64-byte inputs one by one, as ethereum-cryptography is used. */
export const cryptographyPairs = (inputs: Uint8Array): Uint8Array => {
  let last: Uint8Array = new Uint8Array(32)
  for (let at = 0; at < inputs.length; at += 64) last = keccak256(inputs.subarray(at, at + 64))
  return last
}

/** The same with @noble/hashes. */
export const noblePairs = (inputs: Uint8Array): Uint8Array => {
  let last: Uint8Array = new Uint8Array(32)
  for (let at = 0; at < inputs.length; at += 64) last = keccak_256(inputs.subarray(at, at + 64))
  return last
}

const TYPES = ['uint256', 'address', 'uint256']

/** OpenZeppelin's tree over [index, account, amount]. */
export const openZeppelinTree = (values: string[][]): StandardMerkleTree<string[]> =>
  StandardMerkleTree.of(values, TYPES, { sortLeaves: false })

/** Its root and every leaf's proof. */
export const openZeppelinProofs = (values: string[][]): { root: string; proofs: string[][] } => {
  const tree = openZeppelinTree(values)
  return { root: tree.root, proofs: values.map((_, index) => tree.getProof(index)) }
}

const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b)

/** A plain tree in noble over flat records: what JavaScript can do without objects a leaf, in OpenZeppelin's shape. */
export const nobleTree = (records: Uint8Array, width: number): Hex => {
  const record = 20 + width
  const size = records.length / record
  const nodes = new Uint8Array((2 * size - 1) * 32)
  const preimage = new Uint8Array(96)
  const index = new DataView(preimage.buffer)
  for (let leaf = 0; leaf < size; leaf++) {
    index.setUint32(28, leaf)
    preimage.set(records.subarray(leaf * record, leaf * record + 20), 44)
    preimage.set(records.subarray(leaf * record + 20, (leaf + 1) * record), 96 - width)
    nodes.set(keccak_256(keccak_256(preimage)), (2 * size - 2 - leaf) * 32)
  }
  const pair = new Uint8Array(64)
  for (let at = size - 2; at >= 0; at--) {
    const left = nodes.subarray((2 * at + 1) * 32, (2 * at + 2) * 32)
    const right = nodes.subarray((2 * at + 2) * 32, (2 * at + 3) * 32)
    const swap = compare(left, right) > 0
    pair.set(swap ? right : left, 0)
    pair.set(swap ? left : right, 32)
    nodes.set(keccak_256(pair), at * 32)
  }
  return hexOf(nodes.subarray(0, 32))
}

/** merkletreejs over the same leaves, hashed by noble; an odd node goes up as it is, as is its way. */
export const merkleTreeJs = (records: Uint8Array, width: number): string => {
  const record = 20 + width
  const preimage = new Uint8Array(96)
  const index = new DataView(preimage.buffer)
  const hashed = Array.from({ length: records.length / record }, (_, leaf) => {
    index.setUint32(28, leaf)
    preimage.set(records.subarray(leaf * record, leaf * record + 20), 44)
    preimage.set(records.subarray(leaf * record + 20, (leaf + 1) * record), 96 - width)
    return Buffer.from(keccak_256(keccak_256(preimage)))
  })
  return new MerkleTree(hashed, (bytes: Buffer) => Buffer.from(keccak_256(bytes)), {
    sortPairs: true,
  }).getHexRoot()
}

/**
 * What Uniswap's script does up to its root, the index given: accounts and amounts checked, leaves packed by ethers, sorted as
 * buffers, each once and looked up by its text, hashed pair by pair, an odd one promoted.
 */
export const uniswapScript = (rows: readonly string[][]): Hex => {
  const leaves = rows.map(([index = '', account = '', amount = '']) => {
    const checked = getAddress(account)
    if (BigInt(amount) <= 0n) throw new Error(`${amount} is no amount`)
    return Buffer.from(solidityPackedKeccak256(TYPES, [index, checked, BigInt(amount)]).slice(2), 'hex')
  })
  leaves.sort(compare)
  let level: Uint8Array[] = leaves.filter((leaf, at) => at === 0 || !leaves[at - 1]?.equals(leaf))
  const places = new Map(level.map((leaf, at) => [hexOf(leaf), at]))
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let at = 0; at < level.length; at += 2) {
      const pair = level.slice(at, at + 2)
      const [only] = pair
      if (pair.length === 1 && only !== undefined) above.push(only)
      else above.push(Buffer.from(keccak256(Buffer.concat(pair.sort(compare)))))
    }
    level = above
  }
  return places.size > 0 ? hexOf(level[0] ?? new Uint8Array(0)) : '0x'
}

/** Largest remainder with BigInt and a sort. */
export const bigintShares = (pool: bigint, denominator: bigint, weights: readonly bigint[]): bigint[] => {
  const cuts = weights.map((weight, place) => {
    const scaled = pool * weight
    return { place, share: scaled / denominator, remainder: scaled % denominator }
  })
  let left = pool - cuts.reduce((sum, { share }) => sum + share, 0n)
  const shares = cuts.map(({ share }) => share)
  cuts.sort((a, b) => (a.remainder === b.remainder ? a.place - b.place : a.remainder > b.remainder ? -1 : 1))
  for (const { place, share } of cuts) {
    if (left === 0n) break
    shares[place] = share + 1n
    left--
  }
  return shares
}
