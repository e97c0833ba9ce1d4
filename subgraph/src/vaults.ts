import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { StakeChange } from '../generated/schema'
import { Staked as LpStaked, Withdrawn as LpWithdrawn } from '../generated/LpVault/StakingVault'
import { Staked, Withdrawn } from '../generated/TokenVault/StakingVault'
import { Ledger, rowId } from './ledger'
import { weigh } from './provider'
import { arrive } from './transit'

// Declared staking: what a vault credits stays in the custody of the wallet that staked it. In a stake and in a withdrawal
// the token's own Transfer comes just before the vault's event, in the same transaction.

export function handleTokenStaked(event: Staked): void {
  const ledger = new Ledger(event)
  const wallet = ledger.account(event.params.account)
  const amount = event.params.amount
  wallet.staked = wallet.staked.plus(amount)
  ledger.program.staked = ledger.program.staked.plus(amount)
  ledger.changeCustody(wallet, amount, 'STAKE')
  saveStake(event, wallet.id, amount)
  ledger.close()
}

export function handleTokenWithdrawn(event: Withdrawn): void {
  const ledger = new Ledger(event)
  const wallet = ledger.account(event.params.account)
  const amount = event.params.amount
  wallet.staked = wallet.staked.minus(amount)
  ledger.program.staked = ledger.program.staked.minus(amount)
  ledger.changeCustody(wallet, amount.neg(), 'UNSTAKE')
  saveStake(event, wallet.id, amount.neg())
  ledger.close()
}

export function handleLpStaked(event: LpStaked): void {
  const ledger = new Ledger(event)
  const wallet = ledger.account(event.params.account)
  const units = event.params.amount
  wallet.lpStaked = wallet.lpStaked.plus(units)
  ledger.program.lpStaked = ledger.program.lpStaked.plus(units)
  weigh(ledger, wallet)
  ledger.addUnits(wallet, units, arrive(event, wallet.id, units), 'LP_STAKE')
  saveStake(event, wallet.id, units)
  ledger.close()
}

export function handleLpWithdrawn(event: LpWithdrawn): void {
  const ledger = new Ledger(event)
  const wallet = ledger.account(event.params.account)
  const units = event.params.amount
  wallet.lpStaked = wallet.lpStaked.minus(units)
  ledger.program.lpStaked = ledger.program.lpStaked.minus(units)
  weigh(ledger, wallet)
  // The vault has already sent them: they were added a log ago without a basis, and leave without one now.
  ledger.addUnits(wallet, units.neg(), BigInt.zero(), 'LP_STAKE')
  saveStake(event, wallet.id, units.neg())
  ledger.close()
}

function saveStake(event: ethereum.Event, account: Bytes, delta: BigInt): void {
  const change = new StakeChange(rowId(event))
  change.account = account
  change.vault = event.address
  change.delta = delta
  change.block = event.block.number.toI32()
  change.timestamp = event.block.timestamp.toI64()
  change.transaction = event.transaction.hash
  change.save()
}
