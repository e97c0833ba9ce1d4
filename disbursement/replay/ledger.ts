// The ledger of SPEC sections 3 to 5, from logs alone, whole blocks at a time. It is the second witness beside the
// subgraph, so it shares nothing with it but the specification.
import type { Address } from 'viem'
import { type Deployment, ZERO_ADDRESS } from '../deployment.ts'
import type { Position } from '../entitlement.ts'
import { ReplayError } from '../errors.ts'
import type { PrimaryLot } from '../lots.ts'
import type { LpTreatment } from '../terms.ts'
import { Accounts, type Holder, type Standing, type Wallet } from './accounts.ts'
import { basisOf, depositBasis, type Reserves } from './basis.ts'
import type { LedgerBlock, LedgerEvent } from './events.ts'

type Transfer = LedgerEvent & { kind: 'transfer' }

const isSameWay = (one: Transfer, other: Transfer): boolean =>
  one.of === other.of && one.from === other.from && one.to === other.to

/** Which contracts matter to the ledger. */
export type LedgerProgram = Pick<
  Deployment,
  'pair' | 'tokenVault' | 'lpVault' | 'saleAddresses' | 'excluded'
> & { lpTreatment: LpTreatment }

/** Looks on while a block is applied. */
export type LedgerObserver = {
  /** A block is about to be applied. */
  opening(block: LedgerBlock): void
  /** The event has been applied. */
  event(event: LedgerEvent): void
  /** All of the block's events have, and entitlements are about to follow custody. */
  closing(): void
}

/** State after the last block applied. Feed it every block with events, in order, from the token's first on. */
export class Ledger {
  readonly #program: LedgerProgram
  readonly #excluded: ReadonlySet<Address>
  readonly #sales: ReadonlySet<Address>
  readonly #accounts = new Accounts()
  readonly #recipients = new Map<Address, Address>()
  readonly #lots: PrimaryLot[] = []
  #block = -1n
  #supply = 0n
  #lpSupply = 0n
  #reserves: Reserves = { token: 0n, other: 0n }
  /** Reserves at the close of the block before the one being applied. */
  #closed: Reserves = this.#reserves
  /** The latest mint of LP units in the transaction being applied: it names who made the next deposit. */
  #minted: { transaction: string; to: Address; units: bigint; first: boolean } | null = null
  constructor(program: LedgerProgram) {
    this.#program = program
    this.#excluded = new Set(program.excluded)
    this.#sales = new Set(program.saleAddresses)
  }

  /** The last block applied, -1 before the first. */
  get block(): bigint {
    return this.#block
  }
  /** Supply of the program's token and of the pair's LP token. */
  get supply(): { token: bigint; lp: bigint } {
    return { token: this.#supply, lp: this.#lpSupply }
  }
  get reserves(): Reserves {
    return { ...this.#reserves }
  }
  /** Every primary lot so far, in the order of the chain. */
  get lots(): readonly PrimaryLot[] {
    return this.#lots
  }

  /** What one wallet has by itself, for comparison with `balanceOf`. */
  wallet(address: Address): Readonly<Wallet> {
    return this.#accounts.look(address)
  }

  /** What a set of wallets has; a wallet that is linked already stands for its whole holder's basis, lots, entitlement. */
  standing(wallets: readonly Address[]): Standing {
    return this.#accounts.standing(wallets)
  }

  /** Every wallet of the holder that a wallet belongs to, ascending. */
  walletsOf(wallet: Address): Address[] {
    return this.#accounts.walletsOf(wallet)
  }

  /**
   * Applies one block. Entitlements follow custody at its end, never inside it, so a link counts for its whole block.
   * @throws ReplayError when events are out of order, or take what is not there
   */
  apply(block: LedgerBlock, observer?: LedgerObserver): void {
    if (block.number <= this.#block) {
      throw new ReplayError(
        `Block ${block.number} comes after block ${this.#block}; feed blocks in ascending order`,
      )
    }
    this.#block = block.number
    this.#closed = this.#reserves
    this.#checkOrder(block)
    observer?.opening(block)
    block.events.forEach((event, at) => {
      this.#event(event, block.events, at)
      observer?.event(event)
    })
    observer?.closing()
    this.#accounts.settle()
  }

  /** Every wallet of every holder who is excluded. */
  neverWeighing(): Set<Address> {
    const never = new Set(this.#excluded)
    for (const [, { wallets }] of this.#accounts.holders()) {
      if (!wallets.some((wallet) => this.#excluded.has(wallet))) continue
      for (const wallet of wallets) never.add(wallet)
    }
    return never
  }

  /** Every holder that was ever seen and is not excluded, ascending; `settled` is the entitlement itself. */
  positions(): Position[] {
    return [...this.#accounts.holders()]
      .filter(([, { wallets }]) => !wallets.some((wallet) => this.#excluded.has(wallet)))
      .map(([address, holder]) => this.#position(address, holder))
      .sort((a, b) => (a.holder < b.holder ? -1 : 1))
  }

  #position(address: Address, holder: Holder): Position {
    const { balance, staked, lp, lpStaked, custody } = this.#accounts.standing(holder.wallets)
    return {
      holder: address,
      wallets: [...holder.wallets].sort(),
      recipient: this.#recipients.get(address) ?? null,
      lots: holder.lots,
      balance,
      staked,
      lp,
      lpStaked,
      units: lp + lpStaked,
      basis: holder.basis,
      custody,
      settled: holder.entitlement,
      entitlement: holder.entitlement,
    }
  }

  #checkOrder({ number, events }: LedgerBlock): void {
    let before = -1
    for (const { block, logIndex } of events) {
      if (block !== number || logIndex <= before) {
        throw new ReplayError(
          `Block ${number}: log ${logIndex} of block ${block} is out of order after log ${before}`,
        )
      }
      before = logIndex
    }
  }

  #event(event: LedgerEvent, all: readonly LedgerEvent[], at: number): void {
    switch (event.kind) {
      case 'transfer':
        if (event.of === 'token') this.#tokenTransfer(event)
        else this.#lpTransfer(event, all, at)
        return
      case 'sync':
        this.#reserves = { token: event.token, other: event.other }
        return
      case 'mint':
        this.#deposit(event)
        return
      case 'stake':
        this.#accounts.add(event, event.account, event.of === 'token' ? 'staked' : 'lpStaked', event.amount)
        return
      case 'unstake':
        this.#accounts.add(event, event.account, event.of === 'token' ? 'staked' : 'lpStaked', -event.amount)
        return
      case 'recipient':
        // Even of a holder that has nothing else: the other witness knows it too.
        this.#accounts.holder(event.holder)
        if (event.recipient === ZERO_ADDRESS) this.#recipients.delete(event.holder)
        else this.#recipients.set(event.holder, event.recipient)
        return
      case 'link':
        this.#accounts.link(event)
        return
      default:
      // The distributor's events move nothing that its transfers do not.
    }
  }

  #tokenTransfer(event: Transfer): void {
    const { from, to, amount } = event
    if (from === ZERO_ADDRESS) this.#supply += amount
    else this.#accounts.add(event, from, 'balance', -amount)
    this.#accounts.add(event, to, 'balance', amount)
    // Anyone can make a transfer of nothing from a sale address: it is no lot.
    if (amount === 0n || !this.#sales.has(from) || this.#excluded.has(to)) return
    const holder = this.#accounts.holder(to)
    holder.lots += amount
    holder.entitlement += amount
    this.#lots.push({ transaction: event.transaction, logIndex: event.logIndex, buyer: to, amount })
  }

  #lpTransfer(event: Transfer, all: readonly LedgerEvent[], at: number): void {
    const { from, to, amount } = event
    if (from === ZERO_ADDRESS) {
      // The opening mint begins with 1,000 units locked for nobody, made while there are none at all.
      const opening = this.#minted?.transaction === event.transaction && this.#minted.first
      const first = this.#lpSupply === 0n || (opening && this.#minted?.to === ZERO_ADDRESS)
      this.#lpSupply += amount
      this.#minted = { transaction: event.transaction, to, units: amount, first }
      this.#accounts.add(event, to, 'lp', amount)
      return
    }
    const holder = this.#accounts.holder(from)
    const leaves = this.#accounts.root(to) !== this.#accounts.root(from) && !this.#isStaking(event, all, at)
    if (leaves) holder.basis -= basisOf(holder.basis, amount, this.#accounts.units(holder))
    this.#accounts.add(event, from, 'lp', -amount)
    // The pair burns what it was sent; anybody else's transfer to zero only loses the units.
    if (to === ZERO_ADDRESS && from === this.#program.pair) this.#lpSupply -= amount
    else this.#accounts.add(event, to, 'lp', amount)
  }

  /** Is this transfer to the LP vault a stake? Then the vault says so, before the next such transfer. */
  #isStaking(event: Transfer, all: readonly LedgerEvent[], at: number): boolean {
    if (event.to !== this.#program.lpVault) return false
    for (let next = at + 1; next < all.length; next++) {
      const later = all[next]
      if (
        later === undefined ||
        later.transaction !== event.transaction ||
        (later.kind === 'transfer' && isSameWay(event, later))
      )
        return false
      if (later.kind === 'stake' && later.of === 'lp' && later.account === event.from)
        return later.amount === event.amount
    }
    return false
  }

  #deposit(event: LedgerEvent & { kind: 'mint' }): void {
    const minted = this.#minted
    if (minted === null || minted.transaction !== event.transaction) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} adds liquidity without minting LP units`,
      )
    }
    this.#minted = null
    if (this.#program.lpTreatment === 'none') return
    this.#accounts.holder(minted.to).basis += depositBasis({
      tokens: event.token,
      units: minted.units,
      supply: this.#lpSupply,
      first: minted.first,
      after: this.#reserves,
      closed: this.#closed,
    })
    this.#accounts.touch(minted.to)
  }
}
