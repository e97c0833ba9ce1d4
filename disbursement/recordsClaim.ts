// The claim of one account from a records file: its head, and the block of one shard.
import { type Address, bytesToHex, hexToBytes } from 'viem'
import { type Hasher, portableHasher } from './hasher.ts'
import { hexesOf } from './hexadecimal.ts'
import { ACCOUNT_BYTES, amountAt, sumOf } from './packed.ts'
import { compareAccounts, SHARD_SIZE } from './pages.ts'
import { checkRoots, cutBlocks } from './records.ts'
import { decodeRecordsHead, proofSlots, type RecordsHead, shardRange, shardsFor } from './recordsHead.ts'
import type { ClaimProof } from './shards.ts'
import { proofOf, treeOfHashes } from './tree.ts'

const HASH = 32

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
): ClaimProof | null => {
  const { records, siblings } = cutBlocks(head, shard, 1, bytes)
  const width = head.amountWidth
  const size = ACCOUNT_BYTES + width
  const leafHashes = new Uint8Array((records.length / size) * HASH)
  hasher.hashLeaves(records, width, leafHashes, SHARD_SIZE)
  const tree = treeOfHashes(leafHashes, hasher)
  const root = tree.nodes.slice(0, HASH)
  const total = sumOf({ records, width })
  checkRoots(head, shard, { roots: root.slice(), totals: [total] }, siblings, hasher)
  const wanted = hexToBytes(account, { size: ACCOUNT_BYTES })
  let index = 0
  while (index < tree.size && compareAccounts(records, index * size, wanted, 0) !== 0) index++
  if (index === tree.size) return null
  const claim = {
    account: bytesToHex(wanted),
    amount: amountAt({ records, width }, index),
    index,
    proof: proofOf(tree, index),
  }
  if (head.shards === 1) return claim
  const proof = hexesOf(siblings[0] ?? new Uint8Array(0), HASH)
  return { ...claim, shard: { shard, root: bytesToHex(root), total, proof } }
}

/** Does an account come before the first one of a block? */
const isBefore = (head: RecordsHead, block: Uint8Array, account: Uint8Array): boolean =>
  compareAccounts(account, 0, block, proofSlots(head.shards) * HASH) < 0

/**
 * An account's claim by ranged reads: one, but where accounts agree in their first 4 bytes.
 * @param read the bytes of the file at that offset
 * @returns null when the account has no leaf
 */
export const findClaim = async (
  head: RecordsHead,
  account: Address,
  read: (range: { offset: number; length: number }) => Promise<Uint8Array>,
  hasher: Hasher = portableHasher,
): Promise<ClaimProof | null> => {
  const steps = search(head, account, hasher)
  let step = steps.next()
  while (!step.done) step = steps.next(await read(step.value))
  return step.value
}

/** Looks in the middle of the shards that are left, from the last on where there are two: the rule is one. */
function* search(
  head: RecordsHead,
  account: Address,
  hasher: Hasher,
): Generator<{ offset: number; length: number }, ClaimProof | null, Uint8Array> {
  const wanted = hexToBytes(account, { size: ACCOUNT_BYTES })
  const range = shardsFor(head, account)
  if (range === null) return null
  let { first, last } = range
  while (first < last) {
    const middle = (first + last + 1) >> 1
    const block = yield shardRange(head, middle)
    if (isBefore(head, block, wanted)) {
      last = middle - 1
      continue
    }
    const claim = claimFromShard(head, middle, block, account, hasher)
    if (claim !== null || middle === last) return claim
    first = middle
  }
  return claimFromShard(head, first, yield shardRange(head, first), account, hasher)
}

/** An account's claim from a whole file held in memory, or null when it has no leaf. */
export const claimFromRecords = (
  bytes: Uint8Array,
  account: Address,
  hasher: Hasher = portableHasher,
): ClaimProof | null => {
  const steps = search(decodeRecordsHead(bytes, hasher), account, hasher)
  let step = steps.next()
  while (!step.done) {
    const { offset, length } = step.value
    step = steps.next(bytes.subarray(offset, offset + length))
  }
  return step.value
}
