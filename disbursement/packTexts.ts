// Accounts and amounts as JSON and CSV have them, packed: in batches of one text, for reading many small ones costs more.
import { TreeError } from './errors.ts'
import { hexDigits } from './hexadecimal.ts'
import { ACCOUNT_BYTES, MOST_AMOUNT_BYTES, type Packed } from './packed.ts'

const RECORD = ACCOUNT_BYTES + MOST_AMOUNT_BYTES
/** 0x and two digits a byte. */
const ACCOUNT_TEXT = 2 + 2 * ACCOUNT_BYTES
/** Digits of the largest amount; a text may have more only if they are zeros before it. */
const MOST_DIGITS = 39

const AT_ONCE = 1024
const LIMBS = 6
const LIMB = 2 ** 24
const CHUNK = 7
const [COMMA, ZERO, NINE, X] = [44, 48, 57, 120]

/**
 * Reads decimal digits into limbs of 24 bits, the lowest first, without a BigInt in between.
 * @returns how many limbs there are, or -1 when the number does not fit
 */
const readDecimal = (text: Uint8Array, from: number, until: number, limbs: Float64Array): number => {
  let used = 0
  for (let at = from; at < until; ) {
    const end = at === from ? at + ((until - at) % CHUNK || CHUNK) : at + CHUNK
    let carry = 0
    for (; at < end; at++) carry = carry * 10 + (text[at] ?? 0) - ZERO
    for (let limb = 0; limb < used; limb++) {
      const value = (limbs[limb] ?? 0) * 1e7 + carry
      carry = Math.floor(value / LIMB)
      limbs[limb] = value - carry * LIMB
    }
    for (; carry > 0; carry = Math.floor(carry / LIMB)) {
      if (used === LIMBS) return -1
      limbs[used++] = carry % LIMB
    }
  }
  // 16 bytes are five limbs and the lowest byte of the sixth.
  return used === LIMBS && (limbs[LIMBS - 1] ?? 0) > 255 ? -1 : used
}

/** Writes limbs so that they end before `end`, over zeros. */
const putLimbs = (bytes: Uint8Array, end: number, limbs: Float64Array, used: number): void => {
  for (let at = 0, to = end; at < used; at++) {
    const limb = limbs[at] ?? 0
    bytes[--to] = limb
    if (at === LIMBS - 1) break
    bytes[--to] = limb >>> 8
    bytes[--to] = limb >>> 16
  }
}

/** Reads texts of one batch, one behind another. */
class Batches {
  readonly #encoder = new TextEncoder()
  #room = new Uint8Array(AT_ONCE * 64)

  encode(text: string): Uint8Array {
    // A character can take three bytes, though none that is right takes more than one.
    if (this.#room.length < text.length * 3) this.#room = new Uint8Array(text.length * 3)
    const { written } = this.#encoder.encodeInto(text, this.#room)
    return this.#room.subarray(0, written)
  }
}

const noAddress = (text: string | undefined): never => {
  throw new TreeError(`${text} is not an address`)
}

const noAmount = (text: string | undefined): never => {
  throw new TreeError(`${text} is not an amount of base units below 2^128`)
}

const putAccounts = (
  texts: readonly string[],
  batches: Batches,
  records: Uint8Array,
  offset: number,
): void => {
  for (const text of texts) if (text.length !== ACCOUNT_TEXT) noAddress(text)
  const bytes = batches.encode(texts.join(''))
  // The digits' values are looked up alone; a character that is none shows in the upper bits.
  for (let place = 0, from = 0; place < texts.length; place++) {
    let wrong = bytes[from++] === ZERO && bytes[from++] === X ? 0 : 255
    const to = offset + place * RECORD
    for (let at = 0; at < ACCOUNT_BYTES; at++) {
      const high = hexDigits[bytes[from++] ?? 0] ?? 255
      const low = hexDigits[bytes[from++] ?? 0] ?? 255
      wrong |= high | low
      records[to + at] = (high << 4) | low
    }
    if (wrong > 15) noAddress(texts[place])
  }
}

const putAmounts = (
  texts: readonly string[],
  batches: Batches,
  records: Uint8Array,
  offset: number,
  limbs: Float64Array,
): void => {
  const bytes = batches.encode(`${texts.join(',')},`)
  for (let place = 0, from = 0; place < texts.length; place++) {
    let end = from
    while ((bytes[end] ?? COMMA) >= ZERO && (bytes[end] ?? COMMA) <= NINE) end++
    // What ends it must be the comma put between the texts, not one of its own.
    const { length } = texts[place] ?? ''
    if (length === 0 || end - from !== length || bytes[end] !== COMMA) noAmount(texts[place])
    while (end - from > MOST_DIGITS && bytes[from] === ZERO) from++
    const used = end - from > MOST_DIGITS ? -1 : readDecimal(bytes, from, end, limbs)
    if (used < 0) noAmount(texts[place])
    putLimbs(records, offset + (place + 1) * RECORD, limbs, used)
    from = end + 1
  }
}

/**
 * Packs accounts (0x and 40 hexadecimal digits) and amounts (decimal) in their order; amounts get 16 bytes.
 * @throws TreeError naming the first text that is none
 */
export const packTexts = (accounts: readonly string[], amounts: readonly string[]): Packed => {
  if (accounts.length !== amounts.length) {
    throw new TreeError(`There are ${accounts.length} accounts and ${amounts.length} amounts`)
  }
  const records = new Uint8Array(accounts.length * RECORD)
  const limbs = new Float64Array(LIMBS)
  const batches = new Batches()
  for (let first = 0; first < accounts.length; first += AT_ONCE) {
    putAccounts(accounts.slice(first, first + AT_ONCE), batches, records, first * RECORD)
    putAmounts(amounts.slice(first, first + AT_ONCE), batches, records, first * RECORD, limbs)
  }
  return { records, width: MOST_AMOUNT_BYTES }
}

/**
 * Reads indexes written in decimal, without a text or a number object in between.
 * @throws TreeError naming the first that is no integer from 0 to 2^32 - 1
 */
export const readIndexes = (texts: readonly string[]): Uint32Array => {
  const indexes = new Uint32Array(texts.length)
  texts.forEach((text, place) => {
    let index = text === '' ? Number.NaN : 0
    for (let at = 0; at < text.length; at++) {
      const digit = text.charCodeAt(at) - ZERO
      index = digit >= 0 && digit <= 9 ? index * 10 + digit : Number.NaN
    }
    if (!(index < 2 ** 32)) throw new TreeError(`${text} is no index: an integer from 0 to 2^32 - 1`)
    indexes[place] = index
  })
  return indexes
}
