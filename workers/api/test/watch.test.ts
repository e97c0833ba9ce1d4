// The watch, a run at a time, with the real D1 and R2, and with chain, subgraph and webhook of the test's choice.
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type Hex, pad, toEventSelector, toHex } from 'viem'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Disbursement } from '../../../disbursement/index.ts'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import { manifestKey, recordsKey } from '../keys.ts'
import type { Env } from '../src/env.ts'
import worker from '../src/index.ts'
import type { Finding } from '../src/watch/finding.ts'
import { call, freshStorage, published, SECRET, store } from './api.ts'
import { chain, HEAD, logOf, publishedLog, words } from './chain.ts'
import { DEADLINE, DEPLOYMENT, deployment, disbursement, hashOf, idOf, OPENS_AT, PROGRAM } from './program.ts'
import { META, subgraph } from './subgraph.ts'

beforeEach(freshStorage)

const three = disbursement(3)
const NOW = Number(HEAD.timestamp) + 30
const DAY = 86_400
const FLAGS = (1n << 128n) - 1n

const PUBLISHED = toEventSelector('Published(bytes32,address,address,bytes32,bytes32,uint256,bytes32)')

/** The question for roots in the blocks from genesis on. */
const search = (toBlock: number) => {
  const topics = [PUBLISHED, null, pad(deployment.issuer, { size: 32 })]
  const filter = { address: deployment.distributor, fromBlock: '0x0', toBlock: toHex(toBlock), topics }
  return `eth_getLogs ${JSON.stringify(filter)}`
}

/** The question for the block that the subgraph has reached. */
const BLOCK_99 = `eth_getBlockByNumber ${toHex(99)}`

type Played = {
  onChain?: Disbursement[]
  inIndex?: Disbursement[]
  head?: Partial<typeof HEAD>
  word?: bigint
  rpc?: Record<string, unknown>
  graph?: Record<string, unknown>
}

/** A chain and a subgraph that know of some publications. */
const played = async ({
  onChain = [],
  inIndex = onChain,
  head = {},
  word = 5n,
  rpc,
  graph,
}: Played = {}) => ({
  RPC_URL: await chain({
    'eth_getBlockByNumber latest': { ...HEAD, ...head },
    'eth_getBlockByNumber finalized': { number: toHex(98) },
    [BLOCK_99]: { ...HEAD, number: toHex(99), hash: META.data._meta.block.hash },
    [search(98)]: onChain.map((each) => ({ ...publishedLog(each), blockNumber: toHex(95) })),
    ...words(Object.fromEntries(onChain.map((each) => [idOf(each), word]))),
    ...rpc,
  }),
  GRAPH_URL: await subgraph({
    Head: {
      data: {
        _meta: {
          ...META.data._meta,
          block: {
            ...META.data._meta.block,
            number: 99,
            timestamp: Number(head.timestamp ?? HEAD.timestamp),
          },
        },
      },
    },
    Published: {
      data: {
        distributions: inIndex.map((each) => ({ id: idOf(each), root: each.root, publishedBlock: 95 })),
      },
    },
    ...graph,
  }),
})

/** One run, as the cron starts it. */
const run = async (changed: Partial<Env>, now = NOW): Promise<void> => {
  const settings: Env = {
    ...{
      DB: env.DB,
      STORE: env.STORE,
      SNAPSHOT: env.SNAPSHOT,
      PROGRAM,
      DEPLOYMENT,
      GRAPH_URL: AWAY,
      RPC_URL: AWAY,
    },
    PRORATA_API_SECRET: SECRET,
    UPSTREAM_TIMEOUT_MS: '8000',
    ...changed,
  }
  const context = createExecutionContext()
  const controller = createScheduledController({ scheduledTime: new Date(now * 1000), cron: '*/5 * * * *' })
  await worker.scheduled(controller, settings)
  await waitOnExecutionContext(context)
}

const found = async (): Promise<Finding[]> =>
  JSON.parse((await env.DB.prepare('SELECT findings FROM watches').first<string>('findings')) ?? '[]')
const keys = async () => (await found()).map(({ key }) => key)

type Message = { type: string; data: Record<'appeared' | 'resolved' | 'standing', Finding[]> }

describe('what it finds', () => {
  test('nothing, where all agree', async () => {
    await published(three)
    await run(await played({ onChain: [three] }))
    expect(await found()).toEqual([])
  })

  test('who is away, and goes on with the rest', async () => {
    await published(three)
    await env.STORE.delete(recordsKey(three.manifestHash))
    await run({})
    expect(await keys()).toEqual([
      'heads.chain',
      'heads.index',
      `store.records-missing:${three.manifestHash}`,
    ])
  })

  test.each([
    ['a chain that stands still', { head: { timestamp: toHex(NOW - 1000) } }, 'heads.chain-stale'],
    ['a chain ahead of the clock', { head: { timestamp: toHex(NOW + 1000) } }, 'heads.clock'],
    ['another chain', { rpc: { eth_chainId: '0x1' } }, 'heads.chain-id'],
    ['a chain that gives no logs', { rpc: { [search(98)]: 'garbage' } }, 'heads.scan'],
    [
      'a subgraph on another fork',
      { rpc: { [BLOCK_99]: { ...HEAD, number: toHex(99), hash: hashOf('another block 99') } } },
      'heads.index-fork',
    ],
    ['an indexing error', { graph: { Head: { errors: [{ message: 'indexing_error' }] } } }, 'heads.index'],
    ['a subgraph without publications', { graph: { Published: { data: {} } } }, 'heads.index-roots'],
  ])('%s', async (_, how, key) => {
    await run(await played(how))
    expect(await keys()).toContain(key)
  })

  test('a root that nobody registered, until it is registered', async () => {
    await run(await played({ onChain: [three] }))
    expect(await keys()).toEqual([
      `root.unknown:${idOf(three)}`,
      `store.manifest-missing:${three.manifestHash}`,
      `store.records-missing:${three.manifestHash}`,
    ])
    await published(three)
    await run(await played({ onChain: [three] }))
    expect(await keys()).toEqual([])
  })

  test('no unknown root where it was cancelled', async () => {
    await store(three)
    const ending = {
      address: deployment.distributor,
      fromBlock: toHex(95),
      toBlock: 'latest',
      topics: [
        ['Cancelled', 'Swept'].map(
          (name) => logOf(name as 'Cancelled', { id: idOf(three), amount: 1n }).topics[0],
        ),
        idOf(three),
      ],
    }
    const log = logOf('Cancelled', { id: idOf(three), amount: 1n })
    const rpc = { [`eth_getLogs ${JSON.stringify(ending)}`]: [log] }
    await run(await played({ onChain: [three], word: FLAGS << 128n, rpc }))
    expect(await keys()).toEqual([])
  })

  test('what the subgraph lacks and what it invents', async () => {
    await published(three)
    const other = disbursement(4)
    await run(await played({ onChain: [three], inIndex: [other] }))
    expect(await keys()).toEqual([`index.missing:${idOf(three)}`, `index.unknown:${idOf(other)}`])
  })

  test('what is registered here and not on chain', async () => {
    await published(three)
    await run(await played({ rpc: words({ [idOf(three)]: 0n }) }))
    expect(await keys()).toEqual([`root.not-on-chain:${idOf(three)}`])
  })

  test.each([
    ['the opening', { timestamp: toHex(Number(OPENS_AT) - DAY + 60) }, 'moment.opening'],
    ['the deadline', { timestamp: toHex(Number(DEADLINE) - 20 * DAY) }, 'moment.deadline'],
    ['a deadline that has passed', { timestamp: toHex(Number(DEADLINE)) }, 'moment.over'],
  ])('as a notice, %s of what still holds money', async (_, head, key) => {
    await published(three)
    await run(await played({ onChain: [three], head }), Number(head.timestamp))
    expect(await found()).toMatchObject([{ key: `${key}:${idOf(three)}`, kind: 'notice' }])
    await run(await played({ onChain: [three], head, word: 7n << 128n }), Number(head.timestamp))
    expect(await found()).toEqual([])
  })
})

describe('what is stored', () => {
  const damaged = (bytes: Uint8Array, at: number) =>
    bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))

  test.each([
    ['a byte of the records', (bytes: Uint8Array) => damaged(bytes, bytes.length - 1)],
    ['a byte of the head', (bytes: Uint8Array) => damaged(bytes, 20)],
    ['the end', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['something behind the end', (bytes: Uint8Array) => new Uint8Array([...bytes, 0])],
  ])('is read and hashed: %s wrong is found, and when it is mended', async (_, change) => {
    const many = disbursement(300)
    await published(many)
    const bytes = many.records ?? expect.fail('it has records')
    await env.STORE.put(recordsKey(many.manifestHash), change(bytes))
    await run(await played({ onChain: [many] }))
    expect(await keys()).toEqual([`store.damaged:${many.manifestHash}`])
    await store(many)
    await run(await played({ onChain: [many] }))
    expect(await keys()).toEqual([])
  })

  test('manifests too', async () => {
    await published(three)
    await env.STORE.put(manifestKey(three.manifestHash), '{}')
    await run(await played({ onChain: [three] }))
    expect(await keys()).toEqual([`store.damaged:${three.manifestHash}`])
  })

  test('a long file is read in parts, and damage in its last page, then in its last shard, is found', {
    timeout: 120_000,
  }, async () => {
    // 257 shards: one more than a run reads.
    const many = disbursement(257 * 128)
    await store(many)
    const upstreams = await played({ onChain: [many] })
    const [unknown, damage] = [`root.unknown:${idOf(many)}`, `store.damaged:${many.manifestHash}`]
    const told = async () => (await found()).find(({ key }) => key === damage)?.text ?? ''
    const pages = [...many.manifestPages]
    const toLastPage = Math.ceil(pages.length / 8)
    const toLastShard = toLastPage + 1
    const runs = async (count: number) => {
      for (let at = 0; at < count; at++) await run(upstreams)
    }
    const bytes = many.records ?? expect.fail('it has records')
    await env.STORE.put(recordsKey(many.manifestHash), damaged(bytes, bytes.length - 1))
    await runs(toLastShard - 1)
    expect(await keys()).toEqual([unknown])
    await runs(1)
    expect(await keys()).toEqual([unknown, damage])
    expect(await told()).toContain('records')
    const [name, page] = pages.at(-1) ?? expect.fail('it has pages')
    await env.STORE.put(manifestKey(name), damaged(page, page.length - 2))
    await runs(toLastPage)
    expect(await told()).toContain(`manifest ${name} does not hash to it`)
    await env.STORE.delete(manifestKey(name))
    await runs(toLastPage)
    expect(await told()).toContain(`Page ${name}`)
  })
})

describe('status', () => {
  const statusOf = async (changed: Partial<Env>) =>
    (await call('/v1/status', {}, changed)).json<{
      ok: boolean
      problems: string[]
      watch: { scannedTo: number; problems: string[]; notices: string[] } | null
    }>()

  test('tells what the last run found', async () => {
    const upstreams = await played({ onChain: [three] })
    await run(upstreams, Math.floor(Date.now() / 1000))
    const status = await statusOf(upstreams)
    expect(status.ok).toBe(false)
    expect(status.watch?.scannedTo).toBe(98)
    expect(status.problems).toContainEqual(expect.stringContaining(idOf(three)))
    // What was asked just now is not told from the watch's memory: by the clock of this machine the chain stands still.
    expect(status.watch?.problems).toContainEqual(expect.stringContaining('seconds ago'))
    expect(status.problems).not.toContainEqual(expect.stringContaining('seconds ago'))
  })

  test('tells of a watch that is silent', async () => {
    const upstreams = await played()
    await run(upstreams, NOW)
    expect(await statusOf(upstreams)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^The watch last looked \d+ seconds ago$/)],
    })
  })
})

describe('the webhook', () => {
  const messages = async (url: string) => (await seenBy<Message>(url)).map(({ body }) => body.data)
  const keysIn = (findings: Finding[]) => findings.map(({ key }) => key)

  test('hears of a thing once, until it changes, and when it is over', async () => {
    const WATCH_WEBHOOK = await upstream({ text: 'ok' })
    await run({ ...(await played()), WATCH_WEBHOOK })
    expect(await messages(WATCH_WEBHOOK)).toEqual([])
    for (const _ of [1, 2, 3]) await run({ ...(await played()), GRAPH_URL: AWAY, WATCH_WEBHOOK })
    const lagging = { rpc: { eth_chainId: '0x1' } }
    await run({ ...(await played(lagging)), GRAPH_URL: AWAY, WATCH_WEBHOOK })
    for (const _ of [1, 2]) await run({ ...(await played()), WATCH_WEBHOOK })
    const told = await messages(WATCH_WEBHOOK)
    expect(
      told.map(({ appeared, resolved, standing }) => [appeared, resolved, standing].map(keysIn)),
    ).toEqual([
      [['heads.index'], [], ['heads.index']],
      [['heads.chain-id'], [], ['heads.chain-id', 'heads.index']],
      [[], ['heads.chain-id', 'heads.index'], []],
    ])
  })

  test('is tried again until it takes the message, which keeps its id', async () => {
    const upstreams = { ...(await played()), GRAPH_URL: AWAY }
    const broken = await upstream({ status: 503, text: 'no' })
    await run({ ...upstreams, WATCH_WEBHOOK: broken })
    await run({ ...upstreams, WATCH_WEBHOOK: AWAY })
    const whole = await upstream({ text: 'ok' })
    for (const _ of [1, 2]) await run({ ...upstreams, WATCH_WEBHOOK: whole })
    const [refused, taken] = [await seenBy<Message>(broken), await seenBy<Message>(whole)]
    expect([refused.length, taken.length]).toEqual([3, 1])
    expect(new Set([...refused, ...taken].map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(taken[0]?.body).toEqual(refused[0]?.body)
  })

  test('two runs at once tell once', async () => {
    const WATCH_WEBHOOK = await upstream({ text: 'ok' })
    const upstreams = { ...(await played()), GRAPH_URL: AWAY, WATCH_WEBHOOK }
    await Promise.all([run(upstreams), run(upstreams)])
    const ids = (await seenBy(WATCH_WEBHOOK)).map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(1)
  })

  test('can check who sent it', async () => {
    const WATCH_WEBHOOK = await upstream({ text: 'ok' })
    const bytes = crypto.getRandomValues(new Uint8Array(32))
    const WATCH_WEBHOOK_SECRET = `whsec_${btoa(String.fromCharCode(...bytes))}`
    await run({ ...(await played()), GRAPH_URL: AWAY, WATCH_WEBHOOK, WATCH_WEBHOOK_SECRET })
    const [{ headers, body } = expect.fail('nothing was told')] = await seenBy<Message>(WATCH_WEBHOOK)
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${JSON.stringify(body)}`
    const [, signature = ''] = (headers['webhook-signature'] ?? '').split(',')
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])
    const given = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0))
    expect(await crypto.subtle.verify('HMAC', key, given, new TextEncoder().encode(content))).toBe(true)
  })

  test.each([
    [{ WATCH_WEBHOOK: 'ftp://user:hidden@x' }],
    [{ WATCH_WEBHOOK: AWAY, WATCH_WEBHOOK_SECRET: 'hidden' }],
  ])('that is set up wrong is a finding without its setting: %j', async (settings) => {
    await run({ ...(await played()), ...settings })
    expect(await found()).toMatchObject([{ key: 'webhook.settings' }])
    expect(JSON.stringify(await found())).not.toContain('hidden')
  })

  test('hears that the database is away, and the run fails', async () => {
    const WATCH_WEBHOOK = await upstream({ text: 'ok' })
    const DB = new Proxy(env.DB, {
      get: () => () => {
        throw new Error('D1_ERROR: database is locked')
      },
    })
    const upstreams = { ...(await played()), DB, WATCH_WEBHOOK }
    for (const _ of [1, 2]) await expect(run(upstreams)).rejects.toThrow('The database cannot be read now')
    const told = await seenBy<Message>(WATCH_WEBHOOK)
    expect(told.map(({ body }) => keysIn(body.data.appeared))).toEqual([
      ['store.database'],
      ['store.database'],
    ])
    expect(new Set(told.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })
})

test('a run writes one line of JSON, without the webhook’s address', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    await run({ ...(await played()), GRAPH_URL: AWAY, WATCH_WEBHOOK: `${AWAY}hook-of-secret` })
    expect(warn).toHaveBeenCalledTimes(1)
    const [line] = warn.mock.calls[0] ?? []
    expect(JSON.parse(line)).toMatchObject({ about: 'watch', problems: 1, notices: 0 })
    expect(line).not.toContain('hook-of-secret')
  } finally {
    warn.mockRestore()
  }
})

test('what it read of the chain is not read again', async () => {
  const upstreams = await played({ onChain: [three] })
  for (const _ of [1, 2]) await run(upstreams)
  type Call = { method: string; params: { topics?: (Hex | null)[] }[] }
  const asked = (await seenBy<Call[]>(upstreams.RPC_URL)).flatMap(({ body }) => body)
  const searches = asked.filter(
    ({ method, params }) => method === 'eth_getLogs' && params[0]?.topics?.[0] === PUBLISHED,
  )
  expect(searches).toHaveLength(1)
})
