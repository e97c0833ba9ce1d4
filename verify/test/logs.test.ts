// The log fetcher against a real chain, behind providers that limit what may be asked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Address, concat, createPublicClient, type Hex, http, numberToHex } from 'viem'
import { startAnvil } from '../../issuer/test/anvil.ts'
import { MissingData } from '../errors.ts'
import { type FetchedLog, fetchLogs, type LogPage, type LogRequest } from '../logs.ts'
import { type Asked, type Refusing, startProvider } from './provider.ts'

const [FIRST, SECOND, OTHER]: [Address, Address, Address] = [
  '0x00000000000000000000000000000000000000a1',
  '0x00000000000000000000000000000000000000a2',
  '0x00000000000000000000000000000000000000a3',
]
const TOPIC: Hex = `0x${'7a'.repeat(32)}`
const UNWANTED: Hex = `0x${'7b'.repeat(32)}`

/** A contract whose every call is logged: calldata as data, under its topic. */
const logger = (topic: Hex): Hex =>
  // calldatacopy(0, 0, calldatasize); log1(0, calldatasize, topic); stop
  concat(['0x365f5f37', '0x7f', topic, '0x365fa100'])

let chain: Awaited<ReturnType<typeof startAnvil>>
let everything: FetchedLog[]
let head: bigint
const EMITTED = 90

before(async () => {
  chain = await startAnvil()
  const { client } = chain
  for (const address of [FIRST, SECOND]) await client.setCode({ address, bytecode: logger(TOPIC) })
  await client.setCode({ address: OTHER, bytecode: logger(UNWANTED) })
  const [account] = await client.getAddresses()
  assert.ok(account !== undefined)
  for (let at = 0; at < EMITTED; at++) {
    const to = [FIRST, SECOND, OTHER][at % 3] as Address
    const hash = await client.sendTransaction({ account, to, data: numberToHex(at, { size: 32 }) })
    await client.waitForTransactionReceipt({ hash })
    // Stretches without any log, as on a real chain.
    if (at % 30 === 29) await client.mine({ blocks: 400 })
  }
  head = await client.getBlockNumber()
  everything = await all(chain.url)
})
after(() => chain?.stop())

const wanted = (more: Partial<LogRequest> = {}): LogRequest => ({
  addresses: [FIRST, SECOND, OTHER],
  topics: [[TOPIC]],
  from: 0n,
  to: head,
  pause: 5,
  ...more,
})

async function all(
  url: string,
  more: Partial<LogRequest> = {},
  pages: LogPage[] = [],
): Promise<FetchedLog[]> {
  for await (const page of fetchLogs(createPublicClient({ transport: http(url) }), wanted(more)))
    pages.push(page)
  return pages.flatMap(({ logs }) => logs)
}

/** Fetches through a provider with a rule; every limit must leave the same logs. */
async function behind(rule: (asked: Asked) => Refusing | null, more: Partial<LogRequest> = {}) {
  const provider = await startProvider(chain.url, rule)
  const pages: LogPage[] = []
  try {
    const logs = await all(provider.url, more, pages)
    assert.deepEqual(logs, everything)
    // Pages follow each other without gap or overlap, from the first block to the last.
    assert.equal(pages[0]?.from, 0n)
    assert.equal(pages.at(-1)?.to, head)
    pages.forEach((page, at) => {
      const before = pages[at - 1]
      if (before !== undefined) assert.equal(page.from, before.to + 1n)
    })
    return { seen: provider.seen, pages }
  } finally {
    await provider.stop()
  }
}

test('all contracts and topics come in one request where the provider allows', async () => {
  assert.equal(everything.length, (EMITTED * 2) / 3)
  assert.ok(everything.every(({ address, topics }) => address !== OTHER && topics[0] === TOPIC))
  const values = everything.map(({ data }) => BigInt(data))
  assert.deepEqual(
    values,
    values.toSorted((a, b) => Number(a - b)),
  )
  const { seen } = await behind(() => null)
  assert.equal(seen.length, 1)
  assert.deepEqual([seen[0]?.addresses, seen[0]?.blocks], [3, head + 1n])
})

const limits: [string, Refusing][] = [
  ['a range limit', { code: -32602, message: 'block range is too wide' }],
  [
    'a range limit as HTTP 400',
    { status: 400, code: -32600, message: 'You can make eth_getLogs requests with up to a 100 block range.' },
  ],
  ['a limit on results', { code: -32005, message: 'query returned more than 10000 results' }],
  ['a limit on size', { code: -32008, message: 'Response size is larger than 150MB limit.' }],
  ['a timeout', { code: -32000, message: 'query timeout exceeded' }],
  ['a payload too large', { status: 413, message: 'too large' }],
  ['a gateway timeout', { status: 504, message: 'gateway timeout' }],
]
for (const [name, refusing] of limits) {
  test(`${name} makes the range halve until it fits`, async () => {
    const { seen } = await behind(({ blocks }) => (blocks > 100n ? refusing : null))
    const refused = seen.filter(({ blocks }) => blocks > 100n)
    const [one, two, three] = refused.map(({ blocks }) => blocks)
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    assert.ok(two <= one / 2n + 1n && three <= two / 2n + 1n, 'halved each time')
    const answered = seen.filter(({ blocks }) => blocks <= 100n)
    assert.ok(answered.length < 40, `not block by block: ${answered.length} requests`)
    assert.ok(refused.length < answered.length, 'and the limit is remembered')
  })
}

test('the range grows again when a busy stretch is over', async () => {
  const busy = (asked: Asked) => asked.from < 60n && asked.blocks > 4n
  const { seen } = await behind((asked) =>
    busy(asked) ? { code: -32005, message: 'query returned more than 10000 results' } : null,
  )
  const largest = seen.reduce((most, { blocks }) => (blocks > most ? blocks : most), 0n)
  const late = seen.filter(({ from, blocks }) => from >= 60n && blocks >= 64n)
  assert.ok(largest > 1_000n && late.length > 0)
  assert.ok(seen.length < 80, `${seen.length} requests`)
})

test('a range the provider offers is taken', async () => {
  const { seen } = await behind(({ from, blocks }) =>
    blocks > 50n
      ? {
          code: -32602,
          message: `Log response size exceeded. This block range should work: [${numberToHex(from)}, ${numberToHex(from + 49n)}]`,
        }
      : null,
  )
  assert.deepEqual(
    seen.slice(0, 2).map(({ blocks }) => blocks),
    [head + 1n, 50n],
  )
})

test('a provider of one address at a time is asked for each, and the logs are merged', async () => {
  const { seen } = await behind(({ addresses }) =>
    addresses > 1 ? { code: -32602, message: 'invalid params: address must be a string' } : null,
  )
  assert.deepEqual(
    seen.map(({ addresses }) => addresses),
    [3, 1, 1, 1],
  )
})

test('a rate limit, a broken connection and a server error are waited out without asking for less', async () => {
  const moods: Refusing[] = [
    { status: 429, code: -32005, message: 'Too Many Requests' },
    { hangUp: true },
    { status: 502, message: 'bad gateway' },
  ]
  const { seen } = await behind(({ request }) => moods[request - 1] ?? null)
  assert.deepEqual(
    seen.map(({ blocks }) => blocks),
    Array(4).fill(head + 1n),
  )
})

test('a provider that never answers is given up, in a sentence with its own words', async () => {
  const provider = await startProvider(chain.url, () => ({ code: -32000, message: 'no logs for you' }))
  try {
    await assert.rejects(all(provider.url, { retries: 2, range: 1n, largestRange: 1n }), (error) => {
      assert.ok(error instanceof MissingData)
      assert.match(error.message, /the RPC does not give the logs of blocks 0 to 0 \(no logs for you/)
      return true
    })
    assert.equal(provider.seen.length, 3)
  } finally {
    await provider.stop()
  }
  const locked = await startProvider(chain.url, () => ({ status: 401, message: 'key needed' }))
  try {
    await assert.rejects(all(locked.url), MissingData)
    assert.equal(locked.seen.length, 1, 'asking again would not help')
  } finally {
    await locked.stop()
  }
})

test('after an interruption one goes on at the block after the last page', async () => {
  let broken = false
  const provider = await startProvider(chain.url, ({ from }) =>
    broken && from > 200n ? { status: 401, message: 'revoked' } : null,
  )
  const taken: LogPage[] = []
  try {
    broken = true
    await assert.rejects(all(provider.url, { range: 50n, largestRange: 50n }, taken), MissingData)
    broken = false
    const cursor = (taken.at(-1)?.to ?? -1n) + 1n
    assert.ok(cursor > 100n && cursor < head)
    const rest = await all(provider.url, { from: cursor })
    assert.deepEqual([...taken.flatMap(({ logs }) => logs), ...rest], everything)
  } finally {
    await provider.stop()
  }
})

test('progress tells how far it is, and an abort ends it', async () => {
  const told: bigint[] = []
  const controller = new AbortController()
  const onProgress = ({ done, to }: { done: bigint; to: bigint }) => {
    assert.equal(to, head)
    told.push(done)
    if (told.length === 3) controller.abort()
  }
  await assert.rejects(
    all(chain.url, { range: 10n, largestRange: 10n, onProgress, signal: controller.signal }),
    { name: 'AbortError' },
  )
  assert.deepEqual(told, [9n, 19n, 29n])
})

test('an answer that stops at a round number is not believed', async () => {
  // Blocks full of one log many times over, of which this provider gives the first thousand and says nothing.
  const copies = (log: unknown) => Array.from({ length: 40 }, () => log)
  const give = (logs: unknown[]) => logs.flatMap(copies).slice(0, 1_000)
  const provider = await startProvider(chain.url, () => null, give)
  try {
    const logs = await all(provider.url)
    assert.equal(logs.length, everything.length * 40)
  } finally {
    await provider.stop()
  }
})

test('logs of other blocks, and logs in no block, are refused', async () => {
  const wrong: [RegExp, (log: object) => object][] = [
    [/answered with one of/, (log) => ({ ...log, blockNumber: '0xffffff' })],
    [/is in no block/, (log) => ({ ...log, blockNumber: null })],
    [/is in no block/, (log) => ({ ...log, removed: true })],
  ]
  for (const [message, change] of wrong) {
    const provider = await startProvider(
      chain.url,
      () => null,
      (logs) => logs.map((log) => change(log as object)),
    )
    try {
      await assert.rejects(all(provider.url), message)
    } finally {
      await provider.stop()
    }
  }
})

test('nothing is asked of an empty range', async () => {
  assert.deepEqual(await all(chain.url, { from: 5n, to: 4n }), [])
})
