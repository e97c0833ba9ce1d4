import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Account, CustodyChange, Program, ProgramPoint } from '../generated/schema'
import { Facts } from './facts'

// The entitlement rule (SPEC sections 3 to 5), in one place. Handlers say what moved; this file says what that means for the
// wallet, for its holder and for the holder's entitlement.
//
// A handler makes one Ledger, changes rows through it alone, and closes it. Rows are handed out once each: a wallet and its
// holder are often the same row, and two copies of one row would overwrite each other.

export const PROGRAM = 'program'

/** (block, log index), big-endian: ids that sort by time. */
export function rowId(event: ethereum.Event): Bytes {
  return position(event, new Bytes(8))
}

/** The same with one byte more, for the parts of one event. */
export function partId(event: ethereum.Event, part: u8): Bytes {
  const id = new Bytes(9)
  store<u8>(id.dataStart + 8, part)
  return position(event, id)
}

function position(event: ethereum.Event, id: Bytes): Bytes {
  store<u32>(id.dataStart, bswap<u32>(event.block.number.toI32() as u32))
  store<u32>(id.dataStart + 4, bswap<u32>(event.logIndex.toI32() as u32))
  return id
}

export function isZero(address: Bytes): bool {
  const start = address.dataStart
  return load<u64>(start) == 0 && load<u64>(start + 8) == 0 && load<u32>(start + 16) == 0
}

export class Ledger {
  readonly event: ethereum.Event
  readonly block: i32
  readonly program: Program
  readonly facts: Facts
  private readonly rows: Account[] = []
  /** What each row had a claim for when it was handed out. */
  private readonly entitledBefore: BigInt[] = []
  private totalsBefore: BigInt[] = []

  constructor(event: ethereum.Event) {
    this.event = event
    this.block = event.block.number.toI32()
    this.program = loadProgram()
    this.facts = new Facts()
    this.totalsBefore = this.totals()
  }

  /** The row of an address, the same object each time. */
  account(id: Bytes): Account {
    for (let i = 0; i < this.rows.length; i++) {
      if (this.rows[i].id == id) return this.rows[i]
    }
    const found = Account.load(id)
    const row = found === null ? this.open(id) : found
    this.rows.push(row)
    this.entitledBefore.push(entitlement(row))
    return row
  }

  /** The row that carries the wallet's holder: often the wallet's own. */
  holderOf(wallet: Account): Account {
    return this.account(wallet.holder)
  }

  /** An excluded wallet adds nothing to any custody. */
  weighs(wallet: Account): bool {
    return !this.facts.isExcluded(wallet.id)
  }

  /** Two wallets between which a move changes nothing for their holder. */
  sameHolder(one: Account, other: Account): bool {
    return one.holder == other.holder && this.weighs(one) && this.weighs(other)
  }

  /** A primary lot arrived at a wallet that weighs: E += lot, P += lot, C += lot. */
  addLot(wallet: Account, amount: BigInt): void {
    const holder = this.holderOf(wallet)
    this.settle(holder)
    holder.lots = holder.lots.plus(amount)
    holder.settled = holder.settled.plus(amount)
    this.program.lotsSold = this.program.lotsSold.plus(amount)
    this.changeCustody(wallet, amount, 'LOT')
  }

  /** Changes the custody of the wallet's holder; nothing where the wallet is excluded. */
  changeCustody(wallet: Account, delta: BigInt, kind: string): void {
    if (delta.isZero() || !this.weighs(wallet)) return
    const holder = this.holderOf(wallet)
    this.settle(holder)
    this.setCustody(holder, holder.custody.plus(delta))
    this.record(holder, wallet.id, delta, kind)
  }

  /** LP units arrive at the wallet's holder, with the basis they carry: U += u, B += basis, C += basis. */
  addUnits(wallet: Account, units: BigInt, basis: BigInt, kind: string): void {
    if (!this.weighs(wallet)) return
    const holder = this.holderOf(wallet)
    holder.units = holder.units.plus(units)
    this.addBasis(wallet, basis, kind)
  }

  addBasis(wallet: Account, basis: BigInt, kind: string): void {
    if (basis.isZero() || !this.weighs(wallet)) return
    const holder = this.holderOf(wallet)
    holder.basis = holder.basis.plus(basis)
    this.changeCustody(wallet, basis, kind)
  }

  /** LP units leave the wallet's holder. Returns the basis that goes with them: floor(B·x/U). */
  removeUnits(wallet: Account, units: BigInt, kind: string): BigInt {
    if (!this.weighs(wallet)) return BigInt.zero()
    const holder = this.holderOf(wallet)
    const basis = holder.basis.isZero() ? holder.basis : holder.basis.times(units).div(holder.units)
    holder.units = holder.units.minus(units)
    this.addBasis(wallet, basis.neg(), kind)
    return basis
  }

  /** The wallet's holder becomes part of another: everything it had is added to it, and counts for this whole block. */
  link(holderId: Bytes, walletId: Bytes): void {
    const holder = this.account(holderId)
    const wallet = this.account(walletId)
    this.settle(holder)
    this.settle(wallet)
    const brought = wallet.custody
    this.setCustody(wallet, BigInt.zero())
    this.setCustody(holder, holder.custody.plus(brought))
    holder.lots = holder.lots.plus(wallet.lots)
    holder.settled = holder.settled.plus(wallet.settled)
    holder.basis = holder.basis.plus(wallet.basis)
    holder.units = holder.units.plus(wallet.units)
    wallet.lots = BigInt.zero()
    wallet.settled = BigInt.zero()
    wallet.basis = BigInt.zero()
    wallet.units = BigInt.zero()
    wallet.recipient = null
    wallet.holder = holder.id
    this.record(holder, wallet.id, brought, 'LINK')
  }

  /** Saves every row handed out, and where the subgraph stands. */
  close(): void {
    let entitled = this.program.entitled
    for (let i = 0; i < this.rows.length; i++) {
      const row = this.rows[i]
      entitled = entitled.plus(entitlement(row)).minus(this.entitledBefore[i])
      row.save()
    }
    this.program.entitled = entitled
    this.savePoint()
    const block = this.event.block
    this.program.lastBlock = this.block
    this.program.lastBlockHash = block.hash
    this.program.lastTimestamp = block.timestamp.toI64()
    this.program.save()
  }

  /**
   * E = min(E, C) belongs to the end of a block, and there is no hook for it: so it is taken when the first event of a later
   * block comes, before that event counts. Never within a block: adding liquidity and staking send tokens out first.
   */
  private settle(holder: Account): void {
    if (holder.lastBlock == this.block) return
    if (holder.settled > holder.custody) holder.settled = holder.custody
    holder.lastBlock = this.block
  }

  private totals(): BigInt[] {
    const program = this.program
    return [
      BigInt.fromI32(program.holders),
      program.totalSupply,
      program.lotsSold,
      program.entitled,
      program.staked,
      program.lpStaked,
    ]
  }

  /** A point of the program's series, where one of its totals moved. */
  private savePoint(): void {
    const now = this.totals()
    let moved = false
    for (let i = 0; i < now.length; i++) {
      if (now[i] != this.totalsBefore[i]) moved = true
    }
    if (!moved) return
    const program = this.program
    const point = new ProgramPoint(0)
    point.holders = program.holders
    point.totalSupply = program.totalSupply
    point.lotsSold = program.lotsSold
    point.entitled = program.entitled
    point.staked = program.staked
    point.lpStaked = program.lpStaked
    point.save()
  }

  private setCustody(holder: Account, custody: BigInt): void {
    const zero = BigInt.zero()
    const had = holder.custody > zero
    const has = custody > zero
    if (has && !had) this.program.holders += 1
    if (had && !has) this.program.holders -= 1
    holder.custody = custody
  }

  private record(holder: Account, wallet: Bytes, delta: BigInt, kind: string): void {
    if (holder.lots.isZero()) return
    const change = new CustodyChange(partId(this.event, delta < BigInt.zero() ? 0 : 1))
    change.holder = holder.id
    change.wallet = wallet
    change.kind = kind
    change.delta = delta
    change.custody = holder.custody
    change.lots = holder.lots
    change.settled = holder.settled
    change.block = this.block
    change.timestamp = this.event.block.timestamp.toI64()
    change.transaction = this.event.transaction.hash
    change.logIndex = this.event.logIndex.toI32()
    change.save()
  }

  private open(id: Bytes): Account {
    const zero = BigInt.zero()
    const row = new Account(id)
    row.holder = id
    row.balance = zero
    row.staked = zero
    row.lp = zero
    row.lpStaked = zero
    row.lots = zero
    row.custody = zero
    row.basis = zero
    row.units = zero
    row.settled = zero
    row.lastBlock = this.block
    this.program.accounts += 1
    return row
  }
}

/** E as it would be if the block ended here. */
function entitlement(row: Account): BigInt {
  return row.settled < row.custody ? row.settled : row.custody
}

function loadProgram(): Program {
  const found = Program.load(PROGRAM)
  if (found !== null) return found
  const row = new Program(PROGRAM)
  row.totalSupply = BigInt.zero()
  row.lotsSold = BigInt.zero()
  row.entitled = BigInt.zero()
  row.staked = BigInt.zero()
  row.lpStaked = BigInt.zero()
  row.holders = 0
  row.accounts = 0
  row.transfers = 0
  row.swaps = 0
  row.claims = 0
  return row
}
