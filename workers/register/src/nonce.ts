// Nonces of EIP-4361 that carry their own proof of who issued them and until when, so that asking for one writes nothing:
// a flood of questions fills no table. Only one that was signed in with is written down, and then never taken again.
import type { Keyring } from './keyring.ts'

/** From the nonce to the sign-in, in seconds: time to read and confirm, not to keep. */
export const NONCE_SECONDS = 600

const RANDOM_BYTES = 16
const TAG_BYTES = 16
/** Expiry as 8 hexadecimal digits, key version as 6, then random and tag: letters and digits alone, as EIP-4361 wants. */
const FORM = /^([0-9a-f]{8})([0-9]{6})([0-9a-f]{32})([0-9a-f]{32})$/

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((each) => each.toString(16).padStart(2, '0')).join('')

/** Nonces of one register are worth nothing at another. */
const signed = (audience: string, head: string): Uint8Array =>
  new TextEncoder().encode(JSON.stringify([audience, head]))

const tagOf = async (key: CryptoKey, audience: string, head: string): Promise<string> => {
  const mac = await crypto.subtle.sign('HMAC', key, signed(audience, head))
  return hexOf(new Uint8Array(mac).subarray(0, TAG_BYTES))
}

/** @param audience the page's origin and the chain's id */
export const issueNonce = async (
  keyring: Keyring,
  audience: string,
  now: number,
): Promise<{ nonce: string; expiresAt: number }> => {
  const key = keyring.nonces.get(keyring.active)
  if (key === undefined) throw new Error('A keyring has its active key')
  const expiresAt = now + NONCE_SECONDS
  const random = hexOf(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))
  const head = `${expiresAt.toString(16).padStart(8, '0')}${String(keyring.active).padStart(6, '0')}${random}`
  return { nonce: head + (await tagOf(key, audience, head)), expiresAt }
}

/** When the nonce ends, in unix seconds; null for one that was not issued here, or has ended. */
export const nonceEnd = async (
  keyring: Keyring,
  audience: string,
  nonce: string,
  now: number,
): Promise<number | null> => {
  const [, expiry = '', version = '', , tag = ''] = FORM.exec(nonce) ?? []
  const key = keyring.nonces.get(Number(version))
  if (key === undefined) return null
  const expected = await tagOf(key, audience, nonce.slice(0, -tag.length))
  const encoder = new TextEncoder()
  if (!crypto.subtle.timingSafeEqual(encoder.encode(expected), encoder.encode(tag))) return null
  const expiresAt = Number.parseInt(expiry, 16)
  return expiresAt > now ? expiresAt : null
}
