// A quarter's manifest against the chain: everything in it that can be made again is, and compared.
import type { Hex } from 'viem'
import { integersAsText } from '../disbursement/canonical.ts'
import {
  type Disbursement,
  DisbursementError,
  dueIn,
  dueUnder,
  type IncomeManifest,
  type IncomePeriod,
  lotsHash,
  manifestJson,
  type Position,
  type PrimaryLot,
  prepareDisbursement,
  SPEC_VERSION,
  statedByDeployment,
  statedByTerms,
  weightOf,
} from '../disbursement/index.ts'
import { agreementOf } from './agreement.ts'
import { compareManifests, type Expected } from './compare.ts'
import { type ChainClient, type Examiner, type Program, tellDifferences } from './examination.ts'
import { purchaseOf } from './funding.ts'
import { guardDifferences } from './guards.ts'
import type { Block } from './recordBlock.ts'
import type { Difference, Findings, StepName } from './steps.ts'

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
 * Makes an income manifest again from the chain and from what only its issuer can state (the income, the statement's hash,
 * the transactions of a purchase), and compares.
 * @param previous the manifest before; undefined when it could not be had
 */
export async function examineIncome(
  { client, terms, deployment, replay, usedBefore }: Examiner,
  manifest: IncomeManifest,
  period: IncomePeriod,
  block: Block,
  previous: IncomeManifest | null | undefined,
  findings: Findings,
): Promise<Disbursement<IncomeManifest> | null> {
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
  const funds = await judgeFunding(client, { terms, deployment }, manifest, period, usedBefore, findings)
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
  tellDifferences(compareManifests(manifestJson(manifest), expected), computed, findings)
  tellAgreement(findings, manifest, computed !== null)
  return computed
}

/** What a manifest must say of its holders as far as the ledger decides it. */
export const expectedHolders = (
  positions: readonly Position[],
  period: Pick<IncomePeriod, 'forfeit'>,
): Expected['holders'] => positions.filter(({ lots }) => lots > 0n).map((each) => holderOf(each, period))

const holderOf = (
  position: Position,
  { forfeit }: Pick<IncomePeriod, 'forfeit'>,
): Expected['holders'][number] => {
  const { holder, recipient, wallets, lots, balance, staked, basis, lp, lpStaked, custody, entitlement } =
    position
  const parts = { balance, staked, basis, lp, lpStaked, total: custody }
  const weight = weightOf(forfeit, lots, entitlement)
  const facts = { lots, custody: parts, settled: entitlement, entitlement, weight }
  return { ...(integersAsText(facts) as object), holder, account: recipient ?? holder, wallets }
}

/** What was paid in, by the chain's own account. */
type Funds = { funded: bigint; lp: IncomeManifest['lp'] }

/** What is due by what the manifest states; that what was due before is true, the manifest before says. */
const dueOf = ({ income }: IncomeManifest, { incomeShareBps, cap }: IncomePeriod): bigint =>
  dueUnder(income.amount, incomeShareBps, { cap, dueBefore: income.dueBefore })

/** What was paid in; null, and a finding, when there is no telling. */
export async function judgeFunding(
  client: ChainClient,
  { terms, deployment }: Program,
  manifest: IncomeManifest,
  period: IncomePeriod,
  usedBefore: ReadonlyMap<Hex, string>,
  findings: Findings,
): Promise<Funds | null> {
  if (period.asset === 'currency') return { funded: dueOf(manifest, period), lp: null }
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
  const guards = await guardDifferences(client, { terms, deployment }, period, transactions)
  if (guards.length > 0) findings.different('funding', guards)
  return { funded: purchase.received, lp: purchase }
}

function recompute(
  program: Program,
  manifest: IncomeManifest,
  period: IncomePeriod,
  recordBlock: Block,
  lots: readonly PrimaryLot[],
  positions: readonly Position[],
  funds: Funds,
  previous: IncomeManifest | null,
  findings: Findings,
): Disbursement<IncomeManifest> | null {
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
      // Under a cap the manifest before says how much is left, whatever this one says.
      ...(period.asset === 'currency' ? { funded: dueIn(period, income, previous), lp: null } : funds),
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

function tellAgreement(findings: Findings, manifest: IncomeManifest, isWhole: boolean): void {
  const details = agreementOf(manifest)
  const known: readonly StepName[] = isWhole
    ? COMPARED
    : ['terms', 'deployment', 'record block', 'lots', 'holders', 'wallets', 'custody', 'entitlement']
  for (const step of known) findings.ok(step, details[step] ?? '')
}
