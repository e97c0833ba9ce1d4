import type { Address } from 'viem'
import type { Call } from './codes.ts'
import { compareProviders, compareReading, compareRows, WALLET } from './compareIndexed.ts'
import { type Difference, Findings } from './findings.ts'
import type { Query } from './graph.ts'
import type { History, ReplayState } from './history.ts'
import { type Reading, readBlocks } from './reading.ts'
import { checkRules, compareUnits } from './rules.ts'
import { ABI, call, type Stage } from './stage.ts'
import { UnitTime } from './units.ts'

// Three witnesses of one history, at the end of every block: the subgraph, the replay of the logs, and the chain itself.

/** Enough to see what it is about. */
const ENOUGH = 20

/**
 * Compares every block from the program's first to the history's last.
 * @param query the subgraph; null to compare the replay and the chain alone
 * @param from the first block that is asked about; those before count as seen
 * @returns the differences of the first block that has any
 */
export const compare = async (
  stage: Stage,
  history: History,
  query: Query | null,
  from = 0,
): Promise<Difference[]> => {
  const { states } = history
  const asked = states.map(({ block }) => block).filter((block) => block >= from)
  const found = new Findings()
  checkRules(history, found)
  const readings = query === null ? null : readBlocks(query, asked)
  const units = new UnitTime()
  let agreed: ReplayState | undefined
  const reserves = new Map<number, ReplayState['reserves']>()
  for (const state of states) {
    reserves.set(state.block, state.reserves)
    units.add(state, history.known)
    if (state.block < from) continue
    const reading = readings === null ? null : ((await readings.next()).value as Reading)
    if (reading?.providers) compareProviders(stage, history, state, reading.providers, units, found)
    if (reading !== null) compareReading(stage, history, state, reading, reserves, found)
    await compareChain(stage, history, state, reading, found)
    if (found.upTo(state.block).length > 0) break
    agreed = state
  }
  const last = states.at(-1)
  if (last !== undefined && agreed === last) {
    compareUnits(stage, history, last, units, found)
    if (query !== null) await compareRows(history, query, found)
  }
  return found.first().slice(0, ENOUGH)
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
