// The three years as the story ends: payouts of SPEC section 6, reward months of SPEC section 11, and polls of SPEC section 13.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Address, erc20Abi } from 'viem'
import { type IncomeManifest, parseManifest, type RewardManifest } from '../disbursement/index.ts'
import { connectChain } from '../local/chain.ts'
import { createProgress } from '../local/progress.ts'
import { type Distribution, listed } from '../local/scenario/account.ts'
import { BUYERS } from '../local/scenario/alex.ts'
import { BLOCKED, HEIR, LOST } from '../local/scenario/later.ts'
import { person } from '../local/scenario/people.ts'
import { startStoryAt } from '../local/scenario/stage.ts'
import { STORY_POLLS } from '../local/scenario/storyPolls.ts'
import {
  ALL_QUARTERS,
  type Ending,
  entitledIn,
  inDistributor,
  playYears,
  writeStatements,
} from '../local/scenario/years.ts'
import type { Stack } from '../local/stack.ts'
import { STATE } from '../local/state.ts'

// All three years of the ALEX story on the real parts: twelve quarters and 36 reward months, each of them verified on the way
// (playYears throws where one is not), and nothing lost between what came in and what went out.

const UNIT = 10n ** 18n
mkdirSync(STATE, { recursive: true })
const state = mkdtempSync(join(STATE, 'years-'))
let stack: Stack
let ending: Ending
let published: Distribution[]
let manifests: ReadonlyMap<string, IncomeManifest | RewardManifest>

before(async () => {
  const progress = createProgress()
  const begun = await startStoryAt('end', state, { progress })
  stack = begun.stack
  ending = await playYears(stack, begun.story, progress)
  progress.end()
  await stack.synced()
  published = await listed(stack)
  manifests = new Map(
    await Promise.all(
      published.map(async ({ stream, period, manifestHash }) => {
        const response = await fetch(`${stack.urls.api}/v1/manifests/${manifestHash}`)
        return [`${stream} ${period}`, parseManifest(await response.json())] as const
      }),
    ),
  )
})
after(async () => {
  await stack?.stop()
  rmSync(state, { recursive: true, force: true })
})

const incomeOf = (period: string) => {
  const manifest = manifests.get(`income ${period}`)
  assert.ok(manifest?.stream === 'income', period)
  return manifest
}
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
const addressOf = (name: string) => person(name).address.toLowerCase() as Address

/** What left the distributor, by the subgraph: every claim of every distribution. */
interface Paid {
  readonly account: Address
  readonly to: Address
  readonly amount: string
  readonly distribution: string
}
const claims = async (): Promise<Paid[]> => {
  const all: Paid[] = []
  for (let skip = 0; ; skip += 1000) {
    const response = await fetch(stack.urls.graph, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `{ claims(first: 1000, skip: ${skip}, orderBy: id) { account to amount distribution } }`,
      }),
    })
    const page = ((await response.json()) as { data: { claims: Paid[] } }).data.claims
    all.push(...page)
    if (page.length < 1000) return all
  }
}

test('twelve quarters and 36 reward months are published, each once', () => {
  const of = (stream: string) =>
    published.filter((each) => each.stream === stream).map(({ period }) => period)
  assert.deepEqual(of('income'), ALL_QUARTERS)
  assert.equal(of('income').length, 12)
  assert.equal(new Set(of('liquidity')).size, 36)
  assert.deepEqual([of('liquidity').at(0), of('liquidity').at(-1)], ['2026-07', '2029-06'])
  assert.equal(ending.distributions, 48)
})

test('every entitlement of every quarter is the one worked out by hand', () => {
  for (const period of ALL_QUARTERS) {
    const computed = new Map(incomeOf(period).holders.map(({ holder, entitlement }) => [holder, entitlement]))
    for (const { name } of BUYERS) {
      assert.equal(
        computed.get(addressOf(name)) ?? 0n,
        BigInt(entitledIn(name, period)) * UNIT,
        `${name} in ${period}`,
      )
    }
  }
})

test('every quarter’s amounts are its shares, and what comes in goes out or is carried over', () => {
  let carried = 0n
  for (const period of ALL_QUARTERS) {
    const { payout, holders, income, totals } = incomeOf(period)
    if (payout.asset !== stack.deployment.currency) continue
    assert.equal(payout.funded, (income.amount * BigInt(income.bps)) / 10_000n)
    assert.equal(payout.carryIn, carried, period)
    const pool = payout.funded + payout.carryIn
    const weight = sum(holders.map(({ entitlement }) => entitlement))
    for (const { holder, entitlement, amount } of holders) {
      const floor = (pool * entitlement) / weight
      // The last quarter pays the remainders too: a unit more to some.
      const most = period === '2028-Q4' ? floor + 1n : floor
      assert.ok(amount >= floor && amount <= most, `${holder} in ${period}`)
    }
    assert.equal(totals.paid + payout.carryOut, pool)
    carried = payout.carryOut
  }
  assert.equal(carried, 0n, 'and the last quarter leaves nothing')
})

test('every month’s reward is shared whole, or carried into the next', () => {
  let carried = 0n
  for (const manifest of manifests.values()) {
    if (manifest.stream !== 'liquidity') continue
    const { payout, totals, parameters } = manifest
    assert.deepEqual([payout.funded, payout.carryIn], [parameters.reward, carried], manifest.period.name)
    assert.equal(totals.paid + payout.carryOut, payout.funded + payout.carryIn)
    carried = payout.carryOut
  }
  assert.equal(carried, 0n)
})

test('of each asset, what was published was claimed, was swept, or still waits in the distributor', async () => {
  const assetOf = new Map(published.map(({ id, asset }) => [id as string, asset]))
  const paid = await claims()
  for (const { address, symbol } of new Map(published.map(({ asset }) => [asset.address, asset])).values()) {
    const total = sum(
      published.filter(({ asset }) => asset.address === address).map((each) => BigInt(each.total)),
    )
    const claimed = sum(
      paid
        .filter(({ distribution }) => assetOf.get(distribution)?.address === address)
        .map(({ amount }) => BigInt(amount)),
    )
    const { balance, remaining } = await inDistributor(stack, address)
    assert.equal(balance, remaining, symbol)
    assert.equal(total, claimed + (ending.swept.get(symbol) ?? 0n) + remaining, symbol)
    assert.ok((ending.swept.get(symbol) ?? 0n) > 0n, `something of ${symbol} lapsed`)
  }
})

test('a lost wallet gets nothing and its share lapses; an heir who was named gets all from then on', async () => {
  const paid = await claims()
  const to = (name: string) => paid.filter(({ account }) => account === addressOf(name))
  assert.deepEqual(
    to(LOST).filter(({ distribution }) => distribution !== pushedId()),
    [],
    'but for what was pushed to it',
  )
  assert.equal(
    incomeOf('2028-Q4').holders.find(({ holder }) => holder === addressOf('yuri'))?.account,
    addressOf(HEIR),
  )
  const due = ALL_QUARTERS.filter((period) => period >= '2026-Q4').map((period) => {
    const { holders } = incomeOf(period)
    return holders.find(({ account }) => account === addressOf(HEIR))?.amount ?? 0n
  })
  const chain = connectChain(stack.urls.rpc)
  const balance = await chain.readContract({
    address: stack.deployment.currency,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [addressOf(HEIR)],
  })
  assert.equal(balance, sum(due))
})

test('a blocked account is paid elsewhere, to the unit, and keeps nobody else waiting', async () => {
  const paid = (await claims()).filter(({ account }) => account === addressOf(BLOCKED.name))
  const usdc = new Set(
    published
      .filter(({ asset }) => asset.address === stack.deployment.currency)
      .map(({ id }) => id as string),
  )
  const own = paid.filter(({ distribution }) => usdc.has(distribution))
  assert.equal(own.length, 11, 'every quarter paid in dollars')
  assert.ok(own.every(({ to }) => to === addressOf(BLOCKED.elsewhere)))
  const due = ALL_QUARTERS.map((period) => incomeOf(period))
    .filter(({ payout }) => payout.asset === stack.deployment.currency)
    .map(({ holders }) => holders.find(({ holder }) => holder === addressOf(BLOCKED.name))?.amount ?? 0n)
  assert.equal(sum(own.map(({ amount }) => BigInt(amount))), sum(due))
  const others = (await claims()).filter(({ distribution }) => distribution === pushedId())
  assert.equal(
    others.length,
    new Set(
      incomeOf('2027-Q3')
        .holders.filter(({ amount }) => amount > 0n)
        .map(({ account }) => account),
    ).size,
  )
})

test('every holder’s statement has a row a claim', async () => {
  const folder = join(state, 'statements')
  const count = await writeStatements(stack, folder)
  assert.equal(readdirSync(folder).length, count)
  const paid = await claims()
  for (const name of ['ada', 'olga', BLOCKED.name, HEIR, LOST]) {
    const rows = readFileSync(join(folder, `${name}.csv`), 'utf8')
      .trimEnd()
      .split('\r\n')
    assert.equal(rows.length - 1, paid.filter(({ account }) => account === addressOf(name)).length, name)
  }
})

test('two polls are counted, counted again and answered: a holder weighs once, by the last ballot of any wallet', async () => {
  assert.deepEqual(
    ending.polls.map(({ poll }) => poll),
    STORY_POLLS,
  )
  for (const { id, poll, received, result } of ending.polls) {
    const get = async (path: string) => (await fetch(`${stack.urls.api}/v1/polls/${id}${path}`)).json()
    const voters = new Map<string, { option: number; weight: bigint }>()
    for (const [who, option] of poll.votes) {
      const { holder, weight } = (await get(`/voters/${addressOf(who)}`)) as {
        holder: string
        weight: string
      }
      voters.set(holder, { option, weight: BigInt(weight) })
    }
    const cast = [...voters.values()]
    assert.equal(received, poll.votes.length)
    assert.equal(result.holders, poll.votes.length - 1, 'one of them voted twice')
    assert.deepEqual(
      result.options.map(({ weight }) => weight),
      poll.options.map((_, at) =>
        sum(cast.filter(({ option }) => option === at).map(({ weight }) => weight)),
      ),
    )
    const told = (await get('')) as { status: string; answer: { accepted: boolean }; evidence: unknown[] }
    assert.deepEqual(
      [told.status, told.answer.accepted, told.evidence.length],
      ['counted', poll.answer.accept, poll.evidence === undefined ? 0 : 1],
    )
  }
})

const pushedId = () => published.find(({ stream, period }) => stream === 'income' && period === '2027-Q3')?.id
