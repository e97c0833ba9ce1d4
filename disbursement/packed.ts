// Payments as flat bytes: 20 of account and W of amount (big-endian) each. Ten million take 300 MB and no objects.
import { type Address, bytesToHex } from 'viem'
import { TreeError } from './errors.ts'
import { hexesOf, putHex } from './hexadecimal.ts'
import { sortByBytes } from './radix.ts'
import type { Payment } from './shards.ts'

export const ACCOUNT_BYTES = 20

/** The distributor keeps what remains in 128 bits, so no amount needs more bytes. */
export const MOST_AMOUNT_BYTES = 16

/** Records of 20 + `width` bytes, one behind another. */
export type Packed = { records: Uint8Array; width: number }

const AMOUNT_LIMIT = 1n << 128n

/** The fewest bytes that hold an amount. */
export const widthOf = (amount: bigint): number => Math.ceil(amount.toString(16).length / 2)

export const putUint = (bytes: Uint8Array, offset: number, width: number, value: bigint): void => {
  let at = offset + width
  let rest = value
  while (at - offset > 6) {
    const part = Number(rest & 0xffff_ffffn)
    bytes[--at] = part
    bytes[--at] = part >>> 8
    bytes[--at] = part >>> 16
    bytes[--at] = part >>> 24
    rest >>= 32n
  }
  // The last six bytes or fewer are exact in a number.
  for (let part = Number(rest); at > offset; part = Math.floor(part / 256)) bytes[--at] = part % 256
}

/** An unsigned number of six bytes or fewer, big-endian: so many are exact in a number. */
export const getSmallUint = (bytes: Uint8Array, offset: number, width: number): number => {
  let value = 0
  for (let at = offset; at < offset + width; at++) value = value * 256 + (bytes[at] ?? 0)
  return value
}

export const getUint = (bytes: Uint8Array, offset: number, width: number): bigint => {
  let value = 0n
  for (let at = offset; at < offset + width; at += 6) {
    const taken = Math.min(6, offset + width - at)
    value = (value << BigInt(8 * taken)) | BigInt(getSmallUint(bytes, at, taken))
  }
  return value
}

/** How many records there are. */
export const countOf = ({ records, width }: Packed): number => records.length / (ACCOUNT_BYTES + width)

/** The amount of the record at a place. */
export const amountAt = ({ records, width }: Packed, place: number): bigint =>
  getUint(records, place * (ACCOUNT_BYTES + width) + ACCOUNT_BYTES, width)

/** The account of the record at a place. */
export const accountAt = ({ records, width }: Packed, place: number): Address => {
  const offset = place * (ACCOUNT_BYTES + width)
  return bytesToHex(records.subarray(offset, offset + ACCOUNT_BYTES))
}

/** The sum of all amounts. */
export const sumOf = ({ records, width }: Packed): bigint => {
  // Columns of bytes are added as numbers, which stay exact for 2^45 records.
  const columns = new Float64Array(width)
  for (let from = ACCOUNT_BYTES; from < records.length; from += ACCOUNT_BYTES + width) {
    for (let at = 0; at < width; at++) columns[at] = (columns[at] ?? 0) + (records[from + at] ?? 0)
  }
  return columns.reduce((sum, column) => (sum << 8n) + BigInt(column), 0n)
}

/** Packs payments in their order, with the fewest bytes an amount that hold the largest. */
export const pack = (payments: readonly Payment[]): Packed => {
  const largest = payments.reduce((most, { amount }) => (amount > most ? amount : most), 1n)
  const width = widthOf(largest)
  if (width > MOST_AMOUNT_BYTES) {
    throw new TreeError(`The amount ${largest} is more than the distributor's 128 bits hold`)
  }
  const size = ACCOUNT_BYTES + width
  const records = new Uint8Array(payments.length * size)
  payments.forEach(({ account, amount }, place) => {
    if (!putHex(account, ACCOUNT_BYTES, records, place * size)) {
      throw new TreeError(`${account} is not an address`)
    }
    if (amount < 0n) throw new TreeError(`The amount of ${account} is ${amount}; it cannot be negative`)
    putUint(records, place * size + ACCOUNT_BYTES, width, amount)
  })
  return { records, width }
}

/** The payments that records stand for. */
export const unpack = ({ records, width }: Packed): Payment[] => {
  const size = ACCOUNT_BYTES + width
  const accounts = new Uint8Array((records.length / size) * ACCOUNT_BYTES)
  for (let from = 0, to = 0; from < records.length; from += size, to += ACCOUNT_BYTES) {
    accounts.set(records.subarray(from, from + ACCOUNT_BYTES), to)
  }
  return hexesOf(accounts, ACCOUNT_BYTES).map((account, place) => ({
    account,
    amount: getUint(records, place * size + ACCOUNT_BYTES, width),
  }))
}

/**
 * Records with amounts of another width.
 * @throws TreeError when an amount does not fit
 */
export const withWidth = ({ records, width }: Packed, wanted: number): Packed => {
  if (width === wanted) return { records, width }
  const count = countOf({ records, width })
  const changed = new Uint8Array(count * (ACCOUNT_BYTES + wanted))
  const dropped = Math.max(0, width - wanted)
  const added = Math.max(0, wanted - width)
  for (let place = 0, from = 0, to = 0; place < count; place++) {
    for (const end = from + ACCOUNT_BYTES; from < end; ) changed[to++] = records[from++] ?? 0
    for (const end = from + dropped; from < end; ) {
      if (records[from++] === 0) continue
      throw new TreeError(`The amount ${amountAt({ records, width }, place)} needs more than ${wanted} bytes`)
    }
    to += added
    for (const end = from + width - dropped; from < end; ) changed[to++] = records[from++] ?? 0
  }
  return { records: changed, width: wanted }
}

/** The same records with the fewest bytes an amount that hold the largest. */
export const narrowed = (packed: Packed): Packed => {
  const { records, width } = packed
  let lead = 0
  for (let from = ACCOUNT_BYTES; lead < width - 1; lead++, from++) {
    let at = from
    while (at < records.length && records[at] === 0) at += ACCOUNT_BYTES + width
    if (at < records.length) break
  }
  return withWidth(packed, width - lead)
}

/**
 * Leaves in the order of SPEC section 7: ascending by account, zero amounts left out, payments to one account made one, with
 * the fewest bytes an amount that hold the largest.
 * @throws TreeError when an account's payments together are no uint128
 */
export const packedLeaves = (packed: Packed): Packed => {
  const { records: unsorted, width } = withWidth(packed, MOST_AMOUNT_BYTES)
  const size = ACCOUNT_BYTES + width
  const records = sortByBytes(unsorted, size, ACCOUNT_BYTES)
  const isSame = (a: number, b: number): boolean => {
    for (let at = 0; at < ACCOUNT_BYTES; at++) if (records[a + at] !== records[b + at]) return false
    return true
  }
  let kept = 0
  let most = 1
  for (let from = 0; from < records.length; ) {
    let until = from + size
    while (until < records.length && isSame(from, until)) until += size
    if (until - from > size) {
      const amount = sumOf({ records: records.subarray(from, until), width })
      if (amount >= AMOUNT_LIMIT) {
        throw new TreeError(`The amount ${amount} is more than the distributor's 128 bits hold`)
      }
      putUint(records, from + ACCOUNT_BYTES, width, amount)
    }
    let lead = 0
    while (lead < width && records[from + ACCOUNT_BYTES + lead] === 0) lead++
    if (lead < width) {
      records.copyWithin(kept, from, from + size)
      kept += size
      most = Math.max(most, width - lead)
    }
    from = until
  }
  return withWidth({ records: records.subarray(0, kept), width }, most)
}
