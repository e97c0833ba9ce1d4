// Liquidity mining (SPEC section 11): LP units held, staked, and unclaimed in the distributor, weighed by time.
import type { Address, Hex } from 'viem'
import type { Deployment } from '../deployment.ts'
import { ZERO_ADDRESS } from '../deployment.ts'
import { ReplayError } from '../errors.ts'
import { noUnitSeconds, type UnitSeconds } from '../providers.ts'
import { type Payment, SHARD_SIZE } from '../shards.ts'
import type { LedgerBlock, LedgerEvent } from './events.ts'

/** A stretch of time in unix seconds, `until` exclusive: a reward month is a UTC calendar month. */
export type Span = { from: bigint; until: bigint }

type Part = keyof UnitSeconds
const PARTS: readonly Part[] = ['lp', 'lpStaked', 'unclaimed']

/** Units of one address by where they are, and what they had gathered at `since`. */
type Account = { units: UnitSeconds; gathered: UnitSeconds; since: bigint }

/** Told of every change of an address's units, with the time it happened. */
export type UnitObserver = (change: {
  address: Address
  part: Part
  units: bigint
  time: bigint
  event: LedgerEvent
}) => void

/**
 * Weighs LP units by time, address by address. Feed it every block from the pair's first on with an event of the LP token,
 * its vault or the distributor, with the blocks' times.
 */
export class UnitClock {
  readonly #program: Pick<Deployment, 'pair' | 'issuer'>
  readonly #leavesOf: (id: Hex) => readonly Payment[]
  readonly #observer: UnitObserver
  readonly #accounts = new Map<Address, Account>()
  /** Times still to come at which everything gathered is to be remembered, ascending; and what was. */
  readonly #marks: bigint[]
  readonly #remembered = new Map<bigint, ReadonlyMap<Address, UnitSeconds>>()
  /** For each of the issuer's distributions of LP units, or shard of one, who has not been paid yet. */
  readonly #unclaimed = new Map<Hex, Map<Address, bigint>>()
  #now = 0n

  /**
   * @param marks the beginnings of spans that will be asked for, in unix seconds
   * @param leavesOf all leaves, in order, of a distribution of LP units by the issuer: the chain knows only their root
   */
  constructor(
    program: Pick<Deployment, 'pair' | 'issuer'>,
    marks: readonly bigint[],
    leavesOf: (id: Hex) => readonly Payment[],
    observer: UnitObserver = () => {},
  ) {
    this.#program = program
    this.#marks = [...new Set(marks)].sort((a, b) => (a < b ? -1 : 1))
    this.#leavesOf = leavesOf
    this.#observer = observer
  }

  /** Whether a block has anything to do with LP units; its time need not be known otherwise. */
  static concerns({ events }: LedgerBlock): boolean {
    return events.some((event) =>
      event.kind === 'transfer' || event.kind === 'stake' || event.kind === 'unstake'
        ? event.of === 'lp'
        : event.kind === 'published' ||
          event.kind === 'opened' ||
          event.kind === 'paid' ||
          event.kind === 'ended',
    )
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
    this.#remember(time)
    this.#now = time
    for (const event of block.events) this.#event(event)
  }

  /**
   * What every address has gathered over a span: up to its end as if nothing happened after the last block applied.
   * @throws RangeError when its beginning is not one of the marks, or blocks beyond its end have been applied
   */
  between({ from, until }: Span): Map<Address, UnitSeconds> {
    if (until <= from) throw new RangeError(`A span ends after it begins, not at ${until}`)
    this.#remember(until)
    const before = this.#remembered.get(from)
    const after = this.#remembered.get(until) ?? (until < this.#now ? undefined : this.#gatheredAt(until))
    if (before === undefined || after === undefined) {
      throw new RangeError(`The clock stands at ${this.#now} and did not mark ${from} and ${until}`)
    }
    const own = new Map<Address, UnitSeconds>()
    for (const [address, sums] of after) {
      const earlier = before.get(address)
      own.set(address, earlier === undefined ? sums : minus(sums, earlier))
    }
    return own
  }

  /** What waits unclaimed in the distributor for each address, after the last block applied. */
  unclaimed(): Map<Address, bigint> {
    return new Map(
      [...this.#accounts].flatMap(([address, { units }]) =>
        units.unclaimed > 0n ? [[address, units.unclaimed] as const] : [],
      ),
    )
  }

  #remember(time: bigint): void {
    for (let mark = this.#marks[0]; mark !== undefined && mark <= time; mark = this.#marks[0]) {
      this.#remembered.set(mark, this.#gatheredAt(mark))
      this.#marks.shift()
    }
  }

  #gatheredAt(time: bigint): Map<Address, UnitSeconds> {
    const all = new Map<Address, UnitSeconds>()
    for (const [address, account] of this.#accounts) all.set(address, gatheredBy(account, time))
    return all
  }

  #add(address: Address, part: Part, units: bigint, event: LedgerEvent): void {
    let account = this.#accounts.get(address)
    if (account === undefined) {
      account = { units: noUnitSeconds(), gathered: noUnitSeconds(), since: this.#now }
      this.#accounts.set(address, account)
    }
    account.gathered = gatheredBy(account, this.#now)
    account.since = this.#now
    account.units[part] += units
    if (account.units[part] < 0n) {
      throw new ReplayError(
        `Log ${event.logIndex} of ${event.transaction} takes ${-units} LP units of ${address}, which has less: earlier logs are missing`,
      )
    }
    this.#observer({ address, part, units, time: this.#now, event })
  }

  #event(event: LedgerEvent): void {
    switch (event.kind) {
      case 'transfer':
        if (event.of === 'lp') this.#transfer(event)
        return
      // A staker's units are the staker's, though the vault holds them.
      case 'stake':
        if (event.of === 'lp') this.#add(event.account, 'lpStaked', event.amount, event)
        return
      case 'unstake':
        if (event.of === 'lp') this.#add(event.account, 'lpStaked', -event.amount, event)
        return
      case 'published':
        // Anybody may publish on the same contract; only the issuer's leaves can be had.
        if (event.asset === this.#program.pair && event.issuer === this.#program.issuer) this.#publish(event)
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
      // Reserves, mints, links and recipients move no units.
    }
  }

  #transfer(event: LedgerEvent & { kind: 'transfer' }): void {
    const { from, to, amount } = event
    if (from !== ZERO_ADDRESS) this.#add(from, 'lp', -amount, event)
    // Burnt, or lost for ever: either way nobody's from now on.
    if (to !== ZERO_ADDRESS) this.#add(to, 'lp', amount, event)
  }

  #publish(event: LedgerEvent & { kind: 'published' }): void {
    const leaves = this.#leavesOf(event.id)
    this.#unclaimed.set(event.id, new Map(leaves.map(({ account, amount }) => [account, amount])))
    for (const { account, amount } of leaves) this.#add(account, 'unclaimed', amount, event)
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
    this.#add(account, 'unclaimed', -amount, event)
  }

  #end(event: LedgerEvent & { kind: 'ended' }): void {
    for (const [account, amount] of this.#unclaimed.get(event.id) ?? [])
      this.#add(account, 'unclaimed', -amount, event)
    this.#unclaimed.delete(event.id)
  }
}

const gatheredBy = ({ units, gathered, since }: Account, time: bigint): UnitSeconds => {
  const sums = noUnitSeconds()
  for (const part of PARTS) sums[part] = gathered[part] + units[part] * (time - since)
  return sums
}

const minus = (sums: UnitSeconds, earlier: UnitSeconds): UnitSeconds => {
  const rest = noUnitSeconds()
  for (const part of PARTS) rest[part] = sums[part] - earlier[part]
  return rest
}
