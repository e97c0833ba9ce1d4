// SPEC section 7, against OpenZeppelin’s trees.
import { SimpleMerkleTree, StandardMerkleTree } from '@openzeppelin/merkle-tree'
import fc from 'fast-check'
import { type Address, bytesToHex, encodeAbiParameters, type Hex, keccak256, toBytes } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { hexesOf, putHex } from '../hexadecimal.ts'
import { pack } from '../packed.ts'
import { SHARD_SIZE } from '../pages.ts'
import { type ClaimProof, claimOf, distributionTree, leaves, type Payment, verifyClaim } from '../shards.ts'
import { slimProof, slimRoot, slimTree } from '../slimTree.ts'
import {
  accountLeaf,
  proofOf,
  proofsOf,
  rootFrom,
  rootOf,
  SHARD_TYPEHASH,
  shardLeaf,
  treeOf,
  treeOfHashes,
  uncutTree,
} from '../tree.ts'
import { address, hash } from './fixtures.ts'

type BytesLike = Parameters<
  NonNullable<NonNullable<Parameters<typeof SimpleMerkleTree.of>[1]>['nodeHash']>
>[0]
const kernel = nodeKernel()
const ACCOUNT = ['uint256', 'address', 'uint256']
const SHARD = ['bytes32', 'uint256', 'bytes32', 'uint256']
const openZeppelin = (values: unknown[][], types: string[]) =>
  StandardMerkleTree.of(values, types, { sortLeaves: false })

/** OpenZeppelin's trees with our hashes: their own take minutes for all sizes, and are compared below. */
const nodeHash = (a: BytesLike, b: BytesLike): Hex => {
  const pair = new Uint8Array(64)
  putHex(String(a), 32, pair, 0)
  putHex(String(b), 32, pair, 32)
  kernel.hashPairs(pair, pair.subarray(0, 32))
  return bytesToHex(pair.subarray(0, 32))
}

/** Payments spread over the address space, in order, reproducible. */
const sample = (size: number, seed = 1): Payment[] =>
  leaves(
    Array.from({ length: size }, (_, at) => ({
      account: keccak256(toBytes(`${seed}:${at}`)).slice(0, 42) as Address,
      amount: BigInt(keccak256(toBytes(`amount ${seed}:${at}`))) >> BigInt(160 + (at % 60)),
    })).map((payment) => ({ ...payment, amount: payment.amount + 1n })),
  )

describe('leaves', () => {
  test('are hashed twice over abi.encode', () => {
    const [index, account, amount] = [5n, address(0xabc), 123_456_789n] as const
    const encoded = encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'address' }, { type: 'uint256' }],
      [index, account, amount],
    )
    expect(bytesToHex(accountLeaf(5, account, amount))).toBe(keccak256(keccak256(encoded)))
    const shard = encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'bytes32' }, { type: 'uint256' }],
      [SHARD_TYPEHASH, 7n, hash(9), amount],
    )
    expect(shard.length).toBe(2 + 2 * 128)
    expect(bytesToHex(shardLeaf(7, hash(9), amount))).toBe(keccak256(keccak256(shard)))
    expect(SHARD_TYPEHASH).toBe(keccak256(toBytes('Shard(uint256 shard,bytes32 root,uint256 total)')))
  })

  test('ascend, without zeros, one an account', () => {
    const payments = [
      { account: address(2), amount: 5n },
      { account: address(1), amount: 0n },
      { account: address(2), amount: 7n },
      { account: address(1), amount: 1n },
      { account: address(3), amount: 0n },
    ]
    expect(leaves(payments)).toEqual([
      { account: address(1), amount: 1n },
      { account: address(2), amount: 12n },
    ])
  })

  test('refuse negative amounts and addresses not in lower case', () => {
    expect(() => leaves([{ account: address(1), amount: -1n }])).toThrow('cannot be negative')
    expect(() => leaves([{ account: `0x${'A'.repeat(40)}`, amount: 1n }])).toThrow(
      'is not an address in lower case',
    )
  })

  test('refuse numbers that are no uint256', () => {
    expect(() => accountLeaf(-1, address(1), 1n)).toThrow('The index is -1, which is no uint256')
    expect(() => accountLeaf(0, address(1), 1n << 256n)).toThrow('which is no uint256')
  })
})

describe("the tree is OpenZeppelin's", () => {
  test.each(Array.from({ length: 8 }, (_, at) => at))('for every size, part %#, with every proof', (part) => {
    for (let size = part * 16 + 1; size <= part * 16 + 16; size++) {
      const payments = sample(size, size)
      const tree = distributionTree(payments)
      const theirs = openZeppelin(
        payments.map(({ account, amount }, index) => [BigInt(index), account, amount]),
        ACCOUNT,
      )
      expect(tree.root).toBe(theirs.root)
      expect(tree.parent).toBeNull()
      for (const index of [size - 1, size >> 1]) {
        const { account } = payments[index] ?? { account: address(0) }
        expect(claimOf(tree, account)).toEqual({ ...payments[index], index, proof: theirs.getProof(index) })
      }
    }
  })

  test.each(Array.from({ length: 11 }, (_, at) => at * 100))(
    'in every node, for sizes from %i on, not cut into shards',
    (from) => {
      const width = 1 + (from % 16)
      const record = 20 + width
      const records = Uint8Array.from(
        { length: (from + 100) * record },
        (_, at) => (at * 151 + (at >> 5) * 7) % 256,
      )
      const all = new Uint8Array((from + 100) * 32)
      kernel.hashLeaves(records, width, all, 2 ** 32)
      const texts = hexesOf(all, 32)
      for (let size = from + 1; size <= from + 100; size++) {
        const tree = treeOfHashes(all.subarray(0, size * 32), kernel)
        const theirs = SimpleMerkleTree.of(texts.slice(0, size), { sortLeaves: false, nodeHash })
        expect(hexesOf(tree.nodes, 32)).toEqual(theirs.dump().tree)
        expect(proofOf(tree, size - 1)).toEqual(theirs.getProof(size - 1))
        const slim = slimTree({ records: records.subarray(0, size * record), width }, kernel)
        expect(slimRoot(slim, kernel)).toBe(theirs.root)
        for (const index of [0, size >> 2, size >> 1, size - 1])
          expect(slimProof(slim, index, kernel)).toEqual(theirs.getProof(index))
      }
    },
  )

  test('with leaves and every proof, of any size, not cut into shards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1101, max: 5000 }), fc.nat(), (size, seed) => {
        const payments = sample(size, seed)
        const tree = uncutTree(pack(payments), kernel)
        const theirs = openZeppelin(
          payments.map(({ account, amount }, index) => [BigInt(index), account, amount]),
          ACCOUNT,
        )
        expect(rootOf(tree)).toBe(theirs.root)
        const slim = slimTree(pack(payments), kernel)
        expect(slimRoot(slim, kernel)).toBe(theirs.root)
        const proofs = proofsOf(tree)
        expect(proofs).toHaveLength(size)
        for (let index = seed % 97; index < size; index += 97) {
          expect(proofs[index]).toEqual(theirs.getProof(index))
          expect(proofOf(tree, index)).toEqual(proofs[index])
          expect(slimProof(slim, index, kernel)).toEqual(proofs[index])
        }
      }),
      { numRuns: 3 },
    )
  })

  test('with every proof, when little of it is kept', () => {
    for (let size = 1; size <= 70; size++) {
      const packed = pack(sample(size, size))
      const slim = slimTree(packed, kernel)
      expect(slim.nodes.length / 32).toBe(Math.max(0, Math.ceil(size / 4) - 1))
      expect(Array.from({ length: size }, (_, index) => slimProof(slim, index, kernel))).toEqual(
        proofsOf(uncutTree(packed, kernel)),
      )
    }
    const slim = slimTree(pack(sample(3)), kernel)
    for (const index of [-1, 3, 0.5])
      expect(() => slimProof(slim, index, kernel)).toThrow(`There is no leaf ${index}; the tree has 3`)
    expect(() => slimTree({ records: new Uint8Array(), width: 1 })).toThrow('at least one leaf')
  })

  test('whoever hashes', () => {
    for (const size of [1, 2, 127, 128, 129, 700]) {
      const payments = sample(size)
      expect(distributionTree(payments, kernel)).toEqual(distributionTree(payments))
      expect(uncutTree(pack(payments), kernel)).toEqual(uncutTree(pack(payments)))
      expect(slimTree(pack(payments), kernel)).toEqual(slimTree(pack(payments)))
      expect(slimRoot(slimTree(pack(payments)))).toBe(rootOf(uncutTree(pack(payments), kernel)))
    }
  })

  test.each([129, 256, 257, 1000])('and over the shards of %i accounts', (size) => {
    const payments = sample(size)
    const tree = distributionTree(payments)
    const shardValues: unknown[][] = []
    for (let from = 0; from < size; from += SHARD_SIZE) {
      const own = payments.slice(from, from + SHARD_SIZE)
      const { root } = openZeppelin(
        own.map(({ account, amount }, index) => [BigInt(index), account, amount]),
        ACCOUNT,
      )
      shardValues.push([
        SHARD_TYPEHASH,
        BigInt(from / SHARD_SIZE),
        root,
        own.reduce((sum, { amount }) => sum + amount, 0n),
      ])
    }
    const parent = openZeppelin(shardValues, SHARD)
    expect(tree.root).toBe(parent.root)
    const claim = claimOf(tree, payments[size - 1]?.account ?? address(0))
    expect(claim?.index).toBe((size - 1) % SHARD_SIZE)
    expect(claim?.shard?.proof).toEqual(parent.getProof(shardValues.length - 1))
  })
})

const flip = (text: Hex, at: number): Hex => {
  const place = 2 + (at % (text.length - 2))
  const digit = (Number.parseInt(text[place] ?? '0', 16) ^ 1).toString(16)
  return `${text.slice(0, place)}${digit}${text.slice(place + 1)}` as Hex
}

/** Every way of changing one part of a claim. */
const tampered = (claim: ClaimProof, at: number): ClaimProof[] => {
  const { shard, proof } = claim
  const list = [
    { ...claim, amount: claim.amount + 1n },
    { ...claim, index: claim.index + 1 },
    { ...claim, account: flip(claim.account, at) as Address },
    { ...claim, proof: [...proof, hash(at)] },
    ...proof.map((each, place) => ({ ...claim, proof: proof.with(place, flip(each, at)) })),
    ...(proof.length > 0
      ? [
          { ...claim, proof: proof.slice(1) },
          { ...claim, proof: proof.slice(0, -1) },
        ]
      : []),
  ]
  if (shard === undefined) return list
  const { shard: _, ...bare } = claim
  return [
    ...list,
    bare,
    { ...claim, shard: { ...shard, shard: shard.shard + 1 } },
    { ...claim, shard: { ...shard, total: shard.total + 1n } },
    { ...claim, shard: { ...shard, root: flip(shard.root, at) } },
    ...shard.proof.map((each, place) => ({
      ...claim,
      shard: { ...shard, proof: shard.proof.with(place, flip(each, at)) },
    })),
  ]
}

describe('proofs', () => {
  test('lead to the root, and no changed one does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), (size, pick, at) => {
        const tree = distributionTree(sample(size, pick))
        const claim = claimOf(tree, tree.payments[pick % size]?.account ?? address(0))
        expect(claim).not.toBeNull()
        if (claim === null) return
        expect(verifyClaim(tree.root, claim)).toBe(true)
        for (const other of tampered(claim, at)) expect(verifyClaim(tree.root, other)).toBe(false)
      }),
      { numRuns: 25 },
    )
  })

  test.each([1, 128, 129, 400])('of all %i accounts lead to the root', (size) => {
    const tree = distributionTree(sample(size))
    for (const { account } of tree.payments.filter((_, at) => size < 200 || at % 7 === 0)) {
      const claim = claimOf(tree, account)
      expect(claim !== null && verifyClaim(tree.root, claim)).toBe(true)
    }
  })

  test('are none for an account without a leaf, in any spelling', () => {
    const tree = distributionTree(sample(5))
    expect(claimOf(tree, address(1))).toBeNull()
    const [first] = tree.payments
    expect(claimOf(tree, (first?.account.toUpperCase().replace('0X', '0x') ?? '0x') as Address)?.index).toBe(
      0,
    )
  })

  test('a shard leaf cannot be passed off as an account', () => {
    const tree = distributionTree(sample(300))
    const [shard] = tree.shards
    if (shard === undefined || tree.parent === null) throw new Error('three shards expected')
    const claim = {
      index: shard.shard,
      account: shard.root.slice(0, 42) as Address,
      amount: shard.total,
      proof: proofOf(tree.parent, 0),
    }
    expect(verifyClaim(tree.root, claim)).toBe(false)
  })

  test('malformed parts are refused', () => {
    const leaf = accountLeaf(0, address(1), 1n)
    expect(() => rootFrom(leaf, ['0x12'])).toThrow('0x12 is no part of a proof: 32 bytes in hexadecimal')
    const tree = treeOf([leaf])
    expect(rootOf(tree)).toBe(bytesToHex(leaf))
    expect(() => proofOf(tree, 1)).toThrow('There is no leaf 1; the tree has 1, counted from 0')
  })
})

describe('a distribution is refused', () => {
  const at = (account: number, amount = 1n) => ({ account: address(account), amount })
  test.each<[string, Payment[], string]>([
    ['without leaves', [], 'A distribution needs at least one leaf'],
    [
      'out of order',
      [at(2), at(1)],
      `Account ${address(1)} comes after ${address(2)}; leaves ascend and hold each account once`,
    ],
    ['with an account twice', [at(2), at(2)], `Account ${address(2)} comes after ${address(2)}`],
    ['with a leaf of nothing', [at(1, 0n)], `The amount of ${address(1)} is 0; a leaf pays something`],
    [
      'with more than 128 bits',
      [at(1, 1n << 127n), at(2, 1n << 127n)],
      "is more than the distributor's 128 bits hold",
    ],
  ])('%s', (_, payments, message) => {
    expect(() => distributionTree(payments)).toThrow(message)
  })
})
