import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import {
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  zeroAddress,
  zeroHash,
} from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { batchOf, type Call, call, FAR, ISSUER, type World } from './chain.ts'

// A seeded random history: what people, traders and attackers do with a program, several transactions a block.

/** Numbers from a seed: mulberry32. */
export const dice = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Distribution = {
  issuer: Address
  token: Address
  terms: Hex
  root: Hex
  account: Address
  amount: bigint
}

/** What is likely to succeed with a distribution; anything may be tried. */
type Fate = 'claim' | 'claimTo' | 'cancel' | 'sweep'

export class Program {
  private readonly world: World
  private readonly roll: () => number
  private readonly distributions: [Distribution, Fate[]][] = []
  /** Who staked, and where. */
  private readonly stakers: [Address, Address][] = []
  /** Wallets that somebody tried to link, two by two. */
  private readonly linked: [Address, Address][] = []
  private nonce = 0

  constructor(world: World, seed: number) {
    this.world = world
    this.roll = dice(seed)
  }

  /** Plays `actions` actions in blocks of one to six, and returns the last block. */
  async play(actions: number): Promise<number> {
    let last = 0
    for (let done = 0; done < actions; ) {
      const here = Math.min(1 + this.below(6), actions - done)
      for (let i = 0; i < here; i++) await this.act()
      done += here
      last = await this.world.mine()
    }
    return last
  }

  private async act(): Promise<void> {
    const weighted: [number, () => Promise<unknown>][] = [
      [10, () => this.buy()],
      [12, () => this.transfer()],
      [12, () => this.swap()],
      [10, () => this.addLiquidity()],
      [8, () => this.removeLiquidity()],
      [4, () => this.pairDirectly()],
      [9, () => this.sendUnits()],
      [10, () => this.stake()],
      [5, () => this.link()],
      [2, () => this.recipient()],
      [2, () => this.fee()],
      [5, () => this.publish()],
      [9, () => this.settleDistribution()],
      [3, () => this.distribute()],
      [5, () => this.inOneTransaction()],
      [3, () => this.roundTrip()],
    ]
    let left = this.roll() * weighted.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, action] of weighted) {
      left -= weight
      if (left < 0) {
        await action()
        return
      }
    }
  }

  private below(n: number): number {
    return Math.floor(this.roll() * n)
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  private shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item): [number, T] => [this.roll(), item])
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item)
  }

  private get actor(): Address {
    return this.signer.address
  }

  private get signer(): PrivateKeyAccount {
    return this.pick(this.world.actors)
  }

  /** A part of an amount: all of it, nothing, or something odd between. */
  private part(amount: bigint): bigint {
    const kind = this.roll()
    if (kind < 0.12) return amount
    if (kind < 0.15) return 0n
    return (amount * BigInt(1 + this.below(999_983))) / 999_983n
  }

  private async balance(token: Address, account: Address): Promise<bigint> {
    const { client, abis } = this.world
    return (await client.readContract({
      address: token,
      abi: abis.token,
      functionName: 'balanceOf',
      args: [account],
    })) as bigint
  }

  private async buy(): Promise<void> {
    const { deployment, abis, send } = this.world
    const amount = BigInt(1 + this.below(20_000)) * 10n ** 18n + BigInt(this.below(1000))
    // Mostly the offering; sometimes the treasury, which is listed as selling too.
    if (this.roll() < 0.8)
      await send(this.actor, call(deployment.offering, abis.offering, 'buy', [amount, []]))
    else
      await send(
        deployment.treasury,
        call(deployment.token, abis.token, 'transfer', [this.actor, amount / 10n]),
      )
  }

  private async transfer(): Promise<void> {
    const { deployment: d, abis, send, batch, actors } = this.world
    const from = this.actor
    const to = this.pick([
      ...actors.map(({ address }) => address),
      from,
      batch,
      d.pair,
      d.tokenVault,
      d.issuer,
      '0x000000000000000000000000000000000000dEaD',
    ] as Address[])
    const amount = this.part(await this.balance(d.token, from))
    await send(from, call(d.token, abis.token, 'transfer', [to, amount]))
  }

  private async swap(): Promise<void> {
    const { deployment: d, send } = this.world
    const from = this.actor
    await send(from, await this.swapCall(from, this.roll() < 0.5 ? d.token : d.counterAsset, this.actor))
  }

  private async swapCall(from: Address, sold: Address, to: Address): Promise<Call> {
    const { deployment: d, abis } = this.world
    const has = await this.balance(sold, from)
    const amount = this.part(sold === d.token ? has / 2n : has / 100n)
    const path = sold === d.token ? [d.token, d.counterAsset] : [d.counterAsset, d.token]
    return call(d.router, abis.router, 'swapExactTokensForTokens', [amount, 0n, path, to, FAR])
  }

  private async addLiquidity(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const from = this.actor
    const to = this.roll() < 0.8 ? from : this.actor
    const amount = this.part(await this.balance(d.token, from))
    const other = this.part(10n ** 18n * 50n)
    if (this.roll() < 0.5) {
      await send(
        from,
        call(d.router, abis.router, 'addLiquidity', [
          d.token,
          d.counterAsset,
          amount,
          other,
          0n,
          0n,
          to,
          FAR,
        ]),
      )
    } else {
      await send(
        from,
        call(d.router, abis.router, 'addLiquidityETH', [d.token, amount, 0n, 0n, to, FAR]),
        other,
      )
    }
  }

  private async removeLiquidity(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const from = this.actor
    const to = this.roll() < 0.6 ? from : this.actor
    const units = this.part(await this.balance(d.pair, from))
    await send(
      from,
      this.roll() < 0.5
        ? call(d.router, abis.router, 'removeLiquidity', [d.token, d.counterAsset, units, 0n, 0n, to, FAR])
        : call(d.router, abis.router, 'removeLiquidityETH', [d.token, units, 0n, 0n, to, FAR]),
    )
  }

  /** What routers do, by hand: each its own transaction, so that others come between. */
  private async pairDirectly(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const from = this.actor
    const way = this.roll()
    if (way < 0.4) {
      const amount = this.part((await this.balance(d.token, from)) / 4n)
      await send(from, call(d.token, abis.token, 'transfer', [d.pair, amount]))
      await send(from, call(d.counterAsset, abis.weth, 'transfer', [d.pair, this.part(10n ** 18n)]))
      const to = this.roll() < 0.9 ? this.actor : zeroAddress
      await send(from, call(d.pair, abis.pair, 'mint', [to]))
    } else if (way < 0.75) {
      await send(
        from,
        call(d.pair, abis.pair, 'transfer', [d.pair, this.part(await this.balance(d.pair, from))]),
      )
      await send(from, call(d.pair, abis.pair, 'burn', [this.actor]))
    } else if (way < 0.9) {
      await send(from, call(d.pair, abis.pair, 'skim', [this.actor]))
    } else await send(from, call(d.pair, abis.pair, 'sync'))
  }

  private async sendUnits(): Promise<void> {
    const { deployment: d, abis, send, actors, batch } = this.world
    let from = this.actor
    let to = this.pick([
      ...actors.map(({ address }) => address),
      from,
      from,
      batch,
      d.lpVault,
      d.lpVault,
      zeroAddress,
      ISSUER,
    ])
    if (this.roll() < 0.4) {
      // Between wallets that may be linked, from one that has any.
      for (const [one, other] of this.shuffled(this.linked)) {
        ;[from, to] = (await this.balance(d.pair, one)) > 0n ? [one, other] : [other, one]
        if ((await this.balance(d.pair, from)) > 0n) break
      }
    }
    const units = this.part(await this.balance(d.pair, from))
    await send(from, call(d.pair, abis.pair, 'transfer', [to, units]))
  }

  private async stake(): Promise<void> {
    const { deployment: d, abis, send, client } = this.world
    if (this.stakers.length === 0 || this.roll() < 0.55) {
      const from = this.actor
      const [vault, asset] = this.pick([
        [d.tokenVault, d.token],
        [d.lpVault, d.pair],
      ] as [Address, Address][])
      const amount = this.part(await this.balance(asset, from))
      if (amount > 0n) this.stakers.push([from, vault])
      await send(from, call(vault, abis.vault, 'stake', [amount]))
    } else {
      const [from, vault] = this.pick(this.stakers)
      const staked = (await client.readContract({
        address: vault,
        abi: abis.vault,
        functionName: 'staked',
        args: [from],
      })) as bigint
      await send(from, call(vault, abis.vault, 'withdraw', [this.part(staked)]))
    }
  }

  private async link(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const existing = this.signer
    const wallet = this.signer
    const signature = await wallet.signTypedData({
      domain: {
        name: 'Prorata HolderRegistry',
        version: '1',
        chainId: d.chainId,
        verifyingContract: d.registry,
      },
      types: {
        Link: [
          { name: 'existing', type: 'address' },
          { name: 'wallet', type: 'address' },
        ],
      },
      primaryType: 'Link',
      message: { existing: existing.address, wallet: wallet.address },
    })
    this.linked.push([existing.address, wallet.address])
    await send(
      existing.address,
      call(d.registry, abis.registry, 'link', [existing.address, wallet.address, '0x', signature]),
    )
  }

  private async recipient(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const recipient = this.roll() < 0.3 ? zeroAddress : this.actor
    await send(this.actor, call(d.registry, abis.registry, 'nameRecipient', [recipient]))
  }

  private async fee(): Promise<void> {
    const { deployment: d, abis, send, feeTo } = this.world
    await send(ISSUER, call(d.factory, abis.factory, 'setFeeTo', [this.roll() < 0.7 ? feeTo : zeroAddress]))
  }

  /** Distributions of one leaf: its hash is the root, and its proof is empty. */
  private async publish(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const issuer = this.roll() < 0.85 ? ISSUER : this.actor
    const token = this.roll() < 0.6 ? d.token : d.pair
    const has = await this.balance(token, issuer)
    const amount = token === d.token ? has / 1000n : has / 3n
    const account = this.actor
    const leaf = keccak256(
      keccak256(
        encodeAbiParameters(
          [{ type: 'uint256' }, { type: 'address' }, { type: 'uint256' }],
          [0n, account, amount],
        ),
      ),
    )
    // Some open at once, and some of those can be swept soon; some open far off, and can be cancelled.
    const { timestamp } = await this.world.client.getBlock()
    const [opensAt, deadline, fates] = this.pick<[bigint, bigint, Fate[]]>([
      [BigInt(this.nonce++), 0n, ['claim', 'claimTo']],
      [timestamp, timestamp + 60n, ['claim', 'sweep']],
      [FAR, 0n, ['cancel']],
    ])
    const terms = pad(numberToHex((opensAt << 64n) | deadline))
    const manifestHash = keccak256(numberToHex(this.nonce))
    // A third more than the one leaf, so that something is left to sweep.
    const total = amount + amount / 3n
    await send(
      issuer,
      call(d.distributor, abis.distributor, 'publish', [token, terms, leaf, total, manifestHash]),
    )
    this.distributions.push([{ issuer, token, terms, root: leaf, account, amount }, fates])
  }

  /** Paid at once, but for those masked; somebody may push the rest. */
  private async distribute(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const payments = [...new Set([this.actor, this.actor, this.actor])]
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .map((account) => ({ account, amount: BigInt(1 + this.below(1_000_000)) }))
    const values = payments.map(({ account, amount }, i): [number, string, bigint] => [i, account, amount])
    const tree = StandardMerkleTree.of(values, ['uint256', 'address', 'uint256'], { sortLeaves: false })
    const terms = pad(numberToHex(BigInt(this.nonce++) << 64n))
    const token = this.pick([d.token, d.pair])
    const mask = BigInt(this.below(4))
    await send(
      ISSUER,
      call(d.distributor, abis.distributor, 'distribute', [token, terms, payments, mask, zeroHash]),
    )
    if (this.roll() < 0.4) return
    const distribution = { issuer: ISSUER, token, terms, root: tree.root as Hex }
    await send(this.actor, call(d.distributor, abis.distributor, 'push', [distribution, payments]))
  }

  private async settleDistribution(): Promise<void> {
    if (this.distributions.length === 0) return
    const { deployment: d, abis, send } = this.world
    const [{ account, amount, ...distribution }, fates] = this.pick(this.distributions)
    const way = this.pick<Fate>(this.roll() < 0.8 ? fates : ['claim', 'claimTo', 'cancel', 'sweep'])
    const ways: Record<Fate, [Address, unknown[]]> = {
      claim: [this.actor, [distribution, 0n, account, amount, []]],
      claimTo: [account, [distribution, 0n, this.actor, amount, []]],
      cancel: [distribution.issuer, [distribution]],
      sweep: [this.actor, [distribution]],
    }
    const [from, args] = ways[way]
    await send(from, call(d.distributor, abis.distributor, way, args))
  }

  /** The batch contract, a holder like others, does several things in one transaction. */
  private async inOneTransaction(): Promise<void> {
    const { deployment: d, abis, send, batch } = this.world
    const tokens = await this.balance(d.token, batch)
    const units = await this.balance(d.pair, batch)
    const add = (amount: bigint): Call =>
      call(d.router, abis.router, 'addLiquidity', [
        d.token,
        d.counterAsset,
        amount,
        10n ** 20n,
        0n,
        0n,
        batch,
        FAR,
      ])
    const swap = (sold: Address, amount: bigint): Call =>
      call(d.router, abis.router, 'swapExactTokensForTokens', [
        amount,
        0n,
        sold === d.token ? [d.token, d.counterAsset] : [d.counterAsset, d.token],
        batch,
        FAR,
      ])
    const remove = call(d.router, abis.router, 'removeLiquidity', [
      d.token,
      d.counterAsset,
      units / 2n,
      0n,
      0n,
      batch,
      FAR,
    ])
    const stakeUnits = call(d.lpVault, abis.vault, 'stake', [units / 3n])
    const scripts: Call[][] = [
      [call(d.offering, abis.offering, 'buy', [BigInt(1 + this.below(5000)) * 10n ** 18n, []])],
      // Push the token's price down, add liquidity at that price, and buy back.
      [swap(d.token, tokens / 3n), add(tokens / 3n), swap(d.counterAsset, 10n ** 18n * 5n)],
      [add(tokens / 5n), remove, add(tokens / 7n)],
      [stakeUnits, call(d.lpVault, abis.vault, 'withdraw', [units / 3n])],
      [stakeUnits, call(d.pair, abis.pair, 'transfer', [d.lpVault, units / 9n]), stakeUnits],
      [call(d.tokenVault, abis.vault, 'stake', [tokens / 4n]), swap(d.counterAsset, 10n ** 17n)],
      [
        call(d.pair, abis.pair, 'transfer', [d.pair, units / 4n]),
        call(d.pair, abis.pair, 'burn', [this.actor]),
      ],
    ]
    await send(this.actor, batchOf(this.pick(scripts)))
  }

  /** All out and back within one block. */
  private async roundTrip(): Promise<void> {
    const { deployment: d, abis, send } = this.world
    const from = this.actor
    const through = this.actor
    const amount = await this.balance(d.token, from)
    await send(from, call(d.token, abis.token, 'transfer', [through, amount]))
    await send(through, call(d.token, abis.token, 'transfer', [from, amount]))
  }
}
