// The stored form of a distribution: sorted records and shard roots, from which every proof is made again on the spot.
// The byte layout is in README.md; integers are big-endian.
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { RecordsError } from './errors.ts'
import {
  type ClaimProof,
  claimWithin,
  distributionTree,
  type Payment,
  parentTree,
  SHARD_SIZE,
  type Shard,
  shardProof,
  shardTree,
  totalOf,
} from './shards.ts'
import { rootOf, type Tree } from './tree.ts'

const MAGIC = new TextEncoder().encode('prorata\n')
export const RECORDS_VERSION = 1

/** Bytes that tell how long the whole head is: read at least these first. */
export const RECORDS_PREFIX_LENGTH = 100
const AT = { version: 8, width: 10, shardSize: 11, leaves: 12, shards: 16, root: 20, total: 52, body: 68 }
const HASH = 32
const ACCOUNT = 20
const TOTAL_WIDTH = 16

/** A shard as the head lists it: with its first account, by which an account's shard is found. */
export type RecordsShard = Shard & { first: Address }

/** What a reader keeps in memory to answer any proof with one ranged read. */
export type RecordsHead = {
  root: Hex
  total: bigint
  leaves: number
  /** Bytes of each amount. */
  amountWidth: number
  shards: readonly RecordsShard[]
  /** The tree over shards, null for a single one. */
  parent: Tree | null
  /** Where the records begin, and the length of the whole file. */
  bodyOffset: number
  length: number
  /** keccak256 of all records. */
  bodyChecksum: Hex
}

const fail = (message: string): never => {
  throw new RecordsError(message)
}

const putUint = (bytes: Uint8Array, offset: number, width: number, value: bigint): void => {
  let rest = value
  for (let at = offset + width - 1; at >= offset; at--) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

const getUint = (bytes: Uint8Array, offset: number, width: number): bigint => {
  let value = 0n
  for (let at = offset; at < offset + width; at++) value = (value << 8n) | BigInt(bytes[at] ?? 0)
  return value
}

const getAddress = (bytes: Uint8Array, offset: number): Address =>
  bytesToHex(bytes.subarray(offset, offset + ACCOUNT))

const widthOf = (total: bigint): number => Math.ceil(total.toString(16).length / 2)

const headLength = (shards: number, width: number): number =>
  RECORDS_PREFIX_LENGTH + shards * (HASH + width + ACCOUNT) + HASH

/**
 * The records file of a distribution: one spelling for one set of leaves.
 * @param payments leaves in order, as {@link leaves} returns them
 * @throws TreeError when they are none or out of order
 */
export const encodeRecords = (payments: readonly Payment[]): Uint8Array => {
  const tree = distributionTree(payments)
  const width = widthOf(tree.total)
  const bodyOffset = headLength(tree.shards.length, width)
  const bytes = new Uint8Array(bodyOffset + payments.length * (ACCOUNT + width))
  payments.forEach(({ account, amount }, place) => {
    const offset = bodyOffset + place * (ACCOUNT + width)
    bytes.set(hexToBytes(account), offset)
    putUint(bytes, offset + ACCOUNT, width, amount)
  })
  bytes.set(MAGIC, 0)
  putUint(bytes, AT.version, 2, BigInt(RECORDS_VERSION))
  putUint(bytes, AT.width, 1, BigInt(width))
  putUint(bytes, AT.shardSize, 1, BigInt(SHARD_SIZE))
  putUint(bytes, AT.leaves, 4, BigInt(payments.length))
  putUint(bytes, AT.shards, 4, BigInt(tree.shards.length))
  bytes.set(hexToBytes(tree.root), AT.root)
  putUint(bytes, AT.total, TOTAL_WIDTH, tree.total)
  bytes.set(keccak256(bytes.subarray(bodyOffset), 'bytes'), AT.body)
  tree.shards.forEach(({ shard, root, total }) => {
    const offset = RECORDS_PREFIX_LENGTH + shard * (HASH + width + ACCOUNT)
    bytes.set(hexToBytes(root), offset)
    putUint(bytes, offset + HASH, width, total)
    bytes.copyWithin(
      offset + HASH + width,
      bodyOffset + shard * SHARD_SIZE * (ACCOUNT + width),
      bodyOffset + shard * SHARD_SIZE * (ACCOUNT + width) + ACCOUNT,
    )
  })
  bytes.set(keccak256(bytes.subarray(0, bodyOffset - HASH), 'bytes'), bodyOffset - HASH)
  return bytes
}

/**
 * How many bytes from the start hold the head: what a ranged read must fetch before any proof.
 * @param prefix at least the first {@link RECORDS_PREFIX_LENGTH} bytes
 * @throws RecordsError when this is no records file, or of a version this reader does not know
 */
export const recordsHeadLength = (prefix: Uint8Array): number => {
  const magic = prefix.subarray(0, MAGIC.length)
  if (magic.length < MAGIC.length || magic.some((byte, at) => byte !== MAGIC[at])) {
    fail('This is not a records file: it does not begin with "prorata" and a line feed')
  }
  if (prefix.length < RECORDS_PREFIX_LENGTH) {
    fail(
      `The records file is truncated: ${prefix.length} bytes, and the head alone has more than ${RECORDS_PREFIX_LENGTH}`,
    )
  }
  const version = Number(getUint(prefix, AT.version, 2))
  if (version !== RECORDS_VERSION) {
    fail(`The records file has version ${version}; this reader knows version ${RECORDS_VERSION}`)
  }
  const [width, shardSize] = [prefix[AT.width] ?? 0, prefix[AT.shardSize] ?? 0]
  if (shardSize !== SHARD_SIZE)
    fail(`The records file is corrupt: shards of ${shardSize} leaves instead of ${SHARD_SIZE}`)
  const count = Number(getUint(prefix, AT.leaves, 4))
  const shards = Number(getUint(prefix, AT.shards, 4))
  if (count === 0 || shards !== Math.ceil(count / SHARD_SIZE)) {
    fail(`The records file is corrupt: ${count} leaves cannot make ${shards} shards`)
  }
  const total = getUint(prefix, AT.total, TOTAL_WIDTH)
  if (total === 0n || width !== widthOf(total)) {
    fail(`The records file is corrupt: amounts of ${width} bytes do not fit the total ${total}`)
  }
  return headLength(shards, width)
}

/**
 * Reads the head and checks it: checksum, shard order, shard totals, and that the shard roots lead to the root.
 * @param bytes the file from its start, at least as far as {@link recordsHeadLength} says
 * @throws RecordsError saying what is wrong
 */
export const decodeRecordsHead = (bytes: Uint8Array): RecordsHead => {
  const bodyOffset = recordsHeadLength(bytes)
  if (bytes.length < bodyOffset) {
    fail(`The records file is truncated: its head has ${bodyOffset} bytes and only ${bytes.length} are here`)
  }
  const checksum = bytesToHex(bytes.subarray(bodyOffset - HASH, bodyOffset))
  if (keccak256(bytes.subarray(0, bodyOffset - HASH)) !== checksum) {
    fail('The records file is corrupt: its head does not match its checksum')
  }
  const width = bytes[AT.width] ?? 0
  const count = Number(getUint(bytes, AT.leaves, 4))
  const shards = Array.from({ length: Number(getUint(bytes, AT.shards, 4)) }, (_, shard): RecordsShard => {
    const offset = RECORDS_PREFIX_LENGTH + shard * (HASH + width + ACCOUNT)
    return {
      shard,
      root: bytesToHex(bytes.subarray(offset, offset + HASH)),
      total: getUint(bytes, offset + HASH, width),
      first: getAddress(bytes, offset + HASH + width),
    }
  })
  const root = bytesToHex(bytes.subarray(AT.root, AT.root + HASH))
  const total = getUint(bytes, AT.total, TOTAL_WIDTH)
  shards.forEach((each, at) => {
    const before = shards[at - 1]
    if (before !== undefined && each.first <= before.first)
      fail(`The records file is wrong: shard ${at} is out of order`)
  })
  if (shards.reduce((all, each) => all + each.total, 0n) !== total) {
    fail('The records file is wrong: the totals of its shards do not make its total')
  }
  const parent = shards.length > 1 ? parentTree(shards) : null
  if ((parent === null ? shards[0]?.root : rootOf(parent)) !== root) {
    fail('The records file is wrong: its shard roots do not lead to its root')
  }
  return {
    root,
    total,
    leaves: count,
    amountWidth: width,
    shards,
    parent,
    bodyOffset,
    length: bodyOffset + count * (ACCOUNT + width),
    bodyChecksum: bytesToHex(bytes.subarray(AT.body, AT.body + HASH)),
  }
}

/** The shard in which an account's leaf would be, or null when the account is below every leaf. */
export const shardFor = (head: RecordsHead, account: Address): number | null => {
  const wanted = account.toLowerCase()
  let low = 0
  let high = head.shards.length - 1
  let found: number | null = null
  while (low <= high) {
    const middle = (low + high) >> 1
    if ((head.shards[middle]?.first ?? '') <= wanted) {
      found = middle
      low = middle + 1
    } else high = middle - 1
  }
  return found
}

/** Which bytes of the file hold a shard's records. */
export const shardRange = (head: RecordsHead, shard: number): { offset: number; length: number } => {
  if (!Number.isInteger(shard) || shard < 0 || shard >= head.shards.length) {
    fail(`There is no shard ${shard}; the records file has ${head.shards.length}, counted from 0`)
  }
  const size = ACCOUNT + head.amountWidth
  const own = Math.min(SHARD_SIZE, head.leaves - shard * SHARD_SIZE)
  return { offset: head.bodyOffset + shard * SHARD_SIZE * size, length: own * size }
}

/**
 * The leaves of one shard from its bytes, checked against the shard's root in the head.
 * @param bytes exactly the bytes of {@link shardRange}
 * @throws RecordsError when they are not that shard's
 */
export const decodeShard = (head: RecordsHead, shard: number, bytes: Uint8Array): Payment[] => {
  const { length } = shardRange(head, shard)
  if (bytes.length !== length) fail(`Shard ${shard} has ${length} bytes and ${bytes.length} are here`)
  const size = ACCOUNT + head.amountWidth
  const own = Array.from({ length: length / size }, (_, index) => ({
    account: getAddress(bytes, index * size),
    amount: getUint(bytes, index * size + ACCOUNT, head.amountWidth),
  }))
  const expected = head.shards[shard]
  if (expected === undefined || rootOf(shardTree(own)) !== expected.root || totalOf(own) !== expected.total) {
    fail(`The records file is corrupt: the records of shard ${shard} do not lead to its root and total`)
  }
  return own
}

/**
 * An account's claim from the head and the bytes of its shard: all that a ranged read needs.
 * @param shard what {@link shardFor} said
 * @returns null when the account has no leaf
 */
export const claimFromShard = (
  head: RecordsHead,
  shard: number,
  bytes: Uint8Array,
  account: Address,
): ClaimProof | null =>
  claimWithin(decodeShard(head, shard, bytes), shardProof(head.shards, head.parent, shard), account)

/**
 * Reads a whole records file and checks all of it: both checksums, order, amounts, every shard's root, the root.
 * @throws RecordsError saying what is wrong
 */
export const decodeRecords = (bytes: Uint8Array): { root: Hex; total: bigint; payments: Payment[] } => {
  const head = decodeRecordsHead(bytes)
  if (bytes.length !== head.length) {
    const what = bytes.length < head.length ? 'truncated' : 'too long'
    fail(`The records file is ${what}: ${bytes.length} bytes, and its head tells of ${head.length}`)
  }
  if (keccak256(bytes.subarray(head.bodyOffset)) !== head.bodyChecksum) {
    fail('The records file is corrupt: its records do not match their checksum')
  }
  const payments = head.shards.flatMap(({ shard, first }) => {
    const { offset, length } = shardRange(head, shard)
    const own = decodeShard(head, shard, bytes.subarray(offset, offset + length))
    if (own[0]?.account !== first)
      fail(`The records file is wrong: shard ${shard} does not begin with ${first}`)
    return own
  })
  payments.forEach(({ account, amount }, place) => {
    const before = payments[place - 1]
    if (before !== undefined && account <= before.account) {
      fail(`The records file is wrong: ${account} comes after ${before.account}; records ascend`)
    }
    if (amount === 0n) fail(`The records file is wrong: ${account} has the amount 0`)
  })
  return { root: head.root, total: head.total, payments }
}

/** An account's claim from a whole file held in memory, or null when it has no leaf. */
export const claimFromRecords = (bytes: Uint8Array, account: Address): ClaimProof | null => {
  const head = decodeRecordsHead(bytes)
  const shard = shardFor(head, account)
  if (shard === null) return null
  const { offset, length } = shardRange(head, shard)
  return claimFromShard(head, shard, bytes.subarray(offset, offset + length), account)
}
