// The stored form of a distribution, written: a head, then a block a shard. The byte layout is in README.md.
import { type Hasher, portableHasher } from './hasher.ts'
import { ACCOUNT_BYTES, MOST_AMOUNT_BYTES, type Packed, pack, putUint } from './packed.ts'
import { type Built, SHARD_SIZE, ShardBuilder } from './pages.ts'
import {
  AT,
  blockLength,
  headLength,
  proofSlots,
  RECORDS_MAGIC,
  RECORDS_PREFIX_LENGTH,
  RECORDS_VERSION,
} from './recordsHead.ts'
import type { Payment } from './shards.ts'
import { proofNodes } from './tree.ts'

const HASH = 32

/** The head of the file of a distribution that was built from records whose amounts have the fewest bytes. */
export const recordsHead = (built: Built, hasher: Hasher = portableHasher): Uint8Array => {
  const bytes = new Uint8Array(headLength(built.shards))
  bytes.set(RECORDS_MAGIC, 0)
  putUint(bytes, AT.version, 2, BigInt(RECORDS_VERSION))
  bytes[AT.width] = built.width
  bytes[AT.shardSize] = SHARD_SIZE
  putUint(bytes, AT.leaves, 4, BigInt(built.leaves))
  putUint(bytes, AT.shards, 4, BigInt(built.shards))
  bytes.set(built.root, AT.root)
  putUint(bytes, AT.total, MOST_AMOUNT_BYTES, built.total)
  bytes.set(built.prefixes, RECORDS_PREFIX_LENGTH)
  const end = bytes.length - HASH
  hasher.hash(bytes.subarray(0, end), end, bytes.subarray(end))
  return bytes
}

/**
 * The blocks of consecutive shards: each one's proof in the parent tree, then its records.
 * @param first the shard with which the records begin
 * @param records those shards' records, as they were added
 */
export const recordsBlocks = (
  { shards, width, parent }: Built,
  first: number,
  records: Uint8Array,
): Uint8Array => {
  const size = SHARD_SIZE * (ACCOUNT_BYTES + width)
  const count = Math.ceil(records.length / size)
  const slots = proofSlots(shards) * HASH
  const whole = blockLength(shards, width, SHARD_SIZE)
  const bytes = new Uint8Array(records.length + count * slots)
  for (let at = 0; at < count; at++) {
    const siblings = parent === null ? [] : proofNodes(shards, first + at)
    siblings.forEach((node, slot) => {
      const hash = parent?.nodes.subarray(node * HASH, (node + 1) * HASH)
      if (hash !== undefined) bytes.set(hash, at * whole + slot * HASH)
    })
    bytes.set(records.subarray(at * size, (at + 1) * size), at * whole + slots)
  }
  return bytes
}

/**
 * A records file piece by piece, for distributions of any size. The pages are gone through twice: a block holds a proof, and
 * that is known only when everything was seen.
 * @param width the fewest bytes that hold the largest amount
 * @param pages whole shards of records each, in order; only the last may end within one
 * @throws TreeError when they are out of order or none
 */
export function* writeRecords(
  width: number,
  pages: () => Iterable<Uint8Array>,
  hasher: Hasher = portableHasher,
): Generator<Uint8Array, Built> {
  const builder = new ShardBuilder(width, hasher)
  for (const page of pages()) builder.add(page)
  const built = builder.finish()
  yield recordsHead(built, hasher)
  let first = 0
  for (const page of pages()) {
    yield recordsBlocks(built, first, page)
    first += Math.ceil(page.length / (SHARD_SIZE * (ACCOUNT_BYTES + width)))
  }
  return built
}

/**
 * The records file of packed leaves: one spelling for one set of leaves.
 * @param packed as {@link packedLeaves} returns them
 * @throws TreeError when they are none or out of order
 */
export const encodePacked = ({ records, width }: Packed, hasher: Hasher = portableHasher): Uint8Array => {
  const pieces = [...writeRecords(width, () => [records], hasher)]
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let to = 0
  for (const piece of pieces) {
    bytes.set(piece, to)
    to += piece.length
  }
  return bytes
}

/**
 * The records file of a distribution's payments.
 * @param payments leaves in order, as {@link leaves} returns them
 * @throws TreeError when they are none or out of order
 */
export const encodeRecords = (payments: readonly Payment[], hasher: Hasher = portableHasher): Uint8Array =>
  encodePacked(pack(payments), hasher)
