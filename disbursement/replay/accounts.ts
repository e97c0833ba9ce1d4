// Who has what: wallets, the holders they are linked to, and what each holder has beyond its wallets' own.
import type { Address } from 'viem'
import { ReplayError } from '../errors.ts'
import type { LedgerEvent } from './events.ts'

/** What one wallet has. */
export type Wallet = { balance: bigint; staked: bigint; lp: bigint; lpStaked: bigint }

/** What one holder has beyond the wallets' own. */
export type Holder = { wallets: Address[]; lots: bigint; entitlement: bigint; basis: bigint }

/** What some wallets have together, the bases, lots and entitlements being those of the holders they belong to. */
export type Standing = Wallet & {
  basis: bigint
  custody: bigint
  lots: bigint
  /** Inside a block lots have raised it already, and nothing has lowered it yet. */
  entitlement: bigint
}

const total = (wallets: readonly Wallet[], of: keyof Wallet): bigint =>
  wallets.reduce((sum, wallet) => sum + wallet[of], 0n)

/** The accounts of a ledger; whose custody may have changed is noted until {@link Accounts.settle}. */
export class Accounts {
  readonly #wallets = new Map<Address, Wallet>()
  readonly #holders = new Map<Address, Holder>()
  readonly #rootOf = new Map<Address, Address>()
  /** Holders whose custody may have changed since the last settling. */
  #touched = new Set<Address>()

  /** What one wallet has, without making it known. */
  look(address: Address): Readonly<Wallet> {
    return this.#wallets.get(address) ?? { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n }
  }

  wallet(address: Address): Wallet {
    const known = this.#wallets.get(address)
    if (known !== undefined) return known
    const wallet = { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n }
    this.#wallets.set(address, wallet)
    this.holder(address)
    return wallet
  }

  /** The root wallet of the holder that a wallet belongs to. */
  root(address: Address): Address {
    return this.#rootOf.get(address) ?? address
  }

  holder(address: Address): Holder {
    const root = this.root(address)
    const known = this.#holders.get(root)
    if (known !== undefined) return known
    const holder = { wallets: [root], lots: 0n, entitlement: 0n, basis: 0n }
    this.#holders.set(root, holder)
    return holder
  }

  holders(): IterableIterator<[Address, Holder]> {
    return this.#holders.entries()
  }

  walletsOf(wallet: Address): Address[] {
    return [...(this.#holders.get(this.root(wallet))?.wallets ?? [wallet])].sort()
  }

  custody({ wallets, basis }: Holder): bigint {
    return wallets.reduce((sum, address) => {
      const { balance, staked } = this.wallet(address)
      return sum + balance + staked
    }, basis)
  }

  units({ wallets }: Holder): bigint {
    return wallets.reduce((sum, address) => {
      const { lp, lpStaked } = this.wallet(address)
      return sum + lp + lpStaked
    }, 0n)
  }

  standing(wallets: readonly Address[]): Standing {
    const own = wallets.map((wallet) => this.look(wallet))
    const sums = { basis: 0n, lots: 0n, entitlement: 0n }
    for (const root of new Set(wallets.map((wallet) => this.root(wallet)))) {
      const holder = this.#holders.get(root)
      sums.basis += holder?.basis ?? 0n
      sums.lots += holder?.lots ?? 0n
      sums.entitlement += holder?.entitlement ?? 0n
    }
    const [balance, staked] = [total(own, 'balance'), total(own, 'staked')]
    const [lp, lpStaked] = [total(own, 'lp'), total(own, 'lpStaked')]
    return { balance, staked, lp, lpStaked, ...sums, custody: balance + staked + sums.basis }
  }

  /** @throws ReplayError when less is there than is taken */
  add(event: LedgerEvent, address: Address, of: keyof Wallet, amount: bigint): void {
    const wallet = this.wallet(address)
    wallet[of] += amount
    if (wallet[of] < 0n) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} in block ${event.block} takes ${-amount} of ${address}, leaving ${of} at ${wallet[of]}: earlier logs are missing`,
      )
    }
    this.touch(address)
  }

  touch(address: Address): void {
    this.#touched.add(this.root(address))
  }

  /** @throws ReplayError when the registry would not have linked these */
  link(event: LedgerEvent & { kind: 'link' }): void {
    const { holder: root, wallet } = event
    const joining = this.holder(wallet)
    if (
      this.root(root) !== root ||
      this.root(wallet) !== wallet ||
      joining.wallets.length > 1 ||
      root === wallet
    ) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} links ${wallet} to ${root} against the rules`,
      )
    }
    const holder = this.holder(root)
    holder.wallets.push(wallet)
    holder.lots += joining.lots
    holder.entitlement += joining.entitlement
    holder.basis += joining.basis
    this.#holders.delete(wallet)
    this.#rootOf.set(wallet, root)
    this.#touched.delete(wallet)
    this.#touched.add(root)
  }

  /** Lets entitlements follow custody down, at the end of a block. */
  settle(): void {
    for (const address of this.#touched) {
      const holder = this.holder(address)
      const custody = this.custody(holder)
      if (custody < holder.entitlement) holder.entitlement = custody
    }
    this.#touched = new Set()
  }
}
