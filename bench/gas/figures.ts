import type { Ours, Subject } from './subjects.ts'
import { makeCumulative, makeOurs, makeOz, makeUniswap } from './subjects.ts'
import { accountOf, listOf, sumOf } from './trees.ts'
import { type Build, type Contract, ours, type Peers, uniswap, type World } from './world.ts'

export const NAMES = ['ours', 'uniswap', 'openzeppelin', 'cumulative'] as const
export type Name = (typeof NAMES)[number]
/** Gas by row and by whom it was measured of. */
export type Figures = Record<string, Partial<Record<Name, number>>>
/** What the EVM charges for the parts that a call cannot do without, by part. */
export type Floors = Record<string, Record<string, number>>

const SIZES = [30, 1_000, 100_000]
const QUARTERS = [1, 2, 3, 4]

/** Two leaves of a list, of one shard where there are shards. Who claims first and who claims later. */
const pairOf = (size: number): [number, number] =>
  size === 30 ? [7, 3] : size === 1_000 ? [640, 641] : [64_000, 64_001]

/**
 * Measures every row, of those named, on one chain.
 * @param names whom to measure; the rows that need ours alone are there only if it is among them
 */
export const measure = async (
  world: World,
  peers: Peers,
  names: readonly Name[],
): Promise<{ figures: Figures; floors: Floors; loop: number }> => {
  const figures: Figures = {}
  const note = (row: string, name: Name, gas: bigint): void => {
    figures[row] = { ...figures[row], [name]: Number(gas) }
  }
  const token = await world.deploy(peers.PlainToken, [1n << 120n])
  const batcher = await world.deploy(peers.Batcher)
  const paying = payers(world, peers, batcher)
  // Every recipient has some of the token already.
  for (const i of new Set([...Array.from({ length: 30 }, (_, i) => i), ...SIZES.flatMap(pairOf)]))
    await world.send(token, 'transfer', [accountOf(i), 1n])

  for (const name of names) {
    const make = () => paying[name](token)
    for (const size of SIZES) {
      await oneByOne(name, make, size, note)
      await yearAtOnce(name, make, size, note)
    }
    const pushed = await make()
    await pushed.publish(1, 30)
    await pushed.publish(2, 30)
    note('push for 30', name, await (pushed.push?.(2) ?? pushed.payAll(2, 30)))
    await threeYears(name, make, note)
  }
  const distributor = () => paying.ours(token)
  if (names.includes('ours')) await oursAlone(world, token, await distributor(), note)
  return { figures, ...(await floorsOf(world, token, batcher, await distributor())) }
}

/** A distributor of each name, which pays in a token. */
export const payers = (world: World, peers: Peers, batcher: Contract) => {
  const builds = {
    ours: ours(),
    uniswap: uniswap(),
    oz: peers.OzDistributor,
    cumulative: peers.CumulativeDistributor,
  } satisfies Record<string, Build>
  return {
    ours: (asset: Contract) => makeOurs(world, asset, builds),
    uniswap: async (asset: Contract) => makeUniswap(world, asset, batcher, builds),
    openzeppelin: (asset: Contract) => makeOz(world, asset, batcher, builds),
    cumulative: (asset: Contract) => makeCumulative(world, asset, batcher, builds),
  }
}

type Note = (row: string, name: Name, gas: bigint) => void

const accounts = (size: number): string => `${size.toLocaleString('en')} accounts`

/** Publishing, opening, and claims in transactions of their own. */
const oneByOne = async (
  name: Name,
  make: () => Promise<Subject>,
  size: number,
  note: Note,
): Promise<void> => {
  const [first, later] = pairOf(size)
  const subject = await make()
  // The first period is left unpaid, so that the second one finds the distributor with a balance. Who claims later
  // from a cumulative distributor has claimed from it before: that is its own way of being later.
  await subject.publish(1, name === 'cumulative' ? size : 30)
  if (name === 'cumulative') await subject.claim(1, later)
  note(`publish and fund, ${accounts(size)}`, name, await subject.publish(2, size))
  if (subject.open !== undefined && size > 128) {
    note(`open a shard, ${accounts(size)}`, name, await subject.open(2, first >> 7))
  }
  note(`first claim, ${accounts(size)}`, name, await subject.claim(2, first))
  note(`later claim, ${accounts(size)}`, name, await subject.claim(2, later))
  if (subject.openAndClaim !== undefined && size > 128) {
    const row = `first claim of a shard, opening it, ${accounts(size)}`
    await subject.publish(3, size)
    note(row, name, await subject.openAndClaim(3, first))
  }
}

/** Four quarters claimed together: in one transaction where there is a call for it, else in four. */
const yearAtOnce = async (
  name: Name,
  make: () => Promise<Subject>,
  size: number,
  note: Note,
): Promise<void> => {
  const [first, later] = pairOf(size)
  const subject = await make()
  // One claim of each before, as in real life: nobody is the first.
  await subject.publish(9, size)
  if (size > 128) await subject.open?.(9, first >> 7)
  await subject.claim(9, later)
  for (const period of QUARTERS) {
    await subject.publish(period, size)
    if (size > 128) await subject.open?.(period, first >> 7)
    await subject.claim(period, first)
  }
  note(`four quarters at once, ${accounts(size)}`, name, await subject.several(QUARTERS, later))
}

/** 30 holders × 12 quarters, in the three ways that they can be paid. */
const threeYears = async (name: Name, make: () => Promise<Subject>, note: Note): Promise<void> => {
  const quarters = Array.from({ length: 12 }, (_, i) => i + 1)
  const everybody = Array.from({ length: 30 }, (_, i) => i)
  const quarterly = await make()
  let gas = 0n
  for (const period of quarters) {
    gas += await quarterly.publish(period, 30)
    for (const i of everybody) gas += await quarterly.claim(period, i)
  }
  note('30 holders × 12 quarters, claimed quarterly', name, gas)

  const yearly = await make()
  gas = 0n
  for (const period of quarters) {
    gas += await yearly.publish(period, 30)
    if (period % 4 !== 0) continue
    for (const i of everybody) gas += await yearly.several([period - 3, period - 2, period - 1, period], i)
  }
  note('30 holders × 12 quarters, claimed yearly', name, gas)

  const paid = await make()
  gas = 0n
  for (const period of quarters) gas += await paid.payAll(period, 30)
  note('30 holders × 12 quarters, paid by the issuer', name, gas)
}

/** What no peer has a call for. */
const oursAlone = async (world: World, token: Contract, subject: Ours, note: Note): Promise<void> => {
  await subject.publish(1, 30)
  note('distribute to 30', 'ours', await subject.payAll(2, 30))
  await world.send(token, 'approve', [subject.contract.address, sumOf(listOf(30, 3))])
  note('publish and fund, exact allowance, 30 accounts', 'ours', await subject.publish(3, 30))
}

// -- THE FLOOR

// Yellow Paper, appendices G and H; EIP-2028 (calldata), EIP-2929 (cold and warm), EIP-2200 and 3529 (storage).
const TRANSACTION = 21_000
const COLD_ACCOUNT = 2_600
const COLD_SLOT = 2_100
const CHANGED = 2_900
const CREATED = 20_000
const log = (topics: number, words: number): number => 375 * (1 + topics) + 8 * 32 * words
const hash = (words: number): number => 30 + 6 * words

/** What the EVM charges for what no distributor with these words can leave out, and the sum of it. */
const floorsOf = async (
  world: World,
  token: Contract,
  batcher: Contract,
  subject: Ours,
): Promise<{ floors: Floors; loop: number }> => {
  const list = listOf(30, 5)
  await world.send(token, 'approve', [batcher.address, 1n << 200n])
  const loop = await world.send(batcher, 'transferAll', [
    token.address,
    list.map(({ account }) => account),
    list.map(({ amount }) => amount),
  ])
  await subject.publish(1, 30)
  const published = await subject.calldataOf.publish(2, 30)
  await subject.claim(1, 7)
  const plain = await world.send(token, 'transfer', [accountOf(3), 59_000_000n])
  const claimed = await subject.calldataOf.claim(1, 3)
  const balances = 2 * (COLD_SLOT + CHANGED)
  const own = Number(plain.gas - plain.calldata) - TRANSACTION - balances - log(3, 1)
  const floors: Floors = {
    'later claim, 30 accounts': {
      'the transaction': TRANSACTION,
      'its calldata': Number(claimed),
      'one word read and written': COLD_SLOT + CHANGED,
      'hashes of the id, the leaf (twice) and five pairs': hash(4) + hash(3) + hash(1) + 5 * hash(2),
      'the token, called cold': COLD_ACCOUNT,
      'its two balances read and written': balances,
      'its Transfer event': log(3, 1),
      "its own instructions, as in a plain transfer's": own,
      'Claimed: three topics, two words': log(3, 2),
    },
    'publish and fund, 30 accounts': {
      'the transaction': TRANSACTION,
      'its calldata': Number(published),
      'one word created': COLD_SLOT + CREATED,
      'hash of the id': hash(4),
      'the token, called cold': COLD_ACCOUNT,
      'its two balances read and written, the allowance read': balances + COLD_SLOT,
      'its Transfer event': log(3, 1),
      "its own instructions, as in a plain transfer's": own,
      'Published: four topics, four words': log(4, 4),
    },
  }
  return { floors, loop: Number(loop.gas) }
}

/** The sum of a floor's parts. */
export const floorOf = (parts: Record<string, number>): number =>
  Object.values(parts).reduce((sum, gas) => sum + gas, 0)
