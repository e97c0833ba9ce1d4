import { Address, BigInt, Bytes, dataSource, ethereum } from '@graphprotocol/graph-ts'
import { Claim, Distribution } from '../generated/schema'
import {
  Cancelled,
  Claimed,
  ClaimedTo,
  Opened,
  Published,
  Pushed,
  Swept,
} from '../generated/Distributor/MerkleDistributor'
import { Ledger, rowId } from './ledger'

// The issuer's distributions. Anyone may publish on the same contract: what others publish is not this program's.

export function handlePublished(event: Published): void {
  const params = event.params
  if (params.issuer != dataSource.context().getBytes('issuer')) return
  const row = new Distribution(params.id)
  row.issuer = params.issuer
  row.token = params.token
  row.terms = params.terms
  row.opensAt = bigEndian(params.terms, 16, 24)
  row.deadline = bigEndian(params.terms, 24, 32)
  row.root = params.root
  row.total = params.total
  row.manifestHash = params.manifestHash
  begin(event, row)
}

/** A shard's budget moved out of its parent. */
export function handleOpened(event: Opened): void {
  const params = event.params
  const parent = Distribution.load(params.parent)
  if (parent === null) return
  parent.remaining = parent.remaining.minus(params.total)
  parent.save()
  const row = new Distribution(params.id)
  row.issuer = parent.issuer
  row.token = parent.token
  row.terms = parent.id
  row.opensAt = parent.opensAt
  row.deadline = parent.deadline
  row.root = params.root
  row.total = params.total
  row.manifestHash = parent.manifestHash
  row.parent = parent.id
  begin(event, row)
}

export function handleClaimed(event: Claimed): void {
  const params = event.params
  pay(event, rowId(event), params.id, params.account, params.account, params.index, params.amount)
}

/** Paid where the account wished. */
export function handleClaimedTo(event: ClaimedTo): void {
  const params = event.params
  pay(event, rowId(event), params.id, params.account, params.to, params.index, params.amount)
}

/** Many leaves paid at once, each to its account: bit i of `paid` says whether leaf i was among them. */
export function handlePushed(event: Pushed): void {
  const params = event.params
  for (let i = 0; i < params.payments.length; i++) {
    if (params.paid.rightShift(u8(i)).bitAnd(BigInt.fromI32(1)).isZero()) continue
    const payment = params.payments[i]
    const row = rowId(event).concatI32(i)
    pay(event, row, params.id, payment.account, payment.account, BigInt.fromI32(i), payment.amount)
  }
}

export function handleCancelled(event: Cancelled): void {
  end(event, event.params.id, event.params.amount, 'CANCELLED')
}

export function handleSwept(event: Swept): void {
  end(event, event.params.id, event.params.amount, 'SWEPT')
}

function pay(
  event: ethereum.Event,
  row: Bytes,
  id: Bytes,
  account: Address,
  to: Address,
  index: BigInt,
  amount: BigInt,
): void {
  const distribution = Distribution.load(id)
  if (distribution === null) return
  distribution.remaining = distribution.remaining.minus(amount)
  distribution.claims += 1
  distribution.save()
  const claim = new Claim(row)
  claim.distribution = id
  claim.account = account
  claim.to = to
  claim.index = index
  claim.amount = amount
  claim.block = event.block.number.toI32()
  claim.timestamp = event.block.timestamp.toI64()
  claim.transaction = event.transaction.hash
  claim.save()
  const ledger = new Ledger(event)
  ledger.program.claims += 1
  ledger.close()
}

function begin(event: ethereum.Event, row: Distribution): void {
  row.remaining = row.total
  row.status = 'ACTIVE'
  row.claims = 0
  row.publishedBlock = event.block.number.toI32()
  row.publishedAt = event.block.timestamp.toI64()
  row.transaction = event.transaction.hash
  row.save()
  new Ledger(event).close()
}

function end(event: ethereum.Event, id: Bytes, amount: BigInt, status: string): void {
  const row = Distribution.load(id)
  if (row === null) return
  row.remaining = row.remaining.minus(amount)
  row.status = status
  row.save()
  new Ledger(event).close()
}

/** The unsigned number in bytes `from` to `to`, most significant first. */
function bigEndian(word: Bytes, from: i32, to: i32): BigInt {
  const bytes = new Bytes(to - from)
  for (let i = from; i < to; i++) bytes[to - 1 - i] = word[i]
  return BigInt.fromUnsignedBytes(bytes)
}
