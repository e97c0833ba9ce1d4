import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { hashMessage } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { upstream } from '../../test/upstream.ts'
import { keyringOf } from '../src/keyring.ts'
import { issueNonce, NONCE_SECONDS, nonceEnd } from '../src/nonce.ts'
import {
  askNonce,
  CHAIN_ID,
  call,
  cookieOf,
  envWith,
  freshStorage,
  fromPage,
  investor,
  newKey,
  newWallet,
  PAGE,
  problemOf,
  sendSignIn,
  signedMessage,
} from './register.ts'

beforeAll(freshStorage)
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Lets the Worker believe that so many seconds have passed. */
const later = (seconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
}

const refused = async (response: Response, check: string) =>
  expect((await problemOf(response, 401, 'sign-in-refused')).check).toBe(check)

describe('a wallet that signs what it was given', () => {
  test('is signed in until it signs out', async () => {
    const account = newWallet()
    const response = await sendSignIn(await signedMessage(account))
    expect(response.status).toBe(201)
    const wallet = account.address.toLowerCase()
    expect(await response.json()).toEqual({ wallet, expiresAt: expect.any(Number) })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      /^__Host-prorata-register=[0-9a-f]{64}; Max-Age=7200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    const headers = { cookie: cookieOf(response) }
    const session = await fromPage('/v1/session', { headers })
    expect(await session.json()).toMatchObject({ wallet })
    const end = await fromPage('/v1/session', { method: 'DELETE', headers })
    expect(end.status).toBe(204)
    expect(end.headers.get('set-cookie')).toMatch(
      /^__Host-prorata-register=; Max-Age=0; Path=\/; HttpOnly; Secure/,
    )
    await problemOf(await fromPage('/v1/session', { headers }), 401, 'not-signed-in')
    expect((await fromPage('/v1/session', { method: 'DELETE', headers })).status).toBe(204)
  })

  test('leaves nothing in the database that could be signed in with', async () => {
    const { cookie, wallet } = await investor()
    const token = cookie.split('=')[1] ?? ''
    const { results } = await env.DB.prepare('SELECT * FROM sessions WHERE wallet = ?1').bind(wallet).all()
    expect(results).toHaveLength(1)
    expect(JSON.stringify(results)).not.toContain(token)
    for (const value of Object.values(results[0] ?? {})) {
      const headers = { cookie: `__Host-prorata-register=${String(value)}` }
      await problemOf(await fromPage('/v1/session', { headers }), 401, 'not-signed-in')
    }
  })

  test('is signed out by time', async () => {
    const { send } = await investor()
    later(2 * 3600 - 5)
    expect((await send('/v1/session')).status).toBe(200)
    later(10)
    await problemOf(await send('/v1/session'), 401, 'not-signed-in')
  })

  test('has at most five sessions, the newest', async () => {
    const account = newWallet()
    const all = []
    for (let each = 0; each < 6; each++) {
      all.push(await investor(account))
      later(1)
    }
    const answers = await Promise.all(all.map(({ send }) => send('/v1/session')))
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 200, 200, 200])
  })

  test('on plain http, where only a demo runs, has a cookie that browsers keep there', async () => {
    const PAGE_ORIGIN = 'http://127.0.0.1:8080'
    const headers = { origin: PAGE_ORIGIN }
    const account = newWallet()
    const asked = await call('/v1/nonces', { method: 'POST', headers }, { PAGE_ORIGIN })
    const { issuedAt, expirationTime, ...fields } = await asked.json<
      Record<'issuedAt' | 'expirationTime', string> & Parameters<typeof createSiweMessage>[0]
    >()
    expect(fields).toMatchObject({ domain: '127.0.0.1:8080', uri: PAGE_ORIGIN })
    const message = createSiweMessage({
      ...fields,
      issuedAt: new Date(issuedAt),
      expirationTime: new Date(expirationTime),
      address: account.address,
    })
    const json = { message, signature: await account.signMessage({ message }) }
    const response = await call('/v1/session', { method: 'POST', headers, json }, { PAGE_ORIGIN })
    expect(response.headers.get('set-cookie')).toMatch(/^prorata-register=[0-9a-f]{64};.*HttpOnly; Secure/)
  })
})

describe('a message signs in once', () => {
  test('and never again, signed out or not', async () => {
    const account = newWallet()
    const signed = await signedMessage(account)
    const first = await sendSignIn(signed)
    expect(first.status).toBe(201)
    await refused(await sendSignIn(signed), 'nonce')
    await fromPage('/v1/session', { method: 'DELETE', headers: { cookie: cookieOf(first) } })
    await refused(await sendSignIn(signed), 'nonce')
  })

  test('however many times it is sent at once', async () => {
    const signed = await signedMessage(newWallet())
    const answers = await Promise.all(Array.from({ length: 8 }, () => sendSignIn(signed)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(401)])
    const { results } = await env.DB.prepare('SELECT count(*) AS sessions FROM spent_nonces').all()
    expect(results).toHaveLength(1)
  })

  test('nor does another wallet with the same nonce', async () => {
    const fields = await askNonce()
    const [one, other] = [newWallet(), newWallet()]
    const sent = async (account: typeof one) => {
      const message = createSiweMessage({ ...fields, address: account.address })
      return sendSignIn({ message, signature: await account.signMessage({ message }) })
    }
    expect((await sent(one)).status).toBe(201)
    await refused(await sent(other), 'nonce')
  })

  test('a refused signature spends nothing', async () => {
    const account = newWallet()
    const { message, signature } = await signedMessage(account)
    await refused(
      await sendSignIn({ message, signature: await newWallet().signMessage({ message }) }, atNoContract),
      'signature',
    )
    expect((await sendSignIn({ message, signature })).status).toBe(201)
  })
})

/** A chain on which no address has code, so that only keys sign. */
let atNoContract: { RPC_URL: string }
beforeAll(async () => {
  const script = { answers: { eth_chainId: '0x7a69', eth_call: '0x', eth_getCode: '0x' } }
  atNoContract = { RPC_URL: await upstream(script) }
})

describe('refused is a message', () => {
  test.each([
    ['of another site', { domain: 'evil.example' }, 'domain'],
    ['of a site that contains the name', { domain: 'alex.example.evil.example' }, 'domain'],
    ['with another address of the page', { uri: 'https://evil.example' }, 'domain'],
    ['with a scheme', { scheme: 'https' }, 'domain'],
    ['of another chain', { chainId: 1 }, 'chain'],
    ['with another statement', { statement: 'Give me everything.' }, 'form'],
    ['without a statement', { statement: undefined }, 'form'],
    ['with resources', { resources: ['https://alex.example/x'] }, 'form'],
    ['with a request id', { requestId: 'one' }, 'form'],
    ['that begins later', { notBefore: new Date(0) }, 'form'],
    ['without an end', { expirationTime: undefined }, 'times'],
    ['that has ended', { expirationTime: new Date(Date.now() - 1000) }, 'times'],
    ['of the future', { issuedAt: new Date(Date.now() + 3_600_000) }, 'times'],
    ['that lasts longer than a nonce', { expirationTime: new Date(Date.now() + 7 * 86_400_000) }, 'times'],
    ['with a nonce of its own', { nonce: 'abcdefgh12345678' }, 'nonce'],
  ])('%s', async (_, fields, check) => {
    await refused(await sendSignIn(await signedMessage(newWallet(), { fields: fields as object })), check)
  })

  test.each<[string, (message: string) => string, string]>([
    ['that is no message', () => 'hello', 'form'],
    ['that is empty', () => '', 'form'],
    ['with a line before', (message) => `evil.example wants\n${message}`, 'form'],
    ['with a line behind', (message) => `${message}\nResources:\n- https://evil.example`, 'form'],
    ['with a line feed behind', (message) => `${message}\n`, 'form'],
    ['with its times in another form', (message) => message.replaceAll('.000Z', 'Z'), 'form'],
    [
      'with the address in lower case',
      (message) => message.replace(/0x[0-9a-fA-F]{40}/, (text) => text.toLowerCase()),
      'form',
    ],
    ['with Windows line ends', (message) => message.replaceAll('\n', '\r\n'), 'form'],
    ['with a time that is none', (message) => message.replace(/Issued At: .*/, 'Issued At: today'), 'times'],
    ['of another version', (message) => message.replace('Version: 1', 'Version: 2'), 'form'],
  ])('%s', async (_, text, check) => {
    await refused(await sendSignIn(await signedMessage(newWallet(), { text })), check)
  })

  test('whose nonce has ended, and one that is signed in time but sent late', async () => {
    const signed = await signedMessage(newWallet())
    later(NONCE_SECONDS + 1)
    await refused(await sendSignIn(signed), 'times')
    const fields = { issuedAt: new Date(Date.now()), expirationTime: new Date(Date.now() + 60_000) }
    const old = await askNonce()
    const account = newWallet()
    later(NONCE_SECONDS + 1)
    const message = createSiweMessage({
      ...old,
      issuedAt: new Date(fields.issuedAt.getTime() + (NONCE_SECONDS + 1) * 1000),
      expirationTime: new Date(fields.expirationTime.getTime() + (NONCE_SECONDS + 1) * 1000),
      address: account.address,
    })
    await refused(await sendSignIn({ message, signature: await account.signMessage({ message }) }), 'nonce')
  })

  test('with the nonce of a register of another page, chain or key', async () => {
    for (const changed of [{ CHAIN_ID: '1' }, { REGISTER_KEYS: JSON.stringify({ 1: newKey() }) }]) {
      const { nonce } = await askNonce(changed)
      await refused(await sendSignIn(await signedMessage(newWallet(), { fields: { nonce } })), 'nonce')
    }
  })

  test('signed by another key, as another kind of message, or not at all', async () => {
    const account = newWallet()
    const { message, signature } = await signedMessage(account)
    const signatures = [
      await newWallet().signMessage({ message }),
      await account.sign({ hash: hashMessage(`${message} `) }),
      await account.signTypedData({
        domain: {},
        types: { Text: [{ name: 'text', type: 'string' }] },
        primaryType: 'Text',
        message: { text: message },
      }),
      '0x00',
      `0x${'00'.repeat(65)}`,
      `${signature}00`,
      `0x${'11'.repeat(4096)}`,
    ]
    for (const each of signatures)
      await refused(await sendSignIn({ message, signature: each }, atNoContract), 'signature')
    expect((await sendSignIn({ message, signature })).status).toBe(201)
  })
})

describe('a contract wallet', () => {
  const contractSigned = async () => {
    const owner = newWallet()
    const fields = await askNonce()
    const message = createSiweMessage({ ...fields, address: '0x00000000000000000000000000000000000c0de1' })
    return { message, signature: await owner.signMessage({ message }) }
  }
  const yes = `0x${'0'.repeat(63)}1`

  test('is asked on its own chain', async () => {
    const RPC_URL = await upstream({ answers: { eth_chainId: '0x7a69', eth_call: yes } })
    const response = await sendSignIn(await contractSigned(), { RPC_URL })
    expect(response.status, await response.clone().text()).toBe(201)
    expect(await response.json()).toMatchObject({ wallet: '0x00000000000000000000000000000000000c0de1' })
  })

  test.each([
    ['away', { drop: true }],
    ['slow', { delayMs: 2000 }],
    ['answering a page', { text: '<html>' }],
    ['answering an error for its id', { answers: {} }],
  ])('cannot sign in, and is not called a forger, while the chain is %s', async (_, script) => {
    await problemOf(
      await sendSignIn(await contractSigned(), { RPC_URL: await upstream(script) }),
      502,
      'chain-failed',
    )
  })

  test('is never asked on another chain', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const RPC_URL = await upstream({ answers: { eth_chainId: '0x1', eth_call: yes } })
    await problemOf(await sendSignIn(await contractSigned(), { RPC_URL }), 500, 'misconfigured')
  })

  test('that reverts or says no is refused', async () => {
    for (const answers of [
      { eth_chainId: '0x7a69' },
      { eth_chainId: '0x7a69', eth_call: `0x${'0'.repeat(64)}` },
    ]) {
      await refused(
        await sendSignIn(await contractSigned(), { RPC_URL: await upstream({ answers }) }),
        'signature',
      )
    }
  })
})

describe('only the page signs anybody in', () => {
  test.each([
    ['another page', { origin: 'https://evil.example' }],
    ['a page whose name begins alike', { origin: `${PAGE}.evil.example` }],
    ['the page over http', { origin: PAGE.replace('https', 'http') }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nobody', {}],
  ])('%s is refused', async (_, headers: Record<string, string>) => {
    const signed = await signedMessage(newWallet())
    const json = { method: 'POST', headers, json: signed }
    await problemOf(await call('/v1/session', json), 403, 'foreign-origin')
    await problemOf(await call('/v1/nonces', { method: 'POST', headers }), 403, 'foreign-origin')
  })
})

describe('nonces', () => {
  const audience = `${PAGE} ${CHAIN_ID}`
  const time = fc.integer({ min: 1_700_000_000, max: 4_000_000_000 })

  test('are good from their issue to their end, for their audience', async () => {
    const keyring = await keyringOf(envWith())
    await fc.assert(
      fc.asyncProperty(time, fc.integer({ min: -50_000, max: 50_000 }), async (at, passed) => {
        const { nonce, expiresAt } = await issueNonce(keyring, audience, at)
        expect(nonce).toMatch(/^[a-zA-Z0-9]{8,}$/)
        expect(await nonceEnd(keyring, audience, nonce, at + passed)).toBe(
          passed < NONCE_SECONDS ? expiresAt : null,
        )
        expect(await nonceEnd(keyring, `${audience}0`, nonce, at)).toBeNull()
      }),
    )
  })

  test('that were changed in any place are worth nothing, and none comes twice', async () => {
    const keyring = await keyringOf(envWith())
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(time, fc.nat(), fc.constantFrom(...'0123456789abcdefz'), async (at, place, digit) => {
        const { nonce } = await issueNonce(keyring, audience, at)
        expect(seen.has(nonce)).toBe(false)
        seen.add(nonce)
        const spot = place % nonce.length
        const changed = nonce.slice(0, spot) + digit + nonce.slice(spot + 1)
        expect((await nonceEnd(keyring, audience, changed, at)) === null).toBe(changed !== nonce)
        expect(await nonceEnd(keyring, audience, nonce.slice(0, spot), at)).toBeNull()
      }),
    )
  })

  test('of an old key are good while that key is there', async () => {
    const [old, young] = [newKey(), newKey()]
    const before = await keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 1: old }) }))
    const { nonce } = await issueNonce(before, audience, 1_800_000_000)
    const both = await keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 1: old, 2: young }) }))
    expect(await nonceEnd(both, audience, nonce, 1_800_000_000)).not.toBeNull()
    const after = await keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 2: young }) }))
    expect(await nonceEnd(after, audience, nonce, 1_800_000_000)).toBeNull()
  })
})

describe('limits', () => {
  test('a network that asks too often is told to wait', async () => {
    const headers = { 'cf-connecting-ip': '192.0.2.7' }
    const answers = []
    for (let each = 0; each < 25; each++)
      answers.push(await fromPage('/v1/nonces', { method: 'POST', headers }))
    const [last] = answers.slice(-1)
    expect(answers[0]?.status).toBe(201)
    expect(last?.headers.get('retry-after')).toBe('60')
    if (last) await problemOf(last, 429, 'too-many')
    const other = { 'cf-connecting-ip': '192.0.2.8' }
    expect((await fromPage('/v1/nonces', { method: 'POST', headers: other })).status).toBe(201)
  })

  test('one customer’s IPv6 addresses count as one', async () => {
    const statuses = []
    for (let each = 0; each < 25; each++) {
      const headers = { 'cf-connecting-ip': each % 2 ? `2001:db8:7:9:${each}::1` : `2001:db8:7:9::${each}` }
      statuses.push((await fromPage('/v1/nonces', { method: 'POST', headers })).status)
    }
    expect(statuses.at(-1)).toBe(429)
  })
})
