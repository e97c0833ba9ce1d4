import type { Context } from 'ponder:registry'
import { account, custodyChange, pair, program, transit } from 'ponder:schema'
import { type Hex, zeroAddress } from 'viem'
import { job } from '../job.ts'

// The entitlement rule, as in the subgraph: a row an address, settled when the first event of a later block reaches it.

const { deployment, history } = job
const excluded = new Set<Hex>(deployment.excluded)
const sales = new Set<Hex>(deployment.saleAddresses)

type Account = typeof account.$inferSelect
type Program = typeof program.$inferSelect

/** The part of any event that the ledger needs. */
export type Occurrence = {
  log: { address: Hex; logIndex: number }
  block: { number: bigint; hash: Hex; timestamp: bigint }
  transaction: { hash: Hex; from: Hex }
}

export const isSale = (address: Hex): boolean => sales.has(address)
export const weighs = (address: Hex): boolean => !excluded.has(address)

/** What every row of an event has. */
export const placeOf = ({ block, transaction, log }: Occurrence, part = '') => ({
  id: `${String(block.number).padStart(10, '0')}-${String(log.logIndex).padStart(6, '0')}${part}`,
  block: block.number,
  timestamp: block.timestamp,
  transaction: transaction.hash,
})

export class Ledger {
  readonly db: Context['db']
  readonly event: Occurrence
  readonly totals: Partial<Program> & { holders: number; accounts: number; lotsSold: bigint }
  readonly #rows = new Map<Hex, { row: Account; isNew: boolean }>()

  constructor(context: Context, event: Occurrence) {
    this.db = context.db
    this.event = event
    this.totals = { holders: 0, accounts: 0, lotsSold: 0n }
  }

  async account(id: Hex): Promise<Account> {
    const known = this.#rows.get(id)
    if (known !== undefined) return known.row
    const found = await this.db.find(account, { id })
    const row = found === null ? this.#open(id) : { ...found }
    this.#rows.set(id, { row, isNew: found === null })
    return row
  }

  async addLot(wallet: Account, amount: bigint): Promise<void> {
    const holder = await this.account(wallet.holder)
    this.#settle(holder)
    holder.lots += amount
    holder.settled += amount
    this.totals.lotsSold += amount
    await this.changeCustody(wallet, amount, 'LOT')
  }

  async changeCustody(wallet: Account, delta: bigint, kind: string): Promise<void> {
    if (delta === 0n || !weighs(wallet.id)) return
    const holder = await this.account(wallet.holder)
    this.#settle(holder)
    this.#setCustody(holder, holder.custody + delta)
    await this.#record(holder, wallet.id, delta, kind)
  }

  async addUnits(wallet: Account, units: bigint, basis: bigint, kind: string): Promise<void> {
    if (!weighs(wallet.id)) return
    const holder = await this.account(wallet.holder)
    holder.units += units
    await this.addBasis(wallet, basis, kind)
  }

  async addBasis(wallet: Account, basis: bigint, kind: string): Promise<void> {
    if (basis === 0n || !weighs(wallet.id)) return
    const holder = await this.account(wallet.holder)
    holder.basis += basis
    await this.changeCustody(wallet, basis, kind)
  }

  /** LP units leave; the basis that goes with them. */
  async removeUnits(wallet: Account, units: bigint, kind: string): Promise<bigint> {
    if (!weighs(wallet.id)) return 0n
    const holder = await this.account(wallet.holder)
    const basis = holder.basis === 0n ? 0n : (holder.basis * units) / holder.units
    holder.units -= units
    await this.addBasis(wallet, -basis, kind)
    return basis
  }

  async link(holderId: Hex, walletId: Hex): Promise<void> {
    const holder = await this.account(holderId)
    const wallet = await this.account(walletId)
    this.#settle(holder)
    this.#settle(wallet)
    const brought = wallet.custody
    this.#setCustody(wallet, 0n)
    this.#setCustody(holder, holder.custody + brought)
    holder.lots += wallet.lots
    holder.settled += wallet.settled
    holder.basis += wallet.basis
    holder.units += wallet.units
    Object.assign(wallet, { lots: 0n, settled: 0n, basis: 0n, units: 0n, recipient: null, holder: holder.id })
    await this.#record(holder, wallet.id, brought, 'LINK')
  }

  /** Writes every row handed out. */
  async close(): Promise<void> {
    for (const { row, isNew } of this.#rows.values()) {
      if (isNew) await this.db.insert(account).values(row)
      else {
        const { id, ...rest } = row
        await this.db.update(account, { id }).set(rest)
      }
    }
    if (history) await this.#count()
  }

  #open(id: Hex): Account {
    const nothing = { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n, lots: 0n, custody: 0n, basis: 0n }
    const lastBlock = this.event.block.number
    this.totals.accounts++
    return { id, holder: id, ...nothing, units: 0n, settled: 0n, lastBlock, recipient: null }
  }

  #settle(holder: Account): void {
    const { number } = this.event.block
    if (holder.lastBlock === number) return
    if (holder.settled > holder.custody) holder.settled = holder.custody
    holder.lastBlock = number
  }

  #setCustody(holder: Account, custody: bigint): void {
    this.totals.holders += Number(custody > 0n) - Number(holder.custody > 0n)
    holder.custody = custody
  }

  async #record(holder: Account, wallet: Hex, delta: bigint, kind: string): Promise<void> {
    if (!history || holder.lots === 0n) return
    const { custody, lots, settled } = holder
    const place = placeOf(this.event, delta < 0n ? '-0' : '-1')
    await this.db
      .insert(custodyChange)
      .values({ ...place, holder: holder.id, wallet, kind, delta, custody, lots, settled })
  }

  async #count(): Promise<void> {
    const { number: lastBlock, hash: lastBlockHash, timestamp: lastTimestamp } = this.event.block
    const {
      holders,
      accounts,
      lotsSold,
      totalSupply = 0n,
      transfers = 0,
      swaps = 0,
      claims = 0,
    } = this.totals
    const last = { lastBlock, lastBlockHash, lastTimestamp }
    await this.db
      .insert(program)
      .values({ id: 'program', holders, accounts, lotsSold, totalSupply, transfers, swaps, claims, ...last })
      .onConflictDoUpdate((row) => ({
        ...last,
        holders: row.holders + holders,
        accounts: row.accounts + accounts,
        lotsSold: row.lotsSold + lotsSold,
        totalSupply: row.totalSupply + totalSupply,
        transfers: row.transfers + transfers,
        swaps: row.swaps + swaps,
        claims: row.claims + claims,
      }))
  }
}

/** The pair's row, to be changed and handed to {@link savePair}. */
export const loadPair = async ({ db, event }: Ledger): Promise<typeof pair.$inferSelect> => {
  const found = await db.find(pair, { id: deployment.pair })
  if (found !== null) return { ...found }
  const reserves = { reserveToken: 0n, reserveOther: 0n, closeReserveToken: 0n, closeReserveOther: 0n }
  return { id: deployment.pair, ...reserves, lpSupply: 0n, lastBlock: event.block.number }
}

export const savePair = async ({ db }: Ledger, row: typeof pair.$inferSelect): Promise<void> => {
  const { id: _, ...rest } = row
  await db.insert(pair).values(row).onConflictDoUpdate(rest)
}

export type Transit = typeof transit.$inferSelect

export const loadTransit = async ({ db }: Ledger, id: string): Promise<Transit> =>
  (await db.find(transit, { id })) ?? {
    ...{ id, transaction: '0x', account: zeroAddress, units: 0n, basis: 0n, open: false },
  }

export const saveTransit = async (ledger: Ledger, id: string, change: Partial<Transit>): Promise<void> => {
  const { id: _, ...row } = { ...(await loadTransit(ledger, id)), ...change }
  await ledger.db
    .insert(transit)
    .values({ id, ...row })
    .onConflictDoUpdate(row)
}
