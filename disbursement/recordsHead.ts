// The head of a records file: what a reader keeps in memory, and where everything else lies.
// The byte layout is in README.md; integers are big-endian.
import { type Address, bytesToHex, type Hex } from 'viem'
import { RecordsError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { ACCOUNT_BYTES, getSmallUint, getUint, MOST_AMOUNT_BYTES } from './packed.ts'
import { PREFIX_BYTES, SHARD_SIZE } from './pages.ts'

const HASH = 32

/** The file's first bytes: they are a line of text, so that a transfer that changes lines is noticed. */
export const RECORDS_MAGIC = new TextEncoder().encode('prorata\n')
export const RECORDS_VERSION = 2

/** Bytes that tell how long the whole head is: read at least these first. */
export const RECORDS_PREFIX_LENGTH = 68
/** Where the fields of the head are. */
export const AT = {
  version: 8,
  width: 10,
  shardSize: 11,
  leaves: 12,
  shards: 16,
  root: 20,
  total: 52,
} as const

/** What a reader keeps in memory to answer any proof with one ranged read: 4 bytes for 128 accounts. */
export type RecordsHead = {
  root: Hex
  total: bigint
  leaves: number
  /** How many there are. */
  shards: number
  /** Bytes of each amount. */
  amountWidth: number
  /** How the first account of each shard begins, 4 bytes each. */
  prefixes: Uint8Array
  /** Where the blocks begin, and the length of the whole file. */
  bodyOffset: number
  length: number
}

const fail = (message: string): never => {
  throw new RecordsError(message)
}

/** How many siblings a block has room for: the longest way from a shard's leaf to the root. */
export const proofSlots = (shards: number): number => Math.ceil(Math.log2(shards))

/** Bytes of the head of a file of so many shards. */
export const headLength = (shards: number): number => RECORDS_PREFIX_LENGTH + shards * PREFIX_BYTES + HASH

/** Bytes of a block: room for the proof, and the records. */
export const blockLength = (shards: number, width: number, leaves: number): number =>
  proofSlots(shards) * HASH + leaves * (ACCOUNT_BYTES + width)

/**
 * How long the head is, from its first {@link RECORDS_PREFIX_LENGTH} bytes.
 * @throws RecordsError when they do not begin a records file of this version
 */
export const recordsHeadLength = (bytes: Uint8Array): number => {
  if (bytes.length < RECORDS_MAGIC.length || RECORDS_MAGIC.some((byte, at) => bytes[at] !== byte)) {
    fail('This is not a records file: it does not begin with "prorata" and a line feed')
  }
  if (bytes.length < RECORDS_PREFIX_LENGTH) {
    fail(`The records file is truncated: ${bytes.length} bytes, and its head has more`)
  }
  const version = getSmallUint(bytes, AT.version, 2)
  if (version !== RECORDS_VERSION) {
    fail(`The records file has version ${version}; this reader knows version ${RECORDS_VERSION}`)
  }
  const width = bytes[AT.width] ?? 0
  if (width < 1 || width > MOST_AMOUNT_BYTES) {
    fail(`The records file is corrupt: amounts of ${width} bytes instead of 1 to ${MOST_AMOUNT_BYTES}`)
  }
  if (bytes[AT.shardSize] !== SHARD_SIZE) {
    fail(`The records file is corrupt: shards of ${bytes[AT.shardSize]} leaves instead of ${SHARD_SIZE}`)
  }
  const leaves = getSmallUint(bytes, AT.leaves, 4)
  const shards = getSmallUint(bytes, AT.shards, 4)
  if (leaves < 1 || shards !== Math.ceil(leaves / SHARD_SIZE)) {
    fail(`The records file is corrupt: ${leaves} leaves cannot make ${shards} shards`)
  }
  return headLength(shards)
}

/**
 * Reads and checks the head of a records file.
 * @param bytes at least {@link recordsHeadLength} bytes from its beginning
 * @throws RecordsError saying what is wrong
 */
export const decodeRecordsHead = (bytes: Uint8Array, hasher: Hasher = portableHasher): RecordsHead => {
  const bodyOffset = recordsHeadLength(bytes)
  if (bytes.length < bodyOffset) {
    fail(`The records file is truncated: ${bytes.length} bytes, and its head has ${bodyOffset}`)
  }
  const end = bodyOffset - HASH
  const checksum = new Uint8Array(HASH)
  hasher.hash(bytes.subarray(0, end), end, checksum)
  if (checksum.some((byte, at) => bytes[end + at] !== byte)) {
    fail('The records file is corrupt: its head does not match its checksum')
  }
  const amountWidth = bytes[AT.width] ?? 0
  const leaves = getSmallUint(bytes, AT.leaves, 4)
  const shards = getSmallUint(bytes, AT.shards, 4)
  return {
    root: bytesToHex(bytes.subarray(AT.root, AT.root + HASH)),
    total: getUint(bytes, AT.total, MOST_AMOUNT_BYTES),
    leaves,
    shards,
    amountWidth,
    prefixes: bytes.slice(RECORDS_PREFIX_LENGTH, end),
    bodyOffset,
    length: bodyOffset + shards * proofSlots(shards) * HASH + leaves * (ACCOUNT_BYTES + amountWidth),
  }
}

const checkShard = (head: RecordsHead, shard: number): void => {
  if (!Number.isInteger(shard) || shard < 0 || shard >= head.shards) {
    fail(`There is no shard ${shard}; the records file has ${head.shards}, counted from 0`)
  }
}

/** How many leaves a shard has. */
const leavesIn = (head: RecordsHead, shard: number): number =>
  Math.min(SHARD_SIZE, head.leaves - shard * SHARD_SIZE)

/**
 * Which bytes of the file hold the block of a shard, or of several consecutive ones.
 * @throws RecordsError when there are no such shards
 */
export const shardRange = (
  head: RecordsHead,
  shard: number,
  count = 1,
): { offset: number; length: number } => {
  checkShard(head, shard)
  checkShard(head, shard + count - 1)
  const whole = blockLength(head.shards, head.amountWidth, SHARD_SIZE)
  const last = blockLength(head.shards, head.amountWidth, leavesIn(head, shard + count - 1))
  return { offset: head.bodyOffset + shard * whole, length: (count - 1) * whole + last }
}

/** How the first account of a shard begins, as a number. */
export const prefixAt = ({ prefixes }: RecordsHead, shard: number): number =>
  getSmallUint(prefixes, shard * PREFIX_BYTES, PREFIX_BYTES)

/**
 * The shards in which an account's leaf can be: the first and the last of them, or null when it is below every leaf. It is
 * in the last of them unless a shard's first account begins with the same 4 bytes and is another one.
 */
export const shardsFor = (head: RecordsHead, account: Address): { first: number; last: number } | null => {
  const wanted = Number.parseInt(account.slice(2, 2 + 2 * PREFIX_BYTES), 16)
  /** How many shards begin below a prefix. */
  const below = (prefix: number): number => {
    let low = 0
    let high = head.shards
    while (low < high) {
      const middle = (low + high) >> 1
      if (prefixAt(head, middle) < prefix) low = middle + 1
      else high = middle
    }
    return low
  }
  const last = below(wanted + 1) - 1
  return last < 0 ? null : { first: Math.max(0, below(wanted) - 1), last }
}
