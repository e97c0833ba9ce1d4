// A manifest without a replay: against itself, the terms, the deployment, its record block and the manifest before it.
// Who held what is then its own word.
import canonicalize from 'canonicalize'
import { type Hex, keccak256 } from 'viem'
import { integersAsText } from '../disbursement/canonical.ts'
import {
  checkManifest,
  distributionTree,
  type Manifest,
  type ManifestProblemCode,
  type Period,
  paymentsOf,
  periodsOf,
} from '../disbursement/index.ts'
import { agreementOf } from './agreement.ts'
import { MissingData } from './errors.ts'
import type { ChainClient, Program } from './examination.ts'
import { judgeFunding } from './examineIncome.ts'
import { readManifest } from './locate.ts'
import { blockAt, finalBlock } from './recordBlock.ts'
import type { Source } from './source.ts'
import { different, type Findings, type StepName, stepsOf } from './steps.ts'

const STEP_OF: Record<ManifestProblemCode, StepName> = {
  SPEC: 'terms',
  TERMS: 'terms',
  DEPLOYMENT: 'deployment',
  RECORD_BLOCK: 'record block',
  HOLDERS: 'holders',
  WALLETS: 'wallets',
  EXCLUDED: 'wallets',
  CUSTODY: 'custody',
  ENTITLEMENT: 'entitlement',
  WEIGHT: 'entitlement',
  INCOME: 'income',
  FUNDING: 'funding',
  CARRIED: 'carry-over',
  PREVIOUS: 'carry-over',
  ALLOCATION: 'allocations',
  STATUS: 'allocations',
  PAYOUT: 'allocations',
  IDENTITY: 'allocations',
  LEAF: 'leaves',
  TOTALS: 'leaves',
  ROOT: 'root',
}

/** A month's weights are units × seconds. */
const stepOf = (code: ManifestProblemCode, { stream }: Manifest): StepName =>
  stream === 'liquidity' && code === 'WEIGHT' ? 'units' : STEP_OF[code]

/** What follows from the manifest's own holders; no root when nobody is paid. */
export type OwnLeaves = { root: Hex | null; total: bigint }

/**
 * Tells every step without a replay that is about the manifest's figures.
 * @throws MissingData when the chain does not answer
 */
export async function examineAlone(
  client: ChainClient,
  program: Program & { source: Source },
  manifest: Manifest,
  findings: Findings,
): Promise<OwnLeaves> {
  await judgeRecordBlock(client, manifest, findings)
  const previous = await manifestBefore(program, manifest, findings)
  const context = previous === undefined ? program : { ...program, previous }
  const problems = checkManifest(manifest, context)
  for (const { code, message, holder, values } of problems) {
    const difference =
      values === undefined ? [] : [{ ...values, ...(holder === undefined ? {} : { holder }) }]
    const step = values?.what === 'accruedBefore' ? 'carry-over' : stepOf(code, manifest)
    findings.different(step, difference, message)
  }
  const { terms, deployment } = program
  const period = periodsOf(terms, 'income').find(({ name }) => name === manifest.period.name)
  if (manifest.stream === 'income' && period !== undefined) {
    const funds = await judgeFunding(client, { terms, deployment }, manifest, period, new Map(), findings)
    const texts = [manifest.lp, funds?.lp ?? null].map((lp) => canonicalize(integersAsText(lp)))
    const unlike = funds === null ? [] : different('the purchase', ...(texts as [string, string]))
    if (unlike.length > 0) findings.different('funding', unlike)
  }
  const details = agreementOf(manifest)
  for (const step of stepsOf(manifest.stream, 'documents')) {
    const detail = details[step]
    if (detail !== undefined) findings.ok(step, detail)
  }
  return ownLeaves(manifest)
}

const ownLeaves = (manifest: Manifest): OwnLeaves => {
  const payments = paymentsOf(manifest)
  const { root, total } = payments.length === 0 ? { root: null, total: 0n } : distributionTree(payments)
  return { root, total }
}

/** The stated record block is on the chain, is followed by a block after the period's end, and is final. */
async function judgeRecordBlock(
  client: ChainClient,
  { recordBlock: stated, period }: Manifest,
  findings: Findings,
): Promise<void> {
  const end = BigInt(Date.parse(period.end) / 1000)
  const [there, next] = await Promise.all([
    blockAt(client, stated.number),
    blockAt(client, stated.number + 1n),
  ])
  findings.judge(
    'record block',
    [
      ...different(`the hash of block ${stated.number}`, stated.hash, there?.hash ?? 'no such block'),
      ...different(`the time of block ${stated.number}`, stated.timestamp, there?.timestamp ?? 'none'),
      ...(next !== null && next.timestamp < end
        ? different('the record block', stated.number, `${next.number} or later: it too is before the end`)
        : []),
    ],
    `${stated.number} ${stated.hash}, final`,
  )
  try {
    const final = await finalBlock(client)
    if (final.timestamp >= end) return
    findings.different('record block', [], `no final block has reached the period’s end ${period.end} yet`)
  } catch (error) {
    if (!(error instanceof MissingData)) throw error
    findings.missing('record block', error.message)
  }
}

/** The manifest of the period before: null when there is none, undefined when nobody has it. */
async function manifestBefore(
  { terms, source }: Program & { source: Source },
  { stream, period, previous }: Manifest,
  findings: Findings,
): Promise<Manifest | null | undefined> {
  const all: readonly Period[] = periodsOf(terms, stream)
  const periods = all.map(({ name }) => name)
  const position = periods.indexOf(period.name)
  if (position <= 0) return position === 0 ? null : undefined
  if (previous === null) {
    findings.different(
      'carry-over',
      different('the manifest before', 'none', `that of ${periods[position - 1]}`),
    )
    return undefined
  }
  const bytes = await source.manifest(previous)
  const read = bytes === null || keccak256(bytes) !== previous ? null : await readManifest(bytes, source)
  if (read !== null && 'manifest' in read && read.manifest.stream === stream) return read.manifest
  findings.missing('carry-over', `nobody has the manifest ${previous} of the period before: give it too`)
  return undefined
}
