import { introspectWorkflow } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { keccak256, toHex } from 'viem'
import { beforeEach, describe, expect, test } from 'vitest'
import { seenBy, upstream } from '../../test/upstream.ts'
import { pageRows, snapshotIndex } from '../snapshot.ts'
import type { SnapshotStatus } from '../src/snapshot/status.ts'
import { call, freshStorage, problemOf, SECRET } from './api.ts'
import { addressOf, deployment, hashOf } from './program.ts'
import { row } from './subgraph.ts'

// The Workflow in its runtime, with the real D1 and R2. graph-node and the chain are at addresses of which the Workflow knows.

const BLOCK = 90
const LAST = 85
const HASHES = { [BLOCK]: hashOf('block 90'), [LAST]: hashOf('block 85') }

const ACCOUNTS = Array.from({ length: 2500 }, (_, at) =>
  row(addressOf(at + 1), { balance: `${at}`, custody: `${at}` }),
)
const LOTS = Array.from({ length: 3 }, (_, at) => ({
  id: `${hashOf(`lot ${at}`)}05000000`,
  holder: addressOf(at + 1),
  buyer: addressOf(at + 1),
  amount: '1000',
  transaction: hashOf(`lot ${at}`),
  logIndex: 5,
})).sort((a, b) => (a.id < b.id ? -1 : 1))

const program = (hash: string = HASHES[LAST]) => ({ lastBlock: LAST, lastBlockHash: hash })
const sumOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + BigInt(text), 0n).toString()

/** A subgraph's answers, page by page as they are asked for. */
const graphAnswers = (changed: Record<string, unknown> = {}, hash?: string): Record<string, unknown> => {
  const answers: Record<string, unknown> = {
    Totals: {
      data: {
        _meta: { hasIndexingErrors: false },
        program: {
          ...program(hash),
          accounts: ACCOUNTS.length,
          totalSupply: sumOf(ACCOUNTS.map(({ balance }) => balance)),
          lotsSold: '3000',
        },
      },
    },
  }
  for (let from = 0; from <= ACCOUNTS.length; from += 1000) {
    const after = from === 0 ? '0x' : ACCOUNTS[from - 1]?.id
    answers[`Rows_accounts@${after}`] = {
      data: { program: program(hash), rows: ACCOUNTS.slice(from, from + 1000) },
    }
  }
  answers['Rows_lots@0x'] = { data: { program: program(hash), rows: LOTS } }
  return { ...answers, ...changed }
}
const graph = (changed: Record<string, unknown> = {}, more: object = {}) =>
  upstream({ answers: graphAnswers(changed), ...more }, 'snapshot-graph')

/** A chain with these blocks; without one where its hash is null. */
const chain = (hashes: Record<number, string | null> = {}, more: object = {}) =>
  upstream(
    {
      answers: Object.fromEntries(
        Object.entries({ ...HASHES, ...hashes }).map(([number, hash]) => [
          `eth_getBlockByNumber ${toHex(Number(number))}`,
          hash && { number: toHex(Number(number)), hash, timestamp: toHex(1_775_000_000) },
        ]),
      ),
      ...more,
    },
    'snapshot-chain',
  )

const start = async (block = BLOCK, init: RequestInit = {}) =>
  call(
    '/v1/snapshots',
    {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
      body: JSON.stringify({ block }),
      ...init,
    },
    { RPC_URL: await rpc },
  )
let rpc: Promise<string>

const status = async (block = BLOCK): Promise<SnapshotStatus> => {
  const response = await call(`/v1/snapshots/${block}`)
  expect(response.status, await response.clone().text()).toBe(200)
  return response.json()
}

/** Begins, and waits until nothing goes on any more. */
const readThrough = async (): Promise<SnapshotStatus> => {
  await using introspector = await introspectWorkflow(env.SNAPSHOT)
  await introspector.modifyAll(async (each) => {
    await each.disableRetryDelays()
  })
  const response = await start()
  expect(response.status, await response.clone().text()).toBe(202)
  for (const instance of await introspector.get()) {
    await instance.waitForStatus('complete').catch(() => instance.waitForStatus('errored'))
  }
  return status()
}

beforeEach(async () => {
  await freshStorage()
  await graph()
  rpc = chain()
  await rpc
})

describe('a snapshot', () => {
  test('has every row at the block, in pages that its index names by their hashes', async () => {
    const done = await readThrough()
    expect(done).toMatchObject({
      ...{ block: BLOCK, hash: HASHES[BLOCK], timestamp: 1_775_000_000, state: 'complete', expected: 2500 },
      accounts: { rows: 2500, pages: 1 },
      lots: { rows: 3, sum: '3000', pages: 1 },
      ...{ remaining: 0, run: 1, failures: 0, problem: null },
    })
    const bytes = new Uint8Array(await (await call(`/v1/snapshots/${done.index}/index`)).arrayBuffer())
    expect(keccak256(bytes)).toBe(done.index)
    const index = snapshotIndex.parse(JSON.parse(new TextDecoder().decode(bytes)))
    expect(index).toMatchObject({
      ...{ chainId: '31337', token: deployment.token },
      block: { number: '90', hash: HASHES[BLOCK], timestamp: '1775000000' },
      lastBlock: { number: '85', hash: HASHES[LAST] },
    })
    for (const list of ['accounts', 'lots'] as const) {
      const [hash = '0x', ...others] = index[list].pages
      expect(others).toEqual([])
      const response = await call(`/v1/snapshots/pages/${hash}`)
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      const text = await response.text()
      expect(keccak256(toHex(text))).toBe(hash)
      const expected = list === 'accounts' ? ACCOUNTS : LOTS.map((lot) => ({ ...lot, logIndex: '5' }))
      expect(pageRows(list, text)).toEqual(expected)
    }
  })

  test('that is begun again is not read again', async () => {
    await readThrough()
    const url = await graph()
    const again = await start()
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ state: 'complete', run: 1 })
    expect(await seenBy(url)).toEqual([])
  })

  test('that is begun twice at once is read once', async () => {
    await using introspector = await introspectWorkflow(env.SNAPSHOT)
    const both = await Promise.all([start(), start()])
    expect(both.map((each) => each.status)).toEqual([202, 202])
    const instances = await introspector.get()
    for (const instance of instances) await instance.waitForStatus('complete')
    expect(await status()).toMatchObject({ state: 'complete', run: 1, accounts: { rows: 2500, pages: 1 } })
  })

  test('waits for a subgraph that fails twice, and says so', async () => {
    await graph({}, { failures: 2 })
    expect(await readThrough()).toMatchObject({
      ...{ state: 'complete', failures: 2, problem: null },
      accounts: { rows: 2500 },
    })
  })

  test('waits for a subgraph that follows another history for a while', async () => {
    const other = hashOf('another block 85')
    await upstream({ answers: graphAnswers({}, other) }, 'snapshot-graph')
    const failed = await readThrough()
    expect(failed).toMatchObject({ state: 'failed', failures: 10, accounts: { rows: 0 } })
    expect(failed.problem).toContain('follows another history')
    await graph()
    expect(await readThrough()).toMatchObject({ state: 'complete', accounts: { rows: 2500 } })
  })

  test('goes on where a run failed, without reading again what is stored', async () => {
    await graph({ 'Rows_lots@0x': { errors: [{ message: 'the database is restarting' }] } })
    const failed = await readThrough()
    expect(failed).toMatchObject({
      ...{ state: 'failed', run: 1, failures: 10, index: null },
      ...{ accounts: { rows: 2500, pages: 1 }, lots: { rows: 0, pages: 0 } },
      problem: 'The subgraph refused the question',
    })
    expect(failed.rate).toBeGreaterThan(0)
    expect(failed.remaining).toBeGreaterThan(0)
    const url = await graph()
    expect(await readThrough()).toMatchObject({ state: 'complete', failures: 10 })
    const asked = (await seenBy<{ query: string }>(url)).map(
      ({ body }) => /query (\w+)/.exec(body.query)?.[1],
    )
    expect(asked).toEqual(['Totals', 'Rows_lots'])
  })

  test('of rows from before and after a rollback is not made', async () => {
    // Another last event turns up between two answers: these rows and those were never together.
    const [after] = [ACCOUNTS[999]?.id]
    const other = { program: program(hashOf('another block 85')), rows: ACCOUNTS.slice(1000, 2000) }
    await graph({ [`Rows_accounts@${after}`]: { data: other } })
    const failed = await readThrough()
    expect(failed).toMatchObject({ state: 'failed', accounts: { rows: 0, pages: 0 } })
    expect(failed.problem).toContain('last event up to block 90')
  })

  test('of a block that the chain replaces fails at once, and another can be begun', async () => {
    await graph({}, { delayMs: 200 })
    const replaced = hashOf('another block 90')
    await using introspector = await introspectWorkflow(env.SNAPSHOT)
    await introspector.modifyAll(async (each) => {
      await each.disableRetryDelays()
    })
    await start()
    const [instance] = await introspector.get()
    await instance?.waitForStepResult({ name: 'look' })
    rpc = chain({ [BLOCK]: replaced })
    await rpc
    await instance?.waitForStatus('errored')
    const failed = await status()
    expect(failed).toMatchObject({ state: 'failed', failures: 1, hash: HASHES[BLOCK], index: null })
    expect(failed.problem).toMatch(/reorganized: block 90 was 0x.* and is 0x/)

    await start()
    const [, next] = await introspector.get()
    await next?.waitForStatus('complete')
    expect(await status()).toMatchObject({ state: 'complete', run: 1, hash: replaced })
  })

  test.each([
    ['rows', { accounts: 2501 }, 'have 2500 accounts, but the subgraph counts 2501'],
    ['tokens', { totalSupply: '1' }, 'tokens, but the subgraph counts 1'],
    ['lots', { lotsSold: '4000' }, '3000 tokens in primary lots, but the subgraph counts 4000'],
  ])('in which %s are missing is not sealed', async (_, changed, message) => {
    const answers = graphAnswers() as { Totals: { data: { program: object } } }
    Object.assign(answers.Totals.data.program, changed)
    await upstream({ answers }, 'snapshot-graph')
    const failed = await readThrough()
    expect(failed).toMatchObject({ state: 'failed', index: null })
    expect(failed.problem).toContain(message)
    await graph()
    expect(await readThrough()).toMatchObject({ state: 'complete', accounts: { rows: 2500, pages: 1 } })
  })

  test('of a subgraph that stopped or knows nothing of the program says so', async () => {
    const nothing = { data: { _meta: { hasIndexingErrors: false }, program: null } }
    await graph({ Totals: nothing })
    expect((await readThrough()).problem).toContain("is it this program's subgraph?")
    await graph({ Totals: { data: { ...nothing.data, _meta: { hasIndexingErrors: true } } } })
    expect((await readThrough()).problem).toContain('met an error while indexing')
  })

  test('whose run was ended from outside is told as failed, and goes on when it is begun again', async () => {
    await graph({}, { delayMs: 500 })
    await using introspector = await introspectWorkflow(env.SNAPSHOT)
    await start()
    const [instance] = await introspector.get()
    await instance?.waitForStepResult({ name: 'look' })
    await (await env.SNAPSHOT.get(`${HASHES[BLOCK].slice(2)}-1`)).terminate()
    expect(await status()).toMatchObject({ state: 'failed', problem: expect.stringContaining('was ended') })
    await graph()
    await start()
    const [, next] = await introspector.get()
    await next?.waitForStatus('complete')
    expect(await status()).toMatchObject({ state: 'complete', run: 2 })
  })

  test('is begun by the issuer alone, of a block that there is', async () => {
    await problemOf(
      await start(BLOCK, { headers: { 'content-type': 'application/json' } }),
      401,
      'unauthorized',
    )
    rpc = chain({ 91: null })
    await problemOf(await start(91), 404, 'not-found')
    await problemOf(await call('/v1/snapshots/90'), 404, 'not-found')
    await problemOf(await call(`/v1/snapshots/${hashOf('x')}/index`), 404, 'not-found')
    await problemOf(await call(`/v1/snapshots/pages/${hashOf('x')}`), 404, 'not-found')
    await problemOf(await call('/v1/snapshots/latest'), 422, 'invalid-request')
  })
})
