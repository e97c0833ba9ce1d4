// Private fields at rest: AES-256-GCM by WebCrypto, a fresh random IV for each value. A sealed value is IV (12 bytes),
// ciphertext, tag (16 bytes). What it belongs to is authenticated with it, so a ciphertext moved to another entry, another
// wallet, another field or another key's version does not open.
import type { Keyring } from './keyring.ts'
import { ProblemError } from './problem.ts'

const IV_BYTES = 12
/** Values are filled up to a multiple of this, so that their length tells little about them. */
const BLOCK_BYTES = 64

export const FIELDS = ['name', 'email', 'pledge', 'reason'] as const
export type Field = (typeof FIELDS)[number]

/** What a sealed value belongs to. */
export type Place = { entry: string; wallet: string; field: Field; version: number }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const additionalData = ({ entry, wallet, field, version }: Place): Uint8Array =>
  encoder.encode(JSON.stringify(['prorata-register', 1, entry, wallet, field, version]))

/** Two bytes of length, the text, and zeros. */
const padded = (text: string): Uint8Array => {
  const bytes = encoder.encode(text)
  const whole = new Uint8Array(Math.ceil((bytes.length + 2) / BLOCK_BYTES) * BLOCK_BYTES)
  new DataView(whole.buffer).setUint16(0, bytes.length)
  whole.set(bytes, 2)
  return whole
}

const unpadded = (bytes: Uint8Array): string => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0)
  return decoder.decode(bytes.subarray(2, 2 + length))
}

const keyOf = (keyring: Keyring, version: number): CryptoKey => {
  const key = keyring.fields.get(version)
  if (key !== undefined) return key
  throw new ProblemError(
    'unreadable',
    `This Worker has no key of version ${version}: put it back into REGISTER_KEYS`,
  )
}

/** @param text at most 65,535 bytes in UTF-8; the routes allow far less */
export const seal = async (keyring: Keyring, place: Place, text: string): Promise<Uint8Array> => {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const ciphertext = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: additionalData(place) },
    keyOf(keyring, place.version),
    padded(text),
  )
  const sealed = new Uint8Array(IV_BYTES + ciphertext.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(ciphertext), IV_BYTES)
  return sealed
}

/** @throws ProblemError unreadable: another key, another place, or changed bytes; WebCrypto does not tell which */
export const unseal = async (keyring: Keyring, place: Place, sealed: Uint8Array): Promise<string> => {
  const key = keyOf(keyring, place.version)
  try {
    const plaintext = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: sealed.subarray(0, IV_BYTES), additionalData: additionalData(place) },
      key,
      sealed.subarray(IV_BYTES),
    )
    return unpadded(new Uint8Array(plaintext))
  } catch {
    throw new ProblemError(
      'unreadable',
      `The ${place.field} of entry ${place.entry} does not open with key ${place.version}: it was changed, moved, or sealed with another key`,
    )
  }
}
