import {
  type Abi,
  type Address,
  type Hex,
  isAddressEqual,
  type Log,
  type PublicClient,
  parseEventLogs,
  zeroAddress,
} from 'viem'
import {
  holderRegistryAbi,
  merkleDistributorAbi,
  offeringAbi,
  personalTokenAbi,
  stakingVaultAbi,
} from '../../contracts/abi.ts'
import type { Deployment } from '../../disbursement/deployment.ts'
import { pairAbi } from './contracts.ts'

// SPEC sections 3 to 5 once more, straight from the logs and in another way than the mapping: a block at a time, custody
// added up anew from its parts, E = min(E, C) for everybody at the end of each block, stakes and mints recognized by looking
// at a transaction as a whole.

export type Wallet = { balance: bigint; staked: bigint; lp: bigint; lpStaked: bigint }

export type Holder = {
  wallets: Address[]
  lots: bigint
  basis: bigint
  entitlement: bigint
  recipient: Address | null
}

export type State = {
  block: number
  wallets: Map<Address, Wallet>
  holders: Map<Address, Holder & { custody: bigint; units: bigint }>
  reserves: { token: bigint; other: bigint }
  lpSupply: bigint
  totalSupply: bigint
  counts: { transfers: number; swaps: number; claims: number; purchases: number }
  lotsSold: bigint
}

type Event = {
  address: Address
  name: string
  args: Record<string, unknown>
  transaction: Hex
  index: number
}

/** How often the histories met what they are meant to meet: a property that never meets a case proves nothing about it. */
export type Met = Map<string, number>

export class Model {
  readonly met: Met = new Map()
  private readonly deployment: Deployment
  private readonly depositBasis: boolean
  private readonly wallets = new Map<Address, Wallet>()
  private readonly holders = new Map<Address, Holder>()
  private readonly rootOf = new Map<Address, Address>()
  private readonly published = new Set<Hex>()
  private reserves = { token: 0n, other: 0n }
  private close = { token: 0n, other: 0n }
  private lpSupply = 0n
  private totalSupply = 0n
  private lotsSold = 0n
  private readonly counts = { transfers: 0, swaps: 0, claims: 0, purchases: 0 }

  constructor(deployment: Deployment, depositBasis: boolean) {
    this.deployment = deployment
    this.depositBasis = depositBasis
  }

  /** Everything at the end of every block from genesis to `to`, by block number. */
  async replay(client: PublicClient, to: number): Promise<State[]> {
    const events = await this.fetch(client, to)
    const states: State[] = []
    for (let block = 0; block <= to; block++) {
      this.apply(events.get(block) ?? [])
      states.push(this.state(block))
    }
    return states
  }

  private async fetch(client: PublicClient, to: number): Promise<Map<number, Event[]>> {
    const d = this.deployment
    const sources: [Address, Abi][] = [
      [d.token, personalTokenAbi],
      [d.pair, pairAbi],
      [d.offering, offeringAbi],
      [d.registry, holderRegistryAbi],
      [d.tokenVault, stakingVaultAbi],
      [d.lpVault, stakingVaultAbi],
      [d.distributor, merkleDistributorAbi],
    ]
    const logs: Log[] = await client.getLogs({
      address: sources.map(([address]) => address),
      fromBlock: 0n,
      toBlock: BigInt(to),
    })
    const blocks = new Map<number, Event[]>()
    for (const log of logs) {
      const abi = sources.find(([address]) => isAddressEqual(address, log.address))?.[1] ?? []
      const [event] = parseEventLogs({ abi, logs: [log] }) as unknown as {
        eventName: string
        args: Record<string, unknown>
      }[]
      if (!event) continue
      const block = Number(log.blockNumber)
      const list = blocks.get(block) ?? []
      list.push({
        address: log.address.toLowerCase() as Address,
        name: event.eventName,
        args: event.args,
        transaction: log.transactionHash ?? '0x',
        index: Number(log.logIndex),
      })
      blocks.set(block, list)
    }
    for (const list of blocks.values()) list.sort((a, b) => a.index - b.index)
    return blocks
  }

  private meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1)
  }

  private apply(events: Event[]): void {
    this.close = { ...this.reserves }
    const d = this.deployment
    for (const [at, event] of events.entries()) {
      const { args } = event
      const amount = args.amount as bigint
      if (event.address === d.token && event.name === 'Transfer') this.token(event)
      else if (event.address === d.pair) this.pair(events, at)
      else if (event.name === 'Purchased') this.counts.purchases++
      else if (event.name === 'Linked') this.link(lower(args.holder), lower(args.wallet))
      else if (event.name === 'RecipientNamed') {
        const recipient = lower(args.recipient)
        this.holder(this.root(lower(args.holder))).recipient = recipient === zeroAddress ? null : recipient
        this.meet('recipient')
      } else if (event.name === 'Staked' || event.name === 'Withdrawn') {
        const wallet = this.wallet(lower(args.account))
        const delta = event.name === 'Staked' ? amount : -amount
        if (event.address === d.tokenVault) wallet.staked += delta
        else wallet.lpStaked += delta
        this.meet(`${event.address === d.tokenVault ? 'token' : 'lp'} ${event.name}`)
      } else if (event.name === 'Published') {
        if (lower(args.issuer) === d.issuer) this.published.add(args.id as Hex)
        else this.meet('published by somebody else')
      } else if (this.published.has(args.id as Hex)) {
        if (event.name === 'Claimed' || event.name === 'ClaimedTo') this.counts.claims++
        if (event.name === 'Pushed') this.counts.claims += bits(args.paid as bigint)
        this.meet(event.name)
      }
    }
    // The end of the block.
    for (const holder of this.holders.values()) {
      const custody = this.custody(holder)
      if (custody < holder.entitlement) {
        holder.entitlement = custody
        this.meet('forfeit')
      }
    }
  }

  private token({ args }: Event): void {
    const [from, to, value] = [lower(args.from), lower(args.to), args.value as bigint]
    this.counts.transfers++
    if (from === zeroAddress) this.totalSupply += value
    else this.wallet(from).balance -= value
    if (to === zeroAddress) this.totalSupply -= value
    else this.wallet(to).balance += value
    if (from === to) this.meet('token to oneself')
    if (value === 0n) this.meet('token transfer of zero')
    if (this.deployment.saleAddresses.includes(from) && this.weighs(to) && value > 0n) {
      const holder = this.holder(this.root(to))
      holder.lots += value
      holder.entitlement += value
      this.lotsSold += value
      this.meet('lot')
    }
  }

  private pair(events: Event[], at: number): void {
    const event = events[at] as Event
    const { args } = event
    const d = this.deployment
    const first = BigInt(d.token) < BigInt(d.counterAsset)
    if (event.name === 'Sync') {
      const [r0, r1] = [args.reserve0 as bigint, args.reserve1 as bigint]
      this.reserves = first ? { token: r0, other: r1 } : { token: r1, other: r0 }
    } else if (event.name === 'Swap') this.counts.swaps++
    else if (event.name === 'Transfer') this.lpTransfer(events, at)
    else if (event.name === 'Mint') {
      // The last mint of LP units before it in the transaction names the depositor; others may be the protocol's fee.
      const minted = events
        .slice(0, at)
        .filter((e) => e.transaction === event.transaction && e.address === d.pair && e.name === 'Transfer')
        .filter((e) => lower(e.args.from) === zeroAddress)
      const last = minted.at(-1)
      if (!last) throw new Error('a Mint without LP units')
      const [to, units] = [lower(last.args.to), last.args.value as bigint]
      if (!this.weighs(to) || !this.depositBasis) return
      const amount = (first ? args.amount0 : args.amount1) as bigint
      const opening = minted.some(
        (e) => lower(e.args.to) === zeroAddress && (e.args.value as bigint) + units === this.lpSupply,
      )
      this.holder(this.root(to)).basis += this.basisOf(amount, units, opening)
    }
  }

  private basisOf(amount: bigint, units: bigint, opening: boolean): bigint {
    const { token, other } = this.close
    if (token === 0n || other === 0n) {
      if (opening) {
        this.meet('basis of the opening')
        return amount
      }
      this.meet('basis while there was no price')
      return 0n
    }
    const k = this.reserves.token * this.reserves.other
    const ref = (isqrt((k * token) / other) * units) / this.lpSupply
    if (100n * amount <= 102n * ref) {
      this.meet('basis of what was put in')
      return amount
    }
    this.meet('basis of the reference')
    return ref
  }

  private lpTransfer(events: Event[], at: number): void {
    const event = events[at] as Event
    const d = this.deployment
    const [from, to, units] = [lower(event.args.from), lower(event.args.to), event.args.value as bigint]
    if (from === zeroAddress) {
      this.lpSupply += units
      this.wallet(to).lp += units
      if (units > 0n && this.weighs(to)) this.holder(this.root(to))
      return
    }
    if (from === d.pair && to === zeroAddress) {
      this.lpSupply -= units
      this.wallet(from).lp -= units
      this.meet('burn')
      return
    }
    const next = events[at + 1]
    const staked =
      to === d.lpVault &&
      next?.address === d.lpVault &&
      next.name === 'Staked' &&
      lower(next.args.account) === from &&
      next.args.amount === units
    const within = this.weighs(from) && this.weighs(to) && this.root(from) === this.root(to)
    if (this.weighs(from) && !within && units > 0n) {
      const holder = this.holder(this.root(from))
      const all = this.units(holder)
      const lost = staked ? 0n : (holder.basis * units) / all
      holder.basis -= lost
      if (lost > 0n) this.meet(to === d.pair ? 'basis removed' : 'basis sent away')
      if (to === d.lpVault && !staked) this.meet('LP to the vault without a stake')
    }
    if (within && from !== to && units > 0n) this.meet('LP between linked wallets')
    if (from === to) this.meet('LP to oneself')
    if (units > 0n && !within && from !== d.lpVault && this.weighs(to)) this.meet('LP without a mint')
    this.wallet(from).lp -= units
    this.wallet(to).lp += units
  }

  private link(root: Address, wallet: Address): void {
    this.wallet(root)
    this.wallet(wallet)
    const into = this.holder(root)
    const from = this.holder(wallet)
    if (from.wallets.length !== 1) throw new Error('a holder with wallets was linked')
    if (from.lots > 0n) this.meet('link of a wallet with lots')
    if (from.basis > 0n) this.meet('link of a wallet with basis')
    into.wallets.push(wallet)
    into.lots += from.lots
    into.basis += from.basis
    into.entitlement += from.entitlement
    this.holders.delete(wallet)
    this.rootOf.set(wallet, root)
    this.meet('link')
  }

  private root(wallet: Address): Address {
    return this.rootOf.get(wallet) ?? wallet
  }

  private wallet(address: Address): Wallet {
    let wallet = this.wallets.get(address)
    if (!wallet) {
      wallet = { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n }
      this.wallets.set(address, wallet)
      this.holder(this.root(address))
    }
    return wallet
  }

  private holder(root: Address): Holder {
    let holder = this.holders.get(root)
    if (!holder) {
      holder = { wallets: [root], lots: 0n, basis: 0n, entitlement: 0n, recipient: null }
      this.holders.set(root, holder)
    }
    return holder
  }

  private weighs(address: Address): boolean {
    return !this.deployment.excluded.includes(address)
  }

  private custody(holder: Holder): bigint {
    return this.sum(holder, (wallet) => wallet.balance + wallet.staked) + holder.basis
  }

  private units(holder: Holder): bigint {
    return this.sum(holder, (wallet) => wallet.lp + wallet.lpStaked)
  }

  private sum(holder: Holder, of: (wallet: Wallet) => bigint): bigint {
    return holder.wallets
      .filter((address) => this.weighs(address))
      .reduce((sum, address) => sum + of(this.wallet(address)), 0n)
  }

  private state(block: number): State {
    return {
      block,
      wallets: new Map([...this.wallets].map(([address, wallet]) => [address, { ...wallet }])),
      holders: new Map(
        [...this.holders].map(([root, holder]) => [
          root,
          {
            ...holder,
            wallets: [...holder.wallets],
            custody: this.custody(holder),
            units: this.units(holder),
          },
        ]),
      ),
      reserves: { ...this.reserves },
      lpSupply: this.lpSupply,
      totalSupply: this.totalSupply,
      counts: { ...this.counts },
      lotsSold: this.lotsSold,
    }
  }
}

const lower = (value: unknown): Address => String(value).toLowerCase() as Address

/** How many bits are set. */
const bits = (n: bigint): number => n.toString(2).replaceAll('0', '').length

/** floor(√n), by halving the interval. */
const isqrt = (n: bigint): bigint => {
  let low = 0n
  let high = 1n
  while (high * high <= n) high *= 2n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle * middle <= n) low = middle
    else high = middle
  }
  return low
}
