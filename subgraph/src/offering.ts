import { Purchase } from '../generated/schema'
import { Purchased } from '../generated/Offering/Offering'
import { Ledger, rowId } from './ledger'

// What buyers paid. The lot itself is the token's Transfer, which the token's mapping sees.

export function handlePurchased(event: Purchased): void {
  const purchase = new Purchase(rowId(event))
  purchase.buyer = event.params.buyer
  purchase.amount = event.params.amount
  purchase.cost = event.params.cost
  purchase.block = event.block.number.toI32()
  purchase.timestamp = event.block.timestamp.toI64()
  purchase.transaction = event.transaction.hash
  purchase.save()
  new Ledger(event).close()
}
