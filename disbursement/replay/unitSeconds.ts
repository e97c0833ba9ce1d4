// Liquidity mining (SPEC section 11): LP units held, staked, and unclaimed in the distributor, weighed by time.
import type { Address, Hex } from 'viem'
import type { Deployment } from '../deployment.ts'
import { ZERO_ADDRESS } from '../deployment.ts'
import { ReplayError } from '../errors.ts'
import { type Payment, SHARD_SIZE } from '../shards.ts'
import type { LedgerBlock, LedgerEvent } from './events.ts'

/** A stretch of time in unix seconds, `until` exclusive: a reward month is a UTC calendar month. */
export type Span = { from: bigint; until: bigint }

/** What one holder has gathered over the span. */
export type UnitSeconds = { holder: Address; unitSeconds: bigint }

type Account = { units: bigint; since: bigint; gathered: bigint }

/**
 * Weighs a span of time. Feed it every block from the pair's first on, up to the span's end, with the blocks' times;
 * blocks without an event of the LP token, its vault, the registry or the distributor may be left out.
 */
export class UnitClock {
  readonly #program: Pick<Deployment, 'pair' | 'lpVault' | 'excluded'>
  readonly #span: Span
  readonly #leavesOf: (id: Hex) => readonly Payment[]
  readonly #accounts = new Map<Address, Account>()
  readonly #rootOf = new Map<Address, Address>()
  /** For each distribution of LP units, or shard of one, who has not been paid yet. */
  readonly #unclaimed = new Map<Hex, Map<Address, bigint>>()
  #now = 0n

  /**
   * @param span what is weighed
   * @param leavesOf all leaves, in order, of a distribution of LP units: the chain knows only their root
   */
  constructor(
    program: Pick<Deployment, 'pair' | 'lpVault' | 'excluded'>,
    span: Span,
    leavesOf: (id: Hex) => readonly Payment[],
  ) {
    if (span.until <= span.from) throw new RangeError(`A span ends after it begins, not at ${span.until}`)
    this.#program = program
    this.#span = span
    this.#leavesOf = leavesOf
  }

  /**
   * Applies one block.
   * @param time the block's timestamp, never before the one applied last
   * @throws ReplayError when blocks go back in time, or units leave that are not there
   */
  apply(block: LedgerBlock, time: bigint): void {
    if (time < this.#now) {
      throw new ReplayError(
        `Block ${block.number} is of ${time}, before ${this.#now}; feed blocks in ascending order`,
      )
    }
    if (time >= this.#span.until) {
      throw new ReplayError(
        `Block ${block.number} is of ${time}, after the span's end ${this.#span.until}; stop before it`,
      )
    }
    this.#now = time
    for (const event of block.events) this.#event(event)
  }

  /** What every holder has gathered by the span's end, ascending, those without left out. */
  weights(): UnitSeconds[] {
    const sums = new Map<Address, bigint>()
    const never = new Set<Address>(this.#program.excluded)
    const excluded = new Set([...never].map((address) => this.#root(address)))
    for (const [address, account] of this.#accounts) {
      const root = this.#root(address)
      if (excluded.has(root)) continue
      const gathered = account.gathered + this.#since(account, this.#span.until)
      if (gathered > 0n) sums.set(root, (sums.get(root) ?? 0n) + gathered)
    }
    return [...sums]
      .map(([holder, unitSeconds]) => ({ holder, unitSeconds }))
      .sort((a, b) => (a.holder < b.holder ? -1 : 1))
  }

  #root(address: Address): Address {
    return this.#rootOf.get(address) ?? address
  }

  /** Units × seconds of an account since its last change, as far as they fall into the span. */
  #since({ units, since }: Account, until: bigint): bigint {
    const from = since > this.#span.from ? since : this.#span.from
    return until > from ? units * (until - from) : 0n
  }

  #add(address: Address, units: bigint, event: LedgerEvent): void {
    let account = this.#accounts.get(address)
    if (account === undefined) {
      account = { units: 0n, since: this.#now, gathered: 0n }
      this.#accounts.set(address, account)
    }
    account.gathered += this.#since(account, this.#now)
    account.since = this.#now
    account.units += units
    if (account.units < 0n) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} takes ${-units} LP units of ${address}, which has less: earlier logs are missing`,
      )
    }
  }

  #event(event: LedgerEvent): void {
    switch (event.kind) {
      case 'transfer':
        if (event.of === 'lp') this.#transfer(event)
        return
      // A staker's units are the staker's, though the vault holds them; the vault itself never weighs.
      case 'stake':
        if (event.of === 'lp') this.#add(event.account, event.amount, event)
        return
      case 'unstake':
        if (event.of === 'lp') this.#add(event.account, -event.amount, event)
        return
      case 'link':
        this.#rootOf.set(event.wallet, event.holder)
        return
      case 'published':
        if (event.asset === this.#program.pair) this.#publish(event)
        return
      case 'opened':
        this.#open(event)
        return
      case 'paid':
        for (const { account, amount } of event.payments) this.#pay(event, account, amount)
        return
      case 'ended':
        this.#end(event)
        return
      default:
      // Reserves, mints and recipients move no units.
    }
  }

  #transfer(event: LedgerEvent & { kind: 'transfer' }): void {
    const { from, to, amount } = event
    if (from !== ZERO_ADDRESS) this.#add(from, -amount, event)
    // Burnt, or lost for ever: either way nobody's from now on.
    if (to !== ZERO_ADDRESS) this.#add(to, amount, event)
  }

  #publish(event: LedgerEvent & { kind: 'published' }): void {
    const leaves = this.#leavesOf(event.id)
    this.#unclaimed.set(event.id, new Map(leaves.map(({ account, amount }) => [account, amount])))
    for (const { account, amount } of leaves) this.#add(account, amount, event)
  }

  #open({ id, parent, shard }: LedgerEvent & { kind: 'opened' }): void {
    const all = this.#unclaimed.get(parent)
    if (all === undefined) return
    const own = new Map<Address, bigint>()
    for (const { account } of this.#leavesOf(parent).slice(shard * SHARD_SIZE, (shard + 1) * SHARD_SIZE)) {
      const amount = all.get(account)
      if (amount === undefined) continue
      own.set(account, amount)
      all.delete(account)
    }
    this.#unclaimed.set(id, own)
  }

  #pay(event: LedgerEvent & { kind: 'paid' }, account: Address, amount: bigint): void {
    const waiting = this.#unclaimed.get(event.id)
    if (waiting === undefined) return
    if (waiting.get(account) !== amount) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} pays ${account} ${amount} out of ${event.id}, where ${waiting.get(account) ?? 0n} wait for it: these are not its leaves`,
      )
    }
    waiting.delete(account)
    this.#add(account, -amount, event)
  }

  #end(event: LedgerEvent & { kind: 'ended' }): void {
    for (const [account, amount] of this.#unclaimed.get(event.id) ?? []) this.#add(account, -amount, event)
    this.#unclaimed.delete(event.id)
  }
}

/**
 * Shares a reward by units × seconds: floor(R · W(h) / sum of W); the rest, and everything when nobody provided
 * liquidity, carries over.
 */
export const rewardsOf = (
  reward: bigint,
  weights: readonly UnitSeconds[],
): { rewards: { holder: Address; amount: bigint }[]; carryOut: bigint } => {
  const all = weights.reduce((sum, { unitSeconds }) => sum + unitSeconds, 0n)
  const rewards = weights.map(({ holder, unitSeconds }) => ({
    holder,
    amount: all === 0n ? 0n : (reward * unitSeconds) / all,
  }))
  return { rewards, carryOut: rewards.reduce((left, { amount }) => left - amount, reward) }
}
