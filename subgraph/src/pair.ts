import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { LiquidityChange, Pair, PoolPoint, Swap, SwapPoint } from '../generated/schema'
import { Burn, Mint, Swap as SwapEvent, Sync, Transfer } from '../generated/Pair/UniswapV2Pair'
import { depositBasis } from './basis'
import { Ledger, isZero, rowId } from './ledger'
import { weigh } from './provider'
import { BURN, MINT, depart, transit } from './transit'

// The pair, as the LP token it is and as the reserves it keeps. Reserves come from Sync alone.

export function handleLpTransfer(event: Transfer): void {
  const from = event.params.from
  const to = event.params.to
  const units = event.params.value
  const ledger = new Ledger(event)
  if (units.isZero()) {
    // Nothing moves.
  } else if (isZero(from)) {
    mintUnits(ledger, event, to, units)
  } else if (from != to) {
    if (from == event.address && isZero(to)) burnUnits(ledger, event, units)
    else moveUnits(ledger, event, from, to, units)
  }
  ledger.close()
}

/** The last LP Transfer from zero before a Mint names the depositor: a mint of the protocol's fee may come before it. */
function mintUnits(ledger: Ledger, event: ethereum.Event, to: Bytes, units: BigInt): void {
  const pair = loadPair(event)
  const minted = transit(MINT)
  minted.transaction = event.transaction.hash
  minted.account = to
  minted.units = units
  if (pair.lpSupply.isZero()) minted.open = true
  minted.save()
  pair.lpSupply = pair.lpSupply.plus(units)
  pair.save()
  const receiver = ledger.account(to)
  receiver.lp = receiver.lp.plus(units)
  weigh(ledger, receiver)
  ledger.addUnits(receiver, units, BigInt.zero(), 'LP_ADD')
}

function burnUnits(ledger: Ledger, event: ethereum.Event, units: BigInt): void {
  const pair = loadPair(event)
  pair.lpSupply = pair.lpSupply.minus(units)
  pair.save()
  const burned = transit(BURN)
  burned.transaction = event.transaction.hash
  burned.units = units
  burned.save()
  const row = ledger.account(event.address)
  row.lp = row.lp.minus(units)
  ledger.removeUnits(row, units, 'LP_REMOVE')
}

function moveUnits(ledger: Ledger, event: ethereum.Event, from: Bytes, to: Bytes, units: BigInt): void {
  const sender = ledger.account(from)
  const receiver = ledger.account(to)
  sender.lp = sender.lp.minus(units)
  receiver.lp = receiver.lp.plus(units)
  weigh(ledger, sender)
  weigh(ledger, receiver)
  if (to == event.address) {
    const burning = transit(BURN)
    burning.account = from
    burning.save()
  }
  // Basis moves with the units between linked wallets: nothing changes for their holder.
  if (ledger.sameHolder(sender, receiver)) return
  const staking = ledger.facts.isLpVault(to)
  const basis = ledger.removeUnits(sender, units, staking ? 'LP_STAKE' : 'LP_REMOVE')
  if (staking) depart(event, from, units, basis)
  // Units that arrive without a mint carry no basis.
  ledger.addUnits(receiver, units, BigInt.zero(), 'LP_ADD')
}

export function handleSync(event: Sync): void {
  const ledger = new Ledger(event)
  const pair = loadPair(event)
  const block = event.block.number.toI32()
  if (pair.lastBlock != block) {
    pair.closeReserveToken = pair.reserveToken
    pair.closeReserveOther = pair.reserveOther
    pair.lastBlock = block
  }
  const first = ledger.facts.tokenIsFirst
  pair.reserveToken = first ? event.params.reserve0 : event.params.reserve1
  pair.reserveOther = first ? event.params.reserve1 : event.params.reserve0
  pair.save()
  const point = new PoolPoint(0)
  point.reserveToken = pair.reserveToken
  point.reserveOther = pair.reserveOther
  point.lpSupply = pair.lpSupply
  point.save()
  ledger.close()
}

export function handleMint(event: Mint): void {
  const ledger = new Ledger(event)
  const first = ledger.facts.tokenIsFirst
  const amount = first ? event.params.amount0 : event.params.amount1
  const minted = transit(MINT)
  let basis = BigInt.zero()
  if (ledger.facts.depositBasis) {
    basis = depositBasis(loadPair(event), amount, minted.units, minted.open)
  }
  if (minted.open) {
    minted.open = false
    minted.save()
  }
  const provider = ledger.account(minted.account)
  ledger.addBasis(provider, basis, 'LP_ADD')
  const change = new LiquidityChange(rowId(event))
  change.kind = 'MINT'
  change.provider = minted.account
  change.units = minted.units
  change.amountToken = amount
  change.amountOther = first ? event.params.amount1 : event.params.amount0
  change.basis = ledger.weighs(provider) ? basis : BigInt.zero()
  saveLiquidity(event, change)
  ledger.close()
}

export function handleBurn(event: Burn): void {
  const ledger = new Ledger(event)
  const first = ledger.facts.tokenIsFirst
  const burned = transit(BURN)
  const change = new LiquidityChange(rowId(event))
  change.kind = 'BURN'
  change.provider = burned.account
  change.units = burned.units
  change.amountToken = first ? event.params.amount0 : event.params.amount1
  change.amountOther = first ? event.params.amount1 : event.params.amount0
  change.basis = BigInt.zero()
  saveLiquidity(event, change)
  ledger.close()
}

function saveLiquidity(event: ethereum.Event, change: LiquidityChange): void {
  change.block = event.block.number.toI32()
  change.timestamp = event.block.timestamp.toI64()
  change.transaction = event.transaction.hash
  change.save()
}

export function handleSwap(event: SwapEvent): void {
  const ledger = new Ledger(event)
  const first = ledger.facts.tokenIsFirst
  const params = event.params
  const swap = new Swap(rowId(event))
  swap.sender = params.sender
  swap.to = params.to
  swap.origin = event.transaction.from
  swap.tokenIn = first ? params.amount0In : params.amount1In
  swap.otherIn = first ? params.amount1In : params.amount0In
  swap.tokenOut = first ? params.amount0Out : params.amount1Out
  swap.otherOut = first ? params.amount1Out : params.amount0Out
  swap.block = event.block.number.toI32()
  swap.timestamp = event.block.timestamp.toI64()
  swap.transaction = event.transaction.hash
  swap.save()
  const point = new SwapPoint(0)
  point.volumeToken = swap.tokenIn.plus(swap.tokenOut)
  point.volumeOther = swap.otherIn.plus(swap.otherOut)
  point.save()
  ledger.program.swaps += 1
  ledger.close()
}

function loadPair(event: ethereum.Event): Pair {
  const found = Pair.load(event.address)
  if (found !== null) return found
  const zero = BigInt.zero()
  const pair = new Pair(event.address)
  pair.reserveToken = zero
  pair.reserveOther = zero
  pair.closeReserveToken = zero
  pair.closeReserveOther = zero
  pair.lpSupply = zero
  pair.lastBlock = event.block.number.toI32()
  return pair
}
