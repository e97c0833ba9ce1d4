import { env } from 'cloudflare:workers'
import { toHex } from 'viem'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AWAY, upstream } from '../../test/upstream.ts'
import { manifestKey } from '../keys.ts'
import { call, freshStorage, problemOf, publish, published, store } from './api.ts'
import { chain, HEAD, publishedLog, receipt, words } from './chain.ts'
import { addressOf, disbursement, FIRST, idOf, OPENS_AT } from './program.ts'
import { META, subgraph } from './subgraph.ts'

// Bad days, one part at a time: what is answered must be what is answered on a good day, or a problem that says what is away.
// (Faults that concern one route alone stand in its own tests.)

const paid = disbursement(40)
const id = idOf(paid)

/** What needs no subgraph, for an account. */
const served = (account: string) => [
  ...['/v1/program', '/v1/terms', '/v1/calendar', '/v1/feed', '/v1/distributions', `/v1/distributions/${id}`],
  ...[`/v1/distributions/${id}/allocations`, `/v1/distributions/${id}/allocations?format=csv`],
  ...[`/v1/distributions/${id}/proofs/${account}`, `/v1/distributions/${id}/claims/${account}`],
  ...[`/v1/manifests/${paid.manifestHash}`, `/v1/records/${paid.manifestHash}`],
  `/v1/accounts/${account}/claims`,
]
/** Of these, what needs no chain either. */
const withoutChain = (path: string) => /\/(terms|allocations|proofs|manifests|records)\b/.test(path)

const answerTo = async (path: string, changed: object) => {
  const response = await call(path, {}, changed)
  return { path, status: response.status, text: await response.text() }
}
const answersTo = (paths: readonly string[], changed: object) =>
  Promise.all(paths.map((path) => answerTo(path, changed)))

/** Each fault under an account of its own, whose answers no cache has yet. */
let accounts = FIRST
const nextAccount = () => addressOf(accounts++)

const faulty: [name: string, make: () => Promise<string>][] = [
  ['away', async () => AWAY],
  ['hanging up', () => upstream({ drop: true })],
  ['failing', () => upstream({ status: 500 })],
  ['slow', () => upstream({ delayMs: 2000 })],
  ['answering a page', () => upstream({ text: '<html>' })],
  ['answering null', () => upstream({ text: 'null' })],
  ['answering other JSON', () => upstream({ text: '{"data":{"accounts":7}}' })],
]

beforeAll(async () => {
  await freshStorage()
  await published(paid)
})

describe('while graph-node is', () => {
  const lagging = {
    Head: { data: { _meta: { ...META.data._meta, block: { ...META.data._meta.block, number: 3 } } } },
    Payment: { errors: [{ message: 'has only indexed up to block number 3' }] },
  }
  test.each([
    ...faulty,
    ['lagging', () => subgraph(lagging)],
    ['stopped', () => subgraph({ Head: { errors: [{ message: 'indexing_error' }] } })],
  ] as typeof faulty)('%s, claims, proofs and manifests are what they always are', async (_, make) => {
    const RPC_URL = await chain()
    const paths = served(nextAccount())
    const answers = await answersTo(paths, { RPC_URL, GRAPH_URL: await make() })
    for (const { path, status } of answers) expect(status, path).toBe(200)
    expect(answers).toEqual(await answersTo(paths, { RPC_URL, GRAPH_URL: await subgraph() }))
  })
})

describe('while the chain is', () => {
  test.each(faulty)(
    '%s, everything is answered, and what it does not change is the same',
    async (_, make) => {
      const paths = served(nextAccount())
      const GRAPH_URL = await subgraph()
      const answers = await answersTo(paths, { RPC_URL: await make(), GRAPH_URL })
      for (const { path, status } of answers) expect(status, path).toBe(200)
      const good = await answersTo(paths, { RPC_URL: await chain(), GRAPH_URL })
      const still = (each: typeof good) => each.filter(({ path }) => withoutChain(path))
      expect(still(answers)).toEqual(still(good))
    },
  )
})

/**
 * The real D1, one of whose statements fails as a locked database does.
 * @param failing which of them, counted from 0
 * @param isDone whether it fails after the work is done, as when only the answer is lost
 */
const lockedAt = (failing: (statement: number) => boolean, isDone = false) => {
  let statements = 0
  const own = new WeakMap<object, D1PreparedStatement>()
  const run = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const isHit = failing(statements++)
    if (!isHit || isDone) {
      const value = await work()
      if (!isHit) return value
    }
    throw new Error('D1_ERROR: database is locked: SQLITE_BUSY')
  }
  const wrapped = (statement: D1PreparedStatement): D1PreparedStatement => {
    const outer = {
      bind: (...values: unknown[]) => wrapped(statement.bind(...values)),
      all: () => run(() => statement.all()),
      first: () => run(() => statement.first()),
      run: () => run(() => statement.run()),
    } as unknown as D1PreparedStatement
    own.set(outer, statement)
    return outer
  }
  const db = {
    prepare: (text: string) => wrapped(env.DB.prepare(text)),
    batch: (all: D1PreparedStatement[]) =>
      run(() => env.DB.batch(all.map((each) => own.get(each) ?? expect.fail('a foreign statement')))),
  } as unknown as D1Database
  return { db, statements: () => statements }
}

describe('while D1 is locked', () => {
  const upstreams = async () => ({ RPC_URL: await chain(), GRAPH_URL: await subgraph() })

  test('what it knows is away as a problem; the rest, and proofs in memory, are what they were', async () => {
    const paths = served(nextAccount())
    const good = await answersTo(paths, await upstreams())
    const changed = { ...(await upstreams()), DB: lockedAt(() => true).db }
    for (const [at, path] of paths.entries()) {
      if (/\/(program|terms|manifests|records|proofs)\b/.test(path))
        expect(await answerTo(path, changed)).toEqual(good[at])
      else await problemOf(await call(path, {}, changed), 503, 'store-away')
    }
    const status = await call('/v1/status', {}, changed)
    expect(await status.json()).toMatchObject({ ok: false, distributions: null })
  })

  test.each([
    ['before', false],
    ['after', true],
  ])(
    'at any statement of a publication, %s it is done: all or nothing is seen, and a repeat ends it',
    async (_, isDone) => {
      const half = disbursement(5, '2026-Q1')
      await store(half)
      const RPC_URL = await chain({ eth_getTransactionReceipt: receipt([publishedLog(half)]) })
      const halfId = idOf(half)
      const rows = () =>
        env.DB.prepare(
          'SELECT count(*) AS rows FROM allocations WHERE distribution = (SELECT number FROM distributions WHERE id = ?)',
        )
          .bind(halfId)
          .first('rows')
      const forget = () =>
        env.DB.batch([
          env.DB.prepare(
            'DELETE FROM allocations WHERE distribution = (SELECT number FROM distributions WHERE id = ?)',
          ).bind(halfId),
          env.DB.prepare('DELETE FROM distributions WHERE id = ?').bind(halfId),
        ])
      let at = 0
      for (let isBroken = true; isBroken; at++) {
        await forget()
        const { db: DB, statements } = lockedAt((statement) => statement === at, isDone)
        const response = await publish(half.manifestHash, { RPC_URL, DB })
        isBroken = response.status !== 201
        if (isBroken) await problemOf(response, 503, 'store-away')
        else expect(statements()).toBe(at)
        const seen = await call(`/v1/distributions/${halfId}`)
        if (seen.status === 200) expect(await rows()).toBe(5)
        else await problemOf(seen, 404, 'not-found')
        const again = await publish(half.manifestHash, { RPC_URL })
        expect(again.status, await again.clone().text()).toBe(seen.status === 200 ? 200 : 201)
        expect(await rows()).toBe(5)
        const claims = await call(`/v1/accounts/${addressOf(FIRST)}/claims`, {}, { RPC_URL })
        expect((await claims.json<{ claims: { id: string }[] }>()).claims).toHaveLength(2)
      }
      expect(at).toBeGreaterThan(3)
      await forget()
    },
  )
})

describe('R2', () => {
  test('away is a problem that says so, and takes away only what is in it', async () => {
    const fail = async () => {
      throw new Error('internal error (10001)')
    }
    // Of a size that no other test reads, so that none of its records is in memory.
    const unread = disbursement(57, '2026-Q1')
    await published(unread)
    const STORE = { get: fail, head: fail, put: fail } as unknown as R2Bucket
    const changed = { STORE, RPC_URL: await chain(), GRAPH_URL: await subgraph() }
    const its = idOf(unread)
    for (const path of [
      `/v1/manifests/${unread.manifestHash}`,
      `/v1/records/${unread.manifestHash}`,
      `/v1/distributions/${its}/allocations`,
    ])
      await problemOf(await call(path, {}, changed), 503, 'store-away')
    for (const path of ['/v1/program', '/v1/terms', '/v1/distributions', '/v1/calendar', '/v1/holders'])
      expect((await call(path, {}, changed)).status, path).toBe(200)
  })

  test('a manifest that is missing or damaged is never given', async () => {
    const other = disbursement(58, '2026-Q1')
    await published(other)
    const path = `/v1/manifests/${other.manifestHash}`
    for (const at of [0, 7, other.manifestBytes.length - 1]) {
      const bytes = other.manifestBytes.slice()
      bytes[at] = (bytes[at] ?? 0) ^ 1
      await env.STORE.put(manifestKey(other.manifestHash), bytes)
      await problemOf(await call(path), 500, 'store-broken')
    }
    await env.STORE.put(manifestKey(other.manifestHash), '')
    await problemOf(await call(path), 500, 'store-broken')
    await env.STORE.delete(manifestKey(other.manifestHash))
    await problemOf(await call(path), 404, 'not-found')
    await store(other)
    expect((await call(path)).status).toBe(200)
  })
})

describe('a clock that is wrong', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const DAY = 86_400_000

  test.each([-4000 * DAY, -DAY, DAY, 4000 * DAY])('by %i ms changes no answer', async (skew) => {
    const changed = { RPC_URL: await chain(), GRAPH_URL: await subgraph() }
    const paths = [...served(nextAccount()), '/v1/holders', '/v1/status']
    const right = await answersTo(paths, changed)
    vi.setSystemTime(Date.now() + skew)
    expect(await answersTo(paths, changed)).toEqual(right)
    // What is open is decided by the chain's clock.
    const account = addressOf(FIRST)
    for (const [seconds, status] of [
      [-1n, 'waiting'],
      [0n, 'open'],
    ] as const) {
      const latest = { ...HEAD, timestamp: toHex(OPENS_AT + seconds) }
      const RPC_URL = await chain({ ...words({ [id]: 1n }), 'eth_getBlockByNumber latest': latest })
      const response = await call(`/v1/distributions/${id}/claims/${account}`, {}, { RPC_URL })
      expect(await response.json()).toMatchObject({ status })
    }
  })
})
