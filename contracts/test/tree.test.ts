import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { network } from 'hardhat'
import {
  type Address,
  encodeAbiParameters,
  getContract,
  type Hex,
  keccak256,
  pad,
  parseAbiParameters,
  toHex,
} from 'viem'
import { localCurrencyAbi, merkleDistributorAbi } from '../abi.ts'

// The contract's trees against OpenZeppelin's library: the same roots, and its proofs are paid.

const LEAF = ['uint256', 'address', 'uint256']
const SHARD = ['bytes32', 'uint256', 'bytes32', 'uint256']
const SHARD_TYPEHASH = keccak256(toHex('Shard(uint256 shard,bytes32 root,uint256 total)'))
const ZERO = pad('0x', { size: 32 })

interface Payment {
  account: Address
  amount: bigint
}

/** The same numbers every time. */
const dice = (seed: number) => {
  let state = keccak256(toHex(seed))
  return (below: bigint): bigint => {
    state = keccak256(state)
    return BigInt(state) % below
  }
}

const randomList = (size: number, roll: (below: bigint) => bigint): Payment[] =>
  Array.from({ length: size }, () => ({
    account: pad(toHex(1n + roll(1n << 160n) / 2n), { size: 20 }),
    amount: 1n + roll(1n << (1n + roll(90n))),
  }))

const treeOf = (list: Payment[]) =>
  StandardMerkleTree.of(
    list.map(({ account, amount }, index) => [index, account, amount]),
    LEAF,
    { sortLeaves: false },
  )

const idOf = (issuer: Address, token: Address, terms: Hex, root: Hex): Hex =>
  keccak256(
    encodeAbiParameters(parseAbiParameters('address, address, bytes32, bytes32'), [
      issuer,
      token,
      terms,
      root,
    ]),
  )

const sumOf = (list: Payment[]): bigint => list.reduce((sum, { amount }) => sum + amount, 0n)

describe('trees as OpenZeppelin makes them', async () => {
  const { viem } = await network.create()
  const client = await viem.getPublicClient()
  const [issuer] = await viem.getWalletClients()
  if (issuer === undefined) throw new Error('the network has no account')
  const account = issuer.account
  const clients = { public: client, wallet: issuer }
  const currency = await viem.deployContract('LocalCurrency', ['USD Coin', 'USDC'])
  const { address } = await viem.deployContract('MerkleDistributor')
  const token = getContract({ abi: localCurrencyAbi, address: currency.address, client: clients })
  const distributor = getContract({ abi: merkleDistributorAbi, address, client: clients })

  before(async () => {
    await token.write.mint([account.address, 1n << 200n])
    await token.write.approve([address, (1n << 256n) - 1n])
  })

  it('makes the same root of every list, whatever its size', async () => {
    const roll = dice(1)
    const sizes = [
      ...Array.from({ length: 128 }, (_, i) => i + 1),
      ...Array.from({ length: 72 }, () => 1 + Number(roll(128n))),
    ]
    for (const size of sizes) {
      const list = randomList(size, roll)
      const { result } = await client.simulateContract({
        abi: merkleDistributorAbi,
        address,
        functionName: 'distribute',
        args: [token.address, ZERO, list, (1n << 128n) - 1n, ZERO],
        account,
      })
      assert.equal(
        result,
        idOf(account.address, token.address, ZERO, treeOf(list).root as Hex),
        `${size} leaves`,
      )
    }
  })

  it('pays by its proofs, and by no other', async () => {
    const roll = dice(2)
    for (const size of [1, 2, 3, 5, 30, 64, 127, 128]) {
      const list = randomList(size, roll)
      const tree = treeOf(list)
      const root = tree.root as Hex
      await distributor.write.publish([token.address, ZERO, root, sumOf(list), ZERO])
      const distribution = { issuer: account.address, token: token.address, terms: ZERO, root }
      for (const index of new Set([0, size >> 1, size - 1])) {
        const leaf = list[index]
        if (leaf === undefined) throw new Error('no such leaf')
        const proof = tree.getProof(index) as Hex[]
        const before = await token.read.balanceOf([leaf.account])
        const wrong = [distribution, BigInt(index), leaf.account, leaf.amount + 1n, proof] as const
        await assert.rejects(distributor.write.claim(wrong), /InvalidProof/)
        await distributor.write.claim([distribution, BigInt(index), leaf.account, leaf.amount, proof])
        assert.equal(await token.read.balanceOf([leaf.account]), before + leaf.amount)
      }
      await distributor.write.push([distribution, list])
      assert.equal(await distributor.read.remaining([idOf(account.address, token.address, ZERO, root)]), 0n)
    }
  })

  it('opens shards of a parent tree by its proofs', async () => {
    const roll = dice(3)
    const shards = [128, 128, 128, 77].map((size) => randomList(size, roll))
    const leaves = shards.map((list, shard) => [SHARD_TYPEHASH, shard, treeOf(list).root, sumOf(list)])
    const tree = StandardMerkleTree.of(leaves, SHARD, { sortLeaves: false })
    const parent = { issuer: account.address, token: token.address, terms: ZERO, root: tree.root as Hex }
    const total = shards.reduce((sum, list) => sum + sumOf(list), 0n)
    await distributor.write.publish([token.address, ZERO, parent.root, total, ZERO])
    const parentId = idOf(account.address, token.address, ZERO, parent.root)
    for (const [shard, list] of shards.entries()) {
      const root = treeOf(list).root as Hex
      await distributor.write.open([parent, BigInt(shard), root, sumOf(list), tree.getProof(shard) as Hex[]])
      const id = idOf(account.address, token.address, parentId, root)
      assert.equal(await distributor.read.remaining([id]), sumOf(list))
      await distributor.write.push([{ ...parent, terms: parentId, root }, list])
      assert.equal(await distributor.read.remaining([id]), 0n)
    }
    assert.equal(await distributor.read.remaining([parentId]), 0n)
  })
})
