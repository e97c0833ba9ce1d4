import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sign } from 'hono/jwt'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AWAY, upstream } from '../../test/upstream.ts'
import worker from '../src/index.ts'
import {
  approved,
  call,
  decide,
  ENTRY,
  type Entry,
  entered,
  envWith,
  freshStorage,
  fromIssuer,
  problemOf,
  SECRET,
} from './register.ts'

beforeEach(freshStorage)
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

type Page = { entries: Entry[]; next: number | null }
const list = async (query = '') => (await fromIssuer(`/v1/issuer/entries${query}`)).json<Page>()

const ROUTES = [
  ['GET', '/v1/issuer/entries'],
  ['GET', '/v1/issuer/entries.csv'],
  ['GET', '/v1/issuer/audit'],
  ['POST', '/v1/issuer/allow-lists'],
  ['GET', `/v1/issuer/allow-lists/0x${'1'.repeat(64)}`],
  ['POST', '/v1/issuer/rotations'],
  ['PUT', '/v1/issuer/entries/0b1f7a52-6a0e-4d3c-9a51-54a8a1f3b6d2/decision'],
  ['DELETE', '/v1/issuer/entries/0b1f7a52-6a0e-4d3c-9a51-54a8a1f3b6d2'],
] as const

describe('the issuer', () => {
  test('lists entries in pages, by status and by wallet', async () => {
    const all = []
    for (let each = 0; each < 5; each++) all.push(await entered({ pledge: `${each + 1}` }))
    await decide(all[1]?.entry.id ?? '', { status: 'approved', revision: 1 })
    const read: Entry[] = []
    for (let after = 0; ; ) {
      const { entries, next } = await list(`?limit=2&after=${after}`)
      read.push(...entries)
      if (next === null) break
      after = next
    }
    expect(read.map(({ pledge }) => pledge)).toEqual(['1', '2', '3', '4', '5'])
    expect(read.every(({ readable }) => readable)).toBe(true)
    expect((await list('?status=approved')).entries.map(({ pledge }) => pledge)).toEqual(['2'])
    expect((await list('?status=declined')).entries).toEqual([])
    const wallet = all[3]?.account.address
    expect((await list(`?wallet=${wallet}`)).entries.map(({ pledge }) => pledge)).toEqual(['4'])
  })

  test('decides upon what was read, and on nothing that has changed since', async () => {
    const { send, entry } = await entered()
    expect((await send('/v1/entry', { method: 'PUT', json: { ...ENTRY, pledge: '7' } })).status).toBe(200)
    await problemOf(await decide(entry.id, { status: 'approved', revision: 1 }), 409, 'changed')
    expect((await list()).entries).toMatchObject([{ status: 'pending', revision: 2 }])
    expect((await decide(entry.id, { status: 'approved', revision: 2 })).status).toBe(200)
    const again = await decide(entry.id, { status: 'approved', revision: 2 })
    expect(await again.json()).toMatchObject({ status: 'approved', revision: 3 })
    await problemOf(await decide(entry.id, { status: 'declined', revision: 2 }), 409, 'changed')
    const reason = 'We changed our mind'
    expect(await (await decide(entry.id, { status: 'declined', reason, revision: 3 })).json()).toMatchObject({
      reason,
    })
    // The very same again changes nothing; another reason does.
    expect(await (await decide(entry.id, { status: 'declined', reason, revision: 3 })).json()).toMatchObject({
      revision: 4,
    })
    await problemOf(await decide(entry.id, { status: 'declined', revision: 3 }), 409, 'changed')
  })

  test('is refused decisions that make no sense', async () => {
    const { entry } = await entered()
    for (const [json, at] of [
      [{ status: 'maybe', revision: 1 }, 'json.status'],
      [{ status: 'approved' }, 'json.revision'],
      [{ status: 'approved', revision: 0 }, 'json.revision'],
      [{ status: 'approved', revision: 1, reason: 'because' }, 'json.reason'],
      [{ status: 'declined', revision: 1, reason: 'r'.repeat(501) }, 'json.reason'],
      [{ status: 'declined', revision: 1, name: 'x' }, 'json'],
    ] as const) {
      const { errors } = await problemOf(await decide(entry.id, json), 422, 'invalid-request')
      expect(errors?.[0]?.at).toBe(at)
    }
    const unknown = '0b1f7a52-6a0e-4d3c-9a51-54a8a1f3b6d2'
    await problemOf(await decide(unknown, { status: 'approved', revision: 1 }), 404, 'not-found')
    await problemOf(await decide('x', { status: 'approved', revision: 1 }), 422, 'invalid-request')
  })

  test('deletes an entry, which then is as if it had never been', async () => {
    const { entry, send } = await approved()
    const path = `/v1/issuer/entries/${entry.id}`
    expect((await fromIssuer(path, { method: 'DELETE' })).status).toBe(204)
    await problemOf(await fromIssuer(path, { method: 'DELETE' }), 404, 'not-found')
    await problemOf(await send('/v1/entry'), 401, 'not-signed-in')
    expect((await list()).entries).toEqual([])
  })

  test('reads the log of what was done, which says nothing private', async () => {
    const { send, entry, wallet } = await entered()
    await list()
    await decide(entry.id, { status: 'declined', reason: 'Not this time', revision: 1 })
    await decide(entry.id, { status: 'pending', revision: 2 })
    await send('/v1/entry', { method: 'PUT', json: ENTRY })
    await fromIssuer('/v1/issuer/entries.csv')
    await send('/v1/entry', { method: 'DELETE' })
    const response = await fromIssuer('/v1/issuer/audit?limit=200')
    const text = await response.text()
    const { deeds, next } = JSON.parse(text)
    expect(next).toBeNull()
    const done = (
      deeds as { actor: string; action: string; entry: string | null; entries: number | null }[]
    ).map((deed) => [deed.actor, deed.action, deed.entry ?? deed.entries])
    expect(done).toEqual([
      ['holder', 'entered', entry.id],
      ['issuer', 'listed', 1],
      ['issuer', 'declined', entry.id],
      ['issuer', 'reopened', entry.id],
      ['holder', 'edited', entry.id],
      ['issuer', 'exported', 1],
      ['holder', 'deleted', entry.id],
    ])
    for (const secret of [ENTRY.name, ENTRY.email, ENTRY.pledge, 'Not this time', wallet]) {
      expect(text).not.toContain(secret)
    }
    const own = await (await fromIssuer(`/v1/issuer/audit?entry=${entry.id}&limit=2`)).json<{
      deeds: unknown[]
      next: number
    }>()
    expect(own.deeds).toHaveLength(2)
    expect(own.next).toBeGreaterThan(0)
  })
})

describe('CSV', () => {
  const csv = async () => {
    let text = ''
    let path: string | undefined = '/v1/issuer/entries.csv?limit=2'
    while (path !== undefined) {
      const response: Response = await fromIssuer(path)
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
      text += await response.text()
      path = /^<(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    }
    return text
  }

  test('has every entry once, over all its pages, under one line of names', async () => {
    for (let each = 0; each < 5; each++) await entered({ pledge: `${each + 1}` })
    const lines = (await csv()).split('\r\n')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toMatch(/^id,wallet,status,name,email,pledge,currency,decimals,reason,/)
    expect(lines.slice(1, 6).map((line) => line.split(',')[5])).toEqual(['1', '2', '3', '4', '5'])
    expect(lines[6]).toBe('')
  })

  test('holds no formula, whatever people call themselves', async () => {
    const names = ['=cmd|" /C calc"!A0', '+1', '-1', '@SUM(1)', '\u200b=1+1', '＝1', 'a "quoted", name']
    for (const name of names) await entered({ name })
    const text = await csv()
    expect(text).toContain(`"'=cmd|"" /C calc""!A0"`)
    expect(text).toContain('"a ""quoted"", name"')
    for (const [, start = ''] of text.matchAll(/(?:^|,|\n)"?([^",\r\n]*)/g)) {
      expect(start).not.toMatch(/^[\s\p{Cc}\p{Cf}]*[=+\-@＝]/u)
    }
  })
})

describe('nobody else', () => {
  test.each(ROUTES)('may %s %s', async (method, path) => {
    for (const authorization of [
      undefined,
      'Bearer ',
      `Bearer ${SECRET.slice(0, -1)}`,
      `Bearer ${SECRET}x`,
      `Bearer ${SECRET.toUpperCase()}`,
      `Basic ${SECRET}`,
      SECRET,
    ]) {
      const headers = { 'content-type': 'text/plain', ...(authorization && { authorization }) }
      const response = await call(path, { method, headers })
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="prorata-register"')
      await problemOf(response, 401, 'unauthorized')
    }
  })

  test('not even an investor with a session', async () => {
    const { send } = await approved()
    for (const [method, path] of ROUTES) await problemOf(await send(path, { method }), 401, 'unauthorized')
  })

  test('guesses the secret for long', async () => {
    const headers = { authorization: 'Bearer guess', 'cf-connecting-ip': '192.0.2.99' }
    const statuses = []
    for (let each = 0; each < 15; each++)
      statuses.push((await call('/v1/issuer/entries', { headers })).status)
    expect(statuses[0]).toBe(401)
    expect(statuses.at(-1)).toBe(429)
    expect(
      (await fromIssuer('/v1/issuer/entries', { headers: { 'cf-connecting-ip': '192.0.2.99' } })).status,
    ).toBe(200)
  })

  test.each(['', 'short', 'with a space inside it'])(
    'a server with the secret %j lets no issuer in',
    async (secret) => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      const headers = { authorization: `Bearer ${secret}` }
      const response = await call('/v1/issuer/entries', { headers }, { PRORATA_REGISTER_SECRET: secret })
      await problemOf(response, 500, 'misconfigured')
    },
  )
})

describe('Cloudflare Access', () => {
  const AUDIENCE = 'the-audience-tag-of-the-application'
  const soon = () => Math.floor(Date.now() / 1000) + 60

  const team = async () => {
    const pair = (await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    )) as CryptoKeyPair
    const jwk = {
      ...((await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey),
      kid: 'one',
      alg: 'RS256',
    }
    const url = await upstream({ text: JSON.stringify({ keys: [jwk] }) })
    const secret = {
      ...((await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey),
      kid: 'one',
      alg: 'RS256',
    }
    const token = (claims: object = {}) =>
      sign(
        { iss: url, aud: [AUDIENCE], exp: soon(), ...claims },
        secret as Parameters<typeof sign>[1],
        'RS256',
      )
    return { url, token, settings: { ACCESS_TEAM: url, ACCESS_AUDIENCE: AUDIENCE } }
  }
  const asked = (token: string, settings: object) =>
    call('/v1/issuer/entries', { headers: { 'cf-access-jwt-assertion': token } }, settings)

  test('lets in who passed its sign-in for this application', async () => {
    const { token, settings } = await team()
    expect((await asked(await token(), settings)).status).toBe(200)
  })

  test('lets in nobody with another token', async () => {
    const { token, settings, url } = await team()
    const other = await team()
    const tokens = [
      await token({ aud: ['another'] }),
      await token({ iss: 'https://evil.example' }),
      await token({ exp: soon() - 120 }),
      await token({ exp: undefined }),
      await other.token({ iss: url }),
      (await token()).replace(/\.[^.]*$/, '.'),
      await sign({ iss: url, aud: [AUDIENCE], exp: soon() }, 'a secret', 'HS256'),
      'x.y.z',
      '',
    ]
    for (const each of tokens) await problemOf(await asked(each, settings), 401, 'unauthorized')
  })

  test('lets in nobody where it is not set up, or while its keys cannot be had', async () => {
    const { token, settings } = await team()
    await problemOf(await asked(await token(), {}), 401, 'unauthorized')
    await problemOf(
      await asked(await token({ iss: AWAY }), { ...settings, ACCESS_TEAM: AWAY }),
      401,
      'unauthorized',
    )
  })
})

describe('time', () => {
  const cron = async () => {
    const context = createExecutionContext()
    await worker.scheduled(createScheduledController(), envWith())
    await waitOnExecutionContext(context)
  }
  const inDays = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 })

  test('deletes each entry when its days are over, by its status, and notes it', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {})
    const pending = await entered()
    const good = await approved()
    const declined = await entered()
    await decide(declined.entry.id, { status: 'declined', revision: 1 })
    const left = async () => (await list()).entries.map(({ id }) => id)
    await cron()
    expect(await left()).toEqual([pending, good, declined].map(({ entry }) => entry.id))
    inDays(31)
    await cron()
    expect(await left()).toEqual([pending, good].map(({ entry }) => entry.id))
    inDays(150)
    await cron()
    expect(await left()).toEqual([good.entry.id])
    inDays(3650)
    await cron()
    expect(await left()).toEqual([])
    const { results } = await env.DB.prepare("SELECT entry FROM audit WHERE actor = 'retention'").all()
    expect(results.map(({ entry }) => entry)).toEqual([declined, pending, good].map(({ entry }) => entry.id))
    for (const table of ['sessions', 'spent_nonces']) {
      expect((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results).toEqual([])
    }
  })
})
