import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  approved,
  call,
  decide,
  ENTRY,
  type Entry,
  entered,
  freshStorage,
  fromPage,
  type Investor,
  investor,
  PAGE,
  problemOf,
} from './register.ts'

beforeAll(freshStorage)
afterEach(() => {
  vi.useRealTimers()
})

const put = (json: unknown) => ({ method: 'PUT', json })

describe('an investor', () => {
  test('learns what the register is for', async () => {
    const response = await call('/v1/register')
    expect(await response.json()).toMatchObject({
      program: 'alex',
      currency: { symbol: 'USDC', decimals: 6 },
      chainId: 31_337,
      privacy: { version: '2026-03', url: 'https://alex.example/privacy/2026-03' },
      retentionDays: { pending: 180, declined: 30, approved: 3650 },
    })
  })

  test('enters, sees the entry, and changes it until the issuer decides', async () => {
    const { send, wallet } = await investor()
    await problemOf(await send('/v1/entry'), 404, 'not-found')
    const response = await send('/v1/entry', put(ENTRY))
    expect(response.status).toBe(201)
    const entry = await response.json<Entry>()
    const { consent, ...given } = ENTRY
    expect(entry).toMatchObject({
      ...given,
      wallet,
      status: 'pending',
      revision: 1,
      reason: null,
      decidedAt: null,
    })
    expect(entry.consent).toEqual({ version: consent, at: expect.any(Number) })
    expect(entry.deleteAfter - entry.consent.at).toBe(180 * 86_400)
    expect(await (await send('/v1/entry')).json()).toEqual(entry)

    const changed = await send('/v1/entry', put({ ...ENTRY, pledge: '5' }))
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({ id: entry.id, pledge: '5', revision: 2 })

    expect((await decide(entry.id, { status: 'approved', revision: 2 })).status).toBe(200)
    await problemOf(await send('/v1/entry', put(ENTRY)), 409, 'decided')
    expect(await (await send('/v1/entry')).json()).toMatchObject({
      status: 'approved',
      pledge: '5',
      revision: 3,
    })

    expect((await decide(entry.id, { status: 'pending', revision: 3 })).status).toBe(200)
    expect((await send('/v1/entry', put({ ...ENTRY, name: 'Zoë' }))).status).toBe(200)
  })

  test('is told why they were declined, and nobody else is', async () => {
    const { send, entry } = await entered()
    const reason = 'We could not confirm your address'
    const decided = await decide(entry.id, { status: 'declined', reason, revision: 1 })
    expect(await decided.json()).toMatchObject({ status: 'declined', reason })
    expect(await (await send('/v1/entry')).json()).toMatchObject({ status: 'declined', reason })
    const { results } = await env.DB.prepare('SELECT * FROM entries WHERE id = ?1').bind(entry.id).all()
    expect(
      new TextDecoder('latin1').decode(new Uint8Array(Object.values(results[0] ?? {}).flat() as number[])),
    ).not.toContain('confirm')
  })

  test('takes everything held about them along', async () => {
    const { send, entry, wallet } = await approved()
    const response = await send('/v1/entry/export')
    expect(response.headers.get('content-disposition')).toContain('attachment')
    const all = await response.json<{ log: { actor: string; action: string; entry: string }[] }>()
    expect(all).toMatchObject({
      wallet,
      entry: { name: ENTRY.name, email: ENTRY.email, pledge: ENTRY.pledge, status: 'approved' },
      sessions: [{ createdAt: expect.any(Number), expiresAt: expect.any(Number) }],
      allowLists: [],
    })
    expect(all.log.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'holder entered',
      'issuer approved',
      'holder exported-own',
    ])
    for (const deed of all.log) expect(deed.entry).toBe(entry.id)
  })

  test('who has not entered is told what is held: a session', async () => {
    const { send, wallet } = await investor()
    const all = await (await send('/v1/entry/export')).json()
    expect(all).toEqual({ wallet, entry: null, sessions: [expect.anything()], allowLists: [], log: [] })
  })

  test('deletes everything, decided or not, and is signed out everywhere', async () => {
    for (const { send, entry, wallet, account } of [await entered(), await approved()]) {
      const elsewhere = await investor(account)
      expect((await send('/v1/entry', { method: 'DELETE' })).status).toBe(204)
      for (const where of [send, elsewhere.send])
        await problemOf(await where('/v1/entry'), 401, 'not-signed-in')
      for (const table of ['entries', 'sessions', 'allowed_wallets']) {
        const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE wallet = ?1`)
          .bind(wallet)
          .all()
        expect(results).toEqual([])
      }
      const { results } = await env.DB.prepare('SELECT * FROM audit WHERE entry = ?1').bind(entry.id).all()
      expect(results.at(-1)).toMatchObject({ actor: 'holder', action: 'deleted' })
      expect(JSON.stringify(results)).not.toContain(wallet)
      const again = await investor(account)
      await problemOf(await again.send('/v1/entry', { method: 'DELETE' }), 404, 'not-found')
      expect((await again.send('/v1/entry', put(ENTRY))).status).toBe(201)
    }
  })

  test('who enters in two tabs at once has one entry', async () => {
    const { send, wallet } = await investor()
    const answers = await Promise.all(
      [1, 2, 3].map((each) => send('/v1/entry', put({ ...ENTRY, pledge: `${each}` }))),
    )
    for (const { status } of answers) expect([200, 201, 409]).toContain(status)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const { results } = await env.DB.prepare('SELECT * FROM entries WHERE wallet = ?1').bind(wallet).all()
    expect(results).toHaveLength(1)
  })
})

describe('an entry', () => {
  const invalid = async (change: object, at: string) => {
    const { send } = shared
    const problem = await problemOf(
      await send('/v1/entry', put({ ...ENTRY, ...change })),
      422,
      'invalid-request',
    )
    expect(problem.errors?.[0]?.at).toBe(at)
    for (const value of Object.values(change)) {
      if (String(value).length > 3) expect(JSON.stringify(problem)).not.toContain(String(value))
    }
  }
  let shared: Investor
  beforeAll(async () => {
    shared = await investor()
  })

  test.each([
    ['an empty name', { name: '  ' }, 'json.name'],
    ['a long name', { name: 'n'.repeat(201) }, 'json.name'],
    ['two lines for a name', { name: 'Eve\nMallory' }, 'json.name'],
    ['a name that turns the reading direction', { name: 'Eve\u202ecod.exe' }, 'json.name'],
    ['half a character', { name: 'Eve\ud800Two' }, 'json.name'],
    ['a name that is a number', { name: 12_345 }, 'json.name'],
    ['no e-mail address', { email: 'nobody at all' }, 'json.email'],
    ['a long e-mail address', { email: `${'e'.repeat(250)}@example.com` }, 'json.email'],
    ['an e-mail address with a header', { email: 'eve@example.com\r\nBcc: x@example.com' }, 'json.email'],
    ['a pledge with a point', { pledge: '1234.56' }, 'json.pledge'],
    ['a pledge of nothing', { pledge: '0' }, 'json.pledge'],
    ['a negative pledge', { pledge: '-5000' }, 'json.pledge'],
    ['a pledge that is a number', { pledge: 5000 }, 'json.pledge'],
    ['a pledge in another notation', { pledge: '0x1388' }, 'json.pledge'],
    ['a pledge beyond 256 bits', { pledge: '9'.repeat(78) }, 'json.pledge'],
    ['no consent', { consent: undefined }, 'json.consent'],
    ['consent to another text', { consent: '2025-01' }, 'json.consent'],
    ['a field too many', { status: 'approved' }, 'json'],
    ['a field of any name', { 'Private Words': 'more of them' }, 'json'],
  ])('is refused with %s', async (_, change, at) => {
    await invalid(change, at)
  })

  test('keeps a name as it is written, in any script', async () => {
    for (const name of [
      "Conan O'Brien",
      'Ζωή Παπαδοπούλου',
      '王小明',
      'أحمد',
      'Nguyễn Văn A',
      '=HYPERLINK',
      'x'.repeat(200),
    ]) {
      const { send } = await investor()
      const response = await send('/v1/entry', put({ ...ENTRY, name: ` ${name} ` }))
      expect(response.status, await response.clone().text()).toBe(201)
      expect(await (await send('/v1/entry')).json()).toMatchObject({ name: name.normalize('NFC') })
    }
  })

  test('must be small JSON by name and by form', async () => {
    const { send } = shared
    const json = JSON.stringify(ENTRY)
    const sent = (body: BodyInit, type = 'application/json') =>
      send('/v1/entry', { method: 'PUT', body, headers: { 'content-type': type } })
    await problemOf(await sent(json, 'text/plain'), 415, 'unsupported-media-type')
    await problemOf(await sent(json, 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type')
    await problemOf(await sent(`{"name":"${ENTRY.name}`), 400, 'malformed-json')
    const long = JSON.stringify({ ...ENTRY, name: 'x'.repeat(5000) })
    await problemOf(await sent(long), 413, 'too-large')
    const stream = new Response(long).body
    if (stream !== null) await problemOf(await sent(stream), 413, 'too-large')
  })
})

describe('a session', () => {
  test('is needed for everything about an entry', async () => {
    for (const [method, path] of [
      ['GET', '/v1/entry'],
      ['PUT', '/v1/entry'],
      ['DELETE', '/v1/entry'],
      ['GET', '/v1/entry/export'],
      ['GET', '/v1/entry/proof'],
      ['GET', '/v1/session'],
    ] as const) {
      for (const cookie of [
        '',
        `__Host-prorata-register=${'0'.repeat(64)}`,
        `__Host-prorata-register=${'x'.repeat(500)}`,
        'prorata-register=1',
      ]) {
        const sent = { method, headers: { cookie }, ...(method === 'PUT' && { json: ENTRY }) }
        await problemOf(await fromPage(path, sent), 401, 'not-signed-in')
      }
    }
  })

  test('does nothing for another page, even where a browser would send its cookie', async () => {
    const { cookie, wallet } = await entered()
    for (const origin of ['https://evil.example', 'null', `${PAGE}:444`, undefined]) {
      const headers = { cookie, ...(origin && { origin }) }
      await problemOf(await call('/v1/entry', { method: 'PUT', json: ENTRY, headers }), 403, 'foreign-origin')
      await problemOf(await call('/v1/entry', { method: 'DELETE', headers }), 403, 'foreign-origin')
      await problemOf(await call('/v1/session', { method: 'DELETE', headers }), 403, 'foreign-origin')
      const read = await call('/v1/entry', { headers })
      expect(read.headers.get('access-control-allow-origin')).toBeNull()
      expect(read.headers.get('access-control-allow-credentials')).toBeNull()
    }
    const { results } = await env.DB.prepare('SELECT revision FROM entries WHERE wallet = ?1')
      .bind(wallet)
      .all()
    expect(results).toEqual([{ revision: 1 }])
  })

  test('may be used by the page with credentials, and by no other', async () => {
    const { send } = await entered()
    const read = await send('/v1/entry')
    expect(read.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(read.headers.get('access-control-allow-credentials')).toBe('true')
    expect(read.headers.get('vary')).toContain('origin')
    const ask = (path: string, origin: string) =>
      call(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } })
    const own = await ask('/v1/entry', PAGE)
    expect(own.status).toBe(204)
    expect(own.headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, DELETE')
    expect(own.headers.get('access-control-allow-origin')).toBe(PAGE)
    for (const [path, origin] of [
      ['/v1/entry', 'https://evil.example'],
      ['/v1/issuer/entries', PAGE],
    ] as const) {
      const other = await ask(path, origin)
      expect(other.headers.get('access-control-allow-origin')).toBeNull()
      expect(other.headers.get('access-control-allow-methods')).toBeNull()
    }
  })

  test('that writes too often is told to wait', async () => {
    const { send } = await investor()
    const statuses = []
    for (let each = 0; each < 32; each++) statuses.push((await send('/v1/entry', put(ENTRY))).status)
    expect(statuses.at(0)).toBe(201)
    expect(statuses.at(-1)).toBe(429)
  })
})
