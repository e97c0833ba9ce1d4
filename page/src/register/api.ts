/** The register of investors, asked with its session's cookie: see workers/register/README.md. */
import type { Address } from '../api.ts'
import { ApiError, answerOf, problemOf, within } from '../asking.ts'
import { address, count, maybe, type ReadBy, type Reader, record, text, units } from '../shape.ts'

const about = record({
  currency: record({ symbol: text, decimals: count }),
  privacy: record({ version: text, url: text }),
})
const session = record({ wallet: address })
const entry = record({
  wallet: address,
  status: text,
  name: text,
  email: text,
  pledge: units,
  reason: maybe(text),
  deleteAfter: count,
})

export type About = ReadBy<typeof about>
export type Entry = ReadBy<typeof entry>

/** What an investor gives; `pledge` in base units of the currency, `consent` the privacy text's version. */
export interface NewEntry {
  readonly name: string
  readonly email: string
  readonly pledge: bigint
  readonly consent: string
}

/** The fields that a sign-in message must have, as the register issued them. */
export interface Nonce {
  readonly [field: string]: string | number
  readonly issuedAt: string
  readonly expirationTime: string
}

const anything: Reader<unknown> = (value) => value

/** @throws ApiError with the register's own reason, or status 0 where it is away */
async function ask<T>(
  url: string,
  method: string,
  path: string,
  read: Reader<T>,
  json?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const request = fetch(`${url.replace(/\/$/, '')}${path}`, {
    method,
    credentials: 'include',
    signal: within(signal),
    ...(json === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
  })
  const { response, body } = await answerOf(request)
  if (!response.ok) throw problemOf(response.status, body)
  try {
    return read(body, '')
  } catch (cause) {
    throw new ApiError(-1, cause instanceof Error ? cause.message : 'unreadable', cause)
  }
}

/** Null in place of a status that says that there is nothing. */
async function orNull<T>(status: number, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && error.status === status) return null
    throw error
  }
}

export const fetchAbout = (url: string, signal: AbortSignal): Promise<About> =>
  ask(url, 'GET', '/v1/register', about, undefined, signal)

/** Whose session the browser has; null without one. */
export const fetchSession = (url: string, signal: AbortSignal): Promise<{ wallet: Address } | null> =>
  orNull(401, ask(url, 'GET', '/v1/session', session, undefined, signal))

export const askNonce = async (url: string): Promise<Nonce> =>
  (await ask(url, 'POST', '/v1/nonces', anything)) as Nonce

export const openSession = (url: string, message: string, signature: string): Promise<unknown> =>
  ask(url, 'POST', '/v1/session', anything, { message, signature })

export const closeSession = (url: string): Promise<unknown> => ask(url, 'DELETE', '/v1/session', anything)

/** The session's own entry; null before there is one. */
export const fetchEntry = (url: string, signal: AbortSignal): Promise<Entry | null> =>
  orNull(404, ask(url, 'GET', '/v1/entry', entry, undefined, signal))

export const putEntry = (url: string, given: NewEntry): Promise<Entry> =>
  ask(url, 'PUT', '/v1/entry', entry, { ...given, pledge: given.pledge.toString() })

/** Everything held about the wallet, as it stands there. */
export const exportEntry = (url: string): Promise<unknown> => ask(url, 'GET', '/v1/entry/export', anything)

export const deleteEntry = (url: string): Promise<unknown> => ask(url, 'DELETE', '/v1/entry', anything)
