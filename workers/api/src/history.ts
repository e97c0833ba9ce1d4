// How a holder's entitlement came to be what it is (SPEC section 5). Pure.

/** What the fold reads of a primary lot and of a change of custody; rows in the order they happened. */
export type LotRow = { holder: string; amount: string; block: number }
export type ChangeRow = {
  holder: string
  wallet: string
  kind: string
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

/**
 * The entitlement after each block in which it changed: lots add to it, and at the end of every block it falls to the
 * custody where that is less. A wallet that had lots of its own and was linked later brings its own entitlement with it.
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
): HistoryPoint[] => {
  const states = new Map<string, State>()
  const stateOf = (id: string): State => {
    const state = states.get(id) ?? { settled: 0n, custody: 0n }
    states.set(id, state)
    return state
  }
  const lotsIn = inBlocks(lots)
  const points: HistoryPoint[] = []
  let before = 0n
  for (const [block, rows] of [...inBlocks(changes)].sort(([a], [b]) => a - b)) {
    for (const lot of lotsIn.get(block) ?? []) stateOf(lot.holder).settled += BigInt(lot.amount)
    for (const row of rows) {
      const state = stateOf(row.holder)
      if (row.kind === 'LINK' && row.wallet !== row.holder) {
        state.settled += states.get(row.wallet)?.settled ?? 0n
        states.delete(row.wallet)
      }
      state.custody = BigInt(row.custody)
    }
    for (const state of states.values()) {
      if (state.custody < state.settled) state.settled = state.custody
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
  return points
}
