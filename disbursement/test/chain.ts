// Writes the events that the program's contracts and a Uniswap V2 pair emit, block by block, for the tests of the replay.
import type { Address, Hex } from 'viem'
import { isqrt } from '../replay/basis.ts'
import type { LedgerBlock, LedgerEvent, Place } from '../replay/events.ts'
import { Ledger } from '../replay/ledger.ts'
import type { Payment } from '../shards.ts'
import type { LpTreatment } from '../terms.ts'
import { address, deployment, hash } from './fixtures.ts'

const { pair, tokenVault, lpVault, offering, issuer, distributor } = deployment()
const ZERO = address(0)
type Bare = LedgerEvent extends infer Event
  ? Event extends LedgerEvent
    ? Omit<Event, keyof Place>
    : never
  : never

/** A chain of one program; every call is a transaction of its own unless made within {@link Chain.together}. */
export class Chain {
  readonly ledger: Ledger
  readonly blocks: LedgerBlock[] = []
  reserves = { token: 0n, other: 0n }
  lpSupply = 0n
  #events: LedgerEvent[] = []
  #number = 1n
  #transactions = 0
  #inTransaction = false

  constructor(lpTreatment: LpTreatment = 'deposit-basis') {
    this.ledger = new Ledger({ ...deployment(), lpTreatment })
    this.#emit({ kind: 'transfer', of: 'token', from: ZERO, to: offering, amount: 10n ** 30n })
    this.transfer(offering, issuer, 10n ** 29n)
    this.close()
  }

  #emit(event: Bare): void {
    if (!this.#inTransaction) this.#transactions++
    const place = {
      block: this.#number,
      transaction: hash(this.#transactions),
      logIndex: this.#events.length,
    }
    this.#events.push({ ...event, ...place })
  }

  /** Makes one transaction of all that happens within. */
  together(act: () => void): this {
    if (this.#inTransaction) {
      act()
      return this
    }
    this.#transactions++
    this.#inTransaction = true
    act()
    this.#inTransaction = false
    return this
  }

  /** Ends the block and applies it. */
  close(): this {
    const block = { number: this.#number, events: this.#events }
    this.blocks.push(block)
    this.ledger.apply(block)
    this.#events = []
    this.#number++
    return this
  }

  transfer(from: Address, to: Address, amount: bigint): this {
    this.#emit({ kind: 'transfer', of: 'token', from, to, amount })
    return this
  }

  lpTransfer(from: Address, to: Address, amount: bigint): this {
    this.#emit({ kind: 'transfer', of: 'lp', from, to, amount })
    return this
  }

  /** A primary lot. */
  sell(buyer: Address, amount: bigint): this {
    return this.transfer(offering, buyer, amount)
  }

  link(holder: Address, wallet: Address): this {
    this.#emit({ kind: 'link', holder, wallet })
    return this
  }

  nameRecipient(holder: Address, recipient: Address): this {
    this.#emit({ kind: 'recipient', holder, recipient })
    return this
  }

  stake(of: 'token' | 'lp', account: Address, amount: bigint): this {
    return this.together(() => {
      const to = of === 'token' ? tokenVault : lpVault
      this.#emit({ kind: 'transfer', of, from: account, to, amount })
      this.#emit({ kind: 'stake', of, account, amount })
    })
  }

  unstake(of: 'token' | 'lp', account: Address, amount: bigint): this {
    return this.together(() => {
      this.#emit({ kind: 'transfer', of, from: of === 'token' ? tokenVault : lpVault, to: account, amount })
      this.#emit({ kind: 'unstake', of, account, amount })
    })
  }

  #sync(token: bigint, other: bigint): void {
    this.reserves = { token, other }
    this.#emit({ kind: 'sync', token, other })
  }

  /** Adds liquidity; `fee` units go to a fee collector first, as with the protocol's fee on. Returns the units. */
  addLiquidity(from: Address, token: bigint, other: bigint, to: Address = from, fee = 0n): bigint {
    let units = 0n
    this.together(() => {
      this.transfer(from, pair, token)
      const opening = this.lpSupply === 0n
      if (fee > 0n) {
        this.lpSupply += fee
        this.lpTransfer(ZERO, address(0xfee), fee)
      }
      const [byToken, byOther] = opening
        ? [isqrt(token * other) - 1000n, isqrt(token * other) - 1000n]
        : [(token * this.lpSupply) / this.reserves.token, (other * this.lpSupply) / this.reserves.other]
      units = byToken < byOther ? byToken : byOther
      if (opening) {
        this.lpSupply += 1000n
        this.lpTransfer(ZERO, ZERO, 1000n)
      }
      this.lpSupply += units
      this.lpTransfer(ZERO, to, units)
      this.#sync(this.reserves.token + token, this.reserves.other + other)
      this.#emit({ kind: 'mint', token, other })
    })
    return units
  }

  /** Removes liquidity and returns the tokens that came back. */
  removeLiquidity(from: Address, units: bigint, to: Address = from): bigint {
    const token = (units * this.reserves.token) / this.lpSupply
    const other = (units * this.reserves.other) / this.lpSupply
    this.together(() => {
      this.lpTransfer(from, pair, units)
      this.lpSupply -= units
      this.lpTransfer(pair, ZERO, units)
      this.transfer(pair, to, token)
      this.#sync(this.reserves.token - token, this.reserves.other - other)
    })
    return token
  }

  /** Sells tokens into the pool. */
  swapIn(from: Address, amount: bigint): this {
    const withFee = amount * 997n
    const out = (withFee * this.reserves.other) / (this.reserves.token * 1000n + withFee)
    return this.together(() => {
      this.transfer(from, pair, amount)
      this.#sync(this.reserves.token + amount, this.reserves.other - out)
    })
  }

  /** Buys tokens out of the pool with `other` of the other asset, at a fee in tenths of a percent; returns them. */
  swapOut(to: Address, other: bigint, fee = 3n): bigint {
    const withFee = other * (1000n - fee)
    const out = (withFee * this.reserves.token) / (this.reserves.other * 1000n + withFee)
    this.together(() => {
      this.transfer(pair, to, out)
      this.#sync(this.reserves.token - out, this.reserves.other + other)
    })
    return out
  }

  /** LP units paid out by the distributor, where the issuer funded them. */
  payOutLp(to: Address, amount: bigint): this {
    return this.lpTransfer(issuer, distributor, amount).lpTransfer(distributor, to, amount)
  }

  /** The issuer publishes a distribution of LP units; its leaves are known elsewhere. */
  publishLp(id: Hex, total: bigint): this {
    return this.together(() => {
      this.lpTransfer(issuer, distributor, total)
      this.#emit({ kind: 'published', id, issuer, asset: pair })
    })
  }

  /** The distributor pays leaves of LP units, each to its account. */
  payLp(id: Hex, payments: readonly Payment[]): this {
    return this.together(() => {
      this.#emit({ kind: 'paid', id, payments })
      for (const { account, amount } of payments) this.lpTransfer(distributor, account, amount)
    })
  }

  openShard(id: Hex, parent: Hex, shard: number): this {
    this.#emit({ kind: 'opened', id, parent, shard })
    return this
  }

  /** A distribution of LP units is cancelled or swept: what is left goes back to the issuer. */
  endLp(id: Hex, left: bigint): this {
    return this.together(() => {
      this.#emit({ kind: 'ended', id })
      this.lpTransfer(distributor, issuer, left)
    })
  }

  /** What the ledger says of one holder. */
  of(holder: Address) {
    const found = this.ledger.positions().find((each) => each.holder === holder)
    if (found === undefined) throw new Error(`the ledger has no holder ${holder}`)
    return found
  }
}
