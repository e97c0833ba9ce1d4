import { env } from 'cloudflare:workers'
import { decodeFunctionData, type Hex, toHex } from 'viem'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import {
  type Disbursement,
  decodeRecordsHead,
  distributionId,
  encodeRecords,
  encodeTerms,
  shardKey,
  verifyClaim,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import { recordsKey } from '../keys.ts'
import { recordsHead } from '../src/store.ts'
import { call, freshStorage, problemOf, published, registered } from './api.ts'
import { chain, HEAD, logOf, words } from './chain.ts'
import { addressOf, DEADLINE, deployment, disbursement, FIRST, hashOf, idOf, OPENS_AT } from './program.ts'

const three = disbursement(3)
const second = disbursement(3, '2026-Q2', three.manifest)
/** 300 accounts make three shards. */
const sharded = disbursement(300)

type Claim = {
  id: `0x${string}`
  period: string
  distribution: { issuer: `0x${string}`; token: `0x${string}`; terms: `0x${string}`; root: `0x${string}` }
  index: number
  account: `0x${string}`
  amount: string
  proof: `0x${string}`[]
  shard?: { shard: number; root: `0x${string}`; total: string; proof: `0x${string}`[] }
  opensAt: number
  claimed: boolean | null
  ended: boolean | null
  status: string | null
  call: { to: string; data: Hex }
}
type Answer = {
  account: string
  claims: Claim[]
  unavailable: { id: string; reason: string }[]
  call: { to: string; data: Hex } | null
}

const claimsOf = async (account: string, RPC_URL = AWAY): Promise<Answer> => {
  const response = await call(`/v1/accounts/${account}/claims`, {}, { RPC_URL })
  expect(response.status).toBe(200)
  return response.json()
}

const onlyClaim = (answer: Answer): Claim => {
  expect(answer.claims).toHaveLength(1)
  return answer.claims[0] ?? expect.fail('no claim')
}

const proves = (claim: Claim) =>
  verifyClaim(claim.distribution.root, {
    index: claim.index,
    account: claim.account,
    amount: BigInt(claim.amount),
    proof: claim.proof,
    ...(claim.shard && { shard: { ...claim.shard, total: BigInt(claim.shard.total) } }),
  })

const FLAG = 1n << 128n
const ENDED = (FLAG - 1n) << 128n
const REMAINING = 1_000n

describe('one tree', () => {
  beforeAll(async () => {
    await freshStorage()
    await published(three)
    await published(second)
  })

  test('every account gets its leaf with a proof that leads to the root, for every period', async () => {
    for (const { account, amount } of three.leaves) {
      const { claims, unavailable } = await claimsOf(account)
      expect(unavailable).toEqual([])
      expect(claims.map(({ period }) => period)).toEqual(['2026-Q1', '2026-Q2'])
      for (const claim of claims) expect(proves(claim)).toBe(true)
      expect(claims[0]).toMatchObject({
        id: idOf(three),
        account,
        amount: amount.toString(),
        distribution: {
          issuer: deployment.issuer,
          token: deployment.currency,
          terms: encodeTerms(OPENS_AT, DEADLINE),
        },
        asset: { symbol: 'USDC', decimals: 6, address: deployment.currency },
        manifestHash: three.manifestHash,
        opensAt: Number(OPENS_AT),
        deadline: Number(DEADLINE),
      })
    }
  })

  test('an address may be in any case, and one without a leaf has no claims', async () => {
    const account = addressOf(0xabcdef)
    expect(await claimsOf(account)).toEqual({ account, claims: [], unavailable: [], call: null })
    const upper = `0x${account.slice(2).toUpperCase()}`
    expect((await claimsOf(upper)).account).toBe(account)
  })

  test('needs neither subgraph nor chain; what the chain would say is null', async () => {
    const { claims } = await claimsOf(addressOf(FIRST))
    expect(claims.map(({ claimed, ended }) => [claimed, ended])).toEqual([
      [null, null],
      [null, null],
    ])
  })

  test('the flags of the contract say what was claimed, in one request for all periods', async () => {
    const RPC_URL = await chain(words({ [idOf(three)]: (FLAG << 1n) | REMAINING, [idOf(second)]: REMAINING }))
    const states = async (place: number) =>
      (await claimsOf(addressOf(FIRST + place), RPC_URL)).claims.map(({ claimed, ended }) => [claimed, ended])
    expect(await states(1)).toEqual([
      [true, false],
      [false, false],
    ])
    expect(await seenBy(RPC_URL)).toHaveLength(1)
    expect(await states(0)).toEqual([
      [false, false],
      [false, false],
    ])
  })

  test('a swept or cancelled distribution has ended, and who was paid before is still told', async () => {
    const id = idOf(three)
    const paid = { id, account: addressOf(FIRST), index: 0n, amount: 1n, to: addressOf(9) }
    const ways = [
      logOf('Claimed', paid),
      logOf('ClaimedTo', paid),
      logOf('Pushed', { id, paid: 1n, payments: [{ account: addressOf(FIRST), amount: 1n }] }),
    ]
    let RPC_URL = AWAY
    for (const way of ways) {
      RPC_URL = await chain({
        ...words({ [id]: ENDED, [idOf(second)]: 0n }),
        eth_getLogs: [way, logOf('Swept', { id, amount: 2n })],
      })
      const state = async (place: number) => (await claimsOf(addressOf(FIRST + place), RPC_URL)).claims[0]
      expect(await state(0)).toMatchObject({ claimed: true, ended: true, status: 'claimed' })
      expect(await state(1)).toMatchObject({ claimed: false, ended: true, status: 'ended' })
    }
    // Unknown to the contract: published on a chain that is no more, or another one.
    expect((await claimsOf(addressOf(FIRST), RPC_URL)).claims[1]).toMatchObject({
      claimed: null,
      ended: null,
    })
    const asked = (
      await seenBy<{ method: string; params: { fromBlock: string; topics: unknown[] }[] }[]>(RPC_URL)
    ).at(-1)
    expect(asked?.body[0]?.params[0]).toMatchObject({
      fromBlock: '0x5f',
      topics: [
        [
          ...ways.map(({ topics }) => topics[0]),
          expect.any(String),
          logOf('Swept', { id, amount: 1n }).topics[0],
        ],
        id,
      ],
    })
  })

  test('the chain’s clock says what is open, and one call pays all of that', async () => {
    const opening = (seconds: bigint) => ({ ...HEAD, timestamp: toHex(OPENS_AT + seconds) })
    const at = async (seconds: bigint, more: object = {}) => {
      const word = words({ [idOf(three)]: REMAINING, [idOf(second)]: REMAINING, ...more })
      const RPC_URL = await chain({ ...word, 'eth_getBlockByNumber latest': opening(seconds) })
      return claimsOf(addressOf(FIRST), RPC_URL)
    }
    const early = await at(-1n)
    expect(early.claims.map(({ status }) => status)).toEqual(['waiting', 'waiting'])
    expect(early.call).toBeNull()
    const { claims, call: paying } = await at(0n)
    expect(claims.map(({ status }) => status)).toEqual(['open', 'open'])
    expect(paying?.to).toBe(deployment.distributor)
    const decoded = decodeFunctionData({ abi: merkleDistributorAbi, data: paying?.data ?? '0x' })
    expect(decoded.functionName).toBe('claimMany')
    expect(decoded.args?.[3]).toHaveLength(2)
    // What was paid is left out, and each claim has its own call whatever its state.
    const rest = await at(0n, { [idOf(three)]: FLAG | REMAINING })
    expect(rest.claims.map(({ status }) => status)).toEqual(['claimed', 'open'])
    expect(rest.call).toEqual(rest.claims[1]?.call)
    for (const claim of rest.claims) {
      const { functionName, args } = decodeFunctionData({ abi: merkleDistributorAbi, data: claim.call.data })
      expect(functionName).toBe('claim')
      expect(args?.[3]).toBe(BigInt(claim.amount))
    }
  })

  test.each([
    ['slow', { delayMs: 2000 }],
    ['answering a page', { text: '<html>' }],
    ['without the contract', { answers: { eth_call: '0x' } }],
    ['answering nonsense', { answers: { eth_call: { a: 1 } } }],
    ['refusing logs', { answers: words({ [idOf(three)]: ENDED, [idOf(second)]: ENDED }) }],
  ])('the chain %s keeps no proof from anybody', async (_, script) => {
    const { claims } = await claimsOf(addressOf(FIRST), await upstream(script))
    expect(claims.map(({ claimed, ended }) => [claimed, ended])).toEqual([
      [null, null],
      [null, null],
    ])
    expect(claims.every(proves)).toBe(true)
  })

  test.each(['0x12', 'alex', `0x${'g'.repeat(40)}`, `${addressOf(1)}00`])(
    '%s is no address',
    async (text) => {
      const problem = await problemOf(await call(`/v1/accounts/${text}/claims`), 422, 'invalid-request')
      expect(problem.errors).toMatchObject([{ at: 'param.address' }])
    },
  )

  test('SQL in an address reaches no database', async () => {
    const text = encodeURIComponent("0x' OR 1=1 --")
    await problemOf(await call(`/v1/accounts/${text}/claims`), 422, 'invalid-request')
  })
})

describe('shards', () => {
  beforeAll(async () => {
    await freshStorage()
    await published(sharded)
  })

  test.each([0, 127, 128, 299])(
    'account %i gets its shard, with the way to the published root',
    async (place) => {
      const claim = onlyClaim(await claimsOf(addressOf(FIRST + place)))
      expect(claim.index).toBe(place % 128)
      expect(claim.shard?.shard).toBe(Math.floor(place / 128))
      expect(proves(claim)).toBe(true)
      const { functionName, args } = decodeFunctionData({ abi: merkleDistributorAbi, data: claim.call.data })
      expect(functionName).toBe('multicall')
      const inner = (args?.[0] ?? []) as Hex[]
      const calls = inner.map((data) => decodeFunctionData({ abi: merkleDistributorAbi, data }))
      expect(calls.map((each) => each.functionName)).toEqual(['open', 'claim'])
    },
  )

  test('an open shard has its own word; one that is not open stands or ends with its parent', async () => {
    const claim = onlyClaim(await claimsOf(addressOf(FIRST + 130)))
    const root = claim.shard?.root ?? expect.fail('no shard')
    const shard = distributionId(shardKey(claim.distribution, root))
    const state = async (shardWord: bigint, parentWord: bigint) => {
      const RPC_URL = await chain(words({ [shard]: shardWord, [idOf(sharded)]: parentWord }))
      const { claimed, ended } = onlyClaim(await claimsOf(addressOf(FIRST + 130), RPC_URL))
      return [claimed, ended]
    }
    expect(await state((FLAG << 2n) | REMAINING, ENDED)).toEqual([true, false])
    expect(await state(REMAINING, REMAINING)).toEqual([false, false])
    expect(await state(0n, REMAINING)).toEqual([false, false])
    expect(await state(0n, ENDED)).toEqual([false, true])
    expect(await state(0n, 0n)).toEqual([null, null])
  })
})

describe('storage faults', () => {
  beforeEach(async () => {
    await freshStorage()
    await published(three)
    await published(second)
  })
  afterEach(freshStorage)

  const damage = async (each: Disbursement, change: (bytes: Uint8Array) => void) => {
    const bytes = each.records?.slice() ?? expect.fail('no records')
    change(bytes)
    await env.STORE.put(recordsKey(each.manifestHash), bytes)
  }

  const withoutFirst = async (reason: RegExp) => {
    const { claims, unavailable } = await claimsOf(addressOf(FIRST))
    expect(claims.map(({ period }) => period)).toEqual(['2026-Q2'])
    expect(claims.every(proves)).toBe(true)
    expect(unavailable).toMatchObject([
      { id: idOf(three), period: '2026-Q1', reason: expect.stringMatching(reason) },
    ])
  }

  test('missing records take only their own period away, and say so', async () => {
    await env.STORE.delete(recordsKey(three.manifestHash))
    await withoutFirst(/missing/)
  })

  test('damaged records never become a wrong amount', async () => {
    await damage(three, (bytes) => {
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    })
    await withoutFirst(/damaged/)
  })

  test('cut records are damaged records', async () => {
    await env.STORE.put(recordsKey(three.manifestHash), three.records?.slice(0, -5) ?? '')
    await withoutFirst(/damaged/)
  })

  test('a leaf that is not the one registered is not shown', async () => {
    await env.DB.prepare("UPDATE allocations SET amount = '1' WHERE distribution = 1").run()
    await withoutFirst(/registered/)
  })

  test('without its database the answer is a problem, not an empty list', async () => {
    await env.DB.exec('DROP TABLE allocations')
    await problemOf(await call(`/v1/accounts/${addressOf(FIRST)}/claims`), 503, 'store-away')
    await env.DB.exec('DROP TABLE distributions')
    await problemOf(await call('/v1/distributions'), 503, 'store-away')
    await problemOf(await call(`/v1/distributions/${hashOf('x')}`), 503, 'store-away')
  })
})

describe('a head that was never in memory', () => {
  test('is read in two steps where it is long', async () => {
    await freshStorage()
    const payments = Array.from({ length: 63_000 }, (_, at) => ({ account: addressOf(at + 1), amount: 7n }))
    const name = hashOf('long')
    const bytes = encodeRecords(payments, workerKernel())
    await env.STORE.put(recordsKey(name), bytes)
    const { root } = decodeRecordsHead(bytes)
    const head = await recordsHead(env.STORE, name, root)
    expect(head.bodyOffset).toBeGreaterThan(2048)
    expect(head).toMatchObject({ root, leaves: 63_000, total: 7n * 63_000n, shards: 493 })
    await expect(recordsHead(env.STORE, name, hashOf('another root'))).rejects.toThrow('lead to another root')
  })

  test.each([
    ['is no records file', (bytes: Uint8Array) => bytes.fill(0, 0, 8)],
    ['is of another version', (bytes: Uint8Array) => bytes.fill(9, 8, 10)],
    ['does not match its checksum', (bytes: Uint8Array) => bytes.fill(7, 60, 62)],
  ])('%s', async (name, change) => {
    await freshStorage()
    // Of a size no other test uses, so that its root is new to this isolate.
    const fresh = disbursement(20 + name.length)
    await registered(fresh)
    const bytes = fresh.records?.slice() ?? expect.fail('no records')
    change(bytes)
    await env.STORE.put(recordsKey(fresh.manifestHash), bytes)
    const { claims, unavailable } = await claimsOf(addressOf(FIRST))
    expect(claims).toEqual([])
    expect(unavailable).toHaveLength(1)
  })
})
