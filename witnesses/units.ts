import type { Address } from 'viem'
import { type LedgerEvent, providersOf, totalUnitSeconds, UnitClock } from '../disbursement/index.ts'
import type { History, ReplayState } from './history.ts'
import type { ProviderRow } from './reading.ts'
import type { Stage } from './stage.ts'

// LP units by time (SPEC section 11): what every wallet had at the end of each block, times the seconds until the next.

type Sum = { lp: bigint; staked: bigint }

/** Units × seconds of every wallet, block by block; at each the wallets' units are those that the chain confirmed. */
export class UnitTime {
  readonly #sums = new Map<Address, Sum>()
  #last: ReplayState | null = null

  /** The end of the next block. @param known whoever ever had anything */
  add(state: ReplayState, known: ReadonlySet<Address>): void {
    const last = this.#last
    this.#last = state
    if (last === null) return
    const seconds = state.timestamp - last.timestamp
    for (const address of known) {
      const { lp, lpStaked } = last.wallet(address)
      if (lp + lpStaked === 0n) continue
      const { lp: before, staked } = this.of(address)
      this.#sums.set(address, { lp: before + lp * seconds, staked: staked + lpStaked * seconds })
    }
  }

  of(address: Address): Sum {
    return this.#sums.get(address) ?? { lp: 0n, staked: 0n }
  }
}

/** What a row of the subgraph amounts to at a time. */
export const sumOf = (row: ProviderRow, time: bigint): Sum => {
  const seconds = time - BigInt(row.since)
  return {
    lp: BigInt(row.lpSeconds) + BigInt(row.lp) * seconds,
    staked: BigInt(row.stakedSeconds) + BigInt(row.lpStaked) * seconds,
  }
}

/** The units of wallets and vault are the chain's to confirm; those that wait in the distributor are not. */
const CONFIRMED: ReadonlySet<LedgerEvent['kind']> = new Set(['transfer', 'stake', 'unstake'])

/** The replay's own units × seconds of every holder, from the program's first block to the history's last. */
export const replayedUnits = ({ deployment }: Stage, { states, blocks }: History): Map<Address, bigint> => {
  const [first, last] = [states[0], states.at(-1)]
  if (!first || !last) return new Map()
  const clock = new UnitClock(deployment, [first.timestamp], () => [])
  for (const { number, events } of blocks) {
    const time = states[Number(number) - first.block]?.timestamp ?? 0n
    clock.apply({ number, events: events.filter(({ kind }) => CONFIRMED.has(kind)) }, time)
  }
  const gathered = clock.between({ from: first.timestamp, until: last.timestamp + 1n })
  const providers = providersOf(last.positions, gathered, new Set(deployment.excluded))
  return new Map(providers.map(({ holder, unitSeconds }) => [holder, totalUnitSeconds(unitSeconds)]))
}
