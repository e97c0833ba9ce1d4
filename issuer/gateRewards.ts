import {
  gatheredByIndex,
  neverWeighing,
  type Provider,
  positions,
  providerDifferences,
  providersOf,
  ReplayError,
  type RewardManifest,
  type RewardMonth,
} from '../disbursement/index.ts'
import { apiSource, publicationsOf, rewardReplay } from '../verify/index.ts'
import type { Block } from './chain.ts'
import { requireSamePositions, type Witnesses } from './gate.ts'
import { readHoldings } from './holders.ts'
import { readLiquidity } from './liquidity.ts'
import type { Say } from './output.ts'
import { differs } from './refusal.ts'

/**
 * Two witnesses of every liquidity provider of a month: the subgraph's rows, and the replay of the chain's logs. Nothing is
 * prepared or published while they differ (SPEC section 10).
 * @throws MissingData when nobody has the leaves of a distribution of LP units
 */
export async function requireProviders(
  witnesses: Witnesses,
  month: RewardMonth,
  block: Block,
  say: Say,
): Promise<{ providers: Provider[]; lpDistributions: RewardManifest['lpDistributions'] }> {
  const { chain, subgraph, deployment, terms, settings } = witnesses
  const publications = await publicationsOf(chain, deployment, block.number)
  const source = apiSource(settings.apiUrl)
  const input = { client: chain, terms, deployment, source }
  const { replay, lp } = await rewardReplay(input, publications, month)
  const span = { from: month.startsAt, until: month.endsAt }
  const replayed = await logsReplayed(async () => {
    await replay.advanceTo(block.number)
    return replay.providers(span)
  })

  const { accounts } = await readHoldings(subgraph, chain, block)
  requireSamePositions(positions(accounts, deployment.excluded), replay.ledger.positions(), block)
  const rows = await readLiquidity(witnesses, month, block)
  const indexed = providersOf(
    positions(accounts, deployment.excluded),
    gatheredByIndex(rows, span, lp.leavesOf),
    neverWeighing(accounts, deployment.excluded),
  )
  const [first, ...more] = providerDifferences(indexed, replayed)
  if (first !== undefined) {
    const { holder, field, ours, theirs } = first
    const others = more.length === 0 ? '' : `, and ${more.length} more differences`
    throw differs(
      `the subgraph and the replay of the chain's logs differ over ${month.name} for holder ${holder}: ${field} is ${ours ?? 'absent'} in the subgraph and ${theirs ?? 'absent'} in the replay${others}; one of the two has a bug, and nothing is published before it is mended`,
    )
  }
  say(`${replay.logs} logs replayed; the subgraph has every liquidity provider just so`)
  return { providers: replayed, lpDistributions: lp.publishedBy(block.number) }
}

async function logsReplayed<T>(replay: () => Promise<T>): Promise<T> {
  try {
    return await replay()
  } catch (cause) {
    if (!(cause instanceof ReplayError)) throw cause
    throw differs(`the chain's logs make no ledger: ${cause.message}`, { cause })
  }
}
