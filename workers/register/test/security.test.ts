// What is private stays inside: every way of asking, every way of asking wrongly, and then a search for the plain values in
// answers, logs, and everything the database holds.
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { upstream } from '../../test/upstream.ts'
import {
  approved,
  call,
  decide,
  ENTRY,
  entered,
  envWith,
  freshStorage,
  fromIssuer,
  fromPage,
  newWallet,
  SECRET,
  type Sent,
  sendSignIn,
  signedMessage,
  TABLES,
} from './register.ts'

const REASON = 'Because of the tax office in Xanadu'
const SECRETS = [ENTRY.name, ENTRY.email, ENTRY.pledge, REASON]
/** As they may look in JSON, in a URL, in base64, in hexadecimal, and as a database writes bytes. */
const forms = (text: string): string[] => {
  const bytes = new TextEncoder().encode(text)
  const binary = String.fromCharCode(...bytes)
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    btoa(binary).replace(/=+$/, '').slice(2, -2),
    [...bytes].map((each) => each.toString(16).padStart(2, '0')).join(''),
    [...bytes].join(','),
  ]
}
const plain = SECRETS.flatMap(forms)
const holdsNothing = (text: string, what: string) => {
  for (const secret of plain) expect(text.includes(secret), `${what} holds ${secret}`).toBe(false)
}

const logged: string[] = []
beforeAll(freshStorage)
beforeEach(() => {
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, name).mockImplementation((...given: unknown[]) => {
      logged.push(
        given
          .map((each) => (each instanceof Error ? `${each.message} ${each.stack}` : String(each)))
          .join(' '),
      )
    })
  }
})
afterEach(() => {
  vi.restoreAllMocks()
  holdsNothing(logged.splice(0).join('\n'), 'the log')
})

/** A database whose every statement fails, its sentence quoting what was bound: as D1's own can. */
const brokenDatabase = (sentence: (bound: unknown[]) => string) => {
  const statement = (bound: unknown[]): object => {
    const fail = async () => {
      throw new Error(sentence(bound))
    }
    return { bind: (...given: unknown[]) => statement(given), first: fail, all: fail, run: fail }
  }
  const prepare = () => statement([])
  const batch = async () => {
    throw new Error(sentence([ENTRY.name]))
  }
  return { prepare, batch } as unknown as D1Database
}

test('the database holds no private value, in any form, in any table', async () => {
  const { entry } = await approved()
  const declined = await entered()
  await decide(declined.entry.id, { status: 'declined', reason: REASON, revision: 1 })
  await fromIssuer('/v1/issuer/allow-lists', { method: 'POST' })
  await fromIssuer('/v1/issuer/entries.csv')
  let dump = ''
  for (const table of TABLES) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all()
    expect(results, table).not.toEqual([])
    dump += JSON.stringify(results)
  }
  expect(dump).toContain(entry.id)
  holdsNothing(dump, 'the database')
})

test('no route that anybody may ask tells of an investor', async () => {
  const { entry, wallet, cookie } = await approved()
  await fromIssuer('/v1/issuer/allow-lists', { method: 'POST' })
  const { send: stranger } = await entered({ name: 'Somebody Else', email: 'else@example.com', pledge: '1' })
  const document = await (await call('/openapi.json')).json<{
    paths: Record<string, Record<string, unknown>>
  }>()
  const paths = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) =>
        [
          method.toUpperCase(),
          path.replace('{id}', entry.id).replace('{root}', `0x${'1'.repeat(64)}`),
        ] as const,
    ),
  )
  expect(paths.length).toBeGreaterThan(15)
  for (const [method, path] of paths) {
    const asked: (() => Promise<Response>)[] = [
      () => call(path, { method }),
      () => fromPage(`${path}?wallet=${wallet}`, { method }),
      () => call(path, { method, headers: { cookie, origin: 'https://evil.example' } }),
    ]
    // Another investor, but not to delete what is theirs.
    if (method !== 'DELETE') asked.push(() => stranger(path, { method }))
    for (const ask of asked) {
      const response = await ask()
      const text = `${JSON.stringify([...response.headers])} ${await response.text()}`
      if (path.startsWith('/v1/entry') && response.status === 200 && text.includes(wallet)) {
        // The investor's own cookie reads its own entry; but no other page may see the answer.
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
        continue
      }
      holdsNothing(text, `${method} ${path}`)
      if (response.status !== 200 || !path.startsWith('/v1/session')) expect(text).not.toContain(wallet)
    }
  }
})

test('every answer forbids its keeping, framing and sniffing', async () => {
  const { send } = await entered()
  const answers = [
    await send('/v1/entry'),
    await send('/v1/entry/export'),
    await fromIssuer('/v1/issuer/entries'),
    await fromIssuer('/v1/issuer/entries.csv'),
    await call('/v1/register'),
    await call('/openapi.json'),
    await call('/nowhere'),
    await call('/v1/entry', { method: 'OPTIONS' }),
    await call('/v1/entry', { method: 'POST' }),
    await call('/v1/issuer/entries'),
  ]
  for (const { headers, status } of answers) {
    expect(headers.get('cache-control'), String(status)).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toContain('max-age=')
    expect(headers.get('etag')).toBeNull()
  }
})

describe('faults tell nothing', () => {
  test.each([
    [
      'D1 names what was bound',
      (bound: unknown[]) =>
        `D1_TYPE_ERROR: Type 'object' not supported for value '${bound.join(' ')} ${ENTRY.name}'`,
    ],
    ['D1 is locked', () => `D1_ERROR: database is locked: SQLITE_BUSY ${ENTRY.email}`],
    ['something else fails', () => `Unexpected ${JSON.stringify(ENTRY)}`],
  ])('when %s', async (_, sentence) => {
    const signed = await signedMessage(newWallet())
    const { send } = await entered()
    const DB = brokenDatabase(sentence)
    const answers = [
      await send('/v1/entry', { method: 'PUT', json: ENTRY }, { DB }),
      await send('/v1/entry', {}, { DB }),
      await sendSignIn(signed, { DB }),
      await fromIssuer('/v1/issuer/entries', {}, { DB }),
      await fromIssuer('/v1/issuer/allow-lists', { method: 'POST' }, { DB }),
    ]
    for (const response of answers) {
      expect(response.status).toBe(503)
      holdsNothing(await response.text(), 'the answer')
    }
    expect(logged.join()).not.toContain(SECRET)
  })

  test('when a body breaks off in the middle of a name', async () => {
    const { send } = await entered()
    for (const body of [
      `{"name":"${ENTRY.name}`,
      `{"name":"${ENTRY.name}","email":"${ENTRY.email}",}`,
      ENTRY.name,
    ]) {
      const response = await send('/v1/entry', {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(response.status).toBe(400)
      holdsNothing(await response.text(), 'the answer')
    }
  })

  test('when fields are wrong, wherever the private value stands', async () => {
    const { send } = await entered()
    for (const json of [
      { ...ENTRY, [ENTRY.name]: ENTRY.email },
      { ...ENTRY, email: ENTRY.name },
      { ...ENTRY, pledge: ENTRY.email },
      { ...ENTRY, name: [ENTRY.name] },
      { ...ENTRY, consent: ENTRY.name },
      [ENTRY.name],
      ENTRY.name,
    ]) {
      const response = await send('/v1/entry', { method: 'PUT', json })
      expect(response.status).toBe(422)
      holdsNothing(await response.text(), 'the answer')
    }
    const asked = await call(
      `/v1/register?${encodeURIComponent(ENTRY.name)}=${encodeURIComponent(ENTRY.email)}`,
    )
    expect(asked.status).toBe(422)
    holdsNothing(await asked.text(), 'the answer')
  })

  test('when the chain answers with what it was sent', async () => {
    const RPC_URL = await upstream({ text: JSON.stringify(ENTRY) })
    const { message } = await signedMessage(newWallet())
    const response = await sendSignIn(
      { message, signature: await newWallet().signMessage({ message }) },
      { RPC_URL },
    )
    expect(response.status).toBe(502)
    holdsNothing(await response.text(), 'the answer')
  })
})

test('hundreds of malformed requests get a clear refusal each, and no fault', {
  timeout: 180_000,
}, async () => {
  const { send, entry } = await entered()
  const paths = [
    '/v1/register',
    '/v1/nonces',
    '/v1/session',
    '/v1/entry',
    '/v1/entry/export',
    '/v1/entry/proof',
    '/v1/allow-list',
    '/v1/issuer/entries',
    '/v1/issuer/entries.csv',
    '/v1/issuer/audit',
    '/v1/issuer/rotations',
    '/v1/issuer/allow-lists',
    `/v1/issuer/entries/${entry.id}`,
    `/v1/issuer/entries/${entry.id}/decision`,
  ]
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('0', '-1', '1e9', '9'.repeat(30), "' OR 1=1 --"),
  )
  const request = fc.record({
    path: fc.constantFrom(...paths),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'HEAD'),
    query: fc.dictionary(
      fc.oneof(fc.constantFrom('after', 'limit', 'status', 'wallet', 'root', 'entry'), value),
      value,
      { maxKeys: 3 },
    ),
    body: fc.oneof(
      fc.constant(undefined),
      fc.json(),
      value,
      fc
        .record({
          name: fc.jsonValue(),
          email: fc.jsonValue(),
          pledge: fc.jsonValue(),
          message: fc.jsonValue(),
          signature: fc.jsonValue(),
          status: fc.jsonValue(),
        })
        .map((each) => JSON.stringify(each)),
    ),
    type: fc.constantFrom(
      'application/json',
      'text/plain',
      'application/json; charset=utf-8',
      'multipart/form-data',
    ),
    who: fc.constantFrom('page', 'issuer', 'investor'),
  })
  // Without limits: what is tested here comes behind them.
  const limit = { limit: async () => ({ success: true }) }
  const free = { ...envWith(), SIGN_IN: limit, WRITES: limit, WRONG_SECRETS: limit }
  await fc.assert(
    fc.asyncProperty(request, async ({ path, method, query, body, type, who }) => {
      const search = new URLSearchParams(query).toString()
      const sent: Sent = {
        method,
        headers: { 'content-type': type },
        ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body }),
      }
      const ask = { page: fromPage, issuer: fromIssuer, investor: send }[who]
      const response = await ask(`${path}${search && `?${search}`}`, sent, free)
      const text = await response.text()
      expect(response.status, text).toBeLessThan(500)
      if (response.status >= 400 && method !== 'HEAD') {
        expect(response.headers.get('content-type')).toBe('application/problem+json')
        expect(JSON.parse(text).status).toBe(response.status)
      }
    }),
    { numRuns: 500 },
  )
})
