// From payments to one published root: sorted leaves, shards of at most 128, and a parent tree over more than one shard.
import { type Address, bytesToHex, type Hex } from 'viem'
import { TreeError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { pack } from './packed.ts'
import { rootAt, SHARD_SIZE, ShardBuilder } from './pages.ts'
import { accountLeaf, proofOf, rootFrom, shardLeaf, type Tree, uncutTree } from './tree.ts'

export { SHARD_SIZE } from './pages.ts'

/** What one account is paid, in base units of the asset. */
export type Payment = { account: Address; amount: bigint }

/** A shard as the parent tree knows it. */
export type Shard = { shard: number; root: Hex; total: bigint }

/** A shard with the way from its leaf to the published root, as `open` takes it. */
export type ShardProof = Shard & { proof: Hex[] }

/** Everything a claim needs. `shard` is there only when the distribution has more than one. */
export type ClaimProof = Payment & {
  /** Place within the shard, 0 to 127. */
  index: number
  proof: Hex[]
  shard?: ShardProof
}

/** A distribution's leaves with their trees. */
export type DistributionTree = {
  root: Hex
  total: bigint
  /** Ascending by account, each account once. */
  payments: readonly Payment[]
  shards: readonly Shard[]
  /** The tree over shards; null for a single shard, whose own root is published. */
  parent: Tree | null
}

/**
 * Leaves in the order of SPEC section 7: ascending, zero amounts left out, payments to one account made one.
 * @throws TreeError for a negative amount or an account that is no lower-case address
 */
export const leaves = (payments: readonly Payment[]): Payment[] => {
  const byAccount = new Map<Address, bigint>()
  for (const { account, amount } of payments) {
    if (!/^0x[0-9a-f]{40}$/.test(account)) throw new TreeError(`${account} is not an address in lower case`)
    if (amount < 0n) throw new TreeError(`The amount of ${account} is ${amount}; it cannot be negative`)
    if (amount > 0n) byAccount.set(account, (byAccount.get(account) ?? 0n) + amount)
  }
  return [...byAccount]
    .map(([account, amount]) => ({ account, amount }))
    .sort((a, b) => (a.account < b.account ? -1 : 1))
}

/** The sum of the payments. */
export const totalOf = (payments: readonly Payment[]): bigint =>
  payments.reduce((total, { amount }) => total + amount, 0n)

/**
 * The tree of one shard.
 * @param payments its leaves in order, 1 to 128
 */
export const shardTree = (payments: readonly Payment[], hasher: Hasher = portableHasher): Tree => {
  if (payments.length > SHARD_SIZE) {
    throw new TreeError(`A shard has at most ${SHARD_SIZE} leaves, and this one has ${payments.length}`)
  }
  return uncutTree(pack(payments), hasher)
}

/** The leaves of one shard. */
export const shardPayments = (payments: readonly Payment[], shard: number): readonly Payment[] =>
  payments.slice(shard * SHARD_SIZE, (shard + 1) * SHARD_SIZE)

/**
 * Builds the distribution over its leaves, as {@link leaves} returns them.
 * @throws TreeError when there are none, they are out of order, or their total is no uint128
 */
export const distributionTree = (
  payments: readonly Payment[],
  hasher: Hasher = portableHasher,
): DistributionTree => {
  const { records, width } = pack(payments)
  const builder = new ShardBuilder(width, hasher)
  const sums = builder.add(records)
  const { root, total, parent } = builder.finish()
  const shards = sums.totals.map((own, shard): Shard => ({ shard, root: rootAt(sums, shard), total: own }))
  return { root: bytesToHex(root), total, payments, shards, parent }
}

/** The place of an account among sorted leaves, or -1. */
const placeOf = (payments: readonly Payment[], account: Address): number => {
  let low = 0
  let high = payments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = payments[middle]?.account ?? ''
    if (found === account) return middle
    if (found < account) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/**
 * An account's claim from the leaves of its shard.
 * @param own the shard's leaves
 * @param shard the shard with its proof when the distribution has more than one, else null
 * @returns null when the account has no leaf there
 */
export const claimWithin = (
  own: readonly Payment[],
  shard: ShardProof | null,
  account: Address,
  hasher: Hasher = portableHasher,
): ClaimProof | null => {
  const index = placeOf(own, account.toLowerCase() as Address)
  const payment = own[index]
  if (payment === undefined) return null
  const claim = { ...payment, index, proof: proofOf(shardTree(own, hasher), index) }
  return shard === null ? claim : { ...claim, shard }
}

/** A shard with its proof in the parent; null when there is no parent. */
export const shardProof = (
  shards: readonly Shard[],
  parent: Tree | null,
  shard: number,
): ShardProof | null => {
  const found = shards[shard]
  if (found === undefined) throw new TreeError(`There is no shard ${shard}; there are ${shards.length}`)
  return parent === null
    ? null
    : { shard, root: found.root, total: found.total, proof: proofOf(parent, shard) }
}

/** The claim of an account, or null when it has no leaf. */
export const claimOf = (
  tree: DistributionTree,
  account: Address,
  hasher: Hasher = portableHasher,
): ClaimProof | null => {
  const place = placeOf(tree.payments, account.toLowerCase() as Address)
  if (place < 0) return null
  const shard = Math.floor(place / SHARD_SIZE)
  return claimWithin(
    shardPayments(tree.payments, shard),
    shardProof(tree.shards, tree.parent, shard),
    account,
    hasher,
  )
}

/** Does this claim lead to the published root, as the contract would check it? */
export const verifyClaim = (root: Hex, claim: ClaimProof): boolean => {
  const own = rootFrom(accountLeaf(claim.index, claim.account, claim.amount), claim.proof)
  if (claim.shard === undefined) return own === root.toLowerCase()
  const { shard, root: shardRoot, total, proof } = claim.shard
  return (
    own === shardRoot.toLowerCase() &&
    rootFrom(shardLeaf(shard, shardRoot, total), proof) === root.toLowerCase()
  )
}
