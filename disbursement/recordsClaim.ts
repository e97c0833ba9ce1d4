// The claim of one account from a records file: its head, and the block of one shard.
import { type Address, bytesToHex, type Hex } from 'viem'
import { RecordsError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { hexesOf, putHex } from './hexadecimal.ts'
import { ACCOUNT_BYTES, accountAt, amountAt, sumOf } from './packed.ts'
import { compareAccounts, SHARD_SIZE } from './pages.ts'
import { checkRoots, cutBlocks } from './records.ts'
import { decodeRecordsHead, type RecordsHead, shardRange, shardsFor } from './recordsHead.ts'
import type { ClaimProof, ShardProof } from './shards.ts'
import { proofOf, type Tree, treeOfHashes } from './tree.ts'

const HASH = 32

/** A shard with its hashes made again: whoever keeps it answers for any of its accounts without hashing. */
export type OpenedShard = {
  width: number
  records: Uint8Array
  tree: Tree
  /** What `open` takes; null for a distribution of one shard. */
  shard: ShardProof | null
}

/**
 * A shard from its block, checked: its records lead to the file's root.
 * @param bytes exactly the bytes of {@link shardRange}
 * @throws RecordsError when they are not that shard's
 */
export const openShard = (
  head: RecordsHead,
  shard: number,
  bytes: Uint8Array,
  hasher: Hasher = portableHasher,
): OpenedShard => {
  const { records, siblings } = cutBlocks(head, shard, 1, bytes)
  const width = head.amountWidth
  const leafHashes = new Uint8Array((records.length / (ACCOUNT_BYTES + width)) * HASH)
  hasher.hashLeaves(records, width, leafHashes, SHARD_SIZE)
  const tree = treeOfHashes(leafHashes, hasher)
  const root = tree.nodes.slice(0, HASH)
  const total = sumOf({ records, width })
  checkRoots(head, shard, { roots: root.slice(), totals: [total] }, siblings, hasher)
  if (head.shards === 1) return { width, records, tree, shard: null }
  const proof: Hex[] = hexesOf(siblings[0] ?? new Uint8Array(0), HASH)
  return { width, records, tree, shard: { shard, root: bytesToHex(root), total, proof } }
}

/** A leaf by its shard and its index there. */
export type Place = { opened: OpenedShard; index: number }

/** The account's place in a shard, or null when it has no leaf there: its records ascend. */
const placeOf = (opened: OpenedShard, account: Uint8Array): Place | null => {
  const size = ACCOUNT_BYTES + opened.width
  let low = 0
  let high = opened.tree.size - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const difference = compareAccounts(opened.records, middle * size, account, 0)
    if (difference === 0) return { opened, index: middle }
    if (difference < 0) low = middle + 1
    else high = middle - 1
  }
  return null
}

/** The claim of the account whose leaf is there. */
export const claimAt = ({ opened, index }: Place): ClaimProof => {
  const claim = {
    account: accountAt(opened, index),
    amount: amountAt(opened, index),
    index,
    proof: proofOf(opened.tree, index),
  }
  return opened.shard === null ? claim : { ...claim, shard: opened.shard }
}

const claimOrNull = (place: Place | null): ClaimProof | null => place && claimAt(place)

const bytesOf = (account: Address): Uint8Array => {
  const bytes = new Uint8Array(ACCOUNT_BYTES)
  if (!putHex(account, ACCOUNT_BYTES, bytes, 0)) throw new RecordsError(`${account} is no address`)
  return bytes
}

/**
 * An account's claim from the head and the block of a shard: all that a ranged read needs.
 * @param shard one of those that {@link shardsFor} said
 * @returns null when the account has no leaf there
 * @throws RecordsError when the bytes are not that shard's
 */
export const claimFromShard = (
  head: RecordsHead,
  shard: number,
  bytes: Uint8Array,
  account: Address,
  hasher: Hasher = portableHasher,
): ClaimProof | null => claimOrNull(placeOf(openShard(head, shard, bytes, hasher), bytesOf(account)))

/** Looks in the middle of the shards that are left, from the last on where there are two: the rule is one. */
function* search(head: RecordsHead, account: Address): Generator<number, Place | null, OpenedShard> {
  const wanted = bytesOf(account)
  const range = shardsFor(head, account)
  if (range === null) return null
  let { first, last } = range
  while (first < last) {
    const middle = (first + last + 1) >> 1
    const opened = yield middle
    if (compareAccounts(wanted, 0, opened.records, 0) < 0) {
      last = middle - 1
      continue
    }
    const place = placeOf(opened, wanted)
    if (place !== null || middle === last) return place
    first = middle
  }
  return placeOf(yield first, wanted)
}

/**
 * An account's claim by way of its shard: one, but where accounts agree in their first 4 bytes.
 * @param open the shard of that number, as {@link openShard} gives it
 * @returns null when the account has no leaf
 */
export const findInShards = async (
  head: RecordsHead,
  account: Address,
  open: (shard: number) => OpenedShard | Promise<OpenedShard>,
): Promise<ClaimProof | null> => {
  const steps = search(head, account)
  let step = steps.next()
  while (!step.done) step = steps.next(await open(step.value))
  return claimOrNull(step.value)
}

/**
 * Where the account's leaf is, without waiting, from shards that are in memory.
 * @returns null when the account has no leaf; undefined when a shard that is needed is not in memory
 */
export const findInKept = (
  head: RecordsHead,
  account: Address,
  kept: (shard: number) => OpenedShard | undefined,
): Place | null | undefined => {
  const steps = search(head, account)
  let step = steps.next()
  while (!step.done) {
    const opened = kept(step.value)
    if (opened === undefined) return undefined
    step = steps.next(opened)
  }
  return step.value
}

/**
 * An account's claim by ranged reads: one, but where accounts agree in their first 4 bytes.
 * @param read the bytes of the file at that offset
 * @returns null when the account has no leaf
 */
export const findClaim = (
  head: RecordsHead,
  account: Address,
  read: (range: { offset: number; length: number }) => Promise<Uint8Array>,
  hasher: Hasher = portableHasher,
): Promise<ClaimProof | null> =>
  findInShards(head, account, async (shard) =>
    openShard(head, shard, await read(shardRange(head, shard)), hasher),
  )

/** An account's claim from a whole file held in memory, or null when it has no leaf. */
export const claimFromRecords = (
  bytes: Uint8Array,
  account: Address,
  hasher: Hasher = portableHasher,
): ClaimProof | null => {
  const head = decodeRecordsHead(bytes, hasher)
  const steps = search(head, account)
  let step = steps.next()
  while (!step.done) {
    const { offset, length } = shardRange(head, step.value)
    step = steps.next(openShard(head, step.value, bytes.subarray(offset, offset + length), hasher))
  }
  return claimOrNull(step.value)
}
