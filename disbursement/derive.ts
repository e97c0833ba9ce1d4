// From a period's facts to its manifest: everything that is computed rather than stated is computed here, once, for
// the issuer who makes a manifest and for everybody who checks one.
import type { Address } from 'viem'
import { type Allocation, type AllocationRow, allocate, dueUnder, isCapReached } from './allocation.ts'
import { accrualsOf, withCarried } from './carry.ts'
import type { Hasher } from './hasher.ts'
import type { Carried, IncomeHolder, IncomeManifest } from './manifest.ts'
import { SHARD_SIZE } from './pages.ts'
import { type DistributionTree, distributionTree, leaves, type Payment } from './shards.ts'

/** What a manifest states of one holder: the position at the record block and what was kept before. */
export type HolderFacts = Pick<
  IncomeHolder,
  'holder' | 'account' | 'wallets' | 'lots' | 'settled' | 'accruedBefore'
> & {
  custody: Omit<IncomeHolder['custody'], 'total'>
}

/** What a manifest states, as against what follows from it. */
export type Facts = Pick<
  IncomeManifest,
  | 'spec'
  | 'engine'
  | 'chainId'
  | 'genesisBlock'
  | 'program'
  | 'termsHash'
  | 'stream'
  | 'period'
  | 'recordBlock'
  | 'contracts'
  | 'excluded'
  | 'lotsHash'
  | 'parameters'
  | 'lp'
  | 'previous'
> & {
  income: Omit<IncomeManifest['income'], 'due' | 'bps'>
  payout: Pick<IncomeManifest['payout'], 'kind' | 'asset' | 'symbol' | 'decimals' | 'funded' | 'carryIn'>
  /** What waits of the other assets. */
  carriedElsewhere: readonly Carried[]
  holders: readonly HolderFacts[]
}

/** A manifest with the tree it speaks of; no tree when nothing is paid. */
export type Derived<Of> = { manifest: Of; tree: DistributionTree | null }

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

const statusOf = (row: AllocationRow): IncomeHolder['status'] => {
  if (row.amount > 0n) return 'paid'
  if (row.accruedAfter > 0n) return 'accrued'
  return row.weight === 0n ? 'forfeited' : 'nothing'
}

const custodyOf = (custody: HolderFacts['custody']): IncomeHolder['custody'] => ({
  ...custody,
  total: custody.balance + custody.staked + custody.basis,
})

type Leaves = {
  tree: DistributionTree | null
  /** Where the leaf is that pays an account; nowhere when it is paid nothing. */
  placeOf: (account: Address, amount: bigint) => { shard: number | null; index: number | null }
}

/** The leaves of payments to accounts, several of which may be one. */
export const leavesOf = (payments: readonly Payment[], hasher?: Hasher): Leaves => {
  const own = leaves(payments)
  const places = new Map(own.map(({ account }, place) => [account, place]))
  return {
    tree: own.length === 0 ? null : distributionTree(own, hasher),
    placeOf: (account, amount) => {
      const place = amount > 0n ? places.get(account) : undefined
      if (place === undefined) return { shard: null, index: null }
      return { shard: Math.floor(place / SHARD_SIZE), index: place % SHARD_SIZE }
    },
  }
}

const holderOf = (facts: HolderFacts, row: AllocationRow, placeOf: Leaves['placeOf']): IncomeHolder => ({
  holder: facts.holder,
  account: facts.account,
  wallets: [...facts.wallets].sort(),
  lots: facts.lots,
  custody: custodyOf(facts.custody),
  settled: facts.settled,
  entitlement: row.entitlement,
  weight: row.weight,
  share: row.share,
  accruedBefore: row.accrued,
  accruedAfter: row.accruedAfter,
  amount: row.amount,
  status: statusOf(row),
  ...placeOf(facts.account, row.amount),
})

const totalsOf = (
  holders: readonly IncomeHolder[],
  allocation: Allocation,
  tree: DistributionTree | null,
): IncomeManifest['totals'] => ({
  holders: holders.length,
  lots: holders.reduce((sum, { lots }) => sum + lots, 0n),
  entitlement: holders.reduce((sum, { entitlement }) => sum + entitlement, 0n),
  weight: allocation.weight,
  denominator: allocation.denominator,
  paid: allocation.paid,
  leaves: tree === null ? 0 : tree.payments.length,
  shards: tree === null ? 0 : tree.shards.length,
})

/**
 * Computes weights, allocations, leaves, root, totals and what is carried, and puts the manifest together.
 * @throws AllocationError when the facts cannot be allocated or the identity of SPEC section 6 breaks
 */
export const derive = (facts: Facts, hasher?: Hasher): Derived<IncomeManifest> => {
  const { carriedElsewhere, holders: _, income, payout, ...stated } = facts
  const sorted = [...facts.holders].sort((a, b) => (a.holder < b.holder ? -1 : 1))
  const capped = { cap: facts.parameters.cap, dueBefore: income.dueBefore }
  const due = dueUnder(income.amount, facts.parameters.incomeShareBps, capped)
  const allocation = allocate({
    funded: payout.funded,
    carryIn: payout.carryIn,
    claimants: sorted.map((each) => ({
      holder: each.holder,
      lots: each.lots,
      entitlement: min(each.settled, custodyOf(each.custody).total),
      accrued: each.accruedBefore,
    })),
    forfeit: facts.parameters.forfeit,
    denominator: facts.parameters.denominator,
    minPayout: facts.parameters.minPayout,
    last: facts.parameters.last || isCapReached(capped, due),
  })
  const rows = new Map(allocation.rows.map((row) => [row.holder, row]))
  const paired = sorted.flatMap((each): [HolderFacts, AllocationRow][] => {
    const row = rows.get(each.holder)
    return row === undefined ? [] : [[each, row]]
  })
  const { tree, placeOf } = leavesOf(
    paired.map(([{ account }, { amount }]) => ({ account, amount })),
    hasher,
  )
  const holders = paired.map(([each, row]) => holderOf(each, row, placeOf))
  const manifest: IncomeManifest = {
    ...stated,
    income: {
      ...income,
      bps: facts.parameters.incomeShareBps,
      due,
    },
    payout: {
      ...payout,
      carryOut: allocation.carryOut,
      accruedBefore: allocation.accruedBefore,
      accruedAfter: allocation.accruedAfter,
      returned: allocation.returned,
    },
    carried: withCarried(carriedElsewhere, {
      asset: payout.asset,
      carryOut: allocation.carryOut,
      accrued: accrualsOf(new Map(allocation.rows.map((row) => [row.holder, row.accruedAfter]))),
    }),
    holders,
    totals: totalsOf(holders, allocation, tree),
    root: tree === null ? null : tree.root,
  }
  return { manifest, tree }
}

/** What a manifest states, taken out of it to be computed again. */
export const factsOf = (manifest: IncomeManifest): Facts => {
  const { carried, holders, totals: _totals, root: _root, income, payout, ...stated } = manifest
  const { due: _due, bps: _bps, ...incomeFacts } = income
  const { kind, asset, symbol, decimals, funded, carryIn } = payout
  return {
    ...stated,
    income: incomeFacts,
    payout: { kind, asset, symbol, decimals, funded, carryIn },
    carriedElsewhere: carried.filter((each) => each.asset !== asset),
    holders: holders.map(({ holder, account, wallets, lots, settled, accruedBefore, custody }) => {
      const { total: _, ...parts } = custody
      return { holder, account, wallets, lots, settled, accruedBefore, custody: parts }
    }),
  }
}
