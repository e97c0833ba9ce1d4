import { z } from 'zod'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** Keys by their version. The highest version is the active one: it encrypts; the others only decrypt. */
export type Keyring = {
  active: number
  /** AES-GCM keys of the private fields. */
  fields: ReadonlyMap<number, CryptoKey>
  /** HMAC-SHA-256 keys of the sign-in nonces. */
  nonces: ReadonlyMap<number, CryptoKey>
}

const KEY_BYTES = 32

const setting = z.record(
  z.string().regex(/^[1-9][0-9]{0,5}$/),
  z.base64().refine((text) => atob(text).length === KEY_BYTES),
)

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))

const USES = {
  fields: [{ name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']],
  nonces: [{ name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']],
} as const

/** One key for each use, so that nothing made for the one can ever pass for the other. */
const derived = (master: CryptoKey, use: keyof typeof USES): Promise<CryptoKey> => {
  const [algorithm, usages] = USES[use]
  const info = new TextEncoder().encode(`prorata-register/${use}`)
  const salt = new Uint8Array(KEY_BYTES)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info }
  return crypto.subtle.deriveKey(hkdf, master, algorithm, false, [...usages])
}

const read = async (text: string | undefined): Promise<Keyring> => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text ?? '')
  } catch {
    parsed = undefined
  }
  const keys = setting.safeParse(parsed)
  const versions = Object.keys(keys.data ?? {}).map(Number)
  if (!keys.success || versions.length === 0) {
    throw new ProblemError(
      'misconfigured',
      'REGISTER_KEYS of this Worker must be JSON such as {"1":"…"}: versions from 1 up, each with 32 bytes in base64',
    )
  }
  const fields = new Map<number, CryptoKey>()
  const nonces = new Map<number, CryptoKey>()
  for (const [version, base64] of Object.entries(keys.data)) {
    const master = await crypto.subtle.importKey('raw', bytesOf(base64), 'HKDF', false, ['deriveKey'])
    fields.set(Number(version), await derived(master, 'fields'))
    nonces.set(Number(version), await derived(master, 'nonces'))
  }
  return { active: Math.max(...versions), fields, nonces }
}

let last: { text: string; keyring: Promise<Keyring> } | undefined

/**
 * The keys of this Worker, derived once for as long as an isolate lives.
 * @throws ProblemError misconfigured
 */
export const keyringOf = (env: Env): Promise<Keyring> => {
  if (last?.text !== env.REGISTER_KEYS) last = { text: env.REGISTER_KEYS, keyring: read(env.REGISTER_KEYS) }
  return last.keyring
}
