import { env } from 'cloudflare:workers'
import { encodeFunctionData, encodeFunctionResult, erc20Abi, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeRecords, hashTerms, parseManifest } from '../../../disbursement/index.ts'
import { AWAY, upstream } from '../../test/upstream.ts'
import { manifestKey, recordsKey } from '../keys.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { chain } from './chain.ts'
import { deployment, disbursement, hashOf, idOf, PROGRAM, terms } from './program.ts'
import { META, subgraph } from './subgraph.ts'

const three = disbursement(3)

beforeAll(async () => {
  await freshStorage()
  await published(three)
})
afterAll(freshStorage)

describe('the program', () => {
  test('is told with the hash of its terms and the chain’s time', async () => {
    const response = await call('/v1/program', {}, { RPC_URL: await chain() })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      terms,
      termsHash: hashTerms(terms),
      deployment,
      assets: [],
      chainTime: 1_775_300_000,
    })
  })

  test('names the pool’s assets once the chain has, and afterwards without it', async () => {
    const assetsAt = async (RPC_URL?: string) => {
      const response = await call('/v1/program', {}, RPC_URL === undefined ? {} : { RPC_URL })
      return (await response.json<{ assets: unknown }>()).assets
    }
    const answer = (symbol: string, decimals: number) => ({
      [`eth_call ${encodeFunctionData({ abi: erc20Abi, functionName: 'symbol' })}`]: encodeFunctionResult({
        abi: erc20Abi,
        functionName: 'symbol',
        result: symbol,
      }),
      [`eth_call ${encodeFunctionData({ abi: erc20Abi, functionName: 'decimals' })}`]: toHex(decimals, {
        size: 32,
      }),
    })
    for (const nonsense of [{ eth_call: '0x' }, { eth_call: { a: 1 } }])
      expect(await assetsAt(await chain(nonsense))).toEqual([])
    const named = [deployment.pair, deployment.counterAsset].map((address) => ({
      address,
      symbol: 'NAME',
      decimals: 18,
    }))
    expect(await assetsAt(await chain(answer('NAME', 18)))).toEqual(named)
    expect(await assetsAt()).toEqual(named)
    expect(await assetsAt(await chain(answer('OTHER', 6)))).toEqual(named)
  })

  test('is told without the chain', async () => {
    expect(await (await call('/v1/program')).json()).toMatchObject({
      termsHash: hashTerms(terms),
      chainTime: null,
    })
  })

  test.each([
    ['no JSON', { PROGRAM: '{' }, /PROGRAM/],
    ['terms with a field missing', { PROGRAM: '{}' }, /incomeShareBps|spec/],
    ['a deployment with a field missing', { DEPLOYMENT: '{"network":"local"}' }, /chainId/],
    ['nothing', { DEPLOYMENT: '' }, /DEPLOYMENT/],
  ])('is set up wrong with %s', async (_, changed, detail) => {
    const problem = await problemOf(await call('/v1/program', {}, changed), 500, 'misconfigured')
    expect(problem.detail).toMatch(detail)
    // And right again with the right settings.
    expect((await call('/v1/program')).status).toBe(200)
  })

  test('takes no query', async () => {
    await problemOf(await call('/v1/program?x=1'), 422, 'invalid-request')
  })
})

describe('status', () => {
  const statusOf = async (changed: object) => {
    const response = await call('/v1/status', {}, changed)
    expect(response.status).toBe(200)
    return response.json<{ ok: boolean; problems: string[] }>()
  }
  const meta = (block: object, hasIndexingErrors = false) => ({
    Head: { data: { _meta: { block: { ...META.data._meta.block, ...block }, hasIndexingErrors } } },
  })

  test('is good when all answer and agree', async () => {
    expect(await statusOf({ RPC_URL: await chain(), GRAPH_URL: await subgraph() })).toEqual({
      ok: true,
      chain: { number: 100, timestamp: 1_775_300_000, hash: hashOf('block 100') },
      subgraph: {
        block: 90,
        hash: hashOf('block 90'),
        timestamp: 1_775_299_900,
        lag: 10,
        hasIndexingErrors: false,
      },
      distributions: 1,
      watch: null,
      problems: [],
    })
  })

  test('tells who is away', async () => {
    expect(await statusOf({})).toMatchObject({
      ...{ ok: false, chain: null, subgraph: null, distributions: 1 },
      problems: expect.arrayContaining([
        expect.stringContaining('chain'),
        expect.stringContaining('subgraph'),
      ]),
    })
  })

  test.each([
    ['a lag', meta({ timestamp: 1_775_299_900 - 1800 }), /10 blocks \(1900 seconds\) behind/],
    ['an indexing error', meta({}, true), /error while indexing/],
    ['a stop', { Head: { errors: [{ message: 'indexing_error' }] } }, /stopped|error while indexing/],
  ])('tells of %s', async (_, answers, problem) => {
    const status = await statusOf({ RPC_URL: await chain(), GRAPH_URL: await subgraph(answers) })
    expect(status).toMatchObject({ ok: false, problems: [expect.stringMatching(problem)] })
  })

  test('tells of another chain', async () => {
    const RPC_URL = await chain({ eth_chainId: '0x1' })
    const status = await statusOf({ RPC_URL, GRAPH_URL: await subgraph() })
    expect(status).toMatchObject({ ok: false, problems: [expect.stringMatching(/id 1, but .* 31337/)] })
  })

  test('a subgraph a block ahead of the chain’s answer does not lag', async () => {
    const GRAPH_URL = await subgraph(meta({ number: 101, timestamp: '1775300012' }))
    expect(await statusOf({ RPC_URL: await chain(), GRAPH_URL })).toMatchObject({
      ok: true,
      subgraph: { lag: 0 },
    })
  })

  test.each([
    ['slow', { delayMs: 2000 }],
    ['answering garbage', { text: 'garbage' }],
  ])('answers while both are %s', async (_, script) => {
    const url = await upstream(script)
    expect(await statusOf({ RPC_URL: url, GRAPH_URL: url })).toMatchObject({
      ok: false,
      chain: null,
      subgraph: null,
    })
  })
})

describe('manifest and records', () => {
  const paths = [`/v1/manifests/${three.manifestHash}`, `/v1/records/${three.manifestHash}`]

  test('the manifest comes byte for byte as it was hashed, from its hash in any case', async () => {
    for (const hash of [three.manifestHash, `0x${three.manifestHash.slice(2).toUpperCase()}`]) {
      const response = await call(`/v1/manifests/${hash}`)
      expect(response.headers.get('content-type')).toBe('application/json')
      const bytes = new Uint8Array(await response.arrayBuffer())
      expect(keccak256(bytes)).toBe(three.manifestHash)
      expect(parseManifest(bytes, { terms, deployment, previous: null }).root).toBe(three.root)
    }
  })

  test('the records come byte for byte, and lead to the root', async () => {
    const response = await call(`/v1/records/${three.manifestHash}`)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(decodeRecords(bytes)).toMatchObject({ root: three.root, payments: three.leaves })
  })

  test.each(paths)('%s may be kept for ever and is not sent again to who has it', async (path) => {
    const first = await call(path)
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toBe(`"${three.manifestHash}"`)
    const again = await call(path, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('access-control-allow-origin')).toBe('*')
    expect(await again.text()).toBe('')
  })

  test('what is not stored is not there', async () => {
    const unknown = hashOf('nothing')
    await problemOf(await call(`/v1/manifests/${unknown}`), 404, 'not-found')
    await problemOf(await call(`/v1/records/${unknown}`), 404, 'not-found')
    await problemOf(await call(`/v1/distributions/${unknown}`), 404, 'not-found')
  })

  test.each(['/v1/manifests/', '/v1/records/', '/v1/distributions/'])(
    '%s takes a hash and nothing else',
    async (path) => {
      for (const name of ['0x12', '..%2F..%2Fmanifests', `${three.manifestHash}.json`]) {
        await problemOf(await call(path + name), 422, 'invalid-request')
      }
    },
  )

  test('what does not hash to its name is not served', async () => {
    const wrong = hashOf('wrong')
    await env.STORE.put(manifestKey(wrong), '{}')
    await problemOf(await call(`/v1/manifests/${wrong}`), 500, 'store-broken')
    await env.STORE.put(recordsKey(wrong), (three.records ?? new Uint8Array()).slice(0, -1))
    await problemOf(await call(`/v1/records/${wrong}`), 500, 'store-broken')
  })

  test('they stand without subgraph, chain and database', async () => {
    const DB = new Proxy(env.DB, {
      get: () => () => {
        throw new Error('D1_ERROR: database is locked')
      },
    })
    for (const path of paths) {
      expect((await call(path, {}, { DB, GRAPH_URL: AWAY, RPC_URL: AWAY })).status).toBe(200)
    }
    const locked = await problemOf(await call('/v1/distributions', {}, { DB }), 503, 'store-away')
    expect(locked.detail).not.toContain('D1_ERROR')
    const status = await call('/v1/status', {}, { DB })
    expect(await status.json()).toMatchObject({ ok: false, distributions: null })
  })

  test('a distribution is found by its id in any case', async () => {
    const id = `0x${idOf(three).slice(2).toUpperCase()}`
    const response = await call(`/v1/distributions/${id}`)
    expect(await response.json()).toMatchObject({ id: idOf(three), manifestHash: three.manifestHash })
    expect(PROGRAM).toContain('alex')
  })
})
