// Who weighs how much in a poll (SPEC section 13), from the chain: the replay of its logs up to the record block.
import type { Address, Hex } from 'viem'
import { type Deployment, type Payment, type Position, type Terms, UnitClock } from '../disbursement/index.ts'
import { type Leaves, type Unclaimed, type Weight, weightsOf } from '../polls/index.ts'
import type { ChainClient } from './examination.ts'
import { lpLeaves } from './lpLeaves.ts'
import { publicationsOf } from './publications.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'
import type { Source } from './source.ts'

export type PollWeights = {
  weights: Weight[]
  /** Every holder's position at the block, for another witness to be held against. */
  positions: Position[]
  /** The leaves of the issuer's distributions of tokens and LP units, which not everybody has. */
  leaves: Leaves[]
}

/**
 * Weights at a block, by balance, staking, look-through, and what waits unclaimed in the distributor.
 * @param source where leaves are had; they are believed because they lead to roots on chain
 * @throws MissingData when nobody has them, or logs cannot be had; ReplayError
 */
export async function pollWeights(
  client: ChainClient,
  { terms, deployment }: { terms: Terms; deployment: Deployment },
  block: bigint,
  source: Pick<Source, 'records' | 'manifest' | 'leaves'>,
  options: ReplayOptions = {},
): Promise<PollWeights> {
  const { pair, token, issuer } = deployment
  const publications = await publicationsOf(client, deployment, block, options)
  const found = await lpLeaves(client, deployment, publications, source, block, [token, pair])
  const ids = found.publishedBy(block).map(({ id }) => id)
  const clocks = { units: clock(pair, issuer, found.leavesOf), tokens: clock(token, issuer, found.leavesOf) }
  const program = { deployment, lpTreatment: terms.custody.lpTreatment }
  // The distributor's own logs are only needed where something can wait in it.
  const replay = new ChainReplay(client, program, options, ids.length === 0 ? null : clocks.units)
  const ledger = await replay.advanceTo(block, ids.length === 0 ? undefined : watching(clocks.tokens))
  const positions = ledger.positions()
  const pool = { reserve: ledger.reserves.token, supply: ledger.supply.lp }
  const unclaimed = joined(clocks.tokens.unclaimed(), clocks.units.unclaimed())
  return {
    weights: weightsOf(positions, pool, unclaimed, ledger.neverWeighing()),
    positions,
    leaves: ids.map((distribution) => ({
      distribution,
      payments: found.leavesOf(distribution).map(payment),
    })),
  }
}

const payment = ({ account, amount }: Payment) => ({ account, amount })

/** A clock of one asset, of which only what is unclaimed is asked. */
const clock = (pair: Address, issuer: Address, leavesOf: (id: Hex) => readonly Payment[]) =>
  new UnitClock({ pair, issuer }, [], (id) => leavesOf(id))

/** Feeds a second clock with the distributor's events; it is asked for no time, so none passes. */
function watching(clock: UnitClock) {
  return {
    opening: (block: Parameters<UnitClock['apply']>[0]) => {
      const events = block.events.filter(
        ({ kind }) => kind === 'published' || kind === 'opened' || kind === 'paid' || kind === 'ended',
      )
      clock.apply({ ...block, events }, 0n)
    },
    event: () => {},
    closing: () => {},
  }
}

function joined(
  tokens: ReadonlyMap<Address, bigint>,
  units: ReadonlyMap<Address, bigint>,
): Map<Address, Unclaimed> {
  return new Map(
    [...new Set([...tokens.keys(), ...units.keys()])].map((account) => [
      account,
      { tokens: tokens.get(account) ?? 0n, units: units.get(account) ?? 0n },
    ]),
  )
}
