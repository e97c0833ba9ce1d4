import { Link, RecipientChange } from '../generated/schema'
import { Linked, RecipientNamed } from '../generated/Registry/HolderRegistry'
import { Ledger, isZero, rowId } from './ledger'

// Which wallets make one holder, and who receives for it.

export function handleLinked(event: Linked): void {
  const ledger = new Ledger(event)
  ledger.link(event.params.holder, event.params.wallet)
  const link = new Link(rowId(event))
  link.holder = event.params.holder
  link.wallet = event.params.wallet
  link.block = event.block.number.toI32()
  link.timestamp = event.block.timestamp.toI64()
  link.transaction = event.transaction.hash
  link.save()
  ledger.close()
}

export function handleRecipientNamed(event: RecipientNamed): void {
  const ledger = new Ledger(event)
  const recipient = event.params.recipient
  const holder = ledger.account(event.params.holder)
  if (isZero(recipient)) holder.recipient = null
  else holder.recipient = recipient
  const change = new RecipientChange(rowId(event))
  change.holder = holder.id
  change.recipient = holder.recipient
  change.block = event.block.number.toI32()
  change.timestamp = event.block.timestamp.toI64()
  change.transaction = event.transaction.hash
  change.save()
  ledger.close()
}
