// Reward months (SPEC section 11): shares, carry-over, what a manifest may not say, and random histories second by second.
import fc from 'fast-check'
import type { Address, Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { checkManifest, parseManifest, paymentsOf } from '../check.ts'
import { prepareDisbursement } from '../disburse.ts'
import type { RewardsInput } from '../disburseRewards.ts'
import { gatheredByIndex, neverWeighing } from '../indexed.ts'
import { manifestBytes, type RewardManifest } from '../manifest.ts'
import {
  noUnitSeconds,
  type Provider,
  providerDifferences,
  providersOf,
  totalUnitSeconds,
  type UnitSeconds,
} from '../providers.ts'
import { UnitClock } from '../replay/unitSeconds.ts'
import { leaves, type Payment, SHARD_SIZE } from '../shards.ts'
import { parseTerms } from '../terms.ts'
import { Chain } from './chain.ts'
import { address, deployment, hash, recordBlock, rewardTermsJson } from './fixtures.ts'
import { Indexer } from './indexer.ts'

const [A, B, C] = [address(1), address(2), address(3)]
const { issuer, excluded } = deployment()

const provider = (holder: Address, lp: bigint, more: Partial<Provider> = {}): Provider => ({
  holder,
  wallets: [holder],
  recipient: null,
  unitSeconds: { lp, lpStaked: 0n, unclaimed: 0n },
  ...more,
})

const input = (providers: readonly Provider[], more: Partial<RewardsInput> = {}): RewardsInput => ({
  stream: 'liquidity',
  terms: parseTerms(rewardTermsJson()),
  deployment: deployment(),
  period: '2026-01',
  providers,
  lpDistributions: [],
  recordBlock: recordBlock(0),
  previous: null,
  ...more,
})

const month = (...of: Parameters<typeof input>): RewardManifest => {
  const made = input(...of)
  const { manifest } = prepareDisbursement(made)
  const { terms, previous } = made
  expect(checkManifest(manifest, { terms, deployment: deployment(), previous })).toEqual([])
  expect(parseManifest(manifestBytes(manifest), { terms })).toEqual(manifest)
  return manifest
}

const amounts = (manifest: RewardManifest) =>
  Object.fromEntries(manifest.holders.map(({ holder, amount }) => [holder, amount]))

describe('a reward month', () => {
  test('shares 1,000 as the specification says: 10 units for 100 s, 30 units for 50 s', () => {
    const manifest = month([provider(A, 10n * 100n), provider(B, 30n * 50n)])
    expect(amounts(manifest)).toEqual({ [A]: 400n, [B]: 600n })
    expect(manifest.payout).toMatchObject({ kind: 'token', symbol: 'SMPL', funded: 1000n, carryOut: 0n })
  })

  test('carries over what flooring leaves, and everything when nobody provides; the last month pays all', () => {
    const first = month([provider(A, 1n), provider(B, 1n), provider(C, 1n)])
    expect(first.payout.carryOut).toBe(1n)
    const empty = month([provider(A, 0n)], {
      period: '2026-02',
      recordBlock: recordBlock(1),
      previous: first,
    })
    expect([empty.root, empty.payout.carryOut, empty.holders]).toEqual([null, 1001n, []])
    const last = month([provider(A, 1n), provider(B, 2n)], {
      period: '2026-03',
      recordBlock: recordBlock(2),
      previous: empty,
    })
    expect(amounts(last)).toEqual({ [A]: 667n, [B]: 1334n })
    expect(last.payout.carryOut).toBe(0n)
  })

  test('keeps small rewards for their holders, under whatever wallet they are known later', () => {
    const rules = parseTerms(rewardTermsJson({ minPayout: '100' }))
    const first = month([provider(A, 95n), provider(B, 5n)], { terms: rules })
    expect(amounts(first)).toEqual({ [A]: 950n, [B]: 0n })
    expect(first.carried).toEqual([
      { asset: deployment().token, carryOut: 0n, accrued: [{ holder: B, amount: 50n }] },
    ])
    const joined = provider(A, 0n, { wallets: [A, B], recipient: C })
    const second = month([joined], {
      terms: rules,
      period: '2026-02',
      recordBlock: recordBlock(1),
      previous: first,
    })
    expect(second.holders).toMatchObject([{ holder: A, account: C, accruedBefore: 50n, status: 'accrued' }])
    const third = month([joined, provider(address(9), 1n)], {
      terms: rules,
      period: '2026-03',
      recordBlock: recordBlock(2),
      previous: second,
    })
    expect(amounts(third)).toEqual({ [A]: 50n, [address(9)]: 2000n })
    expect(paymentsOf(third)).toEqual([
      { account: C, amount: 50n },
      { account: address(9), amount: 2000n },
    ])
  })

  test('refuses what cannot be', () => {
    const wrong: [Partial<RewardsInput>, RegExp][] = [
      [{ providers: [provider(issuer, 1n)] }, /is excluded and never weighs/],
      [{ providers: [provider(A, -1n)] }, /less than nothing/],
      [{ recordBlock: recordBlock(1) }, /not before the period's end/],
      [{ period: '2026-04' }, /no period 2026-04/],
      [{ previous: month([], { period: '2026-02', recordBlock: recordBlock(1) }) }, /not before 2026-01/],
    ]
    for (const [change, message] of wrong) {
      expect(() => prepareDisbursement(input([], change))).toThrow(message)
    }
  })

  test('is checked: any figure that was changed is told', () => {
    const manifest = month([provider(A, 10n), provider(B, 30n)], {
      lpDistributions: [1, 2].map((id) => ({ id: hash(id), manifestHash: hash(100 + id) })),
    })
    const [first, second] = manifest.holders
    if (first === undefined || second === undefined) throw new Error('two holders')
    const codes = (change: Partial<RewardManifest>) =>
      checkManifest(
        { ...manifest, ...change },
        {
          terms: parseTerms(rewardTermsJson()),
          deployment: deployment(),
        },
      ).map(({ code }) => code)
    const less = { ...first, unitSeconds: { ...first.unitSeconds, lp: 9n } }
    expect(codes({ holders: [less, second] })).toContain('WEIGHT')
    expect(codes({ holders: [{ ...first, amount: 251n }, second] })).toContain('IDENTITY')
    expect(codes({ holders: [second, first] })).toContain('HOLDERS')
    expect(codes({ payout: { ...manifest.payout, funded: 999n } })).toContain('FUNDING')
    expect(codes({ payout: { ...manifest.payout, asset: deployment().currency } })).toContain('FUNDING')
    expect(codes({ payout: { ...manifest.payout, kind: 'currency' } })).toContain('TERMS')
    expect(codes({ parameters: { ...manifest.parameters, reward: 999n } })).toContain('TERMS')
    expect(codes({ lpDistributions: manifest.lpDistributions.toReversed() })).toContain('HOLDERS')
    expect(codes({ root: hash(1) })).toEqual(['ROOT'])
  })
})

// Random histories, and beside the clock a model that knows nothing of sums: it goes from second to second.

const PEOPLE = [A, B, C, address(4), address(5), address(6)]
const person = fc.integer({ min: 0, max: PEOPLE.length - 1 })
const part = fc.integer({ min: 1, max: 4 }).map(BigInt)

const action = fc.oneof(
  fc.record({ do: fc.constantFrom('give', 'stake', 'unstake', 'addBack'), who: person, to: person, part }),
  fc.record({ do: fc.constantFrom('link', 'recipient'), who: person, to: person, part }),
  fc.record({ do: fc.constantFrom('publish', 'pay', 'open', 'end'), who: person, to: person, part }),
  // Once more, for a shard opens only where a crowd was published before.
  fc.record({ do: fc.constantFrom('publish', 'open'), who: person, to: person, part }),
)
type Action = typeof action extends fc.Arbitrary<infer Each> ? Each : never

/** What is true at one moment, second by second. */
class World {
  readonly chain = new Chain()
  readonly lp = new Map<Address, bigint>()
  readonly staked = new Map<Address, bigint>()
  /** Distributions and shards with who waits in them. */
  readonly waiting = new Map<Hex, Map<Address, bigint>>()
  readonly published = new Map<Hex, readonly Payment[]>()
  readonly rootOf = new Map<Address, Address>()
  readonly recipients = new Map<Address, Address>()
  readonly opened = new Set<string>()
  #ids = 0

  constructor() {
    this.chain.addLiquidity(issuer, 10n ** 9n, 10n ** 9n)
    this.chain.close()
    for (const each of PEOPLE) {
      this.chain.lpTransfer(issuer, each, 1_000n)
      this.lp.set(each, 1_000n)
    }
    this.chain.close()
  }

  root = (each: Address): Address => this.rootOf.get(each) ?? each

  #move(map: Map<Address, bigint>, who: Address, amount: bigint): void {
    map.set(who, (map.get(who) ?? 0n) + amount)
  }

  act({ do: what, who: one, to: other, part }: Action): void {
    const [who, to] = [PEOPLE[one] ?? A, PEOPLE[other] ?? B]
    const some = (this.lp.get(who) ?? 0n) / part
    if (what === 'give') {
      this.chain.lpTransfer(who, to, some)
      this.#move(this.lp, who, -some)
      this.#move(this.lp, to, some)
    } else if (what === 'addBack') {
      this.chain.lpTransfer(issuer, who, 7n * part)
      this.#move(this.lp, who, 7n * part)
    } else if (what === 'stake') {
      this.chain.stake('lp', who, some)
      this.#move(this.lp, who, -some)
      this.#move(this.staked, who, some)
    } else if (what === 'unstake') {
      const back = (this.staked.get(who) ?? 0n) / part
      this.chain.unstake('lp', who, back)
      this.#move(this.staked, who, -back)
      this.#move(this.lp, who, back)
    } else if (what === 'link') this.#link(who, to)
    else if (what === 'recipient') {
      this.chain.nameRecipient(this.root(who), address(0x500 + other))
      this.recipients.set(this.root(who), address(0x500 + other))
    } else this.#distribute(what, one, other, part)
  }

  #link(who: Address, wallet: Address): void {
    const isFree = this.root(wallet) === wallet && ![...this.rootOf.values()].includes(wallet)
    if (!isFree || this.root(who) === wallet) return
    this.chain.link(this.root(who), wallet)
    this.rootOf.set(wallet, this.root(who))
  }

  #distribute(what: string, one: number, other: number, part: bigint): void {
    if (what === 'publish') {
      const id = hash(0x1000 + ++this.#ids)
      // A crowd of strangers makes it more than one shard, now and then.
      const strangers = part >= 2n ? Array.from({ length: SHARD_SIZE }, (_, at) => address(0x9000 + at)) : []
      const accounts = [...PEOPLE.slice(0, one + 1), address(0x500 + other), ...strangers]
      const own = leaves(accounts.map((account, at) => ({ account, amount: BigInt(at + 1) * part })))
      const total = own.reduce((sum, { amount }) => sum + amount, 0n)
      this.chain.publishLp(id, total)
      this.published.set(id, own)
      this.waiting.set(id, new Map(own.map(({ account, amount }) => [account, amount])))
      return
    }
    const ids = [...this.waiting.keys()].filter(
      (each) => what !== 'open' || (this.published.get(each)?.length ?? 0) > SHARD_SIZE,
    )
    const id = ids[(one * 7 + other) % Math.max(1, ids.length)]
    const all = id === undefined ? undefined : this.waiting.get(id)
    if (id === undefined || all === undefined) return
    if (what === 'pay') {
      const paid = [...all].slice(0, Number(part)).map(([account, amount]) => ({ account, amount }))
      this.chain.payLp(id, paid)
      for (const { account, amount } of paid) {
        all.delete(account)
        this.#move(this.lp, account, amount)
      }
    } else if (what === 'end') {
      this.chain.endLp(
        id,
        [...all.values()].reduce((sum, amount) => sum + amount, 0n),
      )
      this.waiting.delete(id)
    } else this.#open(id, all, other % 2)
  }

  #open(id: Hex, all: Map<Address, bigint>, shard: number): void {
    const own = this.published.get(id)
    if (own === undefined || this.opened.has(`${id} ${shard}`)) return
    this.opened.add(`${id} ${shard}`)
    const of = hash(0x2000 + ++this.#ids)
    this.chain.openShard(of, id, shard)
    const moved = own
      .slice(shard * SHARD_SIZE, (shard + 1) * SHARD_SIZE)
      .filter(({ account }) => all.has(account))
    for (const { account } of moved) all.delete(account)
    this.waiting.set(of, new Map(moved.map(({ account, amount }) => [account, amount])))
  }
}

describe('rows of a subgraph', () => {
  const span = { from: 100n, until: 200n }
  const row = { id: A, lp: '5', lpStaked: '1', lpSeconds: '70', stakedSeconds: '9', since: '150' }
  const leaves = [{ account: A, amount: 3n }]
  const distribution = {
    id: hash(1),
    root: hash(2),
    manifestHash: hash(3),
    parent: null,
    publishedAt: '120',
    endedAt: null,
  }
  const rows = { before: [], after: [row], distributions: [distribution], claims: [] }
  const gathered = (more: object = {}) => gatheredByIndex({ ...rows, ...more }, span, () => leaves).get(A)

  test('are taken to the ends of the span', () => {
    expect(gathered()).toEqual({ lp: 70n + 5n * 50n, lpStaked: 9n + 50n, unclaimed: 3n * 80n })
    const before = [{ ...row, lpSeconds: '20', stakedSeconds: '0', since: '90' }]
    expect(gathered({ before })).toEqual({ lp: 320n - 70n, lpStaked: 59n - 10n, unclaimed: 240n })
    const claims = [{ distribution: hash(1), account: A, timestamp: '130' }]
    expect(gathered({ claims })?.unclaimed).toBe(30n)
    expect(gathered({ distributions: [{ ...distribution, endedAt: '125' }] })?.unclaimed).toBe(15n)
  })

  test('that cannot be are refused, never cut off at zero', () => {
    expect(() => gathered({ after: [{ ...row, lp: '-5' }] })).toThrow('lp is -5, which is not an amount')
    expect(() => gathered({ after: [{ ...row, since: '201' }] })).toThrow('rows of another block')
    const shard = { ...distribution, id: hash(9), parent: hash(1) }
    expect(() => gathered({ distributions: [distribution, shard] })).toThrow('do not make')
  })

  test('of an excluded address leave out everybody linked to it', () => {
    const linked = [
      { id: A, holder: A },
      { id: B, holder: A },
      { id: issuer, holder: C },
      { id: C, holder: C },
    ]
    const never = neverWeighing(linked, excluded)
    expect([A, B, C, issuer].map((each) => never.has(each))).toEqual([false, false, true, true])
  })
})

describe('units × seconds of random histories', () => {
  test('are what going from second to second makes, and a reward is shared by them to the last unit', () => {
    let met = { waited: 0, linked: 0, opened: 0 }
    const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), action), {
      minLength: 10,
      maxLength: 60,
    })
    const bounds = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 120 }))
    fc.assert(
      fc.property(
        history,
        bounds,
        fc.bigInt({ min: 1n, max: 10n ** 24n }),
        (steps, [start, length], reward) => {
          const span = { from: BigInt(start), until: BigInt(start + length) }
          const world = new World()
          const blocks = [...world.chain.blocks]
          const naive = new Map<Address, UnitSeconds>()
          const leavesOf = (id: Hex) => world.published.get(id) ?? []
          const clock = new UnitClock(deployment(), [span.from], leavesOf)
          const index = new Indexer(span.from, leavesOf)
          for (const block of blocks) {
            clock.apply(block, 0n)
            index.apply(block, 0n)
          }
          const count = (time: number) => {
            if (BigInt(time) < span.from || BigInt(time) >= span.until) return
            const of = (who: Address) =>
              naive.get(who) ?? naive.set(who, noUnitSeconds()).get(who) ?? noUnitSeconds()
            for (const [who, units] of world.lp) of(who).lp += units
            for (const [who, units] of world.staked) of(who).lpStaked += units
            for (const all of world.waiting.values()) {
              for (const [who, units] of all) of(who).unclaimed += units
            }
          }
          let now = 0
          for (const [gap, step] of steps) {
            if (BigInt(now + gap) >= span.until) break
            for (let second = 0; second < gap; second++) count(now++)
            world.act(step)
            world.chain.close()
            const block = world.chain.blocks.at(-1)
            if (block === undefined) continue
            if (UnitClock.concerns(block)) clock.apply(block, BigInt(now))
            index.apply(block, BigInt(now))
          }
          while (BigInt(now) < span.until) count(now++)

          // By holder, from the naive sums and the naive links.
          const byHolder = new Map<Address, UnitSeconds>()
          for (const [who, sums] of naive) {
            const own = byHolder.get(world.root(who)) ?? noUnitSeconds()
            own.lp += sums.lp
            own.lpStaked += sums.lpStaked
            own.unclaimed += sums.unclaimed
            byHolder.set(world.root(who), own)
          }
          const expected = [...byHolder].map(([holder, unitSeconds]): Provider => {
            const linked = [...world.rootOf].filter(([, root]) => root === holder).map(([wallet]) => wallet)
            return {
              holder,
              wallets: [holder, ...linked].sort(),
              recipient: world.recipients.get(holder) ?? null,
              unitSeconds,
            }
          })
          const never = new Set(excluded)
          const actual = providersOf(world.chain.ledger.positions(), clock.between(span), never)
          expect(providerDifferences(actual, expected)).toEqual([])
          const indexed = gatheredByIndex(index.rows(), span, leavesOf)
          const told = providersOf(world.chain.ledger.positions(), indexed, never)
          expect(providerDifferences(told, expected)).toEqual([])

          met = {
            waited: met.waited + Number(expected.some(({ unitSeconds }) => unitSeconds.unclaimed > 0n)),
            linked: met.linked + Number(world.rootOf.size > 0),
            opened: met.opened + Number(world.opened.size > 0),
          }
          const terms = parseTerms(rewardTermsJson({ reward: reward.toString() }))
          const first = prepareDisbursement(input(actual, { terms })).manifest
          const all = expected.reduce((sum, { unitSeconds }) => sum + totalUnitSeconds(unitSeconds), 0n)
          let paid = 0n
          for (const { holder, unitSeconds } of expected) {
            const amount = (reward * totalUnitSeconds(unitSeconds)) / all
            expect(amounts(first)[holder] ?? 0n).toBe(amount)
            paid += amount
          }
          expect(first.payout.carryOut).toBe(reward - paid)
        },
      ),
      { numRuns: 50 },
    )
    expect(Math.min(...Object.values(met))).toBeGreaterThan(0)
  })
})
