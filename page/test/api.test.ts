import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchClaims, fetchDistributions, fetchHolder, fetchStatus } from '../src/api.ts'
import { ApiError, fetchGraph } from '../src/asking.ts'
import { askCopiesAt } from '../src/mirror/copy.ts'
import { record, units } from '../src/shape.ts'

const account = `0x${'a'.repeat(40)}` as const
const signal = new AbortController().signal

function answer(body: unknown, status = 200) {
  vi.stubGlobal(
    'fetch',
    async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
  )
}

afterEach(() => {
  vi.unstubAllGlobals()
})

const hash = `0x${'1'.repeat(64)}`
const claim = {
  id: hash,
  distribution: { issuer: account, token: account, terms: hash, root: hash },
  stream: 'income',
  period: '2026-Q1',
  asset: { address: account, symbol: 'USDC', decimals: 6 },
  index: 0,
  account,
  amount: (2n ** 127n).toString(),
  proof: [],
  opensAt: 1,
  deadline: 0,
  claimed: null,
}

const chain = { number: 7, timestamp: 1_700_000_000 }

describe('where the API is away', () => {
  const { id, stream, period, asset, amount: total, opensAt, deadline } = claim
  const row = {
    id,
    stream,
    period,
    asset,
    total,
    opensAt,
    deadline,
    root: id,
    manifestHash: id,
    status: null,
  }
  const copy = 'https://copy.example/alex/'
  const withCopy = (api: () => Response | Promise<Response>) => {
    askCopiesAt(['https://page.example/', copy])
    vi.stubGlobal('fetch', async (url: string) => {
      if (url === `${copy}distributions.json`) return new Response(JSON.stringify([row]))
      if (url.startsWith('https://page.example/'))
        return new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
      return api()
    })
  }
  afterEach(() => askCopiesAt([]))

  test.each([
    ['nothing answers', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['it fails', () => new Response('{}', { status: 502 })],
    ['a static host answers with a page of its own', () => new Response('<!doctype html>')],
    ['a static host has no such file', () => new Response('<!doctype html>', { status: 404 })],
  ])('the first copy that has the file answers: %s', async (_, api) => {
    withCopy(api)
    expect((await fetchDistributions(signal)).map(({ period }) => period)).toEqual(['2026-Q1'])
  })

  test('a refusal of the API is no reason to ask a copy', async () => {
    withCopy(() => new Response(JSON.stringify({ detail: 'no' }), { status: 429 }))
    await expect(fetchDistributions(signal)).rejects.toMatchObject({ status: 429 })
  })

  test('without a copy the failure is the API’s own', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(fetchDistributions(signal)).rejects.toMatchObject({ status: 0 })
  })
})

describe('what the API answers', () => {
  test('is read with its nulls', async () => {
    answer({ ok: false, chain, subgraph: null, problems: ['away'] })
    expect(await fetchStatus(signal)).toEqual({ ok: false, chain, subgraph: null, problems: ['away'] })
  })

  test('amounts become integers of any size', async () => {
    answer({ account, claims: [claim] })
    const [read] = await fetchClaims(account, signal)
    expect(read).toMatchObject({ amount: 2n ** 127n, claimed: null, shard: null })
  })

  test('what ended before it was paid is not shown as a claim, and what is not known stays', async () => {
    const states = [
      { claimed: true, ended: true },
      { claimed: false, ended: true },
      { claimed: false, ended: false },
      { claimed: null, ended: null },
    ]
    answer({ account, claims: states.map((state) => ({ ...claim, ...state })) })
    const read = await fetchClaims(account, signal)
    expect(read.map(({ claimed, ended }) => ({ claimed, ended }))).toEqual(states.toSpliced(1, 1))
  })

  test('a cancelled distribution does not stand for its period', async () => {
    const { id, stream, period, asset, amount: total, opensAt, deadline } = claim
    const row = { id, stream, period, asset, total, opensAt, deadline, root: id, manifestHash: id }
    answer(['cancelled', 'active', 'swept', null].map((status) => ({ ...row, transaction: null, status })))
    const read = await fetchDistributions(signal)
    expect(read.map(({ status }) => status)).toEqual(['active', 'swept', null])
  })

  test('a field of the wrong kind is named', async () => {
    answer({ ok: true, chain: { number: '7x', timestamp: 1 }, subgraph: null, problems: [] })
    await expect(fetchStatus(signal)).rejects.toThrow('chain.number should be a whole number')
  })
})

describe('when the API does not answer so', () => {
  test('a problem keeps its status and detail', async () => {
    answer({ title: 'Bad request', detail: 'not an address' }, 400)
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: 400, message: 'not an address' })
  })

  test('no connection is status 0, no JSON is −1', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('refused')))
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: 0 })
    answer('<html>')
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: -1 })
    answer('<html>', 502)
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: 502 })
    answer('<html>', 404)
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: 0 })
  })

  test('a server that does not come to an end is away', async () => {
    const late = new ReadableStream({ start: (body) => body.error(new DOMException('late', 'TimeoutError')) })
    vi.stubGlobal('fetch', async () => new Response(late))
    await expect(fetchStatus(signal)).rejects.toMatchObject({ status: 0 })
  })

  test('an unknown holder is null, another failure is not', async () => {
    answer({ title: 'Not found' }, 404)
    expect(await fetchHolder(account, signal)).toBeNull()
    answer({ title: 'Away' }, 503)
    await expect(fetchHolder(account, signal)).rejects.toBeInstanceOf(ApiError)
  })
})

test('GraphQL’s errors are errors, whatever the status', async () => {
  const read = record({ supply: units })
  answer({ data: { supply: '12' } })
  expect(await fetchGraph('http://graph', '{supply}', read, signal)).toEqual({ supply: 12n })
  answer({ errors: [{ message: 'no such field' }] })
  await expect(fetchGraph('http://graph', '{supply}', read, signal)).rejects.toThrow('no such field')
})
