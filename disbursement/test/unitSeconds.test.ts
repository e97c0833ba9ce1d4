// SPEC section 11.
import { encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { ReplayError } from '../errors.ts'
import { logDecoder } from '../replay/events.ts'
import { rewardsOf, UnitClock } from '../replay/unitSeconds.ts'
import type { Payment } from '../shards.ts'
import { Chain } from './chain.ts'
import { address, deployment, hash } from './fixtures.ts'

const [A, B, C] = [address(1), address(2), address(3)]
const { issuer, pair, distributor, currency } = deployment()
const span = { from: 1_000n, until: 1_100n }

/** A chain whose issuer opened the pool, so that LP units can be had. */
const opened = () => {
  const chain = new Chain()
  chain.addLiquidity(issuer, 10n ** 9n, 10n ** 9n)
  return chain.close()
}

/** Weighs a chain whose blocks have these times, the last ones; the blocks before are of time 0. */
const weigh = (chain: Chain, times: readonly bigint[], leaves: Record<Hex, readonly Payment[]> = {}) => {
  const clock = new UnitClock(deployment(), span, (id) => leaves[id] ?? [])
  const from = chain.blocks.length - times.length
  chain.blocks.forEach((block, at) => {
    clock.apply(block, times[at - from] ?? 0n)
  })
  return clock.weights()
}

describe('units × seconds', () => {
  test('share a reward as the specification says: 10 units for 100 s, 30 for 50 s', () => {
    const chain = opened().lpTransfer(issuer, A, 10n).close().lpTransfer(issuer, B, 30n).close()
    const weights = weigh(chain, [1_000n, 1_050n])
    expect(weights).toEqual([
      { holder: A, unitSeconds: 1_000n },
      { holder: B, unitSeconds: 1_500n },
    ])
    expect(rewardsOf(1_000n, weights)).toEqual({
      rewards: [
        { holder: A, amount: 400n },
        { holder: B, amount: 600n },
      ],
      carryOut: 0n,
    })
  })

  test('what flooring leaves over, and a month without providers, carry over', () => {
    const even = [A, B, C].map((holder) => ({ holder, unitSeconds: 7n }))
    expect(rewardsOf(100n, even).carryOut).toBe(1n)
    expect(rewardsOf(100n, [])).toEqual({ rewards: [], carryOut: 100n })
    expect(weigh(opened(), [])).toEqual([])
  })

  test('count from the span’s beginning, through staking, to the last second', () => {
    const chain = opened().lpTransfer(issuer, A, 10n).close().stake('lp', A, 4n).close()
    chain.unstake('lp', A, 1n).close().lpTransfer(A, B, 3n).close()
    expect(weigh(chain, [10n, 500n, 1_010n, 1_090n])).toEqual([
      { holder: A, unitSeconds: 10n * 90n + 7n * 10n },
      { holder: B, unitSeconds: 30n },
    ])
  })

  test('of linked wallets are one holder’s; the issuer, the pair and the vault never weigh', () => {
    const chain = opened().lpTransfer(issuer, A, 10n).lpTransfer(issuer, B, 5n).close().link(A, B).close()
    expect(weigh(chain, [900n, 1_050n])).toEqual([{ holder: A, unitSeconds: 1_500n }])
  })

  test('count while unclaimed in the distributor, through a shard, a push and a cancellation', () => {
    const [first, second, shard] = [hash(71), hash(72), hash(73)]
    const leaves = [
      { account: A, amount: 10n },
      { account: B, amount: 20n },
      { account: C, amount: 30n },
    ]
    const place = (block: bigint, logIndex: number) => ({ block, transaction: hash(Number(block)), logIndex })
    const clock = new UnitClock(deployment(), span, (id) => (id === first || id === second ? leaves : []))
    const units = (from: Hex, to: Hex, amount: bigint, block: bigint, logIndex: number) =>
      ({ ...place(block, logIndex), kind: 'transfer', of: 'lp', from, to, amount }) as const
    clock.apply({ number: 1n, events: [units(address(0), issuer, 120n, 1n, 0)] }, 0n)
    clock.apply(
      {
        number: 2n,
        events: [
          units(issuer, distributor, 60n, 2n, 0),
          { ...place(2n, 1), kind: 'published', id: first, asset: pair },
          units(issuer, distributor, 60n, 2n, 2),
          { ...place(2n, 3), kind: 'published', id: second, asset: pair },
          { ...place(2n, 4), kind: 'published', id: hash(99), asset: currency },
        ],
      },
      1_000n,
    )
    const cancelled = { ...place(3n, 0), kind: 'ended', id: second } as const
    clock.apply({ number: 3n, events: [cancelled, units(distributor, issuer, 60n, 3n, 1)] }, 1_010n)
    clock.apply(
      { number: 4n, events: [{ ...place(4n, 0), kind: 'opened', id: shard, parent: first, shard: 0 }] },
      1_020n,
    )
    const paid = { ...place(5n, 0), kind: 'paid', id: shard, payments: leaves.slice(0, 1) } as const
    clock.apply({ number: 5n, events: [paid, units(distributor, B, 10n, 5n, 1)] }, 1_040n)
    expect(clock.weights()).toEqual([
      { holder: A, unitSeconds: 10n * 10n + 10n * 40n },
      { holder: B, unitSeconds: 20n * 10n + 20n * 100n + 10n * 60n },
      { holder: C, unitSeconds: 30n * 10n + 30n * 100n },
    ])
    const again = { number: 6n, events: [{ ...paid, ...place(6n, 0) }] }
    expect(() => clock.apply(again, 1_050n)).toThrow('where 0 wait for it')
  })

  test('are refused when blocks go back, lie after the span, or lack logs', () => {
    const clock = new UnitClock(deployment(), span, () => [])
    clock.apply({ number: 1n, events: [] }, 1_050n)
    expect(() => clock.apply({ number: 2n, events: [] }, 1_040n)).toThrow(ReplayError)
    expect(() => clock.apply({ number: 2n, events: [] }, 1_100n)).toThrow('stop before it')
    const missing = { block: 2n, transaction: hash(1), logIndex: 0 }
    const event = { ...missing, kind: 'transfer', of: 'lp', from: A, to: B, amount: 1n } as const
    expect(() => clock.apply({ number: 2n, events: [event] }, 1_060n)).toThrow('earlier logs are missing')
    expect(() => new UnitClock(deployment(), { from: 5n, until: 5n }, () => [])).toThrow(RangeError)
  })
})

describe('logs of the distributor', () => {
  const decode = logDecoder(deployment())
  const place = { block: 7n, transaction: hash(1), logIndex: 3 }
  const [id, root] = [hash(5), hash(6)]
  const encoded = (eventName: string, indexed: Record<string, unknown>, data: Hex) =>
    decode({
      address: distributor,
      topics: encodeEventTopics({ abi: merkleDistributorAbi, eventName, args: indexed } as never) as Hex[],
      data,
      blockNumber: 7n,
      transactionHash: hash(1),
      logIndex: 3,
    })
  const words = (types: string, ...values: unknown[]): Hex =>
    encodeAbiParameters(
      types.split(',').map((type) => ({ type })),
      values as never,
    )

  test('decode to what they mean for who waits to be paid', () => {
    const published = words('bytes32,bytes32,uint256,bytes32', hash(1), root, 9n, hash(2))
    expect(encoded('Published', { id, issuer, token: pair }, published)).toEqual({
      ...place,
      kind: 'published',
      id,
      asset: pair,
    })
    const paid = { ...place, kind: 'paid', id, payments: [{ account: A, amount: 12n }] }
    expect(encoded('Claimed', { id, account: A }, words('uint256,uint256', 4n, 12n))).toEqual(paid)
    const to = words('uint256,address,uint256', 4n, C, 12n)
    expect(encoded('ClaimedTo', { id, account: A }, to)).toEqual(paid)
    expect(encoded('Cancelled', { id }, words('uint256', 4n))).toEqual({ ...place, kind: 'ended', id })
    expect(encoded('Swept', { id }, words('uint256', 4n))).toEqual({ ...place, kind: 'ended', id })
    const shard = words('uint256,bytes32,uint256', 3n, root, 9n)
    expect(encoded('Opened', { id, parent: root }, shard)).toEqual({
      ...place,
      kind: 'opened',
      id,
      parent: root,
      shard: 3,
    })
  })

  test('of a push name those whose bit is set', () => {
    const data = encodeAbiParameters(
      [{ type: 'uint256' }, { type: 'tuple[]', components: [{ type: 'address' }, { type: 'uint256' }] }],
      [
        0b101n,
        [
          [A, 1n],
          [B, 2n],
          [C, 3n],
        ],
      ],
    )
    expect(encoded('Pushed', { id }, data)).toMatchObject({
      kind: 'paid',
      payments: [
        { account: A, amount: 1n },
        { account: C, amount: 3n },
      ],
    })
  })
})
