// A distribution of any size built page by page: what is kept of a shard is its leaf's hash and how its first account begins.
import { bytesToHex, type Hex } from 'viem'
import { TreeError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import {
  ACCOUNT_BYTES,
  accountAt,
  getSmallUint,
  getUint,
  MOST_AMOUNT_BYTES,
  putUint,
  sumOf,
} from './packed.ts'
import { putShardPreimage, SHARD_PREIMAGE_BYTES, type Tree, treeOfHashes } from './tree.ts'

const HASH = 32

/** As many leaves as the distributor's word has claimed flags. */
export const SHARD_SIZE = 128

/** Bytes of a shard's first account that are kept to find it by. */
export const PREFIX_BYTES = 4

/** The distributor keeps what remains in 128 bits. */
const TOTAL_LIMIT = 1n << 128n

/** Roots and totals of consecutive shards. */
export type ShardSums = { roots: Uint8Array; totals: bigint[] }

/** A distribution built from its pages. */
export type Built = {
  root: Uint8Array
  total: bigint
  leaves: number
  shards: number
  width: number
  /** The tree over shards; null for a single shard, whose own root is published. */
  parent: Tree | null
  /** The first {@link PREFIX_BYTES} bytes of each shard's first account, one behind another. */
  prefixes: Uint8Array
}

/**
 * Roots and totals of the shards that records make up.
 * @param records whole shards, but for the last one's end
 */
export const shardSums = (records: Uint8Array, width: number, hasher: Hasher): ShardSums => {
  const size = ACCOUNT_BYTES + width
  const count = records.length / size
  const full = Math.floor(count / SHARD_SIZE)
  const hashes = new Uint8Array(count * HASH)
  hasher.hashLeaves(records, width, hashes, SHARD_SIZE)
  const roots = new Uint8Array(Math.ceil(count / SHARD_SIZE) * HASH)
  // A partial shard has a shape of its own; all full ones are halved together, seven times.
  const partial = hashes.subarray(full * SHARD_SIZE * HASH)
  if (partial.length > 0) roots.set(treeOfHashes(partial, hasher).nodes.subarray(0, HASH), full * HASH)
  let left = full * SHARD_SIZE * HASH
  while (left > full * HASH) {
    hasher.hashPairs(hashes.subarray(0, left), hashes.subarray(0, left / 2))
    left /= 2
  }
  roots.set(hashes.subarray(0, left))
  const totals: bigint[] = []
  for (let from = 0; from < records.length; from += SHARD_SIZE * size) {
    totals.push(sumOf({ records: records.subarray(from, from + SHARD_SIZE * size), width }))
  }
  return { roots, totals }
}

/** The hashes of shard leaves, from shard `first` on. */
export const shardLeaves = ({ roots, totals }: ShardSums, first: number, hasher: Hasher): Uint8Array => {
  const preimages = new Uint8Array(totals.length * SHARD_PREIMAGE_BYTES)
  totals.forEach((total, at) => {
    const root = roots.subarray(at * HASH, (at + 1) * HASH)
    putShardPreimage(preimages, at * SHARD_PREIMAGE_BYTES, first + at, root, total)
  })
  const hashes = new Uint8Array(totals.length * HASH)
  hasher.hash(preimages, SHARD_PREIMAGE_BYTES, hashes, 2)
  return hashes
}

/**
 * The last of the accounts before, in which the next must not lie.
 * @throws TreeError unless records ascend by account from `before` on, each account once, and each pays something
 */
export const checkOrder = (records: Uint8Array, width: number, before: Uint8Array | null): Uint8Array => {
  const size = ACCOUNT_BYTES + width
  const name = (place: number) => accountAt({ records, width }, place)
  if (before !== null && compareAccounts(before, 0, records, 0) >= 0) {
    throw new TreeError(
      `Account ${name(0)} comes after ${bytesToHex(before)}; leaves ascend and hold each account once`,
    )
  }
  for (let from = 0; from < records.length; from += size) {
    const place = from / size
    if (from > 0 && compareAccounts(records, from - size, records, from) >= 0) {
      throw new TreeError(
        `Account ${name(place)} comes after ${name(place - 1)}; leaves ascend and hold each account once`,
      )
    }
    let at = from + ACCOUNT_BYTES
    while (at < from + size && records[at] === 0) at++
    if (at === from + size) throw new TreeError(`The amount of ${name(place)} is 0; a leaf pays something`)
  }
  return records.slice(records.length - size, records.length - width)
}

/** Below 0 when the first account is the lower, 0 when they are the same. */
export const compareAccounts = (a: Uint8Array, from: number, b: Uint8Array, other: number): number => {
  for (let at = 0; at < ACCOUNT_BYTES; at++) {
    const difference = (a[from + at] ?? 0) - (b[other + at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const SAVED_HEAD = 1 + 4 + MOST_AMOUNT_BYTES + ACCOUNT_BYTES + HASH
const SAVED_SHARD = HASH + PREFIX_BYTES

/** Takes a distribution's records page by page, in their order; 36 bytes a shard are all that it keeps. */
export class ShardBuilder {
  readonly #width: number
  readonly #hasher: Hasher
  #leaves = 0
  #total = 0n
  #last: Uint8Array | null = null
  #only: Uint8Array = new Uint8Array(HASH)
  #hashes = new Uint8Array(HASH * 64)
  #prefixes = new Uint8Array(PREFIX_BYTES * 64)

  /** @param width bytes of each amount */
  constructor(width: number, hasher: Hasher = portableHasher) {
    if (!Number.isInteger(width) || width < 1 || width > MOST_AMOUNT_BYTES) {
      throw new TreeError(`Amounts have 1 to ${MOST_AMOUNT_BYTES} bytes, not ${width}`)
    }
    this.#width = width
    this.#hasher = hasher
  }

  /** How many records were taken: where to go on. */
  get leaves(): number {
    return this.#leaves
  }

  /** The sum of what they pay. */
  get total(): bigint {
    return this.#total
  }

  /**
   * Takes the next records.
   * @param records whole shards of 128; only the last page may end within one
   * @returns roots and totals of the page's shards
   * @throws TreeError when they do not follow on the page before, or pay more than 128 bits hold
   */
  add(records: Uint8Array): ShardSums {
    const size = ACCOUNT_BYTES + this.#width
    const count = records.length / size
    if (!Number.isInteger(count)) {
      throw new TreeError(`A page of ${records.length} bytes holds no whole number of records of ${size}`)
    }
    if (this.#leaves % SHARD_SIZE !== 0) {
      throw new TreeError(
        `The page before ended within a shard, after ${this.#leaves} leaves, so it was the last`,
      )
    }
    if (count === 0) return { roots: new Uint8Array(0), totals: [] }
    const last = checkOrder(records, this.#width, this.#last)
    const first = this.#leaves / SHARD_SIZE
    const sums = shardSums(records, this.#width, this.#hasher)
    const total = sums.totals.reduce((all, each) => all + each, this.#total)
    if (total >= TOTAL_LIMIT)
      throw new TreeError(`The total ${total} is more than the distributor's 128 bits hold`)
    this.#reserve(first + sums.totals.length)
    this.#hashes.set(shardLeaves(sums, first, this.#hasher), first * HASH)
    for (let at = 0; at < sums.totals.length; at++) {
      const from = at * SHARD_SIZE * size
      this.#prefixes.set(records.subarray(from, from + PREFIX_BYTES), (first + at) * PREFIX_BYTES)
    }
    if (first === 0) this.#only = sums.roots.slice(0, HASH)
    this.#leaves += count
    this.#total = total
    this.#last = last
    return sums
  }

  /**
   * Root and parent tree of all that was added.
   * @throws TreeError when that is nothing
   */
  finish(): Built {
    const shards = Math.ceil(this.#leaves / SHARD_SIZE)
    if (shards === 0) throw new TreeError('A distribution needs at least one leaf')
    const parent = shards === 1 ? null : treeOfHashes(this.#hashes.subarray(0, shards * HASH), this.#hasher)
    return {
      root: parent === null ? this.#only : parent.nodes.slice(0, HASH),
      total: this.#total,
      leaves: this.#leaves,
      shards,
      width: this.#width,
      parent,
      prefixes: this.#prefixes.slice(0, shards * PREFIX_BYTES),
    }
  }

  /** Everything kept so far, for {@link ShardBuilder.resume} after an interruption. */
  save(): Uint8Array {
    const shards = Math.ceil(this.#leaves / SHARD_SIZE)
    const bytes = new Uint8Array(SAVED_HEAD + shards * SAVED_SHARD)
    bytes[0] = this.#width
    putUint(bytes, 1, 4, BigInt(this.#leaves))
    putUint(bytes, 5, MOST_AMOUNT_BYTES, this.#total)
    bytes.set(this.#last ?? new Uint8Array(ACCOUNT_BYTES), 5 + MOST_AMOUNT_BYTES)
    bytes.set(this.#only, SAVED_HEAD - HASH)
    bytes.set(this.#hashes.subarray(0, shards * HASH), SAVED_HEAD)
    bytes.set(this.#prefixes.subarray(0, shards * PREFIX_BYTES), SAVED_HEAD + shards * HASH)
    return bytes
  }

  /**
   * A builder that goes on where another one was saved.
   * @throws TreeError when the bytes are none that {@link save} gave
   */
  static resume(bytes: Uint8Array, hasher: Hasher = portableHasher): ShardBuilder {
    const leaves = bytes.length < SAVED_HEAD ? -1 : getSmallUint(bytes, 1, 4)
    const shards = Math.ceil(leaves / SHARD_SIZE)
    if (leaves < 0 || bytes.length !== SAVED_HEAD + shards * SAVED_SHARD) {
      throw new TreeError('These bytes are no saved state of a distribution being built')
    }
    const builder = new ShardBuilder(bytes[0] ?? 0, hasher)
    builder.#leaves = leaves
    builder.#total = getUint(bytes, 5, MOST_AMOUNT_BYTES)
    const last = 5 + MOST_AMOUNT_BYTES
    builder.#last = leaves === 0 ? null : bytes.slice(last, last + ACCOUNT_BYTES)
    builder.#only = bytes.slice(SAVED_HEAD - HASH, SAVED_HEAD)
    builder.#hashes = bytes.slice(SAVED_HEAD, SAVED_HEAD + shards * HASH)
    builder.#prefixes = bytes.slice(SAVED_HEAD + shards * HASH)
    return builder
  }

  #reserve(shards: number): void {
    if (shards * HASH <= this.#hashes.length) return
    const most = Math.max(shards, (this.#hashes.length / HASH) * 2)
    const hashes = new Uint8Array(most * HASH)
    hashes.set(this.#hashes)
    const prefixes = new Uint8Array(most * PREFIX_BYTES)
    prefixes.set(this.#prefixes)
    this.#hashes = hashes
    this.#prefixes = prefixes
  }
}

/** A shard's root in hexadecimal, of {@link ShardSums}. */
export const rootAt = ({ roots }: ShardSums, at: number): Hex =>
  bytesToHex(roots.subarray(at * HASH, (at + 1) * HASH))
