// A period of the income stream, from its facts to its manifest (SPEC section 6).
import type { Hex } from 'viem'
import { dueUnder } from './allocation.ts'
import { carriedInto } from './carry.ts'
import type { Deployment } from './deployment.ts'
import { type Derived, derive, type HolderFacts } from './derive.ts'
import type { Position } from './entitlement.ts'
import type { Hasher } from './hasher.ts'
import { checkLots, lotsHash, type PrimaryLot } from './lots.ts'
import {
  ENGINE_VERSION,
  type IncomeManifest,
  type LpPurchase,
  manifestHash,
  SPEC_VERSION,
} from './manifest.ts'
import { type IncomePeriod, periodOf } from './periods.ts'
import { type Block, checkPrevious, checkRecordBlock, refuse } from './predecessor.ts'
import { assetOf, currencyOf, statedByDeployment, statedByTerms } from './stated.ts'
import type { Terms } from './terms.ts'

/** Everything that decides a disbursement of income. Amounts in base units. */
export type IncomeInput = {
  stream: 'income'
  terms: Terms
  deployment: Deployment
  /** The period's name in the terms. */
  period: string
  /** Every holder at the record block, excluded ones left out; those without primary lots do not matter. */
  positions: readonly Position[]
  /** Every primary lot up to the record block. */
  lots: readonly PrimaryLot[]
  /** The last finalized block whose timestamp is before the period's end; timestamp in unix seconds. */
  recordBlock: Block
  /** The period's income, in the currency. */
  income: bigint
  /** keccak256 of the income statement, when there is one. */
  statementHash: Hex | null
  /** What the issuer pays in, in the period's asset; for a period paid in the currency exactly what is due. */
  funded: bigint
  /** How the LP units were come by; null for a period paid in the currency. */
  lp: LpPurchase | null
  /** The manifest of the stream's disbursement before this one, null when this is the first. */
  previous: IncomeManifest | null
}

/**
 * What was due in all periods up to and with the one of a manifest; before the first, nothing.
 * Only a program with a cap counts it.
 */
export const dueSoFar = (previous: IncomeManifest | null): bigint =>
  previous === null ? 0n : (previous.income.dueBefore ?? 0n) + previous.income.due

/**
 * What is due of a period's income, in the currency: its share, but under a cap never more than the cap has left.
 * @param previous the manifest of the period before, which counts what was due so far
 */
export const dueIn = (
  period: Pick<IncomePeriod, 'incomeShareBps' | 'cap'>,
  income: bigint,
  previous: IncomeManifest | null,
): bigint => dueUnder(income, period.incomeShareBps, { cap: period.cap, dueBefore: dueSoFar(previous) })

const checkFunding = (input: IncomeInput, period: IncomePeriod): void => {
  const { funded, lp } = input
  if (period.asset === 'currency') {
    const owed = dueIn(period, input.income, input.previous)
    if (lp !== null) refuse(`${period.name} is paid in the currency, so it has no LP purchase`)
    if (funded !== owed) {
      refuse(
        `${period.name} is paid in the currency: funded is ${funded} and must be the ${owed} that is due`,
      )
    }
    return
  }
  if (lp === null) refuse(`${period.name} is paid in LP units: say how they were come by`)
  if (lp.received !== funded) {
    refuse(`funded is ${funded} LP units and must be the ${lp.received} that the purchase received`)
  }
  if (lp.transactions.length === 0) refuse('the LP purchase names no transaction; name every one')
}

const holderFacts = (position: Position, accruedBefore: bigint): HolderFacts => ({
  holder: position.holder,
  account: position.recipient ?? position.holder,
  wallets: position.wallets,
  lots: position.lots,
  custody: {
    balance: position.balance,
    staked: position.staked,
    basis: position.basis,
    lp: position.lp,
    lpStaked: position.lpStaked,
  },
  // How far a witness had settled is its own affair; written as the entitlement, every witness makes the same bytes.
  settled: position.entitlement,
  accruedBefore,
})

/** The holders a disbursement is about: those with primary lots. */
const primaryHolders = (input: IncomeInput): Position[] => {
  const holders = input.positions.filter(({ lots }) => lots > 0n)
  if (input.terms.custody.lpTreatment === 'none') {
    const pooled = holders.find(({ basis }) => basis > 0n)
    if (pooled !== undefined) {
      refuse(
        `holder ${pooled.holder} has an LP basis of ${pooled.basis}, and under lpTreatment "none" there is none`,
      )
    }
  }
  return holders
}

/**
 * Works out one period of the income stream (SPEC section 6).
 * @throws TermsError, InconsistentDataError, DisbursementError, AllocationError as `prepareDisbursement` says
 */
export const deriveIncome = (input: IncomeInput, hasher?: Hasher): Derived<IncomeManifest> => {
  const { terms, deployment, recordBlock, previous } = input
  const period = periodOf(terms, 'income', input.period)
  checkRecordBlock(recordBlock, period)
  checkFunding(input, period)
  checkPrevious(input, period)
  checkLots(input.lots, input.positions)
  const holders = primaryHolders(input)

  const { address: asset, symbol, decimals } = assetOf(terms, deployment, period.asset)
  const { own, elsewhere, accruedOf } = carriedInto(holders, previous, asset)
  return derive(
    {
      spec: SPEC_VERSION,
      engine: ENGINE_VERSION,
      ...statedByTerms(terms, period),
      ...statedByDeployment(deployment),
      recordBlock,
      lotsHash: lotsHash(input.lots),
      income: {
        amount: input.income,
        currency: currencyOf(terms, deployment),
        statementHash: input.statementHash,
        ...(period.cap === null ? {} : { dueBefore: dueSoFar(previous) }),
      },
      payout: {
        kind: period.asset,
        asset,
        symbol,
        decimals,
        funded: input.funded,
        carryIn: own,
      },
      lp: input.lp,
      carriedElsewhere: elsewhere,
      holders: holders.map((position) => holderFacts(position, accruedOf(position.holder))),
      previous: previous === null ? null : manifestHash(previous, hasher),
    },
    hasher,
  )
}
