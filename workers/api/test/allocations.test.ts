import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordsKey } from '../keys.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { addressOf, disbursement, FIRST, hashOf, idOf } from './program.ts'

/** Three shards. */
const sharded = disbursement(300)
const path = `/v1/distributions/${idOf(sharded)}/allocations`

beforeAll(async () => {
  await freshStorage()
  await published(sharded)
})
afterAll(freshStorage)

type Page = {
  accounts: number
  allocations: { account: string; amount: string; shard: number; index: number }[]
  next: string | null
}
const pageAt = async (query: string): Promise<{ page: Page; link: string | null }> => {
  const response = await call(`${path}${query}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  return { page: await response.json<Page>(), link: response.headers.get('link') }
}

const expected = sharded.leaves.map(({ account, amount }, place) => ({
  account,
  amount: amount.toString(),
  shard: Math.floor(place / 128),
  index: place % 128,
}))

test('pages of any size add up to every leaf, each once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 1000 }), async (limit) => {
      const all: Page['allocations'] = []
      let query = `?limit=${limit}`
      for (;;) {
        const { page, link } = await pageAt(query)
        expect(page.accounts).toBe(300)
        all.push(...page.allocations)
        if (page.next === null) {
          expect(link).toBeNull()
          break
        }
        expect(page.allocations).toHaveLength(limit)
        expect(link).toBe(`<${path}?limit=${limit}&after=${page.next}>; rel="next"`)
        query = `?limit=${limit}&after=${page.next}`
      }
      expect(all).toEqual(expected)
    }),
    { numRuns: 6, examples: [[1000], [300], [128], [299]] },
  )
})

test('a page may begin after any address, also one that is not paid', async () => {
  const after = async (account: string) =>
    (await pageAt(`?limit=1&after=${account}`)).page.allocations[0]?.account
  expect(await after(addressOf(0))).toBe(addressOf(FIRST))
  expect(await after(addressOf(FIRST + 127))).toBe(addressOf(FIRST + 128))
  expect(await after(addressOf(FIRST + 298))).toBe(addressOf(FIRST + 299))
  expect(await after(`0x${'f'.repeat(40)}`)).toBeUndefined()
})

test('the table says the same', async () => {
  const response = await call(`${path}?limit=1000&format=csv`)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(response.headers.get('content-disposition')).toBe(
    'attachment; filename="alex-2026-Q1-allocations.csv"',
  )
  const rows = expected.map(({ account, amount, shard, index }) => `${account},${amount},${shard},${index}`)
  expect(await response.text()).toBe(['account,amount,shard,index', ...rows, ''].join('\r\n'))
})

test.each(['limit=0', 'limit=1001', 'limit=x', 'after=0x12', 'format=xml', 'page=2'])(
  '%s is refused',
  async (query) => {
    await problemOf(await call(`${path}?${query}`), 422, 'invalid-request')
  },
)

test('of an unknown distribution there are none', async () => {
  await problemOf(await call(`/v1/distributions/${hashOf('x')}/allocations`), 404, 'not-found')
})

test('damaged records are a problem and no allocations', async () => {
  const bytes = sharded.records?.slice() ?? expect.fail('no records')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  await env.STORE.put(recordsKey(sharded.manifestHash), bytes)
  // The first shard is whole, the last one is not.
  expect((await pageAt('?limit=10')).page.allocations).toHaveLength(10)
  await problemOf(await call(`${path}?after=${addressOf(FIRST + 280)}`), 500, 'store-broken')
  await env.STORE.delete(recordsKey(sharded.manifestHash))
  await problemOf(await call(path), 500, 'store-broken')
})
