import { readFileSync } from 'node:fs'
import type { Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { openKeystore } from './keystore.ts'
import { refused } from './refusal.ts'
import type { Secrets } from './settings.ts'

/** The account that signs, from whichever of the two sources is set. No error here repeats what it was given. */
export function loadAccount(secrets: Secrets): PrivateKeyAccount {
  const { key, keystore, keystorePassword } = secrets
  if (key !== undefined && keystore !== undefined) {
    throw refused(
      'PRORATA_KEY and PRORATA_KEYSTORE are both set: unset one, so that it is plain which key signs',
    )
  }
  if (key !== undefined) return accountOf(key, 'PRORATA_KEY')
  if (keystore === undefined) {
    throw refused(
      "no key to sign with: set PRORATA_KEY, or PRORATA_KEYSTORE and its password, to the issuer's key",
    )
  }
  if (keystorePassword === undefined) {
    throw refused('PRORATA_KEYSTORE is set without PRORATA_KEYSTORE_PASSWORD: set both')
  }
  return accountOf(openKeystore(readKeystore(keystore), keystorePassword), 'the key in PRORATA_KEYSTORE')
}

function accountOf(key: string, name: string): PrivateKeyAccount {
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw refused(`${name} is not a private key: it must be 0x and 64 hexadecimal digits`)
  }
  try {
    return privateKeyToAccount(key as Hex)
  } catch {
    // The curve's own error may quote the number, so it goes no further.
    throw refused(`${name} is not a private key of secp256k1: it is zero or beyond the curve's order`)
  }
}

function readKeystore(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
    throw refused(
      `the keystore ${file} cannot be read${code}: PRORATA_KEYSTORE must name a version 3 keystore file`,
    )
  }
}
