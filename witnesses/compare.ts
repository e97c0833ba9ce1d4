import type { Address } from 'viem'
import { type AccountRow, differencesBetween, type Position, positions } from '../disbursement/index.ts'
import type { Call } from './codes.ts'
import type { Query } from './graph.ts'
import type { History, ReplayState, Wallet } from './history.ts'
import { allRows, type Reading, readBlocks } from './reading.ts'
import { ABI, call, type Stage } from './stage.ts'

// Three witnesses of one history, at the end of every block: the subgraph, the replay of the logs, and the chain itself.

/** Where they differ, and what each of them says; a witness that has no say is left out. */
export type Difference = {
  block: number
  what: string
  subgraph?: string
  replay?: string
  chain?: string
  /** What the specification says of it, where the witnesses together break a rule. */
  rule?: string
}

/** Enough to see what it is about. */
const ENOUGH = 20

/**
 * Compares every block from the program's first to the history's last.
 * @param query the subgraph; null to compare the replay and the chain alone
 * @returns the differences of the first block that has any
 */
export const compare = async (stage: Stage, history: History, query: Query | null): Promise<Difference[]> => {
  const { states } = history
  const found = new Findings()
  checkRules(history, found)
  const readings =
    query === null
      ? null
      : readBlocks(
          query,
          states.map(({ block }) => block),
        )
  let before: ReplayState | undefined
  const reserves = new Map<number, ReplayState['reserves']>()
  for (const state of states) {
    const reading = readings === null ? null : ((await readings.next()).value as Reading)
    reserves.set(state.block, state.reserves)
    if (reading !== null) compareReading(stage, history, state, reading, reserves, found)
    await compareChain(stage, history, state, reading, found)
    if (found.upTo(state.block).length > 0) break
    before = state
  }
  const last = states.at(-1)
  if (query !== null && last !== undefined && before === last) await compareRows(history, query, found)
  return found.first().slice(0, ENOUGH)
}

class Findings {
  readonly #all: Difference[] = []

  /** All that is said, if it is not all the same. */
  same(block: number, what: string, said: Omit<Difference, 'block' | 'what'>): void {
    const values = Object.values(said)
    if (values.some((value) => value !== values[0])) this.#all.push({ block, what, ...said })
  }

  add(difference: Difference): void {
    this.#all.push(difference)
  }

  upTo(block: number): Difference[] {
    return this.#all.filter((each) => each.block <= block)
  }

  /** Those of the first block that has any. */
  first(): Difference[] {
    const first = Math.min(...this.#all.map(({ block }) => block))
    return this.upTo(first)
  }
}

const NO_PAIR = {
  ...{ reserveToken: '0', reserveOther: '0', closeReserveToken: '0', closeReserveOther: '0' },
  ...{ lpSupply: '0', lastBlock: 0 },
}
const WALLET = ['balance', 'staked', 'lp', 'lpStaked'] as const
const HOLDERS = ['lots', 'custody', 'basis', 'units', 'settled'] as const

/** The subgraph and the replay: every field that both have, of everybody. */
const compareReading = (
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
    const said = { subgraph: `${row?.status} ${row?.claims}`, chain: `${its?.status} ${its?.claims}` }
    found.same(block, `status and claims of ${id}`, said)
  }
}

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

/** The chain itself: whom the block touched, everybody on the stage, and what there is in all. At the end everybody at all. */
const compareChain = async (
  { chain, deployment: d, parties }: Stage,
  { states, known }: History,
  state: ReplayState,
  reading: Reading | null,
  found: Findings,
): Promise<void> => {
  const { block } = state
  const isLast = state === states.at(-1)
  const some = [...parties.map(([, address]) => address), ...(isLast ? known : state.touched)]
  const addresses = [...new Set(some)]
  const asked: Call[] = [
    call(d.token, ABI.token, 'totalSupply'),
    call(d.pair, ABI.pair, 'totalSupply'),
    call(d.pair, ABI.pair, 'getReserves'),
    ...(reading?.distributions ?? []).map(({ id }) =>
      call(d.distributor, ABI.distributor, 'remaining', [id]),
    ),
    ...addresses.flatMap((address) => [
      question(d.token, '0x70a08231', address),
      question(d.tokenVault, '0x98807d84', address),
      question(d.pair, '0x70a08231', address),
      question(d.lpVault, '0x98807d84', address),
      question(d.registry, '0xaf0e1f1b', address),
      question(d.registry, '0x695b7f23', address),
    ]),
  ]
  const answers = await chain.census(asked, block)
  let at = 0
  const next = (): [bigint, bigint] => answers[at++] ?? [0n, 0n]
  const said = (replay: bigint, truth: bigint, subgraph?: string) => ({
    ...(reading === null ? {} : { subgraph: subgraph ?? '0' }),
    replay: String(replay),
    chain: String(truth),
  })
  const { program, pair } = reading ?? { program: null, pair: null }
  found.same(block, 'the supply', said(state.supply.token, next()[0], program?.totalSupply))
  found.same(block, 'the LP supply', said(state.supply.lp, next()[0], pair?.lpSupply))
  const [first, second] = next()
  const [token, other] = d.token < d.counterAsset ? [first, second] : [second, first]
  found.same(block, 'the reserve of the token', said(state.reserves.token, token, pair?.reserveToken))
  found.same(block, 'the other reserve', said(state.reserves.other, other, pair?.reserveOther))
  for (const { id, remaining } of reading?.distributions ?? [])
    found.same(block, `what remains of ${id}`, { subgraph: remaining, chain: String(next()[0]) })

  const rows = new Map(reading?.accounts.map((row) => [row.id, row]))
  const roots = new Map(
    state.positions.flatMap(({ holder, wallets }) => wallets.map((wallet) => [wallet, holder])),
  )
  const sums = { balance: 0n, lp: 0n }
  for (const address of addresses) {
    const row = rows.get(address)
    const wallet = state.wallet(address)
    for (const field of WALLET) {
      const [truth] = next()
      if (field === 'balance' || field === 'lp') sums[field] += truth
      found.same(block, `${field} of ${address}`, said(wallet[field], truth, row?.[field]))
    }
    const [holder, recipient] = [addressIn(next()[0]), addressIn(next()[0])]
    if (row) found.same(block, `the holder of ${address}`, { subgraph: row.holder, chain: holder })
    const root = roots.get(address)
    if (root) found.same(block, `the holder of ${address}`, { replay: root, chain: holder })
    if (row && row.holder === row.id)
      found.same(block, `the recipient of ${address}`, {
        subgraph: row.recipient ?? addressIn(0n),
        chain: recipient,
      })
  }
  // Whole: what all have is what there is.
  if (isLast) {
    found.same(block, 'the sum of all balances', {
      chain: String(sums.balance),
      replay: String(state.supply.token),
    })
    found.same(block, 'the sum of all LP units', { chain: String(sums.lp), replay: String(state.supply.lp) })
  }
  if (reading !== null) {
    const sum = (field: 'balance' | 'lp') =>
      String(reading.accounts.reduce((total, row) => total + BigInt(row[field]), 0n))
    found.same(block, 'the sum of all balances', {
      subgraph: sum('balance'),
      chain: String(state.supply.token),
    })
    found.same(block, 'the sum of all LP units', { subgraph: sum('lp'), chain: String(state.supply.lp) })
  }
}

/** A question about one account; made by hand, for there are many. */
const question = (to: Address, selector: `0x${string}`, account: Address): Call => ({
  to,
  data: `${selector}${account.slice(2).padStart(64, '0')}`,
})

const addressIn = (word: bigint): Address => `0x${word.toString(16).padStart(40, '0')}`

/** SPEC section 5 by itself: at the end of each block E = min(E + lots, C), and a link adds up what its holders had. */
const checkRules = ({ states, lots }: History, found: Findings): void => {
  let before = new Map<Address, Position>()
  let sold = 0
  for (const { block, positions: now, lots: upTo } of states) {
    const bought = new Map<Address, bigint>()
    for (const { buyer, amount } of lots.slice(sold, upTo))
      bought.set(buyer, (bought.get(buyer) ?? 0n) + amount)
    sold = upTo
    for (const { holder, wallets, entitlement, custody, lots: all, basis, units } of now) {
      const had = wallets.reduce((sum, wallet) => sum + (before.get(wallet)?.entitlement ?? 0n), 0n)
      const fresh = wallets.reduce((sum, wallet) => sum + (bought.get(wallet) ?? 0n), 0n)
      const rule = had + fresh < custody ? had + fresh : custody
      found.same(block, `the entitlement of ${holder}`, { replay: String(entitlement), rule: String(rule) })
      if (entitlement > all || (basis > 0n && units === 0n) || basis < 0n)
        found.add({
          block,
          what: `${holder} has basis ${basis}, ${units} units, ${entitlement} of ${all} lots`,
        })
    }
    before = new Map(now.map((position) => [position.holder, position]))
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
type LotRow = { id: string; buyer: Address; amount: string; transaction: string; logIndex: number }

/** The subgraph's own history: the entitlement at every block out of the custody changes, the lots, and what events sum up to. */
const compareRows = async ({ states, lots }: History, query: Query, found: Findings): Promise<void> => {
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
        subgraph: `${settled < custody ? settled : custody} of ${row?.lots}`,
        replay: `${entitlement} of ${all}`,
      }
      found.same(block, `the history of ${holder}`, said)
    }
  }
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

/** Differences as lines for a person. */
export const described = (differences: readonly Difference[]): string =>
  differences
    .map(({ block, what, ...said }) => {
      const words = Object.entries(said).map(([witness, value]) => `${witness} ${value}`)
      return `block ${block}: ${what}: ${words.join(', ')}`
    })
    .join('\n')
