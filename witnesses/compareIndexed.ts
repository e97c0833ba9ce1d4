import type { Address } from 'viem'
import { type AccountRow, differencesBetween, type Position, positions } from '../disbursement/index.ts'
import type { Findings } from './findings.ts'
import type { Query } from './graph.ts'
import type { History, ReplayState, Wallet } from './history.ts'
import { allRows, type ProviderRow, type Reading } from './reading.ts'
import type { Stage } from './stage.ts'
import { sumOf, type UnitTime } from './units.ts'

// The subgraph beside the replay of the same logs.

const NO_PAIR = {
  ...{ reserveToken: '0', reserveOther: '0', closeReserveToken: '0', closeReserveOther: '0' },
  ...{ lpSupply: '0', lastBlock: 0 },
}
export const WALLET = ['balance', 'staked', 'lp', 'lpStaked'] as const
const HOLDERS = ['lots', 'custody', 'basis', 'units', 'settled'] as const

/** The subgraph and the replay: every field that both have, of everybody. */
export const compareReading = (
  { deployment: { excluded } }: Stage,
  history: History,
  state: ReplayState,
  reading: Reading,
  reserves: ReadonlyMap<number, ReplayState['reserves']>,
  found: Findings,
): void => {
  const { block } = state
  const theirs = positionsOf(reading.accounts, excluded, block, found)
  if (theirs !== null) {
    for (const { holder, field, ours, theirs: other } of differencesBetween(theirs, state.positions))
      found.add({
        block,
        what: `${field} of ${holder}`,
        subgraph: ours ?? 'nothing',
        replay: other ?? 'nothing',
      })
  }
  const rows = new Map(reading.accounts.map((row) => [row.id, row]))
  for (const address of new Set([...rows.keys(), ...state.touched])) {
    const [row, wallet] = [rows.get(address), state.wallet(address)]
    for (const field of WALLET) {
      const said = { subgraph: row?.[field] ?? '0', replay: String(wallet[field]) }
      found.same(block, `${field} of ${address}`, said)
    }
  }
  for (const address of excluded) {
    const row = rows.get(address)
    // One that was linked counts nothing itself, but others' wallets may be linked to it.
    if (
      !row ||
      row.holder !== address ||
      reading.accounts.some(({ id, holder }) => holder === address && id !== address)
    )
      continue
    for (const field of HOLDERS) {
      found.same(block, `${field} of the excluded ${address}`, { subgraph: row[field], rule: '0' })
    }
  }

  const { program, pair } = reading
  const sold = history.lots.slice(0, state.lots).reduce((sum, { amount }) => sum + amount, 0n)
  const holders = reading.accounts.filter(({ id, holder, custody }) => id === holder && BigInt(custody) > 0n)
  const last = history.states[state.lastEvent - (history.states[0]?.block ?? 0)]
  const expected = {
    holders: holders.length,
    accounts: reading.accounts.length,
    totalSupply: state.supply.token,
    lotsSold: sold,
    // Each account was compared above; here it is what they come to.
    entitled: total(reading, ({ settled, custody }) => lesser(BigInt(settled), BigInt(custody))),
    staked: total(reading, ({ staked }) => BigInt(staked)),
    lpStaked: total(reading, ({ lpStaked }) => BigInt(lpStaked)),
    ...state.counts,
    lastBlock: state.lastEvent,
    lastBlockHash: last?.hash ?? '',
    lastTimestamp: last?.timestamp ?? 0n,
  }
  if (program !== null || state.lastEvent > 0) {
    for (const [field, value] of Object.entries(expected)) {
      const said = String(program?.[field as keyof typeof program])
      found.same(block, `the program's ${field}`, { subgraph: said, replay: String(value) })
    }
  }
  const closed = reserves.get(state.lastSync - 1) ?? { token: 0n, other: 0n }
  const pool = {
    reserveToken: state.reserves.token,
    reserveOther: state.reserves.other,
    ...(state.lastSync > 0 ? { closeReserveToken: closed.token, closeReserveOther: closed.other } : {}),
    lpSupply: state.supply.lp,
  }
  for (const [field, value] of Object.entries(pool)) {
    const said = String((pair ?? NO_PAIR)[field as keyof typeof NO_PAIR])
    found.same(block, `the pair's ${field}`, { subgraph: said, replay: String(value) })
  }

  const ours = new Map(reading.distributions.map((row) => [row.id, row]))
  for (const id of new Set([...ours.keys(), ...state.distributions.keys()])) {
    const [row, its] = [ours.get(id), state.distributions.get(id)]
    const subgraph = `${row?.claims} paid, ${row?.status} ${row?.endedAt}`
    found.same(block, `what became of ${id}`, {
      subgraph,
      chain: `${its?.claims} paid, ${its?.status} ${its?.endedAt}`,
    })
  }
}

const lesser = (one: bigint, other: bigint): bigint => (one < other ? one : other)

const total = ({ accounts }: Reading, of: (row: Reading['accounts'][number]) => bigint): bigint =>
  accounts.reduce((sum, row) => sum + of(row), 0n)

const positionsOf = (
  rows: readonly AccountRow[],
  excluded: readonly Address[],
  block: number,
  found: Findings,
): Position[] | null => {
  try {
    return positions(rows, excluded)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    found.add({ block, what: 'the rows contradict each other', subgraph: said })
    return null
  }
}

/** Units × seconds of every liquidity provider that is not excluded. */
export const compareProviders = (
  { deployment: { excluded } }: Stage,
  { known }: History,
  { block, timestamp }: ReplayState,
  providers: readonly ProviderRow[],
  units: UnitTime,
  found: Findings,
): void => {
  const rows = new Map(providers.map((row) => [row.id, row]))
  for (const address of new Set([...known, ...rows.keys()])) {
    const row = rows.get(address)
    const subgraph = row ? sumOf(row, timestamp) : { lp: 0n, staked: 0n }
    const chain = excluded.includes(address) ? { lp: 0n, staked: 0n } : units.of(address)
    const said = { subgraph: `${subgraph.lp} ${subgraph.staked}`, chain: `${chain.lp} ${chain.staked}` }
    found.same(block, `units × seconds of ${address}`, said)
  }
}

type CustodyRow = {
  id: string
  holder: Address
  custody: string
  settled: string
  lots: string
  block: number
}
type PointRow = { id: string; timestamp: string } & Record<(typeof TOTALS)[number], string | number>
type LotRow = { id: string; buyer: Address; amount: string; transaction: string; logIndex: number }

/** The subgraph's own history: the entitlement at every block out of the custody changes, the lots, and what events sum up to. */
export const compareRows = async (
  { states, lots }: History,
  query: Query,
  found: Findings,
): Promise<void> => {
  const last = states.at(-1)
  if (last === undefined) return
  const changes = await allRows<CustodyRow>(
    query,
    'custodyChanges',
    'id holder custody settled lots block',
    last.block,
  )
  const folded = new Map<Address, CustodyRow>()
  let at = 0
  for (const { block, positions: holders } of states) {
    for (let row = changes[at]; row && row.block <= block; row = changes[++at]) folded.set(row.holder, row)
    for (const { holder, lots: all, entitlement } of holders) {
      if (all === 0n) continue
      const row = folded.get(holder)
      const [settled, custody] = [BigInt(row?.settled ?? 0), BigInt(row?.custody ?? 0)]
      const said = {
        subgraph: `${lesser(settled, custody)} of ${row?.lots}`,
        replay: `${entitlement} of ${all}`,
      }
      found.same(block, `the history of ${holder}`, said)
    }
  }
  await comparePoints(query, last.block, found)
  const rows = await allRows<LotRow>(query, 'primaryLots', 'id buyer amount transaction logIndex', last.block)
  const text = (list: readonly unknown[]) => list.map(String).sort().join('\n')
  found.same(last.block, 'the primary lots', {
    subgraph: text(
      rows.map(({ buyer, amount, transaction, logIndex }) => `${buyer} ${amount} ${transaction} ${logIndex}`),
    ),
    replay: text(
      lots.map(({ buyer, amount, transaction, logIndex }) => `${buyer} ${amount} ${transaction} ${logIndex}`),
    ),
  })
  const stakes = await allRows<{ id: string; account: Address; delta: string }>(
    query,
    'stakeChanges',
    'id account delta',
    last.block,
  )
  const staked = new Map<Address, bigint>()
  for (const { account, delta } of stakes) staked.set(account, (staked.get(account) ?? 0n) + BigInt(delta))
  for (const [account, sum] of staked) {
    const wallet: Wallet = last.wallet(account)
    const said = { subgraph: String(sum), replay: String(wallet.staked + wallet.lpStaked) }
    found.same(last.block, `the sum of the stakes of ${account}`, said)
  }
}

const TOTALS = ['holders', 'totalSupply', 'lotsSold', 'entitled', 'staked', 'lpStaked'] as const

/** The series that dashboards draw: its last point is the program as it stands, and its last day the last point of that day. */
const comparePoints = async (query: Query, block: number, found: Findings): Promise<void> => {
  const fields = TOTALS.join(' ')
  const sorting = 'orderBy: timestamp, orderDirection: desc'
  const answer = (await query(`{
    program(id: "program") { ${fields} }
    points: programPoints(first: 1000, ${sorting}) { id timestamp ${fields} }
    days: programDays(interval: day, first: 1) { id timestamp ${fields} }
  }`)) as { program: PointRow | null; points: PointRow[]; days: PointRow[] }
  const text = (row: PointRow | null | undefined) => TOTALS.map((name) => `${name} ${row?.[name]}`).join(', ')
  const [newest] = answer.points
  if (newest) found.same(block, 'the last point', { subgraph: text(newest), rule: text(answer.program) })
  const [day] = answer.days
  if (!day) return
  const end = BigInt(day.timestamp) + 86_400_000_000n
  const itsLast = answer.points.find(({ timestamp }) => BigInt(timestamp) < end)
  found.same(block, 'the last day', { subgraph: text(day), rule: text(itsLast) })
}
