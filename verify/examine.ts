// One manifest against the chain, by the rules of its stream.
import {
  type Disbursement,
  type IncomeManifest,
  type Manifest,
  periodsOf,
  type RewardManifest,
} from '../disbursement/index.ts'
import { type Examiner, judgeRecordBlock } from './examination.ts'
import { examineIncome } from './examineIncome.ts'
import { examineRewards } from './examineRewards.ts'
import { Findings } from './steps.ts'

export type Examination = {
  findings: Findings
  /** What follows from the chain; null when it could not be worked out. */
  computed: Disbursement | null
}

/**
 * Makes a manifest again and compares.
 * @param previous the manifest before, of the same stream; undefined when it could not be had
 */
export async function examine(
  examiner: Examiner,
  manifest: Manifest,
  previous: Manifest | null | undefined,
): Promise<Examination> {
  const findings = new Findings()
  const done = async <Of extends Manifest>(work: Promise<Disbursement<Of> | null>) => ({
    findings,
    computed: await work,
  })
  const named = <Period extends { name: string }>(periods: readonly Period[]): Period | null => {
    const period = periods.find(({ name }) => name === manifest.period.name)
    if (period !== undefined) return period
    const names = periods.map(({ name }) => name).join(', ')
    findings.different('terms', [
      { what: 'period.name', stated: manifest.period.name, computed: `one of ${names}` },
    ])
    return null
  }
  if (manifest.stream === 'income') {
    const period = named(periodsOf(examiner.terms, 'income'))
    const block = period && (await judgeRecordBlock(examiner, manifest, period, findings))
    if (period === null || block === null) return { findings, computed: null }
    return done(examineIncome(examiner, manifest, period, block, ofStream('income', previous), findings))
  }
  const month = named(periodsOf(examiner.terms, 'liquidity'))
  const block = month && (await judgeRecordBlock(examiner, manifest, month, findings))
  if (month === null || block === null) return { findings, computed: null }
  return done(examineRewards(examiner, manifest, month, block, ofStream('liquidity', previous), findings))
}

function ofStream(stream: 'income', previous: Manifest | null | undefined): IncomeManifest | null | undefined
function ofStream(
  stream: 'liquidity',
  previous: Manifest | null | undefined,
): RewardManifest | null | undefined
function ofStream(stream: Manifest['stream'], previous: Manifest | null | undefined) {
  // One of another stream is no manifest before; what is wrong with it has been told.
  return previous === null || previous?.stream === stream ? previous : undefined
}
