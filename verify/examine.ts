// One manifest against the chain: everything in it that can be made again is, and compared.
import type { Hex, PublicClient } from 'viem'
import {
  type Deployment,
  type Disbursement,
  DisbursementError,
  due,
  lotsHash,
  type Manifest,
  manifestJson,
  type Period,
  type Position,
  periodOf,
  periodsOf,
  prepareDisbursement,
  SPEC_VERSION,
  statedByDeployment,
  statedByTerms,
  type Terms,
  weightOf,
} from '../disbursement/index.ts'
import { integersAsText } from '../disbursement/manifest.ts'
import { agreementOf } from './agreement.ts'
import { compareManifests, type Expected } from './compare.ts'
import { type FundingClient, purchaseOf } from './funding.ts'
import { type Block, type BlockClient, blockAt, lastBlockBefore } from './recordBlock.ts'
import type { ChainReplay } from './replayChain.ts'
import { type Difference, Findings, type StepName } from './steps.ts'

export type ChainClient = BlockClient &
  FundingClient &
  Pick<PublicClient, 'request' | 'readContract' | 'getChainId'>

export type Program = { terms: Terms; deployment: Deployment }

export type Examination = {
  findings: Findings
  /** What follows from the chain; null when it could not be worked out. */
  computed: Disbursement | null
}

const COMPARED: readonly StepName[] = [
  'terms',
  'deployment',
  'record block',
  'lots',
  'holders',
  'wallets',
  'custody',
  'entitlement',
  'income',
  'funding',
  'carry-over',
  'allocations',
  'leaves',
  'root',
]

/**
 * Makes a manifest again from the chain and from what only its issuer can state (the income, the statement's hash, the
 * transactions of a purchase), and compares.
 * @param replay on its way through the chain, not yet beyond this period's record block
 * @param previous the manifest before; undefined when it could not be had
 * @param usedBefore transactions that funded earlier periods, each with its period
 */
export async function examine(
  client: ChainClient,
  { terms, deployment }: Program,
  manifest: Manifest,
  replay: ChainReplay,
  previous: Manifest | null | undefined,
  usedBefore: ReadonlyMap<Hex, string>,
): Promise<Examination> {
  const findings = new Findings()
  const period = periodIn(terms, manifest)
  if (period === null) {
    const named = { what: 'period.name', stated: manifest.period.name, computed: namesOf(terms, manifest) }
    findings.different('terms', [named])
    return { findings, computed: null }
  }
  const block = await judgeRecordBlock(client, deployment, manifest, period, findings)
  if (block === null) return { findings, computed: null }

  const ledger = await replay.advanceTo(block.number)
  const positions = ledger.positions()
  findings.ok(
    'replay',
    `${replay.logs} logs up to block ${block.number}: ${positions.length} holders, ${ledger.lots.length} primary lots`,
  )
  const known: Expected = {
    spec: `${SPEC_VERSION}`,
    ...(integersAsText({
      ...statedByTerms(terms, period),
      ...statedByDeployment(deployment),
      recordBlock: block,
      lotsHash: lotsHash(ledger.lots),
    }) as object),
    holders: expectedHolders(positions, period),
  }
  const funds = await judgeFunding(client, deployment, manifest, period, usedBefore, findings)
  const computed =
    previous === undefined || funds === null
      ? null
      : recompute(
          { terms, deployment },
          manifest,
          period,
          block,
          ledger.lots,
          positions,
          funds,
          previous,
          findings,
        )
  const expected = computed === null ? known : manifestJson(computed.manifest)
  const differences = compareManifests(manifestJson(manifest), expected)
  for (const [step, list] of differences)
    findings.different(
      step,
      list.map((each) => explained(each, computed)),
    )
  tellAgreement(findings, manifest, computed)
  return { findings, computed }
}

/** A share is told with its computation. */
const explained = (difference: Difference, computed: Disbursement | null): Difference => {
  const { what, holder } = difference
  if (what !== 'share' || computed === null) return difference
  const { payout, totals, holders } = computed.manifest
  const weight = holders.find((each) => each.holder === holder)?.weight ?? 0n
  const pool = payout.funded + payout.carryIn
  const formula = `floor(${pool} · ${weight} / ${totals.denominator})`
  return { ...difference, computed: `${difference.computed} = ${formula}` }
}

const periodIn = (terms: Terms, { stream, period }: Manifest): Period | null =>
  terms.streams[stream]?.periods.some(({ name }) => name === period.name)
    ? periodOf(terms, stream, period.name)
    : null

const namesOf = (terms: Terms, { stream }: Manifest): string =>
  `one of ${periodsOf(terms, stream)
    .map(({ name }) => name)
    .join(', ')}`

/** What a manifest must say of its holders as far as the ledger decides it. */
export const expectedHolders = (
  positions: readonly Position[],
  period: Pick<Period, 'forfeit'>,
): Expected['holders'] => positions.filter(({ lots }) => lots > 0n).map((each) => holderOf(each, period))

const holderOf = (position: Position, { forfeit }: Pick<Period, 'forfeit'>): Expected['holders'][number] => {
  const { holder, recipient, wallets, lots, balance, staked, basis, lp, lpStaked, custody, entitlement } =
    position
  const parts = { balance, staked, basis, lp, lpStaked, total: custody }
  const weight = weightOf(forfeit, lots, entitlement)
  const facts = { lots, custody: parts, settled: entitlement, entitlement, weight }
  return { ...(integersAsText(facts) as object), holder, account: recipient ?? holder, wallets }
}

/** The true record block of the period, or null when the chain has none yet; the stated one is held against it. */
async function judgeRecordBlock(
  client: ChainClient,
  deployment: Deployment,
  { recordBlock: stated }: Manifest,
  period: Period,
  findings: Findings,
): Promise<Block | null> {
  const there = await blockAt(client, stated.number)
  if (there?.hash !== stated.hash) {
    const what = `the hash of block ${stated.number}`
    const computed = there === null ? 'no such block' : there.hash
    findings.different(
      'record block',
      [{ what, stated: stated.hash, computed }],
      `the record block ${stated.number} ${stated.hash} is not on this chain (${computed}): it vanished in a reorganization, or the manifest is of another chain`,
    )
  }
  const block = await lastBlockBefore(client, BigInt(deployment.genesisBlock), period.endsAt)
  if (block === null) {
    findings.different('record block', [
      {
        what: `the record block of ${period.name}`,
        stated: `${stated.number}`,
        computed: `none that is final: no final block has reached the period’s end ${period.end}`,
      },
    ])
    return null
  }
  return block
}

/** What was paid in, by the chain's own account. */
type Funds = { funded: bigint; lp: Manifest['lp'] }

/** What was paid in; null, and a finding, when there is no telling. */
export async function judgeFunding(
  client: ChainClient,
  deployment: Deployment,
  manifest: Manifest,
  period: Period,
  usedBefore: ReadonlyMap<Hex, string>,
  findings: Findings,
): Promise<Funds | null> {
  if (period.asset === 'currency')
    return { funded: due(manifest.income.amount, period.incomeShareBps), lp: null }
  const transactions = manifest.lp?.transactions ?? []
  const differences: Difference[] = transactions.flatMap((hash) => {
    const before = usedBefore.get(hash)
    if (before === undefined) return []
    return [
      { what: `transaction ${hash}`, stated: `funding of ${period.name}`, computed: `funding of ${before}` },
    ]
  })
  if (differences.length > 0) findings.different('funding', differences)
  const { purchase, problem } = await purchaseOf(client, deployment, transactions)
  if (purchase === null) {
    const stated = transactions.length === 0 ? 'no transaction' : transactions.join(' ')
    findings.different('funding', [{ what: 'the purchase of LP units', stated, computed: problem }])
    return null
  }
  return { funded: purchase.received, lp: purchase }
}

function recompute(
  program: Program,
  manifest: Manifest,
  period: Period,
  recordBlock: Block,
  lots: Parameters<typeof prepareDisbursement>[0]['lots'],
  positions: readonly Position[],
  funds: Funds,
  previous: Manifest | null,
  findings: Findings,
): Disbursement | null {
  const { amount: income, statementHash } = manifest.income
  try {
    return prepareDisbursement({
      ...program,
      stream: period.stream,
      period: period.name,
      positions,
      lots,
      recordBlock,
      income,
      statementHash,
      ...funds,
      previous,
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

function tellAgreement(findings: Findings, manifest: Manifest, computed: Disbursement | null): void {
  const details = agreementOf(manifest)
  const known: readonly StepName[] =
    computed === null
      ? ['terms', 'deployment', 'record block', 'lots', 'holders', 'wallets', 'custody', 'entitlement']
      : COMPARED
  for (const step of known) findings.ok(step, details[step] ?? '')
}
