import { SimpleMerkleTree } from '@openzeppelin/merkle-tree'
import { type Address, concat, encodeAbiParameters, type Hex, keccak256, pad, toHex } from 'viem'

export interface Payment {
  account: Address
  amount: bigint
}

export interface Tree {
  root: Hex
  proof(index: number): Hex[]
}

const SHARD_TYPEHASH = keccak256(toHex('Shard(uint256 shard,bytes32 root,uint256 total)'))

const accounts: Address[] = []

/** The same account for the same number, at every run. */
export const accountOf = (i: number): Address => {
  while (accounts.length <= i)
    accounts.push(`0x${keccak256(pad(toHex(accounts.length), { size: 32 })).slice(26)}`)
  return accounts[i] as Address
}

/** About 60.00 of a currency with 6 decimals each: a thirtieth of 1,800.00. */
export const listOf = (size: number, period: number): Payment[] =>
  Array.from({ length: size }, (_, i) => ({
    account: accountOf(i),
    amount: 59_000_000n + BigInt((i * 7919 + period * 104_729) % 2_000_000),
  }))

export const sumOf = (list: Payment[]): bigint => list.reduce((sum, { amount }) => sum + amount, 0n)

const tree = (leaves: Hex[]): Tree => {
  const made = SimpleMerkleTree.of(leaves, { sortLeaves: false })
  return { root: made.root as Hex, proof: (index) => made.getProof(index) as Hex[] }
}

const words = (...values: (bigint | Hex)[]): Hex => {
  return concat(values.map((value) => pad(typeof value === 'bigint' ? toHex(value) : value, { size: 32 })))
}

/** keccak256(keccak256(abi.encode(index, account, amount))): ours, and the OpenZeppelin-based peer's. */
export const treeOf = (list: Payment[]): Tree =>
  tree(list.map(({ account, amount }, i) => keccak256(keccak256(words(BigInt(i), account, amount)))))

/** keccak256(abi.encodePacked(index, account, amount)): Uniswap's. */
export const uniswapTreeOf = (list: Payment[]): Tree =>
  tree(list.map(({ account, amount }, i) => keccak256(concat([words(BigInt(i)), account, words(amount)]))))

/** keccak256(keccak256(abi.encode(account, cumulative))): the cumulative peer's. */
export const cumulativeTreeOf = (list: Payment[]): Tree =>
  tree(list.map(({ account, amount }) => keccak256(keccak256(words(account, amount)))))

export interface Sharded {
  root: Hex
  shards: { list: Payment[]; tree: Tree; total: bigint }[]
  proof(shard: number): Hex[]
}

/** A list cut into shards of 128, and the parent tree over them. */
export const shardsOf = (list: Payment[]): Sharded => {
  const shards = Array.from({ length: Math.ceil(list.length / 128) }, (_, s) => {
    const part = list.slice(128 * s, 128 * s + 128)
    return { list: part, tree: treeOf(part), total: sumOf(part) }
  })
  const parent = tree(
    shards.map(({ tree: { root }, total }, s) =>
      keccak256(keccak256(words(SHARD_TYPEHASH, BigInt(s), root, total))),
    ),
  )
  return { root: parent.root, shards, proof: parent.proof }
}

export const idOf = (d: { issuer: Address; token: Address; terms: Hex; root: Hex }): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [d.issuer, d.token, d.terms, d.root],
    ),
  )
