// Calling the register in its own runtime, with its real D1 and rate limits, as a page, a wallet and an issuer would.
import { applyD1Migrations, createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { PrivateKeyAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { expect } from 'vitest'
import { PROGRAM } from '../../api/test/program.ts'
import { AWAY } from '../../test/upstream.ts'
import type { Env } from '../src/env.ts'
import worker from '../src/index.ts'

export const PAGE = 'https://alex.example'
export const SECRET = 'the-issuer-secret-of-this-register'
export const CHAIN_ID = 31_337

/** A key as the issuer would make it: 32 random bytes in base64. */
export const newKey = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))

const SETTINGS = {
  PROGRAM,
  CHAIN_ID: String(CHAIN_ID),
  RPC_URL: AWAY,
  PAGE_ORIGIN: PAGE,
  PRIVACY: JSON.stringify({ version: '2026-03', url: 'https://alex.example/privacy/2026-03' }),
  RETENTION_DAYS: JSON.stringify({ pending: 180, declined: 30, approved: 3650 }),
  REGISTER_KEYS: JSON.stringify({ 1: newKey() }),
  PRORATA_REGISTER_SECRET: SECRET,
  UPSTREAM_TIMEOUT_MS: '400',
}

export const TABLES = ['allowed_wallets', 'allow_lists', 'audit', 'entries', 'sessions', 'spent_nonces']

/** A migrated database without rows. */
export const freshStorage = async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
}

export const envWith = (changed: Partial<Env> = {}): Env => ({
  DB: env.DB,
  SIGN_IN: env.SIGN_IN,
  WRITES: env.WRITES,
  WRONG_SECRETS: env.WRONG_SECRETS,
  ...SETTINGS,
  ...changed,
})

/** Networks differ from request to request unless a test is about one, so that limits of one test do not reach another. */
const someNetwork = () => [10, ...crypto.getRandomValues(new Uint8Array(3))].join('.')

export type Sent = {
  method?: string
  body?: BodyInit
  json?: unknown
  headers?: Record<string, string>
}

/** One request from anywhere. */
export const call = async (path: string, sent: Sent = {}, changed: Partial<Env> = {}): Promise<Response> => {
  const { json, headers, ...init } = sent
  const asJson =
    json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  const request = new Request<unknown, IncomingRequestCfProperties>(`https://register.example${path}`, {
    ...init,
    ...asJson,
    headers: { 'cf-connecting-ip': someNetwork(), ...asJson.headers, ...headers },
  })
  return worker.fetch(request, envWith(changed), createExecutionContext())
}

/** One request as the page sends it. */
export const fromPage = (path: string, sent: Sent = {}, changed: Partial<Env> = {}) =>
  call(path, { ...sent, headers: { origin: PAGE, ...sent.headers } }, changed)

/** One request of the issuer's command. */
export const fromIssuer = (path: string, sent: Sent = {}, changed: Partial<Env> = {}) =>
  call(path, { ...sent, headers: { authorization: `Bearer ${SECRET}`, ...sent.headers } }, changed)

export const newWallet = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey())

type Fields = Omit<Parameters<typeof createSiweMessage>[0], 'address'>

/** The fields of a message to sign, as the register gives them. */
export const askNonce = async (changed: Partial<Env> = {}): Promise<Fields> => {
  const response = await fromPage('/v1/nonces', { method: 'POST' }, changed)
  expect(response.status, await response.clone().text()).toBe(201)
  const { issuedAt, expirationTime, ...fields } = await response.json<
    Omit<Fields, 'issuedAt' | 'expirationTime'> & { issuedAt: string; expirationTime: string }
  >()
  return { ...fields, issuedAt: new Date(issuedAt), expirationTime: new Date(expirationTime) }
}

/** A message signed by a wallet, with fields or its text changed where a test wants them wrong. */
export const signedMessage = async (
  account: PrivateKeyAccount,
  {
    fields = {},
    text = (message) => message,
  }: { fields?: Partial<Fields>; text?: (message: string) => string } = {},
  changed: Partial<Env> = {},
) => {
  const asked = await askNonce(changed)
  const message = text(createSiweMessage({ ...asked, ...fields, address: account.address }))
  return { message, signature: await account.signMessage({ message }) }
}

export const sendSignIn = (json: unknown, changed: Partial<Env> = {}) =>
  fromPage('/v1/session', { method: 'POST', json }, changed)

/** The cookie of an answer, as a browser would send it back. */
export const cookieOf = (response: Response): string =>
  response.headers.get('set-cookie')?.split(';')[0] ?? ''

export type Investor = {
  account: PrivateKeyAccount
  wallet: string
  cookie: string
  /** One request of this investor's page. */
  send(path: string, sent?: Sent, changed?: Partial<Env>): Promise<Response>
}

/** Somebody who has signed in. */
export const investor = async (
  account: PrivateKeyAccount = newWallet(),
  changed: Partial<Env> = {},
): Promise<Investor> => {
  const response = await sendSignIn(await signedMessage(account, {}, changed), changed)
  expect(response.status, await response.clone().text()).toBe(201)
  const cookie = cookieOf(response)
  return {
    account,
    wallet: account.address.toLowerCase(),
    cookie,
    send: (path, sent = {}, more = {}) =>
      fromPage(path, { ...sent, headers: { cookie, ...sent.headers } }, { ...changed, ...more }),
  }
}

export const ENTRY = {
  name: 'Zéphyrine Quartermaine',
  email: 'zephyrine@quartermaine.example',
  pledge: '31415926535',
  consent: '2026-03',
}

export type Entry = Omit<typeof ENTRY, 'consent'> & {
  id: string
  wallet: string
  status: string
  revision: number
  reason: string | null
  consent: { version: string; at: number }
  decidedAt: number | null
  deleteAfter: number
  readable?: boolean
}

/** Somebody who has signed in and entered. */
export const entered = async (entry: Partial<typeof ENTRY> = {}, changed: Partial<Env> = {}) => {
  const who = await investor(newWallet(), changed)
  const response = await who.send('/v1/entry', { method: 'PUT', json: { ...ENTRY, ...entry } })
  expect(response.status, await response.clone().text()).toBe(201)
  return { ...who, entry: await response.json<Entry>() }
}

/** What the issuer decides. */
export const decide = (id: string, json: unknown, changed: Partial<Env> = {}) =>
  fromIssuer(`/v1/issuer/entries/${id}/decision`, { method: 'PUT', json }, changed)

export const approved = async (changed: Partial<Env> = {}) => {
  const who = await entered({}, changed)
  const response = await decide(who.entry.id, { status: 'approved', revision: who.entry.revision }, changed)
  expect(response.status, await response.clone().text()).toBe(200)
  return who
}

type Problem = { type: string; detail: string; check?: string; errors?: { at: string; message: string }[] }

/** The problem of an answer, once everything that every problem must have is there. */
export const problemOf = async (response: Response, status: number, name: string): Promise<Problem> => {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const problem = JSON.parse(text)
  expect(problem).toMatchObject({ type: `urn:prorata:problem:${name}`, status })
  expect(problem.instance).toBe(`urn:uuid:${response.headers.get('x-request-id')}`)
  expect(text).not.toMatch(/node_modules|\.ts:|127\.0\.0\.1|at \w+ \(/)
  return problem
}
