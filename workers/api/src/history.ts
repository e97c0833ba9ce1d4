// How a holder's entitlement came to be what it is (SPEC section 5). Pure.

/** What the fold reads of a primary lot and of a change of custody; rows in the order they happened. */
export type LotRow = { holder: string; amount: string; block: number }
export type ChangeRow = {
  holder: string
  wallet: string
  kind: string
  delta: string
  custody: string
  lots: string
  block: number
  timestamp: number
  transaction: string
}

/** The entitlement at the end of a block at which it was another than before. Base units. */
export type HistoryPoint = {
  block: number
  timestamp: number
  entitlement: bigint
  /** Against the point before: a gain is a lot or a linked wallet's part, a loss is forfeited for good. */
  change: bigint
  custody: bigint
  lots: bigint
  /** What happened to the holder's custody in that block. */
  transactions: string[]
}

/** What a transaction cost a holder for good. `holder` is the root wallet of the time: a wallet linked later has lost its own. */
export type Forfeit = {
  holder: string
  block: number
  timestamp: number
  transaction: string
  amount: bigint
}

type State = { settled: bigint; custody: bigint }

const inBlocks = <Row extends { block: number }>(rows: readonly Row[]): Map<number, Row[]> => {
  const blocks = new Map<number, Row[]>()
  for (const row of rows) {
    const block = blocks.get(row.block)
    if (block === undefined) blocks.set(row.block, [row])
    else block.push(row)
  }
  return blocks
}

const isLink = (row: ChangeRow): boolean => row.kind === 'LINK' && row.wallet !== row.holder

/** A holder's spare, custody − entitlement, before a block; its first row there tells what it was before it had any lots. */
const spareBefore = (id: string, rows: readonly ChangeRow[], states: ReadonlyMap<string, State>): bigint => {
  const of = (state: State | undefined, unseen: bigint) => (state ? state.custody - state.settled : unseen)
  const first = rows.find((row) => row.holder === id)
  const root = of(states.get(id), first ? BigInt(first.custody) - BigInt(first.delta) : 0n)
  return rows.filter(isLink).reduce((sum, row) => sum + of(states.get(row.wallet), BigInt(row.delta)), root)
}

/**
 * Which transactions of a block cost the shortfall at its end. Within the block the spare, custody − entitlement, may fall
 * and rise again: each unit of the shortfall is charged to the transaction that was the last to take the spare below it.
 * @param spare before the block
 * @param rows the holder's in that block, and those of wallets linked in it, in order
 * @param shortfall entitlement − custody at the block's end, above zero
 */
const charged = (spare: bigint, rows: readonly ChangeRow[], shortfall: bigint): Map<ChangeRow, bigint> => {
  const firsts: { row: ChangeRow; spareBefore: bigint }[] = []
  for (const row of rows) {
    if (firsts.at(-1)?.row.transaction !== row.transaction) firsts.push({ row, spareBefore: spare })
    // A lot adds as much to the entitlement; a linked wallet's custody and entitlement count from the block's beginning.
    if (row.kind !== 'LOT' && !isLink(row)) spare += BigInt(row.delta)
  }
  const charges = new Map<ChangeRow, bigint>()
  let highest = -shortfall
  for (const { row, spareBefore } of firsts.toReversed()) {
    const reached = spareBefore < 0n ? spareBefore : 0n
    if (reached <= highest) continue
    charges.set(row, reached - highest)
    highest = reached
  }
  return charges
}

/**
 * The entitlement after each block in which it changed: lots add to it, and at the end of every block it falls to the
 * custody where that is less. A wallet that had lots of its own and was linked later brings its own entitlement with it.
 * All lots, less all that was forfeited, are the entitlement at the end.
 *
 * This is worked out from lots and custody alone, not from what the subgraph settled, so that the two can be compared.
 * @param holder the root wallet
 * @param lots the holder's and its linked wallets' primary lots
 * @param changes the holder's and its linked wallets' changes of custody
 */
export const entitlementHistory = (
  holder: string,
  lots: readonly LotRow[],
  changes: readonly ChangeRow[],
): { points: HistoryPoint[]; forfeits: Forfeit[] } => {
  const states = new Map<string, State>()
  const stateOf = (id: string): State => {
    const state = states.get(id) ?? { settled: 0n, custody: 0n }
    states.set(id, state)
    return state
  }
  const lotsIn = inBlocks(lots)
  const points: HistoryPoint[] = []
  const forfeits: Forfeit[] = []
  let before = 0n
  for (const [block, rows] of [...inBlocks(changes)].sort(([a], [b]) => a - b)) {
    // A link counts for the whole of its block.
    const rootOf = new Map(rows.filter(isLink).map((row) => [row.wallet, row.holder]))
    const ownRows = Map.groupBy(rows, (row) => rootOf.get(row.holder) ?? row.holder)
    const spares = new Map([...ownRows].map(([id, own]) => [id, spareBefore(id, own, states)]))
    for (const lot of lotsIn.get(block) ?? []) stateOf(lot.holder).settled += BigInt(lot.amount)
    for (const row of rows) {
      const state = stateOf(row.holder)
      if (isLink(row)) {
        state.settled += states.get(row.wallet)?.settled ?? 0n
        states.delete(row.wallet)
      }
      state.custody = BigInt(row.custody)
    }
    for (const [id, state] of states) {
      if (state.custody >= state.settled) continue
      const shortfall = state.settled - state.custody
      for (const [row, amount] of charged(spares.get(id) ?? 0n, ownRows.get(id) ?? [], shortfall)) {
        const { timestamp, transaction } = row
        forfeits.push({ holder: id, block, timestamp, transaction, amount })
      }
      state.settled = state.custody
    }
    const own = rows.filter((row) => row.holder === holder)
    const last = own.at(-1)
    const state = states.get(holder)
    if (last === undefined || state === undefined || state.settled === before) continue
    points.push({
      block,
      timestamp: last.timestamp,
      entitlement: state.settled,
      change: state.settled - before,
      custody: state.custody,
      lots: BigInt(last.lots),
      transactions: [...new Set(own.map((row) => row.transaction))],
    })
    before = state.settled
  }
  return { points, forfeits }
}
