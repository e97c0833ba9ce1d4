// What is told of a manifest's steps where they hold.
import type { IncomeManifest, Manifest, RewardManifest } from '../disbursement/index.ts'
import type { StepName } from './steps.ts'

type Details = Partial<Record<StepName, string>>

/** For every step that is about the manifest's own figures, the figures in one line. */
export const agreementOf = (manifest: Manifest): Details => {
  const { payout, recordBlock, totals, holders } = manifest
  const all: readonly { wallets: readonly string[] }[] = holders
  const returned = 'returned' in payout ? ` + returned ${payout.returned}` : ''
  return {
    deployment: `chain ${manifest.chainId}, token ${manifest.contracts.token}, ${manifest.excluded.length} addresses excluded`,
    'record block': `${recordBlock.number} ${recordBlock.hash}, final`,
    wallets: `${all.reduce((sum, { wallets }) => sum + wallets.length, 0)} wallets`,
    funding: `${payout.funded} ${payout.symbol}`,
    'carry-over': `${payout.carryIn} carried in, ${payout.accruedBefore} accrued`,
    allocations: `funded ${payout.funded} + carried in ${payout.carryIn} + accrued before ${payout.accruedBefore} = paid ${totals.paid} + carried out ${payout.carryOut} + accrues ${payout.accruedAfter}${returned}`,
    leaves: `${totals.leaves} leaves in ${totals.shards} shards`,
    root: `${manifest.root ?? 'none: nobody is paid'}`,
    ...(manifest.stream === 'income' ? ofIncome(manifest) : ofRewards(manifest)),
  }
}

const ofIncome = ({
  program,
  period,
  parameters,
  lotsHash,
  holders,
  totals,
  income,
}: IncomeManifest): Details => ({
  terms: `${program}, ${period.name}: ${parameters.incomeShareBps} bps, ${parameters.forfeit}, over ${parameters.denominator}`,
  lots: `${lotsHash}`,
  holders: `${holders.length} holders with primary lots`,
  custody: `${holders.reduce((sum, { custody }) => sum + custody.total, 0n)} in all`,
  entitlement: `${totals.entitlement} of ${totals.lots} in all`,
  income:
    parameters.cap === undefined
      ? `floor(${income.amount} · ${income.bps} / 10000) = ${income.due}`
      : `floor(${income.amount} · ${income.bps} / 10000), at most the ${parameters.cap - (income.dueBefore ?? 0n)} that the cap has left = ${income.due}`,
})

const ofRewards = ({
  program,
  period,
  parameters,
  holders,
  totals,
  lpDistributions,
}: RewardManifest): Details => ({
  terms: `${program}, ${period.name}: a reward of ${parameters.reward}`,
  holders: `${holders.length} liquidity providers`,
  units: `${totals.weight} units × seconds in all, those that wait in ${lpDistributions.length} distributions among them`,
})
