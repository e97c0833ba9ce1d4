import type { Address } from 'viem'
import type { Position } from '../disbursement/index.ts'
import type { Findings } from './findings.ts'
import type { History, ReplayState } from './history.ts'
import type { Stage } from './stage.ts'
import { replayedUnits, type UnitTime } from './units.ts'

// What the specification demands of any history, whoever tells it.

/** SPEC section 5 by itself: at the end of each block E = min(E + lots, C), and a link adds up what its holders had. */
export const checkRules = ({ states, lots }: History, found: Findings): void => {
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

/** The same of the replay, by holder, at the end: `weights` counts to the second after the last block's. */
export const compareUnits = (
  stage: Stage,
  history: History,
  last: ReplayState,
  units: UnitTime,
  found: Findings,
): void => {
  const replayed = replayedUnits(stage, history)
  for (const { holder, wallets, units: had } of last.positions) {
    const sum = wallets
      .map((wallet) => units.of(wallet))
      .reduce((total, { lp, staked }) => total + lp + staked, 0n)
    const said = { replay: String(replayed.get(holder) ?? 0n), chain: String(sum + had) }
    found.same(last.block, `units × seconds of ${holder}`, said)
  }
}
