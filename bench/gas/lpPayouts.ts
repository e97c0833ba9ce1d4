// Payouts in LP shares (SPEC section 12): what buying them costs the issuer, and claiming them a holder.
import { type Figures, type Name, payers } from './figures.ts'
import { accountOf } from './trees.ts'
import { type Contract, lpPurchase, type Peers, uniswapPool, type World } from './world.ts'

const ETHER = 60n * 10n ** 18n
const TOKENS = 2_400_000n * 10n ** 18n
const AMOUNT = 10n ** 18n
const UNLIMITED = (1n << 256n) - 1n
const NEVER = 1n << 40n
const HOUR = 3600n
const PAYOUT = `0x${'11'.repeat(32)}`

interface Pool {
  readonly asset: Contract
  readonly token: Contract
  readonly pair: Contract
  readonly factory: Contract
  /** When its reserves were last written, in unix seconds: at the same time in every run, for times are calldata. */
  readonly updated: bigint
}

/** A pair of Uniswap's own, with nobody in it but the issuer. */
async function makePool(world: World, { PlainToken }: Peers, updated: bigint): Promise<Pool> {
  const build = uniswapPool()
  const [asset, token] = [
    await world.deploy(PlainToken, [1n << 120n]),
    await world.deploy(PlainToken, [1n << 120n]),
  ]
  const factory = await world.deploy(build.factory, [world.issuer])
  await world.send(factory, 'createPair', [asset.address, token.address])
  const address = await world.read<Contract['address']>(factory, 'getPair', [asset.address, token.address])
  const pair = { abi: build.pair.abi, address }
  await world.send(asset, 'transfer', [address, ETHER])
  await world.send(token, 'transfer', [address, TOKENS])
  await world.at(updated)
  await world.send(pair, 'mint', [world.issuer])
  return { asset, token, pair, factory, updated }
}

/** Allows somebody both sides. */
async function allow(world: World, { asset, token }: Pool, spender: Contract): Promise<void> {
  for (const each of [asset, token]) await world.send(each, 'approve', [spender.address, UNLIMITED])
}

/** What the guard of a purchase says of a pool that nobody has touched since it was filled. */
function guardAt({ updated }: Pool, now: bigint) {
  const since = now - HOUR / 2n
  const cumulative = ((TOKENS << 112n) / ETHER) * (since - updated)
  return { since, cumulative, leastUnits: 1n, deadline: now + HOUR }
}

/**
 * Measures them, of those named. Addresses and times are calldata, so it wants a chain of its own, and ours comes first: its figures
 * are then the same with and without its peers.
 */
export async function lpPayouts(world: World, peers: Peers, names: readonly Name[]): Promise<Figures> {
  const figures: Figures = {}
  const note = (row: string, name: Name, gas: bigint): void => {
    figures[row] = { ...figures[row], [name]: Number(gas) }
  }
  const make = payers(world, peers, await world.deploy(peers.Batcher))
  const claimed = await makePool(world, peers, world.timestamp + HOUR)
  for (const i of [3, 7]) await world.send(claimed.pair, 'transfer', [accountOf(i), 1n])
  const ways = { ours: byOurs, uniswap: byRouter, openzeppelin: null, cumulative: null } as const
  for (const [at, name] of names.entries()) {
    const subject = await make[name](claimed.pair)
    await subject.publish(1, 30)
    if (name === 'cumulative') await subject.claim(1, 3)
    await subject.publish(2, 30)
    await subject.claim(2, 7)
    note('later claim of LP shares, 30 accounts', name, await subject.claim(2, 3))
    const way = ways[name]
    if (way === null) continue
    const from = world.timestamp + BigInt(at + 1) * 100n * HOUR
    note('buy LP shares, swapping a part', name, await way(world, peers, from, 'swap'))
    note('buy LP shares, with own tokens', name, await way(world, peers, from + 10n * HOUR, 'own'))
  }
  return figures
}

type Way = 'swap' | 'own'

/** One transaction, guarded by the average price. */
async function byOurs(world: World, peers: Peers, from: bigint, way: Way): Promise<bigint> {
  const pool = await makePool(world, peers, from)
  const { asset, token } = pool
  const helper = await world.deploy(lpPurchase(), [pool.factory.address])
  await allow(world, pool, helper)
  const now = from + 2n * HOUR
  await world.at(now)
  const [name, most] = way === 'swap' ? ['swapAndAdd', []] : ['addOwn', [TOKENS]]
  const args = [asset.address, token.address, AMOUNT, ...most, PAYOUT, guardAt(pool, now)]
  return (await world.send(helper, name, args)).gas
}

/** Uniswap's own router: a swap and an addition in transactions of their own, guarded by nothing but what was typed. */
async function byRouter(world: World, peers: Peers, from: bigint, way: Way): Promise<bigint> {
  const pool = await makePool(world, peers, from)
  const { asset, token } = pool
  const router = await world.deploy(uniswapPool().router, [pool.factory.address, asset.address])
  await allow(world, pool, router)
  await world.at(from + 2n * HOUR)
  let gas = 0n
  let rest = AMOUNT
  if (way === 'swap') {
    const path = [asset.address, token.address]
    const half = AMOUNT / 2n
    const args = [half, 0n, path, world.issuer, NEVER]
    gas += (await world.send(router, 'swapExactTokensForTokens', args)).gas
    rest -= half
  }
  const sides = [asset.address, token.address, rest, TOKENS, 0n, 0n, world.issuer, NEVER]
  return gas + (await world.send(router, 'addLiquidity', sides)).gas
}
