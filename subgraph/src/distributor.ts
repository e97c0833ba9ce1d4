import { Address, BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Claim, ClaimPoint, Distribution } from '../generated/schema'
import {
  Cancelled,
  Claimed,
  ClaimedTo,
  Opened,
  Published,
  Pushed,
  Swept,
} from '../generated/Distributor/MerkleDistributor'
import { Facts } from './facts'
import { Ledger, partId, rowId } from './ledger'

// The issuer's distributions. Anyone may publish on the same contract: what others publish is not this program's.

export function handlePublished(event: Published): void {
  const params = event.params
  if (!new Facts().isIssuer(params.issuer)) return
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
  const distribution = Distribution.load(params.id)
  if (distribution === null) return
  pay(event, distribution, rowId(event), params.account, params.account, params.index, params.amount)
  finish(event, distribution, 1)
}

/** Paid where the account wished. */
export function handleClaimedTo(event: ClaimedTo): void {
  const params = event.params
  const distribution = Distribution.load(params.id)
  if (distribution === null) return
  pay(event, distribution, rowId(event), params.account, params.to, params.index, params.amount)
  finish(event, distribution, 1)
}

/** Many leaves paid at once, each to its account: bit i of `paid` says whether leaf i was among them. */
export function handlePushed(event: Pushed): void {
  const distribution = Distribution.load(event.params.id)
  if (distribution === null) return
  const paid = event.params.paid // little-endian bytes
  const payments = event.params.payments
  let count = 0
  for (let i = 0; i < payments.length; i++) {
    const byte = i >> 3
    if (byte >= paid.length || ((paid[byte] >> u8(i & 7)) & 1) == 0) continue
    const payment = payments[i]
    pay(event, distribution, partId(event, u8(i)), payment.account, payment.account, BigInt.fromI32(i), payment.amount)
    count++
  }
  finish(event, distribution, count)
}

export function handleCancelled(event: Cancelled): void {
  end(event, event.params.id, event.params.amount, 'CANCELLED')
}

export function handleSwept(event: Swept): void {
  end(event, event.params.id, event.params.amount, 'SWEPT')
}

function pay(
  event: ethereum.Event,
  distribution: Distribution,
  id: Bytes,
  account: Address,
  to: Address,
  index: BigInt,
  amount: BigInt,
): void {
  distribution.remaining = distribution.remaining.minus(amount)
  const claim = new Claim(id)
  claim.distribution = distribution.id
  claim.account = account
  claim.to = to
  claim.index = index
  claim.amount = amount
  claim.block = event.block.number.toI32()
  claim.timestamp = event.block.timestamp.toI64()
  claim.transaction = event.transaction.hash
  claim.save()
  const parent = distribution.parent
  const point = new ClaimPoint(0)
  point.distribution = parent === null ? distribution.id : parent
  point.amount = amount
  point.save()
}

function finish(event: ethereum.Event, distribution: Distribution, claims: i32): void {
  distribution.claims += claims
  distribution.save()
  const ledger = new Ledger(event)
  ledger.program.claims += claims
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
  row.endedAt = event.block.timestamp.toI64()
  row.save()
  new Ledger(event).close()
}

/** The unsigned number in bytes `from` to `to`, most significant first. */
function bigEndian(word: Bytes, from: i32, to: i32): BigInt {
  const bytes = new Bytes(to - from)
  for (let i = from; i < to; i++) bytes[to - 1 - i] = word[i]
  return BigInt.fromUnsignedBytes(bytes)
}
