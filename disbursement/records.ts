// The stored form of a distribution, read: blocks of shards, checked against the root, up to whole files page by page.
// The byte layout is in README.md. recordsWriter.ts writes it.
import { type Hex, hexToBytes } from 'viem'
import { RecordsError, TreeError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { hexesOf } from './hexadecimal.ts'
import { ACCOUNT_BYTES, accountAt, getSmallUint, unpack } from './packed.ts'
import { checkOrder, compareAccounts, PREFIX_BYTES, SHARD_SIZE, shardLeaves, shardSums } from './pages.ts'
import {
  blockLength,
  decodeRecordsHead,
  prefixAt,
  proofSlots,
  RECORDS_PREFIX_LENGTH,
  type RecordsHead,
  recordsHeadLength,
  shardRange,
} from './recordsHead.ts'
import type { Payment, ShardProof } from './shards.ts'
import { proofNodes } from './tree.ts'

const HASH = 32

/** Consecutive shards of a file, checked against its root. */
export type RecordsBlocks = {
  /** The records of all of them, one behind another. */
  records: Uint8Array
  /** Each with its proof, as `open` takes it; of a single shard the proof is empty. */
  shards: ShardProof[]
}

const fail = (message: string): never => {
  throw new RecordsError(message)
}

/** The proof of a shard within its block: the nodes' hashes, without the room that a shorter way leaves. */
const siblingsOf = (head: RecordsHead, shard: number, block: Uint8Array): Uint8Array => {
  const slots = proofSlots(head.shards) * HASH
  const used = proofNodes(head.shards, shard).length * HASH
  for (let at = used; at < slots; at++) {
    if (block[at] !== 0) fail(`The records file is corrupt: shard ${shard} has more than its proof needs`)
  }
  return block.subarray(0, used)
}

/** Checks that shards lead to the file's root, all at once, level by level. */
export const checkRoots = (
  head: RecordsHead,
  first: number,
  { roots, totals }: { roots: Uint8Array; totals: bigint[] },
  siblings: readonly Uint8Array[],
  hasher: Hasher,
): void => {
  const alone = head.shards === 1
  const nodes = alone ? roots : shardLeaves({ roots, totals }, first, hasher)
  const deepest = siblings.reduce((most, own) => Math.max(most, own.length), 0)
  for (let at = 0; at < deepest; at += HASH) {
    const climbing = siblings.flatMap((own, place) => (at < own.length ? [place] : []))
    const pairs = new Uint8Array(climbing.length * 2 * HASH)
    climbing.forEach((place, to) => {
      pairs.set(nodes.subarray(place * HASH, (place + 1) * HASH), to * 2 * HASH)
      pairs.set(siblings[place]?.subarray(at, at + HASH) ?? [], (to * 2 + 1) * HASH)
    })
    hasher.hashPairs(pairs, pairs.subarray(0, climbing.length * HASH))
    climbing.forEach((place, from) => {
      nodes.set(pairs.subarray(from * HASH, (from + 1) * HASH), place * HASH)
    })
  }
  const root = hexToBytes(head.root)
  totals.forEach((_, place) => {
    if (root.some((byte, at) => nodes[place * HASH + at] !== byte)) {
      fail(`The records file is corrupt: the records of shard ${first + place} do not lead to its root`)
    }
  })
}

const ordered = <Value>(act: () => Value): Value => {
  try {
    return act()
  } catch (error) {
    if (error instanceof TreeError) fail(`The records file is wrong: ${error.message}`)
    throw error
  }
}

/** Cuts blocks into records and proofs; only their lengths are checked. */
export const cutBlocks = (head: RecordsHead, first: number, count: number, bytes: Uint8Array) => {
  const { length } = shardRange(head, first, count)
  if (bytes.length !== length) {
    const which = count === 1 ? `Shard ${first} has` : `Shards ${first} to ${first + count - 1} have`
    fail(`${which} ${length} bytes and ${bytes.length} are here`)
  }
  const slots = proofSlots(head.shards) * HASH
  const whole = blockLength(head.shards, head.amountWidth, SHARD_SIZE)
  const records = new Uint8Array(length - count * slots)
  const siblings = Array.from({ length: count }, (_, at) => {
    const block = bytes.subarray(at * whole, (at + 1) * whole)
    records.set(block.subarray(slots), at * (whole - slots))
    return siblingsOf(head, first + at, block)
  })
  return { records, siblings }
}

/**
 * The records and proofs of consecutive shards, checked: they ascend and lead to the file's root.
 * @param bytes exactly the bytes of {@link shardRange}
 * @throws RecordsError when they are not those shards'
 */
export const decodeBlocks = (
  head: RecordsHead,
  first: number,
  count: number,
  bytes: Uint8Array,
  hasher: Hasher = portableHasher,
): RecordsBlocks => {
  const { records, siblings } = cutBlocks(head, first, count, bytes)
  const sums = shardSums(records, head.amountWidth, hasher)
  checkRoots(head, first, sums, siblings, hasher)
  ordered(() => checkOrder(records, head.amountWidth, null))
  const size = SHARD_SIZE * (ACCOUNT_BYTES + head.amountWidth)
  const roots = hexesOf(sums.roots, HASH)
  const shards = sums.totals.map((total, at): ShardProof => {
    if (getSmallUint(records, at * size, PREFIX_BYTES) !== prefixAt(head, first + at)) {
      fail(`The records file is wrong: shard ${first + at} does not begin as its head says`)
    }
    return {
      shard: first + at,
      root: roots[at] ?? '0x',
      total,
      proof: hexesOf(siblings[at] ?? new Uint8Array(0), HASH),
    }
  })
  return { records, shards }
}

/** The leaves of one shard from its block, checked as {@link decodeBlocks} does. */
export const decodeShard = (
  head: RecordsHead,
  shard: number,
  bytes: Uint8Array,
  hasher: Hasher = portableHasher,
): Payment[] =>
  unpack({ records: decodeBlocks(head, shard, 1, bytes, hasher).records, width: head.amountWidth })

/** Shards a page when a whole file is read: 1 MB at most, whatever the file's size. */
const SHARDS_A_PAGE = 128

/**
 * Reads a whole records file page by page and checks all of it: head, order, amounts, every shard's way to the root, the
 * total, the one spelling.
 * @param read the bytes at an offset, or fewer where the file ends
 * @throws RecordsError saying what is wrong
 */
export function* readRecords(
  length: number,
  read: (range: { offset: number; length: number }) => Uint8Array,
  hasher: Hasher = portableHasher,
): Generator<RecordsBlocks & { head: RecordsHead }> {
  const prefix = read({ offset: 0, length: Math.min(length, RECORDS_PREFIX_LENGTH) })
  const head = decodeRecordsHead(
    read({ offset: 0, length: Math.min(length, recordsHeadLength(prefix)) }),
    hasher,
  )
  if (length !== head.length) {
    const what = length < head.length ? 'truncated' : 'too long'
    fail(`The records file is ${what}: ${length} bytes, and its head tells of ${head.length}`)
  }
  let last: Uint8Array | null = null
  let total = 0n
  let width = 1
  for (let first = 0; first < head.shards; first += SHARDS_A_PAGE) {
    const count = Math.min(SHARDS_A_PAGE, head.shards - first)
    const page = decodeBlocks(head, first, count, read(shardRange(head, first, count)), hasher)
    if (last !== null && compareAccounts(last, 0, page.records, 0) >= 0) {
      const account = accountAt({ records: page.records, width: head.amountWidth }, 0)
      fail(`The records file is wrong: ${account} begins shard ${first}, and the one before ends above it`)
    }
    last = page.records.slice(-ACCOUNT_BYTES - head.amountWidth)
    total = page.shards.reduce((sum, shard) => sum + shard.total, total)
    width = Math.max(width, widestIn(page.records, head.amountWidth))
    yield { ...page, head }
  }
  if (total !== head.total) {
    fail('The records file is wrong: the totals of its shards do not make its total')
  }
  if (width !== head.amountWidth) {
    fail(`The records file is wrong: its amounts need ${width} bytes and have ${head.amountWidth}`)
  }
}

/** Bytes that the largest amount needs. */
export const widestIn = (records: Uint8Array, width: number): number => {
  let lead = width - 1
  for (let from = ACCOUNT_BYTES; from < records.length && lead > 0; from += ACCOUNT_BYTES + width) {
    let at = 0
    while (at < lead && records[from + at] === 0) at++
    lead = at
  }
  return width - lead
}

/**
 * Reads a whole records file held in memory, checked as {@link readRecords} does.
 * @throws RecordsError saying what is wrong
 */
export const decodeRecords = (
  bytes: Uint8Array,
  hasher: Hasher = portableHasher,
): { root: Hex; total: bigint; payments: Payment[] } => {
  const payments: Payment[] = []
  let known: RecordsHead | undefined
  const read = ({ offset, length }: { offset: number; length: number }) =>
    bytes.subarray(offset, offset + length)
  for (const { head, records } of readRecords(bytes.length, read, hasher)) {
    payments.push(...unpack({ records, width: head.amountWidth }))
    known = head
  }
  return known === undefined
    ? fail('The records file is corrupt: it has no shards')
    : { root: known.root, total: known.total, payments }
}
