// Hexadecimal text of many fixed-size items at once: one long text is decoded and cut.
import type { Hex } from 'viem'

const DIGITS = '0123456789abcdef'

/** The two digits of each byte. */
const TWO_DIGITS = Uint8Array.from({ length: 512 }, (_, at) =>
  DIGITS.charCodeAt(at % 2 ? (at >> 1) & 15 : at >> 5),
)
/** The same, as they lie in memory: one read and one write make both. */
const PAIRS = new Uint16Array(TWO_DIGITS.buffer)
const ZERO_X = new Uint16Array(new TextEncoder().encode('0x').buffer)[0] ?? 0

/** Items a text: longer ones gain nothing. */
const AT_ONCE = 4096

/** Each `size` bytes as a text with 0x before it. */
export const hexesOf = (bytes: Uint8Array, size: number): Hex[] => {
  const decoder = new TextDecoder('latin1')
  const length = 2 + 2 * size
  const texts: Hex[] = []
  const room = new Uint16Array((Math.min(AT_ONCE, Math.ceil(bytes.length / size)) * length) / 2)
  for (let from = 0; from < bytes.length; from += AT_ONCE * size) {
    const until = Math.min(bytes.length, from + AT_ONCE * size)
    let to = 0
    for (let at = from; at < until; ) {
      room[to++] = ZERO_X
      for (const end = at + size; at < end; at++) room[to++] = PAIRS[bytes[at] ?? 0] ?? 0
    }
    const text = decoder.decode(room.subarray(0, to))
    for (let at = 0; at < 2 * to; at += length) texts.push(text.slice(at, at + length) as Hex)
  }
  return texts
}

/** Writes the digits of bytes into a text of one byte a character, without 0x. */
export const putDigits = (bytes: Uint8Array, text: Uint8Array, offset: number): void => {
  let to = offset
  for (const byte of bytes) {
    text[to++] = TWO_DIGITS[2 * byte] ?? 0
    text[to++] = TWO_DIGITS[2 * byte + 1] ?? 0
  }
}

/** The value of a hexadecimal digit by its character code below 256; 255 for none. */
export const hexDigits = new Uint8Array(256).fill(255)
for (let value = 0; value < 16; value++) {
  hexDigits[DIGITS.charCodeAt(value)] = value
  hexDigits[DIGITS.toUpperCase().charCodeAt(value)] = value
}

/**
 * Writes a text of 0x and `size` bytes in hexadecimal.
 * @returns false when it is none; what was written then means nothing
 */
export const putHex = (text: string, size: number, bytes: Uint8Array, offset: number): boolean => {
  if (text.length !== 2 + 2 * size || text.charCodeAt(0) !== 0x30 || text.charCodeAt(1) !== 0x78) return false
  let wrong = 0
  for (let at = 0; at < size; at++) {
    const high = hexDigits[text.charCodeAt(2 + 2 * at)] ?? 255
    const low = hexDigits[text.charCodeAt(3 + 2 * at)] ?? 255
    wrong |= high | low
    bytes[offset + at] = (high << 4) | low
  }
  return wrong < 16
}
