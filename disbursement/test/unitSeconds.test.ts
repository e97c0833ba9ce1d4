// SPEC section 11.
import { encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { ReplayError } from '../errors.ts'
import { totalUnitSeconds, type UnitSeconds } from '../providers.ts'
import { logDecoder } from '../replay/events.ts'
import { UnitClock } from '../replay/unitSeconds.ts'
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
const weigh = (chain: Chain, times: readonly bigint[]): [string, UnitSeconds][] => {
  const clock = new UnitClock(deployment(), [span.from], () => [])
  const from = chain.blocks.length - times.length
  chain.blocks.forEach((block, at) => {
    clock.apply(block, times[at - from] ?? 0n)
  })
  return gathered(clock)
}

/** Who has gathered anything, but for the excluded. */
const gathered = (clock: UnitClock): [string, UnitSeconds][] =>
  [...clock.between(span)]
    .filter(([each, sums]) => totalUnitSeconds(sums) > 0n && !deployment().excluded.includes(each))
    .sort(([a], [b]) => (a < b ? -1 : 1))

const held = (lp: bigint, lpStaked = 0n, unclaimed = 0n): UnitSeconds => ({ lp, lpStaked, unclaimed })

describe('units × seconds', () => {
  test('count from the span’s beginning, through staking, to the last second', () => {
    const chain = opened().lpTransfer(issuer, A, 10n).close().stake('lp', A, 4n).close()
    chain.unstake('lp', A, 1n).close().lpTransfer(A, B, 3n).close()
    expect(weigh(chain, [10n, 500n, 1_010n, 1_090n])).toEqual([
      [A, held(6n * 10n + 7n * 80n + 4n * 10n, 4n * 10n + 3n * 90n)],
      [B, held(30n)],
    ])
  })

  test('count while unclaimed in the distributor, through a shard, a push and a cancellation', () => {
    const [first, second, shard] = [hash(71), hash(72), hash(73)]
    const leaves = [
      { account: A, amount: 10n },
      { account: B, amount: 20n },
      { account: C, amount: 30n },
    ]
    const place = (block: bigint, logIndex: number) => ({ block, transaction: hash(Number(block)), logIndex })
    const leavesOf = (id: Hex) => {
      if (id === first || id === second) return leaves
      throw new Error(`nobody has the leaves of ${id}`)
    }
    const clock = new UnitClock(deployment(), [span.from], leavesOf)
    const units = (from: Hex, to: Hex, amount: bigint, block: bigint, logIndex: number) =>
      ({ ...place(block, logIndex), kind: 'transfer', of: 'lp', from, to, amount }) as const
    const published = (id: Hex, asset: Hex, logIndex: number, by: Hex = issuer) =>
      ({ ...place(2n, logIndex), kind: 'published', id, issuer: by, asset }) as const
    clock.apply({ number: 1n, events: [units(address(0), issuer, 120n, 1n, 0)] }, 0n)
    clock.apply(
      {
        number: 2n,
        events: [
          units(issuer, distributor, 60n, 2n, 0),
          published(first, pair, 1),
          units(issuer, distributor, 60n, 2n, 2),
          published(second, pair, 3),
          published(hash(99), currency, 4),
          published(hash(98), pair, 5, C),
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
    expect(gathered(clock)).toEqual([
      [A, held(0n, 0n, 10n * 10n + 10n * 40n)],
      [B, held(10n * 60n, 0n, 20n * 10n + 20n * 100n)],
      [C, held(0n, 0n, 30n * 10n + 30n * 100n)],
    ])
    const again = { number: 6n, events: [{ ...paid, ...place(6n, 0) }] }
    expect(() => clock.apply(again, 1_050n)).toThrow('where 0 wait for it')
  })

  test('of several months come out of one pass', () => {
    const chain = opened().lpTransfer(issuer, A, 10n).close().lpTransfer(A, B, 4n).close()
    chain.lpTransfer(A, B, 6n).close()
    const clock = new UnitClock(deployment(), [100n, 200n, 300n], () => [])
    const times = [0n, 0n, 50n, 210n, 300n]
    const of = (address: Hex, from: bigint, until: bigint) => clock.between({ from, until }).get(address)
    const [first, second, third] = chain.blocks.slice(2)
    chain.blocks.slice(0, 2).forEach((block, at) => {
      clock.apply(block, times[at] ?? 0n)
    })
    if (first === undefined || second === undefined || third === undefined) throw new Error('three blocks')
    clock.apply(first, 50n)
    expect(of(A, 100n, 200n)).toEqual(held(1_000n))
    clock.apply(second, 210n)
    expect([of(A, 100n, 200n), of(A, 200n, 300n)]).toEqual([held(1_000n), held(100n + 6n * 90n)])
    clock.apply(third, 300n)
    expect([of(A, 200n, 300n), of(B, 200n, 300n)]).toEqual([held(640n), held(360n)])
    expect([of(A, 300n, 400n), of(B, 300n, 400n)]).toEqual([held(0n), held(1_000n)])
    expect(() => clock.between({ from: 150n, until: 400n })).toThrow('did not mark 150')
    expect(() => clock.between({ from: 200n, until: 250n })).toThrow('did not mark 200 and 250')
  })

  test('are refused when blocks go back or logs are missing', () => {
    const clock = new UnitClock(deployment(), [], () => [])
    clock.apply({ number: 1n, events: [] }, 1_050n)
    expect(() => clock.apply({ number: 2n, events: [] }, 1_040n)).toThrow(ReplayError)
    const missing = { block: 2n, transaction: hash(1), logIndex: 0 }
    const event = { ...missing, kind: 'transfer', of: 'lp', from: A, to: B, amount: 1n } as const
    expect(() => clock.apply({ number: 2n, events: [event] }, 1_060n)).toThrow('earlier logs are missing')
    expect(() => clock.between({ from: 5n, until: 5n })).toThrow(RangeError)
  })

  test('are of no interest in blocks that move none', () => {
    const chain = opened().transfer(issuer, A, 5n).close().stake('token', A, 2n).close().link(A, B).close()
    expect(chain.blocks.map((block) => UnitClock.concerns(block))).toEqual([false, true, false, false, false])
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
      issuer,
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
