import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  claimOfAnswer,
  decodeRecordsHead,
  distributionId,
  encodeRecords,
  encodeTerms,
  leaves,
  Mirror,
  mirrorPaths,
  mirrorRecords,
  type Payment,
  type ProofAnswer,
  verifyClaim,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { recordsKey } from '../keys.ts'
import type { Distribution } from '../src/distributions.ts'
import type { Env } from '../src/env.ts'
import { beginRegistration } from '../src/registration.ts'
import { call, freshStorage, problemOf } from './api.ts'
import { addressOf, deployment, hashOf } from './program.ts'

const kernel = workerKernel()

/** Accounts all over the address space, as on a chain. */
const spread = (size: number): Payment[] =>
  leaves(
    Array.from({ length: size }, (_, at) => ({
      account: addressOf((BigInt(size + at) * 0x9e3779b97f4a7c15f39cc0605cedc8342fe1f4ddn) % (1n << 160n)),
      amount: 10n ** 21n + BigInt(at) * 7n,
    })),
  )

type Known = { distribution: Distribution; payments: Payment[]; records: Uint8Array; mirror: Mirror }

/** Known to the API, and as static files. */
const known = async (size: number): Promise<Known> => {
  const payments = spread(size)
  const records = encodeRecords(payments, kernel)
  const head = decodeRecordsHead(records, kernel)
  const manifestHash = hashOf(`manifest of ${size}`)
  const key = {
    issuer: deployment.issuer,
    token: deployment.currency,
    terms: encodeTerms(1_775_200_000n, 0n),
    root: head.root,
  }
  const distribution: Distribution = {
    id: distributionId(key),
    ...key,
    total: head.total.toString(),
    manifestHash,
    accounts: size,
    stream: 'income',
    period: '2026-Q1',
    asset: { symbol: 'USDC', decimals: 6, address: deployment.currency },
    opensAt: 1_775_200_000,
    deadline: 0,
    publishedAt: 1_775_027_200,
    block: 95,
    transaction: hashOf('transaction'),
  }
  await env.STORE.put(recordsKey(manifestHash), records)
  await beginRegistration(env.DB, distribution)
  await env.DB.prepare('UPDATE distributions SET complete = 1').run()
  const files = new Map<string, Uint8Array>()
  const range = ({ offset, length }: { offset: number; length: number }) =>
    records.subarray(offset, offset + length)
  for (const { path, bytes } of mirrorRecords(manifestHash, head, range)) files.set(path, bytes)
  const list = await call('/v1/distributions')
  files.set(mirrorPaths.distributions, new Uint8Array(await list.arrayBuffer()))
  return {
    distribution,
    payments,
    records,
    mirror: new Mirror(async (path) => files.get(path) ?? null, kernel),
  }
}

const pathOf = ({ distribution: { id } }: Known, account: string) =>
  `/v1/distributions/${id}/proofs/${account}`

/** A bucket that counts what is read of it. */
const counted = () => {
  const reads: number[] = []
  const STORE = new Proxy(env.STORE, {
    get: (store, name) => {
      if (name !== 'get') return Reflect.get(store, name)
      return async (...args: Parameters<R2Bucket['get']>) => {
        const object = await store.get(...args)
        reads.push(object?.range && 'length' in object.range ? (object.range.length ?? 0) : -1)
        return object
      }
    },
  })
  return { reads, changed: { STORE } satisfies Partial<Env> }
}

let few: Known
let many: Known
let others: Known

beforeAll(async () => {
  await freshStorage()
  few = await known(100)
  many = await known(10_000)
  others = await known(4_000)
})

describe('a proof', () => {
  test('is the static files’ answer byte for byte, and leads to the root', async () => {
    for (const each of [few, many]) {
      const { payments, distribution, mirror } = each
      const step = Math.ceil(payments.length / 50)
      for (let place = 0; place < payments.length; place += step) {
        const { account, amount } = payments[place] ?? expect.fail('no payment')
        const response = await call(pathOf(each, account))
        expect(response.status).toBe(200)
        const text = await response.text()
        expect(text).toBe(await mirror.proof(distribution.id, account))
        const answer: ProofAnswer = JSON.parse(text)
        expect(answer).toMatchObject({ id: distribution.id, account, amount: amount.toString() })
        expect(verifyClaim(distribution.root, claimOfAnswer(answer))).toBe(true)
      }
    }
  })

  test('takes one ranged read of a few kilobytes, and none where its shard is in memory', async () => {
    const { reads, changed } = counted()
    const ask = async (place: number) => {
      const { account } = others.payments[place] ?? expect.fail('no payment')
      const response = await call(pathOf(others, account), {}, changed)
      expect(await response.json()).toMatchObject({ account })
      return reads.splice(0)
    }
    // The very first one also reads the head.
    expect(await ask(0)).toHaveLength(2)
    for (const place of [300, 2_000, 3_999]) {
      const sizes = await ask(place)
      expect(sizes).toHaveLength(1)
      expect(sizes[0]).toBeGreaterThan(0)
      expect(sizes[0]).toBeLessThan(8_000)
    }
    expect(await ask(2_001)).toEqual([])
  })

  test('is kept at the edge for ever, so that its storage may go', async () => {
    const { account } = others.payments[1_000] ?? expect.fail('no payment')
    const first = await call(pathOf(others, account))
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const text = await first.text()
    // It is put there behind the answer's back.
    const kept = await vi.waitFor(async () => {
      const found = await caches.default.match(`https://api.example${pathOf(others, account)}`)
      return found ?? expect.fail('it is not there yet')
    })
    expect(await kept.text()).toBe(text)
    expect(kept.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(kept.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('has a tag, and is not sent again to who has it', async () => {
    const { account } = many.payments[77] ?? expect.fail('no payment')
    const first = await call(pathOf(many, account))
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{32}\.[0-9a-f]{40}"$/)
    const { reads, changed } = counted()
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await call(pathOf(many, account), { headers: { 'if-none-match': header } }, changed)
      expect(again.status).toBe(304)
      expect(again.headers.get('etag')).toBe(etag)
      expect(await again.text()).toBe('')
    }
    expect(reads).toEqual([])
    const other = await call(pathOf(many, account), { headers: { 'if-none-match': '"other"' } })
    expect(other.status).toBe(200)
  })

  test('is the same for an address in any case, and for HEAD without the body', async () => {
    const { account } = few.payments[50] ?? expect.fail('no payment')
    const text = await (await call(pathOf(few, account))).text()
    const upper = await call(pathOf(few, `0x${account.slice(2).toUpperCase()}`))
    expect(await upper.text()).toBe(text)
    const head = await call(pathOf(few, account), { method: 'HEAD' })
    expect(head.headers.get('etag')).toBe(upper.headers.get('etag'))
    expect(await head.text()).toBe('')
  })

  test('is not found where there is no leaf or no distribution, and says which', async () => {
    const none = await problemOf(await call(pathOf(many, addressOf(1))), 404, 'not-found')
    expect(none.detail).toContain('no leaf')
    const unknown = `/v1/distributions/${hashOf('x')}/proofs/${addressOf(1)}`
    const other = await problemOf(await call(unknown), 404, 'not-found')
    expect(other.detail).toContain('No distribution')
    expect(await many.mirror.proof(many.distribution.id, addressOf(1))).toBeNull()
    await problemOf(await call(pathOf(many, '0x12')), 422, 'invalid-request')
  })

  test('is never made of damaged records', async () => {
    const broken = await known(2_500)
    const bytes = broken.records.slice()
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await env.STORE.put(recordsKey(broken.distribution.manifestHash), bytes)
    const [first, last] = [broken.payments[0]?.account ?? '', broken.payments.at(-1)?.account ?? '']
    expect((await call(pathOf(broken, first))).status).toBe(200)
    const problem = await problemOf(await call(pathOf(broken, last)), 500, 'store-broken')
    expect(problem.detail).toContain('damaged')
    await env.STORE.delete(recordsKey(broken.distribution.manifestHash))
    const middle = broken.payments[1_000]?.account ?? ''
    expect((await problemOf(await call(pathOf(broken, middle)), 500, 'store-broken')).detail).toContain(
      'missing',
    )
  })
})
