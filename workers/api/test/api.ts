// Calling the Worker in its own runtime, with the real D1 and R2, and upstreams of the test's choice.
import { applyD1Migrations, createExecutionContext, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type Disbursement, distributionId, encodeTerms } from '../../../disbursement/index.ts'
import { AWAY, isLate } from '../../test/upstream.ts'
import { manifestKey, recordsKey } from '../keys.ts'
import type { Env } from '../src/env.ts'
import worker from '../src/index.ts'
import { beginRegistration, completeRegistration, registerLeaves } from '../src/registration.ts'
import { chain, publishedLog, receipt, TRANSACTION } from './chain.ts'
import { DEADLINE, DEPLOYMENT, OPENS_AT, PROGRAM } from './program.ts'

export const SECRET = 'a-secret-of-more-than-sixteen-characters'

/** Signs receipts for ballots. */
export const RECEIPT_KEY = `0x${'5'.repeat(64)}`

/** An empty, migrated database and an empty bucket. */
export const freshStorage = async () => {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
}

/** One request. Graph and chain are away unless given. */
export const call = async (
  path: string,
  init: RequestInit = {},
  changed: Partial<Env> = {},
): Promise<Response> =>
  worker.fetch(
    new Request(`https://api.example${path}`, init),
    {
      DB: env.DB,
      STORE: env.STORE,
      SNAPSHOT: env.SNAPSHOT,
      PROGRAM,
      DEPLOYMENT,
      GRAPH_URL: AWAY,
      RPC_URL: AWAY,
      PRORATA_API_SECRET: SECRET,
      PRORATA_RECEIPT_KEY: RECEIPT_KEY,
      UPSTREAM_TIMEOUT_MS: [changed.GRAPH_URL, changed.RPC_URL].some(isLate) ? '300' : '8000',
      ...changed,
    },
    createExecutionContext(),
  )

type Problem = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  check?: string
  errors?: { at: string; message: string }[]
}

/** The problem of an answer, once everything that every problem must have is there. */
export const problemOf = async (response: Response, status: number, name: string): Promise<Problem> => {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const problem: Problem = JSON.parse(text)
  expect(problem).toMatchObject({ type: `urn:prorata:problem:${name}`, status })
  expect(problem.title).not.toBe('')
  expect(problem.detail).not.toBe('')
  expect(problem.instance).toBe(`urn:uuid:${response.headers.get('x-request-id')}`)
  expect(text).not.toMatch(/node_modules|\.ts:|127\.0\.0\.1|at \w+ \(/)
  return problem
}

/** What the issuer's command stores before it publishes. */
export const store = async ({ manifestHash, manifestBytes, manifestPages, records }: Disbursement) => {
  for (const [name, page] of manifestPages) await env.STORE.put(manifestKey(name), page)
  await env.STORE.put(manifestKey(manifestHash), manifestBytes)
  if (records !== null) await env.STORE.put(recordsKey(manifestHash), records)
}

/** The issuer's write. */
export const publish = (manifestHash: string, changed: Partial<Env> = {}, init: RequestInit = {}) =>
  call(
    '/v1/distributions',
    {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
      body: JSON.stringify({ manifestHash, transaction: TRANSACTION }),
      ...init,
    },
    changed,
  )

/** Stores, "publishes" and registers a disbursement. */
export const published = async (disbursement: Disbursement) => {
  await store(disbursement)
  const RPC_URL = await chain({ eth_getTransactionReceipt: receipt([publishedLog(disbursement)]) })
  const response = await publish(disbursement.manifestHash, { RPC_URL })
  expect(response.status, await response.clone().text()).toBe(201)
}

/** Writes the rows of a disbursement and nothing else: the Worker has read none of its records. */
export const registered = async ({ manifest, manifestHash, root, leaves }: Disbursement) => {
  const { issuer } = manifest.contracts
  const { asset: token, symbol, decimals } = manifest.payout
  const key = { issuer, token, terms: encodeTerms(OPENS_AT, DEADLINE), root: root ?? expect.fail('no root') }
  const id = distributionId(key)
  const begun = await beginRegistration(env.DB, {
    ...key,
    id,
    total: manifest.totals.paid.toString(),
    manifestHash,
    accounts: leaves.length,
    stream: manifest.stream,
    period: manifest.period.name,
    asset: { symbol, decimals, address: token },
    opensAt: Number(OPENS_AT),
    deadline: Number(DEADLINE),
    publishedAt: 1_775_027_200,
    block: 95,
    transaction: TRANSACTION,
  })
  await registerLeaves(env.DB, id, begun, leaves)
  expect(await completeRegistration(env.DB, id)).toBe(true)
}
