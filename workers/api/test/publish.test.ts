import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Disbursement } from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { AWAY, upstream } from '../../test/upstream.ts'
import { manifestKey, recordsKey } from '../keys.ts'
import { entriesOf, findDistribution } from '../src/distributions.ts'
import { LEAVES_A_REQUEST } from '../src/publication.ts'
import { beginRegistration, completeRegistration, registerLeaves } from '../src/registration.ts'
import { call, freshStorage, problemOf, publish, published, SECRET, store } from './api.ts'
import { chain, HEAD, publishedLog, receipt, TRANSACTION } from './chain.ts'
import {
  addressOf,
  DEADLINE,
  deployment,
  disbursement,
  FIRST,
  hashOf,
  idOf,
  OPENS_AT,
  terms,
} from './program.ts'

beforeEach(freshStorage)

const three = disbursement(3)
const rpc = (log: unknown, status?: string) => chain({ eth_getTransactionReceipt: receipt([log], status) })

/** The row of a disbursement, from the database itself. */
const verifiedOf = async (each: Disbursement) => {
  await published(each)
  const distribution = (await findDistribution(env.DB, idOf(each))) ?? expect.fail('it is not there')
  await env.DB.batch(
    ['DELETE FROM allocations', 'DELETE FROM distributions'].map((sql) => env.DB.prepare(sql)),
  )
  return { distribution }
}

const rows = async () =>
  (await env.DB.prepare('SELECT count(*) AS n FROM allocations').first<number>('n')) ?? 0
const nothingListed = async () => {
  const response = await call('/v1/distributions')
  expect(await response.json()).toEqual([])
}

describe('publishing', () => {
  test('makes a distribution known, as the chain and the manifest tell of it', async () => {
    await store(three)
    const response = await publish(three.manifestHash, { RPC_URL: await rpc(publishedLog(three)) })
    expect(response.status).toBe(201)
    const expected = {
      id: idOf(three),
      issuer: deployment.issuer,
      token: deployment.currency,
      root: three.root,
      total: '1799999999',
      manifestHash: three.manifestHash,
      accounts: 3,
      stream: 'income',
      period: '2026-Q1',
      asset: { symbol: 'USDC', decimals: 6, address: deployment.currency },
      opensAt: Number(OPENS_AT),
      deadline: Number(DEADLINE),
      publishedAt: 1_775_027_200,
      block: 95,
      transaction: TRANSACTION,
    }
    expect(await response.json()).toMatchObject(expected)
    const one = await call(`/v1/distributions/${idOf(three)}`)
    expect(await one.json()).toMatchObject(expected)
    const all = await call('/v1/distributions')
    expect(await all.json()).toMatchObject([expected])
  })

  test('may be repeated: the answer is the same and nothing is written twice', async () => {
    await published(three)
    const RPC_URL = await rpc(publishedLog(three))
    for (const _ of [1, 2]) expect((await publish(three.manifestHash, { RPC_URL })).status).toBe(200)
    expect(await rows()).toBe(3)
    expect(await (await call('/v1/distributions')).json()).toHaveLength(1)
  })

  test('continues where a write broke off, and readers never see the half', async () => {
    await published(three)
    await env.DB.batch([
      env.DB.prepare("UPDATE distributions SET complete = 0, registered = 0, registered_total = '0'"),
      env.DB.prepare('DELETE FROM allocations WHERE place > 0'),
    ])
    await nothingListed()
    const claims = await call(`/v1/accounts/${addressOf(FIRST)}/claims`)
    expect(await claims.json()).toMatchObject({ claims: [] })
    const again = await publish(three.manifestHash, { RPC_URL: await rpc(publishedLog(three)) })
    expect(again.status).toBe(201)
    expect(await rows()).toBe(3)
  })

  test('writes more rows than one statement takes', async () => {
    const { distribution } = await verifiedOf(three)
    const payments = Array.from({ length: 10_001 }, (_, place) => ({
      account: addressOf(place + 1),
      amount: 2n ** 127n,
    }))
    const begun = await beginRegistration(env.DB, { ...distribution, accounts: 10_001 })
    expect(begun).toEqual({ registered: 0, total: 0n, complete: false })
    expect(await completeRegistration(env.DB, distribution.id)).toBe(false)
    const after = await registerLeaves(env.DB, distribution.id, begun, payments)
    expect(after).toEqual({ registered: 10_001, total: 10_001n * 2n ** 127n, complete: false })
    // A second request that began at the same time.
    await registerLeaves(env.DB, distribution.id, begun, payments)
    expect(await completeRegistration(env.DB, distribution.id)).toBe(true)
    expect(await completeRegistration(env.DB, distribution.id)).toBe(false)
    expect(await rows()).toBe(10_001)
    const last = await entriesOf(env.DB, addressOf(10_001))
    expect(last).toMatchObject([
      { place: 10_000, amount: String(2n ** 127n), distribution: { id: idOf(three) } },
    ])
  })

  test('takes more accounts than one request writes, some at a time, and is seen when all are there', async () => {
    const count = LEAVES_A_REQUEST + 500
    const many = disbursement(count, '2026-Q1', null, workerKernel())
    await store(many)
    const RPC_URL = await rpc(publishedLog(many))
    const [last = '0x'] = [...many.manifestPages.keys()].slice(-1)
    const first = await publish(many.manifestHash, { RPC_URL })
    expect(first.status, await first.clone().text()).toBe(202)
    expect(await first.json()).toEqual({ registered: LEAVES_A_REQUEST, accounts: count })
    await nothingListed()
    const page = await env.STORE.get(manifestKey(last))
    await env.STORE.delete(manifestKey(last))
    const refused = await publish(many.manifestHash, { RPC_URL })
    expect((await problemOf(refused, 422, 'publication-refused')).check).toBe('manifest-missing')
    await env.STORE.put(manifestKey(last), (await page?.arrayBuffer()) ?? '')
    expect((await publish(many.manifestHash, { RPC_URL })).status).toBe(201)
    expect((await publish(many.manifestHash, { RPC_URL })).status).toBe(200)
    expect(await rows()).toBe(count)
    const { account, amount } = many.leaves.at(-1) ?? expect.fail()
    expect(await entriesOf(env.DB, account)).toMatchObject([{ place: count - 1, amount: amount.toString() }])
    expect(await (await call('/v1/distributions')).json()).toMatchObject([{ accounts: count }])
    expect((await call(`/v1/manifests/${last}`)).status).toBe(200)
  })

  test('takes the second period with the first one stored', async () => {
    await published(three)
    const second = disbursement(3, '2026-Q2', three.manifest)
    await published(second)
    const periods = await (await call('/v1/distributions')).json<{ period: string }[]>()
    expect(periods.map(({ period }) => period).sort()).toEqual(['2026-Q1', '2026-Q2'])
  })

  test('follows the transaction into another block', async () => {
    await published(three)
    const RPC_URL = await chain({
      eth_getTransactionReceipt: receipt([publishedLog(three)], '0x1', HEAD.number),
      [`eth_getBlockByNumber ${HEAD.number}`]: HEAD,
    })
    expect((await publish(three.manifestHash, { RPC_URL })).status).toBe(200)
    const listed = await (await call('/v1/distributions')).json()
    expect(listed).toMatchObject([{ id: idOf(three), block: 100, publishedAt: 1_775_300_000 }])
  })

  test('takes a manifest again that was cancelled and published with other times', async () => {
    await published(three)
    const opensAt = OPENS_AT + 86_400n
    const again = await publish(three.manifestHash, { RPC_URL: await rpc(publishedLog(three, { opensAt })) })
    expect(again.status).toBe(201)
    const listed = await (await call('/v1/distributions')).json<{ id: string; opensAt: number }[]>()
    expect(listed.map(({ id }) => id)).toEqual([idOf(three), idOf(three, opensAt)])
    const claims = await (await call(`/v1/accounts/${addressOf(FIRST)}/claims`)).json<{ claims: object[] }>()
    expect(claims.claims).toMatchObject([{ opensAt: Number(OPENS_AT) }, { opensAt: Number(opensAt) }])
  })

  test('finds its event among others of the transaction', async () => {
    await store(three)
    const other = publishedLog(three, { manifestHash: hashOf('another'), root: hashOf('r') })
    const RPC_URL = await chain({ eth_getTransactionReceipt: receipt([other, publishedLog(three)]) })
    expect((await publish(three.manifestHash, { RPC_URL })).status).toBe(201)
  })
})

describe('a publication is refused and nothing is written', () => {
  const refused = async (response: Response, check: string) => {
    expect((await problemOf(response, 422, 'publication-refused')).check).toBe(check)
    await nothingListed()
    expect(await rows()).toBe(0)
  }

  test('without a stored manifest', async () => {
    await refused(await publish(three.manifestHash), 'manifest-missing')
  })

  test('with a manifest of other terms', async () => {
    await store(three)
    const PROGRAM = JSON.stringify({ ...terms, expiryDays: 400 })
    await refused(await publish(three.manifestHash, { PROGRAM }), 'manifest-invalid')
  })

  test('without stored records', async () => {
    await store(three)
    await env.STORE.delete(recordsKey(three.manifestHash))
    await refused(await publish(three.manifestHash), 'records-missing')
  })

  test('with the records of something else', async () => {
    await store(three)
    await env.STORE.put(recordsKey(three.manifestHash), disbursement(2).records ?? '')
    await refused(await publish(three.manifestHash), 'records-differ')
  })

  test('when the manifest pays nobody', async () => {
    const none = disbursement(0)
    await store(none)
    await refused(await publish(none.manifestHash), 'nothing-to-pay')
  })

  test('while the transaction is in no block', async () => {
    await store(three)
    const RPC_URL = await chain({ eth_getTransactionReceipt: null })
    await refused(await publish(three.manifestHash, { RPC_URL }), 'transaction-unknown')
  })

  test('when the transaction was reverted', async () => {
    await store(three)
    await refused(
      await publish(three.manifestHash, { RPC_URL: await rpc(publishedLog(three), '0x0') }),
      'transaction-failed',
    )
  })

  test.each([
    ['another contract', { address: addressOf(5) }, 'event-missing'],
    ['another manifest', { manifestHash: hashOf('other') }, 'event-missing'],
    ['another issuer', { issuer: addressOf(6) }, 'event-differs'],
    ['another asset', { token: addressOf(7) }, 'event-differs'],
    ['another root', { root: hashOf('root') }, 'event-differs'],
    ['another total', { total: 5n }, 'event-differs'],
    ['an id not its own', { id: hashOf('id') }, 'event-differs'],
  ])('when the event is of %s', async (_, changed, check) => {
    await store(three)
    await refused(
      await publish(three.manifestHash, { RPC_URL: await rpc(publishedLog(three, changed)) }),
      check,
    )
  })
})

describe('faults', () => {
  test('a stored manifest that does not hash to its name is no manifest', async () => {
    await store(three)
    await env.STORE.put(manifestKey(three.manifestHash), '{}')
    await problemOf(await publish(three.manifestHash), 500, 'store-broken')
  })

  test.each([
    ['away', {}, 502, 'chain-failed'],
    ['slow', { delayMs: 2000 }, 504, 'chain-slow'],
    ['answering a page', { text: '<html>' }, 502, 'chain-failed'],
    ['answering other JSON', { text: '{"a":1}' }, 502, 'chain-failed'],
    ['answering an error', { answers: {} }, 502, 'chain-failed'],
    [
      'answering a broken receipt',
      { answers: { eth_getTransactionReceipt: { status: 1 } } },
      502,
      'chain-failed',
    ],
  ])('the chain is %s', async (name, script, status, problem) => {
    await store(three)
    const RPC_URL = name === 'away' ? AWAY : await upstream(script)
    await problemOf(await publish(three.manifestHash, { RPC_URL }), status, problem)
    await nothingListed()
  })
})

describe('only the issuer publishes', () => {
  test.each([
    ['no secret', undefined],
    ['another secret', `Bearer ${SECRET.toUpperCase()}`],
    ['the beginning of it', `Bearer ${SECRET.slice(0, -1)}`],
    ['more than it', `Bearer ${SECRET}x`],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${SECRET}`],
    ['the secret bare', SECRET],
  ])('%s is refused before the body is looked at', async (_, authorization) => {
    const headers = { 'content-type': 'text/plain', ...(authorization && { authorization }) }
    const response = await publish(three.manifestHash, {}, { headers, body: '{' })
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="prorata"')
    await problemOf(response, 401, 'unauthorized')
  })

  test('ten wrong secrets a minute are heard from one network, and the right one always', async () => {
    const { WRONG_SECRETS } = env
    const tried = async (secret: string, ip: string) => {
      const headers = { 'content-type': 'application/json', 'cf-connecting-ip': ip }
      const authorization = `Bearer ${secret}`
      return publish(three.manifestHash, { WRONG_SECRETS }, { headers: { ...headers, authorization } })
    }
    // A minute may end meanwhile, and begin another count.
    let [heard, refused] = [0, await tried('wrong', '2001:db8::f')]
    for (; refused.status === 401 && heard < 21; heard++)
      refused = await tried('wrong', `2001:db8::${heard + 1}`)
    expect(heard).toBeGreaterThanOrEqual(10)
    expect(refused.headers.get('retry-after')).toBe('60')
    await problemOf(refused, 429, 'too-many')
    await problemOf(await tried('wrong', '2001:db8:0:1::1'), 401, 'unauthorized')
    await problemOf(await tried(SECRET, '2001:db8::1'), 422, 'publication-refused')
  })

  test.each(['', 'short'])('a server with the secret %j takes no writes at all', async (secret) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const response = await publish(three.manifestHash, { PRORATA_API_SECRET: secret }, { headers })
    await problemOf(response, 500, 'misconfigured')
  })

  test('no page is let in by CORS', async () => {
    const preflight = await call('/v1/distributions', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    const answer = await publish(three.manifestHash)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the body', () => {
  const send = (body: BodyInit, type = 'application/json') =>
    publish('', {}, { headers: { authorization: `Bearer ${SECRET}`, 'content-type': type }, body })
  const good = { manifestHash: three.manifestHash, transaction: TRANSACTION }

  test('must be JSON by name and by form', async () => {
    await problemOf(await send(JSON.stringify(good), 'text/plain'), 415, 'unsupported-media-type')
    await problemOf(await send('{'), 400, 'malformed-json')
    await problemOf(await send(''), 400, 'malformed-json')
  })

  test('must be small, however it is sent', async () => {
    const long = JSON.stringify({ ...good, more: 'x'.repeat(5000) })
    await problemOf(await send(long), 413, 'too-large')
    const stream = new Response(long).body
    if (stream === null) throw new Error('no stream')
    await problemOf(await send(stream), 413, 'too-large')
  })

  test.each([
    ['no object', []],
    ['nothing', {}],
    ['one field only', { manifestHash: good.manifestHash }],
    ['a short hash', { ...good, manifestHash: '0x12' }],
    ['a number', { ...good, transaction: 12 }],
    ['a field too many', { ...good, root: good.manifestHash }],
  ])('is refused with %s', async (_, body) => {
    const problem = await problemOf(await send(JSON.stringify(body)), 422, 'invalid-request')
    expect(problem.errors?.[0]?.at).toMatch(/^json/)
  })

  test('may spell hashes in upper case', async () => {
    const upper = `0x${three.manifestHash.slice(2).toUpperCase()}`
    await store(three)
    const body = JSON.stringify({ ...good, manifestHash: upper })
    const RPC_URL = await rpc(publishedLog(three))
    expect((await publish('', { RPC_URL }, { body })).status).toBe(201)
  })
})
