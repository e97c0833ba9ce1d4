import type { Position } from '../disbursement/index.ts'
import {
  differencesBetween,
  type Manifest,
  manifestJson,
  periodOf,
  positions,
  ReplayError,
} from '../disbursement/index.ts'
import {
  ChainReplay,
  compareManifests,
  type Expected,
  expectedHolders,
  expectedProviders,
  sentenceOf,
} from '../verify/index.ts'
import { type Block, finalizedBlock } from './chain.ts'
import { requireProviders } from './gateRewards.ts'
import { readHoldings } from './holders.ts'
import type { Say } from './output.ts'
import type { Surroundings } from './program.ts'
import { differs, refused } from './refusal.ts'

export type Witnesses = Pick<Surroundings, 'chain' | 'subgraph' | 'deployment' | 'terms' | 'settings'>

/**
 * Two witnesses of every holder, written independently: the subgraph, and the replay of the chain's logs. Nothing is
 * prepared or published while they differ (SPEC section 10).
 * @param indexed every holder's position as the subgraph has it at the block
 * @returns the replay's positions
 */
export async function requireAgreement(
  { chain, deployment, terms }: Witnesses,
  block: Pick<Block, 'number'>,
  indexed: readonly Position[],
  say: Say,
): Promise<Position[]> {
  const replay = new ChainReplay(chain, { deployment, lpTreatment: terms.custody.lpTreatment })
  const replayed = await positionsOf(replay, block.number)
  requireSamePositions(indexed, replayed, block)
  say(`${replay.logs} logs replayed; the subgraph has every holder just so`)
  return replayed
}

/** @throws Refusal naming the first holder on whom the two differ */
export function requireSamePositions(
  indexed: readonly Position[],
  replayed: readonly Position[],
  block: Pick<Block, 'number'>,
): void {
  const [first, ...more] = differencesBetween(indexed, replayed)
  if (first === undefined) return
  const { holder, field, ours, theirs } = first
  const others = more.length === 0 ? '' : `, and ${more.length} more differences`
  throw differs(
    `the subgraph and the replay of the chain's logs differ at block ${block.number} for holder ${holder}: ${field} is ${ours ?? 'absent'} in the subgraph and ${theirs ?? 'absent'} in the replay${others}; one of the two has a bug, and nothing is published before it is mended`,
  )
}

async function positionsOf(replay: ChainReplay, block: bigint): Promise<Position[]> {
  try {
    return (await replay.advanceTo(block)).positions()
  } catch (cause) {
    if (!(cause instanceof ReplayError)) throw cause
    throw differs(`the chain's logs make no ledger: ${cause.message}`, { cause })
  }
}

/**
 * The last look before a manifest is published or closed: its record block is final, both witnesses agree there, and its
 * holders are theirs. (That its allocations follow and balance was checked when it was read.)
 */
export async function requireWitnessed(surroundings: Witnesses, manifest: Manifest, say: Say): Promise<void> {
  const { chain, subgraph, deployment } = surroundings
  const { recordBlock, period } = manifest
  const final = await finalizedBlock(chain)
  if (final === null || final.number < recordBlock.number) {
    throw refused(
      `the record block ${recordBlock.number} of ${period.name} is not final: the chain is final up to block ${final?.number ?? 'none'}; try again in a while`,
    )
  }
  const found = compareManifests(manifestJson(manifest), await expected())
  const [first] = [...found.values()].flat()
  if (first === undefined) return
  throw differs(
    `the manifest prepared for ${period.name} does not say what subgraph and replay say of block ${recordBlock.number}: ${sentenceOf(first)}; prepare it again with --replace`,
  )

  async function expected(): Promise<Expected> {
    if (manifest.stream === 'liquidity') {
      const month = periodOf(surroundings.terms, 'liquidity', period.name)
      const { providers, lpDistributions } = await requireProviders(surroundings, month, recordBlock, say)
      return { holders: expectedProviders(providers, manifest), lpDistributions }
    }
    const { accounts } = await readHoldings(subgraph, chain, recordBlock)
    const indexed = positions(accounts, deployment.excluded)
    const replayed = await requireAgreement(surroundings, recordBlock, indexed, say)
    return { holders: expectedHolders(replayed, manifest.parameters) }
  }
}
