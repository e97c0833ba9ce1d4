import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Address, erc20Abi, type Hex } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { type IncomeManifest, parseManifest } from '../disbursement/index.ts'
import { connectChain } from '../local/chain.ts'
import { BUYERS, PEOPLE, QUARTERS, type QuarterName } from '../local/scenario/alex.ts'
import { person } from '../local/scenario/people.ts'
import { startStoryAt } from '../local/scenario/stage.ts'
import type { Stack } from '../local/stack.ts'
import { STATE } from '../local/state.ts'
import { queriesOf } from './documents.ts'
import { gatewayTests } from './gateway.ts'
import { afterClaims, beforeClaims } from './services.ts'

// The whole way of the money, on the real parts: what the subgraph saw and the commands published against what the story's
// author worked out by hand, and every claim against the chain.

const UNIT = 10n ** 18n
const state = mkdtempSync(join(STATE, 'story-'))
let stack: Stack
let chain: ReturnType<typeof connectChain>

before(async () => {
  stack = (await startStoryAt('2026-Q2', state)).stack
  chain = connectChain(stack.urls.rpc)
})
after(async () => {
  await stack?.stop()
  rmSync(state, { recursive: true, force: true })
})

interface Distribution {
  readonly id: Hex
  readonly period: string
  readonly token: Address
  readonly total: string
  readonly manifestHash: Hex
}
interface Claim {
  readonly id: Hex
  readonly period: string
  readonly distribution: { issuer: Address; token: Address; terms: Hex; root: Hex }
  readonly index: number
  readonly account: Address
  readonly amount: string
  readonly proof: readonly Hex[]
  readonly claimed: boolean | null
}

const get = async <T>(path: string): Promise<T> => {
  const response = await fetch(stack.urls.api + path)
  assert.equal(response.status, 200, path)
  return (await response.json()) as T
}
const distributions = () => get<Distribution[]>('/v1/distributions')
const distributionOf = async (period: string) => {
  const found = (await distributions()).find((one) => one.period === period)
  assert.ok(found, `${period} is published`)
  return found
}
const manifestOf = async (period: string): Promise<IncomeManifest> => {
  const manifest = parseManifest(await get(`/v1/manifests/${(await distributionOf(period)).manifestHash}`))
  assert.equal(manifest.stream, 'income')
  return manifest as IncomeManifest
}
const claimsOf = async (name: string) =>
  (await get<{ claims: Claim[] }>(`/v1/accounts/${person(name).address}/claims`)).claims
const balanceOf = (token: Address, owner: Address) =>
  chain.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args: [owner] })
const wordOf = (id: Hex) =>
  chain.readContract({
    address: stack.deployment.distributor,
    abi: merkleDistributorAbi,
    functionName: 'wordOf',
    args: [id],
  })
const remaining = (word: bigint) => word & ((1n << 128n) - 1n)
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)

/** SPEC section 6 on the entitlements worked out by hand. Q2 is the last period of its asset: nothing of it may be left. */
function sharesOf(name: QuarterName, pool: bigint): Map<Address, bigint> {
  const weights = BUYERS.map(({ entitled }) => BigInt(entitled[name]))
  const shares = BUYERS.map(({ name: who }, i) => {
    const exact = pool * (weights[i] ?? 0n)
    return {
      holder: person(who).address.toLowerCase() as Address,
      amount: exact / sum(weights),
      remainder: exact % sum(weights),
    }
  })
  const left = Number(pool - sum(shares.map(({ amount }) => amount)))
  const order = shares.toSorted((a, b) => Number(b.remainder - a.remainder) || (a.holder < b.holder ? -1 : 1))
  if (name === '2026-Q2') for (const share of order.slice(0, left)) share.amount += 1n
  return new Map(shares.map(({ holder, amount }) => [holder, amount]))
}

for (const { name } of QUARTERS) {
  describe(name, () => {
    test('every entitlement is the one worked out by hand', async () => {
      const { holders } = await manifestOf(name)
      const computed = new Map(
        holders.map(({ holder, entitlement }) => [holder.toLowerCase(), BigInt(entitlement)]),
      )
      for (const { name: who, entitled } of BUYERS) {
        assert.equal(
          computed.get(person(who).address.toLowerCase()) ?? 0n,
          BigInt(entitled[name]) * UNIT,
          who,
        )
      }
      assert.equal(computed.size, BUYERS.length, 'and nobody else is entitled')
    })

    test('every amount is its share to the unit, and amounts and carry-over are what was funded', async () => {
      const { holders, payout } = await manifestOf(name)
      const due = sharesOf(name, payout.funded + payout.carryIn)
      const amounts = new Map(holders.map(({ holder, amount }) => [holder, amount]))
      for (const [holder, amount] of due) assert.equal(amounts.get(holder) ?? 0n, amount, holder)
      assert.equal(sum([...amounts.values()]) + payout.carryOut, payout.funded + payout.carryIn)
      assert.equal(BigInt((await distributionOf(name)).total), sum([...amounts.values()]))
    })
  })
}

test('Q1 pays 1,800 USDC, and Q2 the LP units that the issuer got from the pool', async () => {
  const [q1, q2] = [await manifestOf('2026-Q1'), await manifestOf('2026-Q2')]
  assert.equal(q1.payout.asset, stack.deployment.currency)
  assert.equal(q1.payout.funded, 1_800_000_000n)
  assert.equal(q2.payout.asset, stack.deployment.pair)
  const left = await balanceOf(stack.deployment.pair, person('issuer').address)
  const first = await chain.getContractEvents({
    address: stack.deployment.pair,
    abi: erc20Abi,
    eventName: 'Transfer',
    args: { from: '0x0000000000000000000000000000000000000000', to: person('issuer').address },
    fromBlock: 0n,
  })
  const minted = first.map(({ args }) => args.value ?? 0n)
  assert.equal(minted.length, 2, 'the pair was opened, and once added to')
  assert.equal(q2.payout.funded, minted[1])
  assert.equal(
    left,
    sum(minted) - BigInt((await distributionOf('2026-Q2')).total),
    'no other LP unit left the issuer',
  )
})

test('who bought only on the market has nothing to claim', async () => {
  for (const name of PEOPLE.filter((one) => /^(nell|whale|trader)/.test(one)))
    assert.deepEqual(await claimsOf(name), [], name)
})

test('two holders with one recipient are paid by one leaf', async () => {
  assert.deepEqual(await claimsOf('umar'), [])
  assert.deepEqual(await claimsOf('amir'), [])
  const { holders } = await manifestOf('2026-Q1')
  const own = holders.filter(({ holder }) =>
    ['umar', 'amir'].some((who) => person(who).address.toLowerCase() === holder),
  )
  const claim = (await claimsOf('office')).find(({ period }) => period === '2026-Q1')
  assert.equal(BigInt(claim?.amount ?? 0), sum(own.map(({ amount }) => amount)))
})

gatewayTests(() => ({ stack, chain }))
beforeClaims(() => ({ stack, chain }))

test('every claim pays its account, once, and then nothing remains', async () => {
  for (const { name } of QUARTERS) await claimAll(name)
  for (const { id, token } of await distributions()) {
    assert.equal(remaining(await wordOf(id)), 0n)
    assert.equal(await balanceOf(token, stack.deployment.distributor), 0n)
  }
  await stack.synced()
  for (const name of PEOPLE) for (const { claimed } of await claimsOf(name)) assert.equal(claimed, true, name)
})

afterClaims(() => ({ stack, chain }))

for (const { heading, query } of queriesOf('docs/guides/dashboards.md')) {
  test(`the dashboard guide's query is answered, with rows: ${heading}`, async () => {
    const response = await fetch(stack.urls.gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { holder: person('olga').address.toLowerCase(), block: 1 } }),
    })
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown }
    assert.equal(errors, undefined)
    assert.equal(response.status, 200)
    for (const [field, rows] of Object.entries(data ?? {})) {
      assert.ok(Array.isArray(rows) ? rows.length > 0 : rows, `${field} has rows`)
    }
    assert.ok(Object.keys(data ?? {}).length > 0)
  })
}

async function claimAll(period: QuarterName): Promise<void> {
  for (const name of PEOPLE) {
    const { address } = person(name)
    for (const claim of (await claimsOf(name)).filter((one) => one.period === period)) {
      const args = [
        claim.distribution,
        BigInt(claim.index),
        claim.account,
        BigInt(claim.amount),
        claim.proof,
      ] as const
      const request = {
        address: stack.deployment.distributor,
        abi: merkleDistributorAbi,
        functionName: 'claim',
        args,
        account: address,
      } as const
      if (!claim.claimed) {
        const before = await balanceOf(claim.distribution.token, address)
        const { status } = await chain.waitForTransactionReceipt({ hash: await chain.writeContract(request) })
        assert.equal(status, 'success', name)
        assert.equal(
          (await balanceOf(claim.distribution.token, address)) - before,
          BigInt(claim.amount),
          name,
        )
      }
      await assert.rejects(chain.simulateContract(request), /AlreadyClaimed/, `${name} cannot claim twice`)
    }
  }
}
