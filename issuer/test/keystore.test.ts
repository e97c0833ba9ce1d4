import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadAccount } from '../key.ts'
import { openKeystore } from '../keystore.ts'
import { Refusal } from '../refusal.ts'
import { scrypt as deriveKey, scryptByHand } from '../scrypt.ts'

// The two test vectors of the Web3 Secret Storage definition: one secret, one password, both key derivations.
const SECRET = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const PASSWORD = 'testpassword'
const ADDRESS = '0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b'
const scrypt = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262144,
      r: 1,
      p: 8,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}
const pbkdf2 = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

const folder = mkdtempSync(join(tmpdir(), 'prorata-keystore-'))
after(() => rmSync(folder, { recursive: true }))

/** The refusal's message, after checking that it tells nothing of the secrets. */
function messageOf(action: () => unknown, ...secrets: string[]): string {
  try {
    action()
  } catch (error) {
    assert(error instanceof Refusal)
    const told = `${error.message} ${error.stack} ${JSON.stringify(error.cause)}`
    for (const secret of secrets) assert(!told.includes(secret), `the error tells ${secret}`)
    return error.message
  }
  throw new assert.AssertionError({ message: 'it was accepted' })
}

test('the published vectors open', () => {
  assert.equal(openKeystore(JSON.stringify(scrypt), PASSWORD), SECRET)
  assert.equal(openKeystore(JSON.stringify(pbkdf2), PASSWORD), SECRET)
})

test('scrypt by hand equals OpenSSL for every shape of cost', () => {
  const salt = Buffer.from('00ff10', 'hex')
  const costs = [
    { n: 2, r: 1, p: 1 },
    { n: 1024, r: 1, p: 3 },
    { n: 256, r: 8, p: 1 },
    { n: 64, r: 3, p: 2 },
  ]
  for (const cost of costs)
    assert.deepEqual(scryptByHand('pässword', salt, cost), deriveKey('pässword', salt, cost))
})

test('a wrong password and a changed file are refused alike', () => {
  assert.match(
    messageOf(() => openKeystore(JSON.stringify(pbkdf2), 'wrong-password'), 'wrong-password'),
    /PRORATA_KEYSTORE_PASSWORD is wrong/,
  )
  const changed = structuredClone(pbkdf2)
  changed.crypto.ciphertext = changed.crypto.ciphertext.replace('5318', '5319')
  assert.match(
    messageOf(() => openKeystore(JSON.stringify(changed), PASSWORD), PASSWORD),
    /the file was changed/,
  )
})

test('what is no such keystore is refused with the place that is wrong, never with its text', () => {
  assert.match(
    messageOf(() => openKeystore(SECRET, PASSWORD), SECRET.slice(2)),
    /not JSON/,
  )
  const cases: [unknown, RegExp][] = [
    [{ ...scrypt, version: 1 }, /see version/],
    [{ ...scrypt, crypto: { ...scrypt.crypto, cipher: 'aes-128-cbc' } }, /see crypto.cipher/],
    [{ ...scrypt, crypto: { ...scrypt.crypto, ciphertext: 'd172' } }, /see crypto.ciphertext/],
    [
      { ...scrypt, crypto: { ...scrypt.crypto, kdfparams: { ...scrypt.crypto.kdfparams, n: 1000 } } },
      /see crypto.kdfparams.n/,
    ],
    [
      {
        ...scrypt,
        crypto: { ...scrypt.crypto, kdfparams: { ...scrypt.crypto.kdfparams, n: 2 ** 30, r: 8 } },
      },
      /more than 1 GiB/,
    ],
  ]
  for (const [keystore, message] of cases) {
    assert.match(
      messageOf(() => openKeystore(JSON.stringify(keystore), PASSWORD), PASSWORD),
      message,
    )
  }
})

test('an account comes from the key or from the keystore, and from one of them only', () => {
  const keystore = join(folder, 'issuer.json')
  writeFileSync(keystore, JSON.stringify(pbkdf2))
  assert.equal(loadAccount({ key: SECRET }).address, ADDRESS)
  assert.equal(loadAccount({ keystore, keystorePassword: PASSWORD }).address, ADDRESS)
  assert.match(
    messageOf(() => loadAccount({ key: SECRET, keystore }), SECRET),
    /both set/,
  )
  assert.match(
    messageOf(() => loadAccount({})),
    /set PRORATA_KEY, or PRORATA_KEYSTORE/,
  )
  assert.match(
    messageOf(() => loadAccount({ keystore })),
    /without PRORATA_KEYSTORE_PASSWORD/,
  )
  assert.match(
    messageOf(() => loadAccount({ keystore: join(folder, 'none.json'), keystorePassword: PASSWORD })),
    /cannot be read \(ENOENT\)/,
  )
})

test('a malformed key is refused without being repeated', () => {
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  const malformed = [
    SECRET.slice(2),
    SECRET.slice(0, -1),
    `${SECRET}00`,
    `0xzz${SECRET.slice(4)}`,
    'correct horse battery',
  ]
  for (const key of malformed) {
    assert.match(
      messageOf(() => loadAccount({ key }), key),
      /PRORATA_KEY is not a private key: it must be 0x and 64/,
    )
  }
  for (const key of [`0x${order}`, `0x${'0'.repeat(64)}`]) {
    assert.match(
      messageOf(
        () => loadAccount({ key }),
        key,
        BigInt(key).toString() === '0' ? key : BigInt(key).toString(),
      ),
      /beyond the curve's order/,
    )
  }
})
