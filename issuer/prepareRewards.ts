import { prepareDisbursement, type RewardMonth } from '../disbursement/index.ts'
import { recordBlock } from './chain.ts'
import { file, refusePublished, requireSameAs } from './filing.ts'
import { requireProviders } from './gateRewards.ts'
import { previousManifest } from './history.ts'
import type { Outcome, Say } from './output.ts'
import type { PrepareOptions } from './prepare.ts'
import type { Surroundings } from './program.ts'
import { refused } from './refusal.ts'
import { rewardSummaryOf, rewardSummaryText } from './summaryRewards.ts'

/** Works out a reward month (SPEC section 11) and writes its files; publishes nothing. The terms say the reward. */
export async function prepareRewards(
  surroundings: Surroundings,
  month: RewardMonth,
  options: PrepareOptions,
  say: Say,
): Promise<Outcome> {
  const { terms, deployment, chain } = surroundings
  refuseOptions(options)
  const block = await recordBlock(chain, BigInt(deployment.genesisBlock), {
    name: month.name,
    end: month.endsAt,
  })
  say(`record block ${block.number} (${block.hash}), final`)
  const unregistered = await refusePublished(surroundings, month, block.number)
  const previous = await previousManifest(surroundings, month)
  if (previous !== null) say(`carried over from ${previous.period.name}`)
  const { providers, lpDistributions } = await requireProviders(surroundings, month, block, say)
  const disbursement = prepareDisbursement({
    stream: 'liquidity',
    terms,
    deployment,
    period: month.name,
    providers,
    lpDistributions,
    recordBlock: block,
    previous,
  })
  requireSameAs(unregistered, month, disbursement)
  const { manifest, manifestHash } = disbursement
  const summary = {
    json: rewardSummaryOf(manifest, manifestHash),
    text: rewardSummaryText(manifest, manifestHash),
  }
  return file(surroundings, month, disbursement, summary, options.replace ?? false)
}

/** What belongs to the income stream alone would be believed to matter. */
function refuseOptions({ income, statement, fundingTx, explain, snapshot }: PrepareOptions): void {
  const given = Object.entries({
    '--income': income,
    '--statement': statement,
    '--funding-tx': fundingTx,
    '--explain': explain,
    '--snapshot': snapshot,
  }).filter(([, value]) => value !== undefined)
  const [first] = given
  if (first === undefined) return
  throw refused(`${first[0]} is for the income stream; the reward of a month is in the terms: leave it out`)
}
