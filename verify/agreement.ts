// What is told of a manifest's steps where they hold.
import type { Manifest } from '../disbursement/index.ts'
import type { StepName } from './steps.ts'

/** For every step that is about the manifest's own figures, the figures in one line. */
export const agreementOf = (manifest: Manifest): Partial<Record<StepName, string>> => {
  const { income, payout, recordBlock, totals, parameters, period, holders } = manifest
  return {
    terms: `${manifest.program}, ${period.name}: ${parameters.incomeShareBps} bps, ${parameters.forfeit}, over ${parameters.denominator}`,
    deployment: `chain ${manifest.chainId}, token ${manifest.contracts.token}, ${manifest.excluded.length} addresses excluded`,
    'record block': `${recordBlock.number} ${recordBlock.hash}, final`,
    lots: `${manifest.lotsHash}`,
    holders: `${holders.length} holders with primary lots`,
    wallets: `${holders.reduce((sum, { wallets }) => sum + wallets.length, 0)} wallets`,
    custody: `${holders.reduce((sum, { custody }) => sum + custody.total, 0n)} in all`,
    entitlement: `${totals.entitlement} of ${totals.lots} in all`,
    income: `floor(${income.amount} · ${income.bps} / 10000) = ${income.due}`,
    funding: `${payout.funded} ${payout.symbol}`,
    'carry-over': `${payout.carryIn} carried in, ${payout.accruedBefore} accrued`,
    allocations: `funded ${payout.funded} + carried in ${payout.carryIn} + accrued before ${payout.accruedBefore} = paid ${totals.paid} + carried out ${payout.carryOut} + accrues ${payout.accruedAfter} + returned ${payout.returned}`,
    leaves: `${totals.leaves} leaves in ${totals.shards} shards`,
    root: `${manifest.root ?? 'none: nobody is paid'}`,
  }
}
