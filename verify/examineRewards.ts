// A reward month's manifest against the chain (SPEC section 11): nothing in it is anybody's word.

import { integersAsText } from '../disbursement/canonical.ts'
import {
  type Disbursement,
  DisbursementError,
  manifestJson,
  type Provider,
  prepareDisbursement,
  type RewardManifest,
  type RewardMonth,
  rewardStatedByTerms,
  SPEC_VERSION,
  statedByDeployment,
  totalUnitSeconds,
} from '../disbursement/index.ts'
import { agreementOf } from './agreement.ts'
import { compareManifests, type Expected } from './compare.ts'
import { type Examiner, tellDifferences } from './examination.ts'
import type { Block } from './recordBlock.ts'
import type { Findings, StepName } from './steps.ts'

/**
 * Makes a month's manifest again from the chain alone, and compares.
 * @param previous the manifest before; undefined when it could not be had
 */
export async function examineRewards(
  { terms, deployment, replay, lp }: Examiner,
  manifest: RewardManifest,
  month: RewardMonth,
  block: Block,
  previous: RewardManifest | null | undefined,
  findings: Findings,
): Promise<Disbursement<RewardManifest> | null> {
  await replay.advanceTo(block.number)
  const providers = replay.providers({ from: month.startsAt, until: month.endsAt })
  const lpDistributions = lp?.publishedBy(block.number) ?? []
  findings.ok(
    'replay',
    `${replay.logs} logs up to block ${block.number}: ${providers.length} holders, ${lpDistributions.length} distributions of LP units`,
  )
  const known: Expected = {
    spec: `${SPEC_VERSION}`,
    ...(integersAsText({
      ...rewardStatedByTerms(terms, month),
      ...statedByDeployment(deployment),
      recordBlock: block,
    }) as object),
    lpDistributions,
    holders: expectedProviders(providers, manifest),
  }
  const computed = previous === undefined ? null : recompute(previous)
  const expected = computed === null ? known : manifestJson(computed.manifest)
  tellDifferences(compareManifests(manifestJson(manifest), expected), computed, findings)
  tellAgreement(findings, manifest, computed !== null)
  return computed

  function recompute(before: RewardManifest | null): Disbursement<RewardManifest> | null {
    try {
      return prepareDisbursement({
        stream: 'liquidity',
        terms,
        deployment,
        period: month.name,
        providers,
        lpDistributions,
        recordBlock: block,
        previous: before,
      })
    } catch (error) {
      if (!(error instanceof DisbursementError)) throw error
      // Terms and deployment are fixed and the ledger holds together: what does not fit is the manifest before.
      findings.different('previous', [
        { what: 'the manifest before', stated: manifest.previous ?? 'none', computed: error.message },
      ])
      return null
    }
  }
}

/**
 * What a manifest must say of its holders as far as the ledger decides it. Who gathered nothing is there only for what
 * accrued before, which the manifest before decides: of those, the ones that are listed.
 */
export const expectedProviders = (
  providers: readonly Provider[],
  { holders }: Pick<RewardManifest, 'holders'>,
): Expected['holders'] => {
  const accrued = new Set(
    holders.filter(({ accruedBefore }) => accruedBefore > 0n).map(({ holder }) => holder),
  )
  return providers
    .filter(({ holder, unitSeconds }) => totalUnitSeconds(unitSeconds) > 0n || accrued.has(holder))
    .map(({ holder, wallets, recipient, unitSeconds }) => {
      const facts = { unitSeconds, weight: totalUnitSeconds(unitSeconds) }
      return {
        ...(integersAsText(facts) as object),
        holder,
        account: recipient ?? holder,
        wallets: [...wallets],
      }
    })
}

function tellAgreement(findings: Findings, manifest: RewardManifest, isWhole: boolean): void {
  const details = agreementOf(manifest)
  const known: StepName[] = ['terms', 'deployment', 'record block', 'holders', 'wallets', 'units']
  const computed: StepName[] = ['funding', 'carry-over', 'allocations', 'leaves', 'root']
  for (const step of isWhole ? [...known, ...computed] : known) findings.ok(step, details[step] ?? '')
}
