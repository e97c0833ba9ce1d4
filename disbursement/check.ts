// Does a manifest follow from itself, from the terms, the deployment and the manifest before it? Every answer is a list.

import canonicalize from 'canonicalize'
import type { Address } from 'viem'
import { integersAsText } from './canonical.ts'
import { accrualsOf, carriedUnder } from './carry.ts'
import type { Deployment } from './deployment.ts'
import { derive, factsOf } from './derive.ts'
import { dueSoFar } from './disburseIncome.ts'
import { deriveRewardFacts, rewardFactsOf } from './disburseRewards.ts'
import { DisbursementError, ManifestError } from './errors.ts'
import { utcSeconds } from './fields.ts'
import type { Hasher } from './hasher.ts'
import {
  type Carried,
  decodeManifest,
  type IncomeManifest,
  type Manifest,
  manifestHash,
  manifestJson,
  type RewardManifest,
  SPEC_VERSION,
} from './manifest.ts'
import type { ManifestPages } from './manifestPages.ts'
import { type Period, periodsOf } from './periods.ts'
import { encodeRecords } from './recordsWriter.ts'
import { leaves, type Payment } from './shards.ts'
import { assetOf, rewardStatedByTerms, statedByDeployment, statedByTerms } from './stated.ts'
import { hashTerms, type Terms } from './terms.ts'

export type ManifestProblemCode =
  | 'SPEC'
  | 'RECORD_BLOCK'
  | 'HOLDERS'
  | 'WALLETS'
  | 'EXCLUDED'
  | 'CUSTODY'
  | 'ENTITLEMENT'
  | 'WEIGHT'
  | 'ALLOCATION'
  | 'STATUS'
  | 'LEAF'
  | 'INCOME'
  | 'FUNDING'
  | 'PAYOUT'
  | 'IDENTITY'
  | 'CARRIED'
  | 'TOTALS'
  | 'ROOT'
  | 'TERMS'
  | 'DEPLOYMENT'
  | 'PREVIOUS'

/** One thing that does not follow; `holder` when it is one holder's, `values` when it is two values that differ. */
export type ManifestProblem = {
  code: ManifestProblemCode
  message: string
  holder?: Address
  values?: { what: string; stated: string; computed: string }
}

/** What else is known, for more checks. `previous: null` says that there was no disbursement before. */
export type ManifestContext = {
  terms?: Terms
  deployment?: Deployment
  previous?: Manifest | null
  /** The manifest's pages, which only a large program's has. */
  pages?: ManifestPages | undefined
  hasher?: Hasher
}

const same = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b)

const show = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}

type Json = { readonly [key: string]: unknown }

/** Compares stated fields with recomputed ones, a problem for each that differs. */
const differences = (
  where: string,
  stated: Json,
  computed: Json,
  codeOf: (field: string) => ManifestProblemCode | null,
): ManifestProblem[] =>
  Object.keys(computed).flatMap((field) => {
    const code = codeOf(field)
    if (code === null || same(stated[field], computed[field])) return []
    const values = { what: field, stated: show(stated[field]), computed: show(computed[field]) }
    return [
      { code, message: `${where}${field} is ${values.stated}; recomputed it is ${values.computed}`, values },
    ]
  })

const compare = (stated: Json, computed: Json, code: ManifestProblemCode): ManifestProblem[] => {
  const wanted = Object.fromEntries(Object.keys(computed).map((field) => [field, stated[field]]))
  return differences('', integersAsText(wanted) as Json, integersAsText(computed) as Json, () => code)
}

const HOLDER_CODES: Record<string, ManifestProblemCode> = {
  custody: 'CUSTODY',
  entitlement: 'ENTITLEMENT',
  weight: 'WEIGHT',
  share: 'ALLOCATION',
  amount: 'ALLOCATION',
  accruedAfter: 'ALLOCATION',
  status: 'STATUS',
  shard: 'LEAF',
  index: 'LEAF',
}

const checkHolders = (manifest: Manifest): ManifestProblem[] => {
  const problems: ManifestProblem[] = []
  const never = new Set(manifest.excluded)
  const owner = new Map<Address, Address>()
  manifest.holders.forEach(({ holder, wallets }, at) => {
    const add = (code: ManifestProblemCode, message: string) => problems.push({ code, message, holder })
    const before = manifest.holders[at - 1]
    if (before !== undefined && holder <= before.holder) {
      add('HOLDERS', `holder ${holder} comes after ${before.holder}; holders ascend, each once`)
    }
    if (!wallets.includes(holder)) add('WALLETS', `holder ${holder} is not among its own wallets`)
    wallets.forEach((wallet, place) => {
      if (wallet <= (wallets[place - 1] ?? '')) add('WALLETS', `holder ${holder}: its wallets do not ascend`)
      const other = owner.get(wallet)
      if (other !== undefined) add('WALLETS', `wallet ${wallet} belongs to ${other} and to ${holder}`)
      owner.set(wallet, holder)
      if (never.has(wallet))
        add('EXCLUDED', `holder ${holder}: its wallet ${wallet} is excluded and never weighs`)
    })
  })
  return problems
}

const checkStated = (manifest: Manifest): ManifestProblem[] => {
  const { recordBlock, period } = manifest
  const problems = manifest.stream === 'income' ? checkIncome(manifest) : checkReward(manifest)
  if (manifest.spec !== SPEC_VERSION) {
    problems.push({
      code: 'SPEC',
      message: `it follows version ${manifest.spec} of the specification, this engine ${SPEC_VERSION}`,
    })
  }
  if (recordBlock.timestamp >= (utcSeconds(period.end) ?? 0n)) {
    problems.push({
      code: 'RECORD_BLOCK',
      message: `the record block's time ${recordBlock.timestamp} is not before the period's end ${period.end}`,
    })
  }
  return problems
}

const checkIncome = ({ payout, income, lp, contracts, holders }: IncomeManifest): ManifestProblem[] => {
  const problems: ManifestProblem[] = holders
    .filter(({ settled, lots }) => settled > lots)
    .map(({ holder, settled, lots }) => ({
      code: 'ENTITLEMENT',
      message: `holder ${holder}: settled ${settled} is more than its primary lots ${lots}`,
      holder,
    }))
  const fail = (message: string) => problems.push({ code: 'FUNDING', message })
  const asset = payout.kind === 'currency' ? income.currency.address : contracts.pair
  if (payout.asset !== asset) {
    fail(`the payout's asset is ${payout.asset}, and a ${payout.kind} payout is in ${asset}`)
  }
  if (payout.kind === 'currency' && (lp !== null || payout.funded !== income.due)) {
    fail(`funded is ${payout.funded}, without LP units; what is due is ${income.due}`)
  }
  if (
    payout.kind === 'lp' &&
    (lp === null || lp.received !== payout.funded || lp.transactions.length === 0)
  ) {
    fail(`funded is ${payout.funded} LP units; the purchase tells of ${lp === null ? 'none' : lp.received}`)
  }
  return problems
}

const checkReward = ({
  payout,
  parameters,
  contracts,
  lpDistributions,
}: RewardManifest): ManifestProblem[] => {
  const problems: ManifestProblem[] = []
  const fail = (message: string) => problems.push({ code: 'FUNDING', message })
  if ((payout.kind === 'token') !== (payout.asset === contracts.token)) {
    fail(`the payout's asset is ${payout.asset}, which a ${payout.kind} payout is not in`)
  }
  if (payout.funded !== parameters.reward) {
    fail(`funded is ${payout.funded}; the month's reward is ${parameters.reward}`)
  }
  const ids = lpDistributions.map(({ id }) => id)
  if (ids.some((id, at) => id <= (ids[at - 1] ?? ''))) {
    problems.push({ code: 'HOLDERS', message: 'the distributions of LP units do not ascend, each once' })
  }
  return problems
}

/**
 * The manifest that follows from what one states: everything computed is computed anew.
 * @throws AllocationError when the facts cannot be allocated
 */
export const derivedFrom = (manifest: Manifest, hasher?: Hasher): Manifest =>
  manifest.stream === 'income'
    ? derive(factsOf(manifest), hasher).manifest
    : deriveRewardFacts(rewardFactsOf(manifest), hasher).manifest

const checkDerived = (manifest: Manifest, hasher?: Hasher): ManifestProblem[] => {
  let computed: Manifest
  try {
    computed = derivedFrom(manifest, hasher)
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    return [{ code: 'ALLOCATION', message: `its facts cannot be allocated: ${error.message}` }]
  }
  const stated = manifestJson({ ...manifest, holders: [] })
  const again = manifestJson({ ...computed, holders: [] })
  const all = (code: ManifestProblemCode) => () => code
  const problems = [
    ...(stated.stream === 'income' && again.stream === 'income'
      ? differences('income.', stated.income, again.income, all('INCOME'))
      : []),
    ...differences('payout.', stated.payout, again.payout, all('PAYOUT')),
    ...differences('', stated, again, (field) => (field === 'carried' ? 'CARRIED' : null)),
    ...differences('totals.', stated.totals, again.totals, all('TOTALS')),
    ...differences('', stated, again, (field) => (field === 'root' ? 'ROOT' : null)),
  ]
  const byHolder = new Map(computed.holders.map((each) => [each.holder, each]))
  for (const each of manifest.holders) {
    const { holder } = each
    const other = byHolder.get(holder)
    if (other === undefined) continue
    const found = differences(
      `holder ${holder}: `,
      integersAsText(each) as Json,
      integersAsText(other) as Json,
      (field) => HOLDER_CODES[field] ?? null,
    )
    problems.push(...found.map((problem) => ({ ...problem, holder })))
  }
  const paid = manifest.holders.reduce((sum, { amount }) => sum + amount, 0n)
  return [...problems, ...checkIdentity(manifest.payout, paid)]
}

/** The identity of SPEC section 6 over the stated figures. */
const checkIdentity = (payout: Manifest['payout'], paid: bigint): ManifestProblem[] => {
  const before = payout.funded + payout.carryIn + payout.accruedBefore
  const after = paid + payout.carryOut + payout.accruedAfter + ('returned' in payout ? payout.returned : 0n)
  if (before === after) return []
  return [
    {
      code: 'IDENTITY',
      message: `funded + carryIn + accruedBefore are ${before}; paid + carryOut + accruedAfter + returned are ${after}`,
    },
  ]
}

const checkTerms = (manifest: Manifest, terms: Terms): ManifestProblem[] => {
  const hash = hashTerms(terms)
  if (manifest.termsHash !== hash) {
    return [
      { code: 'TERMS', message: `it was made under terms ${manifest.termsHash}; the program's are ${hash}` },
    ]
  }
  const periods: readonly Period[] = periodsOf(terms, manifest.stream)
  const period = periods.find(({ name }) => name === manifest.period.name)
  if (period === undefined) {
    return [{ code: 'TERMS', message: `the terms have no period ${manifest.period.name}` }]
  }
  const { kind } = manifest.payout
  const stated =
    period.stream === 'income' ? statedByTerms(terms, period) : rewardStatedByTerms(terms, period)
  if (manifest.stream === 'income') {
    const { currency } = manifest.income
    return compare(
      { ...manifest, kind, currency: { symbol: currency.symbol, decimals: currency.decimals } },
      { ...stated, kind: period.asset, currency: terms.currency },
      'TERMS',
    )
  }
  return compare({ ...manifest, kind }, { ...stated, kind: period.asset }, 'TERMS')
}

const checkDeployment = (manifest: Manifest, deployment: Deployment): ManifestProblem[] => {
  const { payout } = manifest
  const currency =
    manifest.stream === 'income'
      ? manifest.income.currency.address
      : payout.kind === 'currency'
        ? payout.asset
        : deployment.currency
  return compare(
    { ...manifest, currency },
    { ...statedByDeployment(deployment), currency: deployment.currency },
    'DEPLOYMENT',
  )
}

/** What the asset is called, where terms and deployment together say it. */
const checkAsset = (manifest: Manifest, { terms, deployment }: ManifestContext): ManifestProblem[] => {
  if (terms === undefined || deployment === undefined) return []
  const { stream, period, payout } = manifest
  const periods: readonly Period[] = periodsOf(terms, stream)
  const own = periods.find(({ name }) => name === period.name)
  if (own === undefined) return []
  const { address, ...named } = assetOf(terms, deployment, own.asset)
  return compare(payout, { asset: address, ...named }, 'FUNDING')
}

/** What was due before, by the manifest before; nothing is counted without a cap. */
const dueBeforeOf = (manifest: Manifest): { dueBefore?: bigint | undefined } =>
  manifest.stream === 'income' && manifest.parameters.cap !== undefined
    ? { dueBefore: manifest.income.dueBefore }
    : {}

const dueBeforeBy = (manifest: Manifest, previous: Manifest | null): { dueBefore?: bigint } =>
  manifest.stream === 'income' && manifest.parameters.cap !== undefined
    ? { dueBefore: dueSoFar(previous?.stream === 'income' ? previous : null) }
    : {}

const checkPrevious = (manifest: Manifest, previous: Manifest | null, hasher?: Hasher): ManifestProblem[] => {
  const { payout, holders } = manifest
  const expected = previous === null ? null : manifestHash(previous, hasher)
  if (manifest.previous !== expected) {
    const message = `its previous manifest is ${show(manifest.previous)}; the one before it is ${show(expected)}`
    return [{ code: 'PREVIOUS', message }]
  }
  let before: Carried[]
  try {
    before = carriedUnder(holders, previous?.carried ?? [])
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    return [{ code: 'CARRIED', message: error.message }]
  }
  const own = before.find(({ asset }) => asset === payout.asset)
  const accrued = new Map<Address, bigint>()
  for (const { holder, accruedBefore } of holders) accrued.set(holder, accruedBefore)
  return compare(
    {
      ...dueBeforeOf(manifest),
      carryIn: payout.carryIn,
      accrued: accrualsOf(accrued),
      carried: manifest.carried.filter(({ asset }) => asset !== payout.asset),
    },
    {
      ...dueBeforeBy(manifest, previous),
      carryIn: own?.carryOut ?? 0n,
      accrued: own?.accrued ?? [],
      carried: before.filter(({ asset }) => asset !== payout.asset),
    },
    'CARRIED',
  )
}

/**
 * Everything about a manifest that does not follow: from its own holders always, and from terms, deployment and the
 * manifest before it where they are given. Empty when it all does. It cannot know the income, nor who held what.
 */
export const checkManifest = (manifest: Manifest, context: ManifestContext = {}): ManifestProblem[] => [
  ...checkStated(manifest),
  ...checkHolders(manifest),
  ...checkDerived(manifest, context.hasher),
  ...(context.terms === undefined ? [] : checkTerms(manifest, context.terms)),
  ...(context.deployment === undefined ? [] : checkDeployment(manifest, context.deployment)),
  ...checkAsset(manifest, context),
  ...(context.previous === undefined ? [] : checkPrevious(manifest, context.previous, context.hasher)),
]

/**
 * What of a large manifest does not follow without its pages: terms, deployment, funding, and the identity over its totals.
 * Who gets what is then unchecked. Empty when it all does.
 */
export const checkManifestHead = (
  manifest: Manifest,
  { terms, deployment }: Required<Pick<ManifestContext, 'terms' | 'deployment'>>,
): ManifestProblem[] => [
  ...checkStated(manifest),
  ...checkIdentity(manifest.payout, manifest.totals.paid),
  ...checkTerms(manifest, terms),
  ...checkDeployment(manifest, deployment),
  ...checkAsset(manifest, { terms, deployment }),
]

/**
 * Reads a manifest and accepts it only when everything in it follows.
 * @param input the stored bytes, or parsed JSON
 * @throws ManifestError with every problem found
 */
export const parseManifest = (input: unknown, context: ManifestContext = {}): Manifest => {
  const manifest = decodeManifest(input, context.pages, context.hasher)
  const problems = checkManifest(manifest, context)
  if (problems.length > 0) throw new ManifestError(problems.map(({ message }) => message))
  return manifest
}

/** The leaves a manifest's holders make, in order. */
export const paymentsOf = (manifest: Manifest): Payment[] =>
  leaves(manifest.holders.map(({ account, amount }) => ({ account, amount })))

/** The records file a manifest's holders make; null when nothing is paid. */
export const recordsOf = (manifest: Manifest, hasher?: Hasher): Uint8Array | null => {
  const payments = paymentsOf(manifest)
  return payments.length === 0 ? null : encodeRecords(payments, hasher)
}
