import { type Address, encodeFunctionData, type Hex, keccak256, pad, toHex } from 'viem'
import {
  cumulativeTreeOf,
  idOf,
  listOf,
  type Payment,
  shardsOf,
  sumOf,
  treeOf,
  uniswapTreeOf,
} from './trees.ts'
import type { Build, Contract, World } from './world.ts'

/** What is compared: every call returns the gas of the transactions it took. */
export interface Subject {
  /** Publishes and funds a period: `size` leaves. */
  publish(period: number, size: number): Promise<bigint>
  /** Pays one leaf, in a transaction of somebody else's. */
  claim(period: number, index: number): Promise<bigint>
  /** Pays one account everything that several periods owe it. */
  several(periods: number[], index: number): Promise<bigint>
  /** Pays everybody: `published` or not, in as few transactions as it takes. */
  payAll(period: number, size: number): Promise<bigint>
  /** Pays everybody who is not paid yet, where there is a call for it. */
  push?(period: number): Promise<bigint>
  /** Opens a shard, where there are shards. */
  open?(period: number, shard: number): Promise<bigint>
  /** Opens the shard of a leaf and pays the leaf, in one transaction. */
  openAndClaim?(period: number, index: number): Promise<bigint>
}

type Builds = Record<'ours' | 'uniswap' | 'oz' | 'cumulative', Build>

const UNLIMITED = (1n << 256n) - 1n

/** The list of a period, remembered. A long list is the same in every period, so that its trees are made once. */
const remember = <T>(make: (size: number, period: number) => T): ((size: number, period: number) => T) => {
  const known = new Map<string, T>()
  return (size, of) => {
    const period = size > 128 ? 0 : of
    const key = `${size}/${period}`
    const made = known.get(key) ?? make(size, period)
    known.set(key, made)
    return made
  }
}
const lists = remember(listOf)
const trees = remember((size, period) => treeOf(lists(size, period)))
const sharded = remember((size, period) => shardsOf(lists(size, period)))
const uniswapTrees = remember((size, period) => uniswapTreeOf(lists(size, period)))

const leafOf = (list: Payment[], index: number): Payment => {
  const leaf = list[index]
  if (leaf === undefined) throw new Error(`the list has no leaf ${index}`)
  return leaf
}

/** A distribution that opened a moment ago, without a deadline, as one with a challenge window is. */
const termsOf = (world: World, period: number): Hex =>
  pad(toHex((world.timestamp - 1000n + BigInt(period)) << 64n), { size: 32 })
const manifestOf = (period: number): Hex => keccak256(toHex(`manifest ${period}`))

// -- OURS

export interface Ours extends Subject {
  contract: Contract
  /** What the calldata of a call costs; makes the call. */
  calldataOf: {
    publish(period: number, size: number): Promise<bigint>
    claim(period: number, index: number): Promise<bigint>
  }
}

export const makeOurs = async (world: World, token: Contract, builds: Builds): Promise<Ours> => {
  const contract = await world.deploy(builds.ours)
  await world.send(token, 'approve', [contract.address, UNLIMITED])
  const sizes = new Map<number, number>()
  const issuer = world.issuer
  const named = (period: number, root: Hex) => ({
    issuer,
    token: token.address,
    terms: termsOf(world, period),
    root,
  })
  const sizeOf = (period: number): number => {
    const size = sizes.get(period)
    if (size === undefined) throw new Error(`period ${period} is not published`)
    return size
  }
  const transact = (name: string, args: unknown[], from = world.stranger) =>
    world.send(contract, name, args, from)
  const send = async (name: string, args: unknown[], from?: Address) => (await transact(name, args, from)).gas
  /** A leaf by its place in the whole list: its distribution is a shard of the published one where there are many. */
  const find = (period: number, index: number) => {
    const size = sizeOf(period)
    if (size <= 128) {
      const tree = trees(size, period)
      const leaf = leafOf(lists(size, period), index)
      return { d: named(period, tree.root), index: BigInt(index), leaf, proof: tree.proof(index) }
    }
    const whole = sharded(size, period)
    const shard = whole.shards[index >> 7]
    if (shard === undefined) throw new Error(`no shard holds leaf ${index}`)
    const within = index & 127
    const parent = named(period, whole.root)
    return {
      d: { ...parent, terms: idOf(parent), root: shard.tree.root },
      index: BigInt(within),
      leaf: leafOf(shard.list, within),
      proof: shard.tree.proof(within),
    }
  }
  const argumentsOf = {
    publish(period: number, size: number): unknown[] {
      sizes.set(period, size)
      const root = size <= 128 ? trees(size, period).root : sharded(size, period).root
      return [token.address, termsOf(world, period), root, sumOf(lists(size, period)), manifestOf(period)]
    },
    claim(period: number, at: number): unknown[] {
      const { d, index, leaf, proof } = find(period, at)
      return [d, index, leaf.account, leaf.amount, proof]
    },
    open(period: number, at: number): unknown[] {
      const whole = sharded(sizeOf(period), period)
      const shard = whole.shards[at]
      if (shard === undefined) throw new Error(`period ${period} has no shard ${at}`)
      return [named(period, whole.root), BigInt(at), shard.tree.root, shard.total, whole.proof(at)]
    },
  }
  const dataOf = (functionName: string, args: unknown[]): Hex =>
    encodeFunctionData({ abi: contract.abi, functionName, args })
  return {
    contract,
    calldataOf: {
      publish: async (period, size) =>
        (await transact('publish', argumentsOf.publish(period, size), issuer)).calldata,
      claim: async (period, at) => (await transact('claim', argumentsOf.claim(period, at))).calldata,
    },
    publish: (period, size) => send('publish', argumentsOf.publish(period, size), issuer),
    claim: (period, at) => send('claim', argumentsOf.claim(period, at)),
    several(periods, at) {
      const found = periods.map((period) => find(period, at))
      const items = found.map(({ d, index, leaf, proof }) => ({
        terms: d.terms,
        root: d.root,
        index,
        amount: leaf.amount,
        proof,
      }))
      return send('claimMany', [issuer, token.address, found[0]?.leaf.account, items])
    },
    payAll(period, size) {
      sizes.set(period, size)
      const args = [token.address, termsOf(world, period), lists(size, period), 0n, manifestOf(period)]
      return send('distribute', args, issuer)
    },
    push(period) {
      const size = sizeOf(period)
      return send('push', [named(period, trees(size, period).root), lists(size, period)])
    },
    open: (period, shard) => send('open', argumentsOf.open(period, shard)),
    openAndClaim(period, at) {
      const open = dataOf('open', argumentsOf.open(period, at >> 7))
      return send('multicall', [[open, dataOf('claim', argumentsOf.claim(period, at))]])
    },
  }
}

// -- PEERS

/** All claims of a period in one transaction, for distributors that have no push. */
const batched = async (world: World, batcher: Contract, target: Contract, calls: unknown[][]) => {
  const data = calls.map((args) => encodeFunctionData({ abi: target.abi, functionName: 'claim', args }))
  return (await world.send(batcher, 'run', [target.address, data])).gas
}

export const makeUniswap = (world: World, token: Contract, batcher: Contract, builds: Builds): Subject => {
  const published = new Map<number, { contract: Contract; size: number }>()
  const find = (period: number) => {
    const found = published.get(period)
    if (found === undefined) throw new Error(`period ${period} is not published`)
    return found
  }
  const argumentsOf = (period: number, index: number): unknown[] => {
    const { size } = find(period)
    const { account, amount } = leafOf(lists(size, period), index)
    return [BigInt(index), account, amount, uniswapTrees(size, period).proof(index)]
  }
  const subject: Subject = {
    async publish(period, size) {
      const contract = await world.deploy(builds.uniswap, [token.address, uniswapTrees(size, period).root])
      published.set(period, { contract, size })
      const funding = await world.send(token, 'transfer', [contract.address, sumOf(lists(size, period))])
      return contract.gas + funding.gas
    },
    async claim(period, index) {
      return (await world.send(find(period).contract, 'claim', argumentsOf(period, index), world.stranger))
        .gas
    },
    async several(periods, index) {
      let gas = 0n
      for (const period of periods) gas += await subject.claim(period, index)
      return gas
    },
    async payAll(period, size) {
      const gas = published.has(period) ? 0n : await subject.publish(period, size)
      const calls = Array.from({ length: size }, (_, i) => argumentsOf(period, i))
      return gas + (await batched(world, batcher, find(period).contract, calls))
    },
  }
  return subject
}

export const makeOz = async (
  world: World,
  token: Contract,
  batcher: Contract,
  builds: Builds,
): Promise<Subject> => {
  const contract = await world.deploy(builds.oz, [token.address])
  await world.send(token, 'approve', [contract.address, UNLIMITED])
  const sizes = new Map<number, number>()
  const argumentsOf = (period: number, index: number): unknown[] => {
    const size = sizes.get(period) ?? 0
    const { account, amount } = leafOf(lists(size, period), index)
    return [BigInt(period), BigInt(index), account, amount, trees(size, period).proof(index)]
  }
  const subject: Subject = {
    async publish(period, size) {
      sizes.set(period, size)
      const args = [BigInt(period), trees(size, period).root, sumOf(lists(size, period))]
      return (await world.send(contract, 'publish', args)).gas
    },
    async claim(period, index) {
      return (await world.send(contract, 'claim', argumentsOf(period, index), world.stranger)).gas
    },
    async several(periods, index) {
      let gas = 0n
      for (const period of periods) gas += await subject.claim(period, index)
      return gas
    },
    async payAll(period, size) {
      const gas = sizes.has(period) ? 0n : await subject.publish(period, size)
      const calls = Array.from({ length: size }, (_, i) => argumentsOf(period, i))
      return gas + (await batched(world, batcher, contract, calls))
    },
  }
  return subject
}

export const makeCumulative = async (
  world: World,
  token: Contract,
  batcher: Contract,
  builds: Builds,
): Promise<Subject> => {
  const contract = await world.deploy(builds.cumulative, [token.address])
  await world.send(token, 'approve', [contract.address, UNLIMITED])
  const owed: Payment[] = []
  let tree = cumulativeTreeOf([{ account: world.issuer, amount: 1n }])
  let last = 0
  const argumentsOf = (index: number): unknown[] => {
    const { account, amount } = leafOf(owed, index)
    return [account, amount, tree.proof(index)]
  }
  const subject: Subject = {
    async publish(period, size) {
      const list = lists(size, period)
      for (const [i, { account, amount }] of list.entries()) {
        owed[i] = { account, amount: (owed[i]?.amount ?? 0n) + amount }
      }
      tree = cumulativeTreeOf(owed)
      last = period
      return (await world.send(contract, 'publish', [tree.root, sumOf(list)])).gas
    },
    async claim(_, index) {
      return (await world.send(contract, 'claim', argumentsOf(index), world.stranger)).gas
    },
    several: (_, index) => subject.claim(0, index),
    async payAll(period, size) {
      const gas = period === last ? 0n : await subject.publish(period, size)
      return (
        gas +
        (await batched(
          world,
          batcher,
          contract,
          owed.map((_, i) => argumentsOf(i)),
        ))
      )
    },
  }
  return subject
}
