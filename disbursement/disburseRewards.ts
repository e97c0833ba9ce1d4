// A reward month, from its facts to its manifest (SPEC section 11): the pool is the month's reward and what was carried in,
// and a holder's weight is what its LP units gathered.
import type { Address } from 'viem'
import { type AllocationRow, allocate } from './allocation.ts'
import { accrualsOf, carriedInto, withCarried } from './carry.ts'
import type { Deployment } from './deployment.ts'
import { type Derived, leavesOf } from './derive.ts'
import type { Hasher } from './hasher.ts'
import {
  type Carried,
  ENGINE_VERSION,
  manifestHash,
  type RewardHolder,
  type RewardManifest,
  SPEC_VERSION,
} from './manifest.ts'
import { periodOf } from './periods.ts'
import { type Block, checkPrevious, checkRecordBlock, refuse } from './predecessor.ts'
import { type Provider, totalUnitSeconds } from './providers.ts'
import { assetOf, rewardStatedByTerms, statedByDeployment } from './stated.ts'
import type { Terms } from './terms.ts'

/** Everything that decides a month's rewards. */
export type RewardsInput = {
  stream: 'liquidity'
  terms: Terms
  deployment: Deployment
  /** The month's name in the terms, such as 2026-01. */
  period: string
  /** Every holder with what it gathered over the month; excluded ones left out. */
  providers: readonly Provider[]
  /** The issuer's distributions of LP units up to the record block, whose unclaimed units count. */
  lpDistributions: RewardManifest['lpDistributions']
  recordBlock: Block
  /** The manifest of the month before, null for the first. */
  previous: RewardManifest | null
}

/** What a manifest states of one holder. */
export type RewardHolderFacts = Pick<
  RewardHolder,
  'holder' | 'account' | 'wallets' | 'unitSeconds' | 'accruedBefore'
>

/** What a month's manifest states, as against what follows from it. */
export type RewardFacts = Omit<RewardManifest, 'payout' | 'holders' | 'totals' | 'carried' | 'root'> & {
  payout: Omit<RewardManifest['payout'], 'carryOut' | 'accruedBefore' | 'accruedAfter'>
  /** What waits of other assets. */
  carriedElsewhere: readonly Carried[]
  holders: readonly RewardHolderFacts[]
}

const statusOf = ({ amount, accruedAfter }: AllocationRow): RewardHolder['status'] => {
  if (amount > 0n) return 'paid'
  return accruedAfter > 0n ? 'accrued' : 'nothing'
}

/**
 * Computes weights, rewards, leaves, root, totals and what is carried, and puts the manifest together.
 * @throws AllocationError when the facts cannot be allocated or the identity of SPEC section 6 breaks
 */
export const deriveRewardFacts = (facts: RewardFacts, hasher?: Hasher): Derived<RewardManifest> => {
  const { carriedElsewhere, payout, holders: given, ...stated } = facts
  const byHolder = new Map<Address, RewardHolderFacts>(given.map((each) => [each.holder, each]))
  const allocation = allocate({
    funded: payout.funded,
    carryIn: payout.carryIn,
    claimants: given.map(({ holder, unitSeconds, accruedBefore }) => {
      const weight = totalUnitSeconds(unitSeconds)
      return { holder, lots: weight, entitlement: weight, accrued: accruedBefore }
    }),
    // Whatever a holder gathered weighs: there is nothing to forfeit.
    forfeit: 'proportional',
    denominator: 'eligible',
    minPayout: facts.parameters.minPayout,
    last: facts.parameters.last,
  })
  const rows = allocation.rows.flatMap((row): [RewardHolderFacts, AllocationRow][] => {
    const own = byHolder.get(row.holder)
    return own === undefined ? [] : [[own, row]]
  })
  const { tree, placeOf } = leavesOf(
    rows.map(([{ account }, { amount }]) => ({ account, amount })),
    hasher,
  )
  const { weight, paid, carryOut, accruedBefore, accruedAfter } = allocation
  const manifest: RewardManifest = {
    ...stated,
    payout: { ...payout, carryOut, accruedBefore, accruedAfter },
    carried: withCarried(carriedElsewhere, {
      asset: payout.asset,
      carryOut,
      accrued: accrualsOf(new Map(allocation.rows.map((row) => [row.holder, row.accruedAfter]))),
    }),
    holders: rows.map(([own, row]) => ({
      holder: own.holder,
      account: own.account,
      wallets: [...own.wallets].sort(),
      unitSeconds: own.unitSeconds,
      weight: row.weight,
      share: row.share,
      accruedBefore: row.accrued,
      accruedAfter: row.accruedAfter,
      amount: row.amount,
      status: statusOf(row),
      ...placeOf(own.account, row.amount),
    })),
    totals: {
      holders: rows.length,
      weight,
      paid,
      leaves: tree === null ? 0 : tree.payments.length,
      shards: tree === null ? 0 : tree.shards.length,
    },
    root: tree === null ? null : tree.root,
  }
  return { manifest, tree }
}

/** What a manifest states, taken out of it to be computed again. */
export const rewardFactsOf = (manifest: RewardManifest): RewardFacts => {
  const { carried, totals: _totals, root: _root, payout, holders, ...stated } = manifest
  const { kind, asset, symbol, decimals, funded, carryIn } = payout
  return {
    ...stated,
    payout: { kind, asset, symbol, decimals, funded, carryIn },
    carriedElsewhere: carried.filter((each) => each.asset !== asset),
    holders: holders.map(({ holder, account, wallets, unitSeconds, accruedBefore }) => ({
      holder,
      account,
      wallets,
      unitSeconds,
      accruedBefore,
    })),
  }
}

const checkProviders = ({ providers, deployment }: RewardsInput): void => {
  const never = new Set(deployment.excluded)
  for (const { holder, wallets, unitSeconds } of providers) {
    if (Object.values(unitSeconds).some((part) => part < 0n))
      refuse(`holder ${holder} gathered less than nothing`)
    const excluded = wallets.find((wallet) => never.has(wallet))
    if (excluded !== undefined)
      refuse(`holder ${holder}: its wallet ${excluded} is excluded and never weighs`)
  }
}

/**
 * Works out one reward month.
 * @throws TermsError, DisbursementError, AllocationError as `prepareDisbursement` says
 */
export const deriveRewards = (input: RewardsInput, hasher?: Hasher): Derived<RewardManifest> => {
  const { terms, deployment, recordBlock, previous, providers } = input
  const month = periodOf(terms, 'liquidity', input.period)
  checkRecordBlock(recordBlock, month)
  checkPrevious(input, month)
  checkProviders(input)
  const { address: asset, symbol, decimals } = assetOf(terms, deployment, month.asset)
  const { own, elsewhere, accruedOf } = carriedInto(providers, previous, asset)
  return deriveRewardFacts(
    {
      spec: SPEC_VERSION,
      engine: ENGINE_VERSION,
      ...rewardStatedByTerms(terms, month),
      ...statedByDeployment(deployment),
      recordBlock,
      payout: { kind: month.asset, asset, symbol, decimals, funded: month.reward, carryIn: own },
      lpDistributions: [...input.lpDistributions].sort((a, b) => (a.id < b.id ? -1 : 1)),
      carriedElsewhere: elsewhere,
      holders: providers
        .map(({ holder, wallets, recipient, unitSeconds }) => ({
          holder,
          account: recipient ?? holder,
          wallets: [...wallets],
          unitSeconds,
          accruedBefore: accruedOf(holder),
        }))
        .filter(({ unitSeconds, accruedBefore }) => totalUnitSeconds(unitSeconds) + accruedBefore > 0n),
      previous: previous === null ? null : manifestHash(previous, hasher),
    },
    hasher,
  )
}
