import { createDecipheriv, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { z } from 'zod'
import { refused } from './refusal.ts'
import { scrypt } from './scrypt.ts'

const hex = z.string().regex(/^(0x)?([0-9a-fA-F]{2})+$/)
const bytes = (length: number) => hex.refine((text) => text.replace(/^0x/, '').length === 2 * length)
const small = z.int().positive()

/** Web3 Secret Storage, version 3, with the one cipher it names and both of its key derivations. */
const keystoreSchema = z.object({
  version: z.literal(3),
  crypto: z
    .object({
      cipher: z.literal('aes-128-ctr'),
      cipherparams: z.object({ iv: bytes(16) }),
      ciphertext: bytes(32),
      mac: bytes(32),
    })
    .and(
      z.discriminatedUnion('kdf', [
        z.object({
          kdf: z.literal('scrypt'),
          kdfparams: z.object({
            dklen: z.literal(32),
            // A file that asks for more than 1 GiB is broken or hostile; geth's own heavy setting needs 256 MiB.
            n: small.refine((n) => n > 1 && (n & (n - 1)) === 0),
            r: small,
            p: small.max(64),
            salt: hex,
          }),
        }),
        z.object({
          kdf: z.literal('pbkdf2'),
          kdfparams: z.object({
            dklen: z.literal(32),
            c: small.max(10_000_000),
            prf: z.literal('hmac-sha256'),
            salt: hex,
          }),
        }),
      ]),
    ),
})

const MOST_MEMORY = 2 ** 30

/**
 * Opens a version 3 keystore (geth, Foundry, Clef write them).
 * @param json the file's text
 * @returns the private key
 * @throws Refusal, which tells neither the key nor the password, when the file is not such a keystore or the password is wrong
 */
export function openKeystore(json: string, password: string): Hex {
  const parsed = keystoreSchema.safeParse(readJson(json))
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.')
    throw refused(
      `the keystore is not a version 3 file with aes-128-ctr and scrypt or pbkdf2${place ? ` (see ${place})` : ''}`,
    )
  }
  const { crypto } = parsed.data
  const derived = deriveKey(crypto, password)
  const ciphertext = read(crypto.ciphertext)
  const mac = keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext]), 'bytes')
  if (!timingSafeEqual(mac, read(crypto.mac))) {
    throw refused('the keystore does not open: PRORATA_KEYSTORE_PASSWORD is wrong, or the file was changed')
  }
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), read(crypto.cipherparams.iv))
  return bytesToHex(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
}

function deriveKey(crypto: z.infer<typeof keystoreSchema>['crypto'], password: string): Buffer {
  if (crypto.kdf === 'pbkdf2') {
    const { salt, c, dklen } = crypto.kdfparams
    return pbkdf2Sync(password, read(salt), c, dklen, 'sha256')
  }
  const { salt, n, r, p } = crypto.kdfparams
  if (128 * r * (n + p) > MOST_MEMORY) {
    throw refused('the keystore asks for more than 1 GiB of memory to open: refused')
  }
  return scrypt(password, read(salt), { n, r, p })
}

function read(text: string): Uint8Array {
  return hexToBytes(`0x${text.replace(/^0x/, '')}`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may hold a key pasted into the wrong file.
    throw refused('the keystore is not JSON')
  }
}
