import type { Hex } from 'viem'
import { due } from './allocation.ts'
import { carriedUnder } from './carry.ts'
import type { Deployment } from './deployment.ts'
import { derive, type HolderFacts } from './derive.ts'
import type { Position } from './entitlement.ts'
import { DisbursementError } from './errors.ts'
import { checkLots, lotsHash, type PrimaryLot } from './lots.ts'
import {
  type Carried,
  ENGINE_VERSION,
  type LpPurchase,
  type Manifest,
  manifestBytes,
  manifestHash,
  SPEC_VERSION,
} from './manifest.ts'
import { encodeRecords } from './recordsWriter.ts'
import type { DistributionTree, Payment } from './shards.ts'
import { assetOf, currencyOf, statedByDeployment, statedByTerms } from './stated.ts'
import { hashTerms, type Period, periodOf, type StreamName, type Terms } from './terms.ts'

/** Everything that decides a disbursement. Amounts in base units. */
export type DisbursementInput = {
  terms: Terms
  deployment: Deployment
  stream: StreamName
  /** The period's name in the terms. */
  period: string
  /** Every holder at the record block, excluded ones left out; those without primary lots do not matter. */
  positions: readonly Position[]
  /** Every primary lot up to the record block. */
  lots: readonly PrimaryLot[]
  /** The last finalized block whose timestamp is before the period's end; timestamp in unix seconds. */
  recordBlock: { number: bigint; hash: Hex; timestamp: bigint }
  /** The period's income, in the currency. */
  income: bigint
  /** keccak256 of the income statement, when there is one. */
  statementHash: Hex | null
  /** What the issuer pays in, in the period's asset; for a period paid in the currency exactly what is due. */
  funded: bigint
  /** How the LP units were come by; null for a period paid in the currency. */
  lp: LpPurchase | null
  /** The manifest of the stream's disbursement before this one, null when this is the first. */
  previous: Manifest | null
}

/** A disbursement ready to publish. Without a leaf there is no tree, no root and no records. */
export type Disbursement = {
  manifest: Manifest
  manifestBytes: Uint8Array
  manifestHash: Hex
  tree: DistributionTree | null
  root: Hex | null
  total: bigint
  leaves: readonly Payment[]
  records: Uint8Array | null
}

const refuse: (message: string) => never = (message) => {
  throw new DisbursementError('DISBURSEMENT_INPUT', message)
}

const checkFunding = (input: DisbursementInput, period: Period): void => {
  const { funded, lp } = input
  if (period.asset === 'currency') {
    const owed = due(input.income, period.incomeShareBps)
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

const checkPrevious = (input: DisbursementInput, period: Period): void => {
  const { previous, terms, deployment, recordBlock } = input
  if (previous === null) return
  const { contracts, chainId, stream, termsHash } = previous
  if (chainId !== deployment.chainId || contracts.token !== deployment.token || stream !== period.stream) {
    refuse(`the previous manifest is of another program or stream: ${chainId} ${contracts.token} ${stream}`)
  }
  if (termsHash !== hashTerms(terms)) {
    refuse(`the previous manifest was made under terms ${termsHash}; these are ${hashTerms(terms)}`)
  }
  if (periodOf(terms, period.stream, previous.period.name).position >= period.position) {
    refuse(`the previous manifest is of ${previous.period.name}, which is not before ${period.name}`)
  }
  if (previous.recordBlock.number > recordBlock.number) {
    refuse(
      `the record block ${recordBlock.number} is before that of ${previous.period.name}, ${previous.recordBlock.number}`,
    )
  }
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
const primaryHolders = (input: DisbursementInput): Position[] => {
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
 * Works out one period's disbursement: the one way from terms, positions and income to manifest, records and root.
 * The same input gives the same bytes, whatever the order of positions and lots.
 * @throws TermsError for an unknown period; InconsistentDataError when lots and positions differ; DisbursementError
 *   saying which part of the input does not fit the others; AllocationError when the numbers do not balance
 */
export const prepareDisbursement = (input: DisbursementInput): Disbursement => {
  const { terms, deployment, recordBlock, previous } = input
  const period = periodOf(terms, input.stream, input.period)
  if (recordBlock.timestamp >= period.endsAt) {
    refuse(
      `the record block ${recordBlock.number} is of ${recordBlock.timestamp}, not before the period's end ${period.endsAt}`,
    )
  }
  checkFunding(input, period)
  checkPrevious(input, period)
  checkLots(input.lots, input.positions)
  const holders = primaryHolders(input)

  const { address: asset, symbol, decimals } = assetOf(terms, deployment, period)
  const carriedIn = carriedUnder(holders, previous?.carried ?? [])
  const own: Carried | undefined = carriedIn.find((each) => each.asset === asset)
  const accrued = new Map(own?.accrued.map(({ holder, amount }) => [holder, amount]))
  const { manifest, tree } = derive({
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
    },
    payout: {
      kind: period.asset,
      asset,
      symbol,
      decimals,
      funded: input.funded,
      carryIn: own?.carryOut ?? 0n,
    },
    lp: input.lp,
    carriedElsewhere: carriedIn.filter((each) => each.asset !== asset),
    holders: holders.map((position) => holderFacts(position, accrued.get(position.holder) ?? 0n)),
    previous: previous === null ? null : manifestHash(previous),
  })
  return {
    manifest,
    manifestBytes: manifestBytes(manifest),
    manifestHash: manifestHash(manifest),
    tree,
    root: tree === null ? null : tree.root,
    total: tree === null ? 0n : tree.total,
    leaves: tree === null ? [] : tree.payments,
    records: tree === null ? null : encodeRecords(tree.payments),
  }
}
