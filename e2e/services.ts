import assert from 'node:assert/strict'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { type Address, erc20Abi, type Hex, parseEventLogs, parseUnits } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { parseManifest } from '../disbursement/index.ts'
import { connect } from '../issuer/chain.ts'
import { historyOf } from '../issuer/explain.ts'
import type { connectChain } from '../local/chain.ts'
import { BUYERS, PEOPLE } from '../local/scenario/alex.ts'
import { person } from '../local/scenario/people.ts'
import type { Stack } from '../local/stack.ts'

// What the API says on the real parts, held against the manifests, against the replay of the logs, and against the chain. Run by
// story.test.ts, on its stack.

export interface Scene {
  readonly stack: Stack
  readonly chain: ReturnType<typeof connectChain>
}

interface Distribution {
  readonly id: Hex
  readonly period: string
  readonly manifestHash: Hex
  readonly accounts: number
  readonly status: string | null
}
interface Claim {
  readonly id: Hex
  readonly amount: string
  readonly asset: { readonly address: Address }
  readonly status: string | null
  readonly call: { readonly to: Address; readonly data: Hex }
}
interface Claims {
  readonly claims: readonly Claim[]
  readonly call: { readonly to: Address; readonly data: Hex } | null
}

const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','))

/** What must hold while nothing is claimed. */
export function beforeClaims(scene: () => Scene): void {
  const { get, text, distributions } = asking(scene)

  test('the API lists what was published as active', async () => {
    for (const { status, period } of await distributions()) assert.equal(status, 'active', period)
  })

  test('the watch, run as its cron runs it, complains of nothing but the played clock', async () => {
    const { stack } = scene()
    const asked = await fetch(`${stack.urls.api}/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*`)
    assert.equal(asked.status, 200, await asked.text())
    const { watch } = await get<{ watch: { scannedTo: number; problems: string[] } | null }>('/v1/status')
    assert.ok(watch && watch.scannedTo >= 0, 'it searched blocks')
    const others = watch.problems.filter((each) => !/^The chain's (clock|last block) is/.test(each))
    assert.deepEqual(others, [])
  })

  test('allocations and holders at the record block are the manifest’s', async () => {
    for (const { id, manifestHash, accounts } of await distributions()) {
      const manifest = parseManifest(await get(`/v1/manifests/${manifestHash}`))
      assert.ok(manifest.stream === 'income')
      const expected = new Map<string, bigint>()
      for (const { account, amount } of manifest.holders) {
        if (amount > 0n) expected.set(account, (expected.get(account) ?? 0n) + amount)
      }
      const rows = rowsOf(await text(`/v1/distributions/${id}/allocations?format=csv&limit=1000`))
      assert.deepEqual(
        new Map(rows.map(([account = '', amount = '']) => [account, BigInt(amount)])),
        expected,
      )
      assert.equal(rows.length, accounts)

      const { holders, block } = await get<{
        block: number
        holders: { holder: string; lots: string; entitlement: string }[]
      }>(`/v1/holders?record=${id}&limit=1000`)
      assert.equal(BigInt(block), manifest.recordBlock.number)
      const entitled = holders.filter(({ lots }) => lots !== '0')
      assert.deepEqual(
        new Map(entitled.map(({ holder, entitlement }) => [holder, BigInt(entitlement)])),
        new Map(manifest.holders.map(({ holder, entitlement }) => [holder, entitlement])),
      )
    }
  })

  test('each drop has the transaction behind it that the replay of the logs names', async () => {
    const { stack } = scene()
    const { deployment, terms, urls } = stack
    const logs = await connect(urls.rpc, deployment.chainId)
    const { subgraph } = await get<{ subgraph: { block: number } }>('/v1/status')
    let drops = 0
    for (const { name } of BUYERS) {
      const wallet = person(name).address.toLowerCase() as Address
      const { position, forfeits } = await get<{
        position: { holder: string; lots: string; entitlement: string }
        forfeits: { holder: string; transaction: string; amount: string }[]
      }>(`/v1/holders/${wallet}?block=${subgraph.block}`)
      const lost = forfeits.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
      assert.equal(BigInt(position.lots) - lost, BigInt(position.entitlement), name)
      const { steps } = await historyOf(logs, { terms, deployment }, wallet, BigInt(subgraph.block))
      const told = steps.filter(({ forfeited }) => forfeited > 0n)
      assert.deepEqual(
        forfeits
          .filter(({ holder }) => holder === position.holder)
          .map(({ transaction, amount }) => [transaction, BigInt(amount)]),
        told.map(({ transaction, forfeited }) => [transaction, forfeited]),
        name,
      )
      drops += told.length
    }
    assert.ok(drops > 5, 'the story has drops')
  })

  test('the ready calldata pays everything an account may claim, in one transaction that anybody sends', async () => {
    const { chain, stack } = scene()
    // Olga claims nothing in the story: two quarters, two assets.
    const account = person('olga').address
    const { claims, call } = await get<Claims>(`/v1/accounts/${account}/claims`)
    assert.deepEqual(
      claims.map(({ status }) => status),
      ['open', 'open'],
    )
    assert.ok(call)
    assert.equal(call.to, stack.deployment.distributor)
    const balances = () =>
      Promise.all(
        claims.map(({ asset: { address } }) =>
          chain.readContract({ address, abi: erc20Abi, functionName: 'balanceOf', args: [account] }),
        ),
      )
    const before = await balances()
    const hash = await chain.sendTransaction({ account: person('issuer').address, ...call })
    assert.equal((await chain.waitForTransactionReceipt({ hash })).status, 'success')
    const after = await balances()
    claims.forEach(({ amount }, at) => {
      assert.equal((after[at] ?? 0n) - (before[at] ?? 0n), BigInt(amount))
    })
    const now = await get<Claims>(`/v1/accounts/${account}/claims`)
    assert.deepEqual(
      now.claims.map(({ status }) => status),
      claims.map(() => 'claimed'),
    )
    assert.equal(now.call, null)
  })

  test('text is compressed on the wire for who takes it', async () => {
    const { urls } = scene().stack
    const fetched = async (encoding: string) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpGet(`${urls.api}/openapi.json`, { headers: { 'accept-encoding': encoding } }, resolve).on(
          'error',
          reject,
        )
      })
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      return { headers: response.headers, body: Buffer.concat(chunks) }
    }
    const [plain, small] = [await fetched('identity'), await fetched('gzip')]
    assert.equal(small.headers['content-encoding'], 'gzip')
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.ok(small.body.length * 4 < plain.body.length)
    assert.deepEqual(JSON.parse(gunzipSync(small.body).toString()), JSON.parse(plain.body.toString()))
  })
}

/** What must hold once everything is claimed. */
export function afterClaims(scene: () => Scene): void {
  const { get, text } = asking(scene)

  test('a statement has every claim with its transaction, and an LP share’s worth in the currency', async () => {
    const { chain, stack } = scene()
    const statements = await Promise.all(
      PEOPLE.map(async (name) => {
        const account = person(name).address.toLowerCase()
        const [{ claims }, { rows }] = await Promise.all([
          get<Claims>(`/v1/accounts/${account}/claims`),
          get<{ rows: Record<string, string>[] }>(`/v1/accounts/${account}/statement`),
        ])
        assert.deepEqual(
          rows.map(({ distribution, baseUnits }) => [distribution, baseUnits]).sort(),
          claims.map(({ id, amount }) => [id, amount]).sort(),
          name,
        )
        return rows
      }),
    )
    const rows = statements.flat()
    const inCurrency = (row: Record<string, string>) => row.assetAddress === stack.deployment.currency
    const { symbol, decimals } = stack.terms.currency
    for (const row of rows) {
      assert.equal(row.valueCurrency, symbol)
      if (inCurrency(row)) assert.equal(row.value, row.amount)
    }
    // What all LP shares are worth is what was owed, but for a unit of rounding each.
    const shares = rows.filter((row) => !inCurrency(row))
    const worth = shares.reduce((sum, { value = '' }) => sum + parseUnits(value, decimals), 0n)
    const manifest = parseManifest(await get(`/v1/manifests/${shares[0]?.manifest}`))
    assert.ok(manifest.stream === 'income')
    const off = manifest.income.due - worth
    assert.ok(off >= 0n && off <= BigInt(shares.length), `${off} off`)

    const [own] = statements.filter((each) => each.length > 0)
    const [first] = own ?? []
    assert.ok(own && first)
    const path = `/v1/distributions/${first.distribution}/claims/${first.account}`
    const { payment } = await get<{ payment: { transaction: Hex } }>(path)
    assert.equal(payment.transaction, first.transaction)
    const { logs } = await chain.getTransactionReceipt({ hash: payment.transaction })
    const paid = parseEventLogs({ abi: merkleDistributorAbi, logs }).map(({ args }) => args)
    assert.ok(paid.some((args) => 'account' in args && args.account.toLowerCase() === first.account))
    const table = rowsOf(await text(`/v1/accounts/${first.account}/statement?format=csv`))
    assert.deepEqual(
      table.map(([time]) => time),
      own.map(({ time }) => time),
    )
  })

  test('calendar and feed tell of both quarters', async () => {
    const calendar = await text('/v1/calendar')
    const feed = await text('/v1/feed')
    for (const { id } of await asking(scene).distributions()) {
      assert.ok(calendar.replaceAll('\r\n ', '').includes(`UID:opening-${id}@alex.prorata`))
      assert.ok(feed.includes(`:opening-${id}</id>`))
    }
  })
}

function asking(scene: () => Scene) {
  const answer = async (path: string): Promise<Response> => {
    const response = await fetch(scene().stack.urls.api + path)
    assert.equal(response.status, 200, `${path}: ${response.ok ? '' : await response.clone().text()}`)
    return response
  }
  const get = async <T>(path: string): Promise<T> => (await (await answer(path)).json()) as T
  const text = async (path: string): Promise<string> => (await answer(path)).text()
  return { get, text, distributions: () => get<Distribution[]>('/v1/distributions') }
}
