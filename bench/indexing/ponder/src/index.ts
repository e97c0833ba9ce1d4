import { ponder } from 'ponder:registry'
import * as tables from 'ponder:schema'
import { liquidityChange, primaryLot, recipientChange, stakeChange } from 'ponder:schema'
import { type Hex, zeroAddress } from 'viem'
import { depositBasis } from '../../../../disbursement/replay/basis.ts'
import { job } from '../job.ts'
import { isSale, Ledger, loadPair, loadTransit, placeOf, savePair, saveTransit, weighs } from './ledger.ts'

const { deployment, history } = job
const tokenIsFirst = deployment.token < deployment.counterAsset
/** Of two amounts in the pair's order, the token's first. */
const ordered = (one: bigint, other: bigint): [token: bigint, other: bigint] =>
  tokenIsFirst ? [one, other] : [other, one]

ponder.on('Token:Transfer', async ({ event, context }) => {
  const { from, to, value } = event.args
  const ledger = new Ledger(context, event)
  ledger.totals.transfers = 1
  if (value !== 0n && from !== to) {
    if (from === zeroAddress) {
      ledger.totals.totalSupply = value
      const receiver = await ledger.account(to)
      receiver.balance += value
      await ledger.changeCustody(receiver, value, 'TRANSFER_IN')
    } else if (to === zeroAddress) {
      ledger.totals.totalSupply = -value
      const sender = await ledger.account(from)
      sender.balance -= value
      await ledger.changeCustody(sender, -value, 'TRANSFER_OUT')
    } else {
      const sender = await ledger.account(from)
      const receiver = await ledger.account(to)
      sender.balance -= value
      receiver.balance += value
      const isLot = isSale(from) && weighs(to)
      if (isLot || sender.holder !== receiver.holder || !weighs(from) || !weighs(to)) {
        await ledger.changeCustody(sender, -value, 'TRANSFER_OUT')
        if (!isLot) await ledger.changeCustody(receiver, value, 'TRANSFER_IN')
        else {
          await ledger.addLot(receiver, value)
          if (history) {
            const lot = { holder: receiver.holder, buyer: to, seller: from, amount: value }
            await context.db.insert(primaryLot).values({ ...placeOf(event), ...lot })
          }
        }
      }
    }
  }
  await ledger.close()
})

ponder.on('Pair:Transfer', async ({ event, context }) => {
  const { from, to, value } = event.args
  const ledger = new Ledger(context, event)
  const transaction = event.transaction.hash
  if (value === 0n) {
    // Nothing moves.
  } else if (from === zeroAddress) {
    const pair = await loadPair(ledger)
    const opens = pair.lpSupply === 0n ? { open: true } : {}
    await saveTransit(ledger, 'mint', { transaction, account: to, units: value, ...opens })
    await savePair(ledger, { ...pair, lpSupply: pair.lpSupply + value })
    const receiver = await ledger.account(to)
    receiver.lp += value
    await ledger.addUnits(receiver, value, 0n, 'LP_ADD')
  } else if (from === event.log.address && to === zeroAddress) {
    const pair = await loadPair(ledger)
    await savePair(ledger, { ...pair, lpSupply: pair.lpSupply - value })
    if (history) await saveTransit(ledger, 'burn', { transaction, units: value })
    const row = await ledger.account(from)
    row.lp -= value
    await ledger.removeUnits(row, value, 'LP_REMOVE')
  } else if (from !== to) {
    const sender = await ledger.account(from)
    const receiver = await ledger.account(to)
    sender.lp -= value
    receiver.lp += value
    if (history && to === event.log.address) await saveTransit(ledger, 'burn', { account: from })
    if (sender.holder !== receiver.holder || !weighs(from) || !weighs(to)) {
      const staking = to === deployment.lpVault
      const basis = await ledger.removeUnits(sender, value, staking ? 'LP_STAKE' : 'LP_REMOVE')
      if (staking)
        await saveTransit(ledger, 'vault', { transaction, account: from, units: value, basis, open: true })
      await ledger.addUnits(receiver, value, 0n, 'LP_ADD')
    }
  }
  await ledger.close()
})

ponder.on('Pair:Sync', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const pair = await loadPair(ledger)
  const [reserveToken, reserveOther] = ordered(event.args.reserve0, event.args.reserve1)
  const isLater = pair.lastBlock !== event.block.number
  const closed = isLater ? { closeReserveToken: pair.reserveToken, closeReserveOther: pair.reserveOther } : {}
  await savePair(ledger, { ...pair, ...closed, reserveToken, reserveOther, lastBlock: event.block.number })
  await ledger.close()
})

ponder.on('Pair:Mint', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const [amountToken, amountOther] = ordered(event.args.amount0, event.args.amount1)
  const { account, units, open } = await loadTransit(ledger, 'mint')
  const pair = await loadPair(ledger)
  const earned = depositBasis({
    tokens: amountToken,
    units,
    supply: pair.lpSupply,
    first: open,
    after: { token: pair.reserveToken, other: pair.reserveOther },
    closed: { token: pair.closeReserveToken, other: pair.closeReserveOther },
  })
  if (open) await saveTransit(ledger, 'mint', { open: false })
  await ledger.addBasis(await ledger.account(account), earned, 'LP_ADD')
  if (history) {
    const basis = weighs(account) ? earned : 0n
    const change = { kind: 'MINT', provider: account, units, amountToken, amountOther, basis }
    await context.db.insert(liquidityChange).values({ ...placeOf(event), ...change })
  }
  await ledger.close()
})

ponder.on('Registry:Linked', async ({ event, context }) => {
  const { holder, wallet } = event.args
  const ledger = new Ledger(context, event)
  await ledger.link(holder, wallet)
  if (history) await context.db.insert(tables.link).values({ ...placeOf(event), holder, wallet })
  await ledger.close()
})

ponder.on('Registry:RecipientNamed', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const holder = await ledger.account(event.args.holder)
  holder.recipient = event.args.recipient === zeroAddress ? null : event.args.recipient
  if (history) {
    const change = { holder: holder.id, recipient: holder.recipient }
    await context.db.insert(recipientChange).values({ ...placeOf(event), ...change })
  }
  await ledger.close()
})

const recordStake = async (ledger: Ledger, account: Hex, delta: bigint): Promise<void> => {
  if (!history) return
  const row = { account, vault: ledger.event.log.address, delta }
  await ledger.db.insert(stakeChange).values({ ...placeOf(ledger.event), ...row })
}

ponder.on('TokenVault:Staked', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const wallet = await ledger.account(event.args.account)
  wallet.staked += event.args.amount
  await ledger.changeCustody(wallet, event.args.amount, 'STAKE')
  await recordStake(ledger, wallet.id, event.args.amount)
  await ledger.close()
})

ponder.on('TokenVault:Withdrawn', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const wallet = await ledger.account(event.args.account)
  wallet.staked -= event.args.amount
  await ledger.changeCustody(wallet, -event.args.amount, 'UNSTAKE')
  await recordStake(ledger, wallet.id, -event.args.amount)
  await ledger.close()
})

ponder.on('LpVault:Staked', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const { account, amount } = event.args
  const wallet = await ledger.account(account)
  wallet.lpStaked += amount
  const sent = await loadTransit(ledger, 'vault')
  const arrives =
    sent.open &&
    sent.transaction === event.transaction.hash &&
    sent.account === account &&
    sent.units === amount
  if (arrives) await saveTransit(ledger, 'vault', { open: false })
  await ledger.addUnits(wallet, amount, arrives ? sent.basis : 0n, 'LP_STAKE')
  await recordStake(ledger, account, amount)
  await ledger.close()
})

ponder.on('LpVault:Withdrawn', async ({ event, context }) => {
  const ledger = new Ledger(context, event)
  const wallet = await ledger.account(event.args.account)
  wallet.lpStaked -= event.args.amount
  // The vault has sent them already: they came a log ago without a basis.
  await ledger.addUnits(wallet, -event.args.amount, 0n, 'LP_STAKE')
  await recordStake(ledger, wallet.id, -event.args.amount)
  await ledger.close()
})

// What decides nothing about who has what, and is kept as it happened.
if (history) {
  ponder.on('Pair:Swap', async ({ event, context }) => {
    const ledger = new Ledger(context, event)
    const { sender, to, amount0In, amount1In, amount0Out, amount1Out } = event.args
    const [tokenIn, otherIn] = ordered(amount0In, amount1In)
    const [tokenOut, otherOut] = ordered(amount0Out, amount1Out)
    const row = { sender, to, origin: event.transaction.from, tokenIn, otherIn, tokenOut, otherOut }
    await context.db.insert(tables.swap).values({ ...placeOf(event), ...row })
    ledger.totals.swaps = 1
    await ledger.close()
  })

  ponder.on('Pair:Burn', async ({ event, context }) => {
    const ledger = new Ledger(context, event)
    const [amountToken, amountOther] = ordered(event.args.amount0, event.args.amount1)
    const { account: provider, units } = await loadTransit(ledger, 'burn')
    const change = { kind: 'BURN', provider, units, amountToken, amountOther, basis: 0n }
    await context.db.insert(liquidityChange).values({ ...placeOf(event), ...change })
    await ledger.close()
  })

  ponder.on('Offering:Purchased', async ({ event, context }) => {
    const { buyer, amount, cost } = event.args
    await context.db.insert(tables.purchase).values({ ...placeOf(event), buyer, amount, cost })
    await new Ledger(context, event).close()
  })

  ponder.on('Distributor:Published', async ({ event, context }) => {
    const { id, issuer, token, terms, root, total, manifestHash } = event.args
    if (issuer !== deployment.issuer) return
    const { id: _, ...place } = placeOf(event)
    const row = { token, terms, root, total, remaining: total, manifestHash, claims: 0 }
    await context.db.insert(tables.distribution).values({ id, ...place, ...row })
    await new Ledger(context, event).close()
  })

  ponder.on('Distributor:Claimed', async ({ event, context }) => {
    const { id, account, index, amount } = event.args
    const ledger = new Ledger(context, event)
    await context.db
      .update(tables.distribution, { id })
      .set((row) => ({ remaining: row.remaining - amount, claims: row.claims + 1 }))
    const row = { distribution: id, account, index, amount }
    await context.db.insert(tables.claim).values({ ...placeOf(event), ...row })
    ledger.totals.claims = 1
    await ledger.close()
  })
}
