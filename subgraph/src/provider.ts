import { BigInt } from '@graphprotocol/graph-ts'
import { Account, LiquidityProvider } from '../generated/schema'
import { Ledger } from './ledger'

// LP units by time (SPEC section 11), in rows of their own: the accounts' rows are written far more often.

/** Takes down what a wallet's LP units have become; until this moment those of its row counted. */
export function weigh(ledger: Ledger, wallet: Account): void {
  if (!ledger.weighs(wallet)) return
  const now = ledger.event.block.timestamp.toI64()
  let row = LiquidityProvider.load(wallet.id)
  if (row === null) {
    row = new LiquidityProvider(wallet.id)
    row.lpSeconds = BigInt.zero()
    row.stakedSeconds = BigInt.zero()
  } else {
    const seconds = BigInt.fromI64(now - row.since)
    row.lpSeconds = row.lpSeconds.plus(row.lp.times(seconds))
    row.stakedSeconds = row.stakedSeconds.plus(row.lpStaked.times(seconds))
  }
  row.lp = wallet.lp
  row.lpStaked = wallet.lpStaked
  row.since = now
  row.save()
}
