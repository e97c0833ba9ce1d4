import { Bytes } from '@graphprotocol/graph-ts'
import { PrimaryLot } from '../generated/schema'
import { Transfer } from '../generated/Token/PersonalToken'
import { Ledger, isZero } from './ledger'

// The program's token: balances, supply, and primary lots.

export function handleTokenTransfer(event: Transfer): void {
  const from = event.params.from
  const to = event.params.to
  const value = event.params.value
  const ledger = new Ledger(event)
  const program = ledger.program
  program.transfers += 1

  // Nothing moves in a transfer of zero or to oneself; from zero to zero is a mint and a burn at once.
  if (!value.isZero() && from != to) {
    if (isZero(from)) {
      program.totalSupply = program.totalSupply.plus(value)
      const receiver = ledger.account(to)
      receiver.balance = receiver.balance.plus(value)
      ledger.changeCustody(receiver, value, 'TRANSFER_IN')
    } else if (isZero(to)) {
      program.totalSupply = program.totalSupply.minus(value)
      const sender = ledger.account(from)
      sender.balance = sender.balance.minus(value)
      ledger.changeCustody(sender, value.neg(), 'TRANSFER_OUT')
    } else {
      const sender = ledger.account(from)
      const receiver = ledger.account(to)
      sender.balance = sender.balance.minus(value)
      receiver.balance = receiver.balance.plus(value)
      const isLot = ledger.facts.isSale(from) && ledger.weighs(receiver)
      if (isLot || !ledger.sameHolder(sender, receiver)) {
        ledger.changeCustody(sender, value.neg(), 'TRANSFER_OUT')
        if (isLot) {
          ledger.addLot(receiver, value)
          saveLot(event, receiver.holder)
        } else ledger.changeCustody(receiver, value, 'TRANSFER_IN')
      }
    }
  }
  ledger.close()
}

function saveLot(event: Transfer, holder: Bytes): void {
  const logIndex = event.logIndex.toI32()
  const lot = new PrimaryLot(event.transaction.hash.concatI32(logIndex))
  lot.holder = holder
  lot.buyer = event.params.to
  lot.seller = event.params.from
  lot.amount = event.params.value
  lot.block = event.block.number.toI32()
  lot.timestamp = event.block.timestamp.toI64()
  lot.transaction = event.transaction.hash
  lot.logIndex = logIndex
  lot.save()
}
