// The replay that weighs LP units by time: it needs to be told the leaves of distributions of LP units.
import { periodsOf, type RewardMonth, UnitClock, type UnitObserver } from '../disbursement/index.ts'
import type { ChainClient, Program } from './examination.ts'
import { type LpLeaves, lpLeaves } from './lpLeaves.ts'
import type { Publication } from './publications.ts'
import { lastBlockBefore } from './recordBlock.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'
import type { Source } from './source.ts'

/**
 * A replay that answers with the providers of a reward month, and of the months before it on the way.
 * @throws MissingData when nobody has the leaves of a distribution whose unclaimed units may count
 */
export async function rewardReplay(
  input: Program & { client: ChainClient; source: Source; options?: ReplayOptions | undefined },
  publications: readonly Publication[],
  month: RewardMonth,
  observer?: UnitObserver,
): Promise<{ replay: ChainReplay; lp: LpLeaves }> {
  const { client, terms, deployment, source, options } = input
  const block = await lastBlockBefore(client, BigInt(deployment.genesisBlock), month.endsAt)
  const lp = await lpLeaves(client, deployment, publications, source, block?.number ?? -1n)
  const marks = periodsOf(terms, 'liquidity')
    .slice(0, month.position + 1)
    .map(({ startsAt }) => startsAt)
  const clock = new UnitClock(deployment, marks, lp.leavesOf, observer)
  const program = { deployment, lpTreatment: terms.custody.lpTreatment }
  const replay = new ChainReplay(client, program, options, clock)
  return { replay, lp }
}
