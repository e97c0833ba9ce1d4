import type { Address } from 'viem'
import { weightOf } from './entitlement.ts'
import { AllocationError } from './errors.ts'
import { cutShares, type Divider, isDividable, packNumbers, unpackNumbers } from './shares.ts'
import type { Denominator, Forfeit } from './terms.ts'

const BPS = 10_000n

/** The income share that is owed: floor(income · bps / 10000), in the income's currency (SPEC section 6). */
export const due = (income: bigint, bps: number): bigint => {
  if (income < 0n) throw new AllocationError('ALLOCATION_INPUT', `Income is ${income}; it cannot be negative`)
  if (!Number.isInteger(bps) || bps < 1 || bps > 10_000) {
    throw new AllocationError('ALLOCATION_INPUT', `The income share is ${bps} bps; it must be 1 to 10000`)
  }
  return (income * BigInt(bps)) / BPS
}

/**
 * A cap on what all periods together pay, and what those before this one were due. Without a cap `cap` is undefined or null.
 */
export type Capped = { cap?: bigint | null | undefined; dueBefore?: bigint | undefined }

/** What is due of an income under a cap: {@link due}, but never more than the cap has left. */
export const dueUnder = (income: bigint, bps: number, { cap, dueBefore = 0n }: Capped): bigint => {
  const whole = due(income, bps)
  if (cap === undefined || cap === null) return whole
  const left = cap > dueBefore ? cap - dueBefore : 0n
  return whole < left ? whole : left
}

/** Whether the cap is reached with this: then nothing may be left over, and nothing is due any more. */
export const isCapReached = ({ cap, dueBefore = 0n }: Capped, dueNow: bigint): boolean =>
  cap !== undefined && cap !== null && dueBefore + dueNow >= cap

/** One holder as the allocation sees it. */
export type Claimant = {
  holder: Address
  /** Primary lots P, base units of the token. */
  lots: bigint
  /** Entitlement E at the record block, at most `lots`. */
  entitlement: bigint
  /** What earlier periods kept for this holder, base units of the asset. */
  accrued: bigint
}

/** All amounts in base units of the payout's asset. */
export type AllocationInput = {
  funded: bigint
  carryIn: bigint
  claimants: readonly Claimant[]
  forfeit: Forfeit
  denominator: Denominator
  minPayout: bigint
  /** No later period pays in this asset. */
  last: boolean
}

/** What one holder gets out of the pool, and what becomes of it. */
export type AllocationRow = Claimant & {
  /** e of SPEC section 5. */
  weight: bigint
  /** This period's allocation, before accruals. */
  share: bigint
  /** Paid now: share and accrual together, or 0. */
  amount: bigint
  /** Kept for a later period: share and accrual together, or 0. */
  accruedAfter: bigint
}

export type Allocation = {
  /** Ascending by holder. */
  rows: AllocationRow[]
  /** funded + carryIn. */
  pool: bigint
  /** D: the sum of weights, or of lots under `sold`. */
  denominator: bigint
  /** Sum of the weights. */
  weight: bigint
  accruedBefore: bigint
  accruedAfter: bigint
  /** Sum of what is paid now. */
  paid: bigint
  /** Under `sold`, the forfeited part of the pool, which stays with the issuer; else 0. */
  returned: bigint
  carryOut: bigint
}

const sum = <Item>(items: readonly Item[], amount: (item: Item) => bigint): bigint =>
  items.reduce((total, item) => total + amount(item), 0n)

const checkInput = ({ funded, carryIn, minPayout, claimants }: AllocationInput): void => {
  for (const [name, value] of Object.entries({ funded, carryIn, minPayout })) {
    if (value < 0n)
      throw new AllocationError('ALLOCATION_INPUT', `${name} is ${value}; it cannot be negative`)
  }
  const seen = new Set<Address>()
  for (const { holder, lots, entitlement, accrued } of claimants) {
    if (holder !== holder.toLowerCase()) {
      throw new AllocationError('ALLOCATION_INPUT', `Holder ${holder} must be written in lower case`)
    }
    if (seen.has(holder)) throw new AllocationError('ALLOCATION_INPUT', `Holder ${holder} is listed twice`)
    seen.add(holder)
    if (entitlement < 0n || entitlement > lots || accrued < 0n) {
      throw new AllocationError(
        'ALLOCATION_INPUT',
        `Holder ${holder}: entitlement ${entitlement} must be from 0 to the primary lots ${lots}, and the accrual ${accrued} not negative`,
      )
    }
  }
}

/** One claim on the pool: a holder's, or under `sold` the forfeited part's (`holder` null). */
type Cut = { holder: Address | null; share: bigint; remainder: bigint }

/** Largest remainder first; on a tie the lower address, and the issuer's returned part after every holder. */
const byRemainder = (a: Cut, b: Cut): number => {
  if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1
  if (a.holder === null) return 1
  if (b.holder === null) return -1
  return a.holder < b.holder ? -1 : 1
}

type Claim = { holder: Address | null; weight: bigint }

/**
 * Cuts the pool: floor(pool · weight / denominator) each. In the last period the units that flooring left over go one
 * each to the largest remainders, so that the cuts make up the pool exactly.
 */
const cutPool = (
  pool: bigint,
  denominator: bigint,
  claims: readonly Claim[],
  last: boolean,
): Map<Address | null, bigint> => {
  const cuts = claims.map(({ holder, weight }): Cut => {
    const scaled = pool * weight
    return { holder, share: scaled / denominator, remainder: scaled % denominator }
  })
  if (last) {
    const left = Number(pool - sum(cuts, ({ share }) => share))
    for (const cut of [...cuts].sort(byRemainder).slice(0, left)) cut.share += 1n
  }
  return new Map(cuts.map(({ holder, share }) => [holder, share]))
}

/** The same for very many claims, which ascend by holder with the forfeited part last: ties go to the earlier. */
const cutLargePool = (
  pool: bigint,
  denominator: bigint,
  claims: readonly Claim[],
  last: boolean,
  divider: Divider,
): Map<Address | null, bigint> => {
  const weights = packNumbers(claims.map(({ weight }) => weight))
  const shares = unpackNumbers(cutShares({ pool, denominator, last }, weights, divider))
  return new Map(claims.map(({ holder }, place) => [holder, shares[place] ?? 0n]))
}

/** Nothing may be lost or made: funded + carryIn + accruedBefore = paid + carryOut + accruedAfter + returned. */
const checkIdentity = (input: AllocationInput, result: Allocation): void => {
  const { funded, carryIn } = input
  const { accruedBefore, paid, carryOut, accruedAfter, returned } = result
  if (funded + carryIn + accruedBefore !== paid + carryOut + accruedAfter + returned || carryOut < 0n) {
    throw new AllocationError(
      'IDENTITY_BROKEN',
      `The payout does not balance: funded ${funded} + carried in ${carryIn} + accrued before ${accruedBefore} against paid ${paid} + carried out ${carryOut} + accrued after ${accruedAfter} + returned ${returned}`,
    )
  }
}

/**
 * Who gets what of one period's pool (SPEC section 6), the identity checked. The order of `claimants` does not matter.
 *
 * With nobody eligible the pool carries over and, but for the last period, accruals stay as they are. In the last
 * period every accrual is paid, and with anybody eligible nothing carries over.
 * @param divider divides for millions of holders what otherwise BigInt does; the result is the same
 * @throws AllocationError ALLOCATION_INPUT for impossible numbers, IDENTITY_BROKEN if a unit were lost or made
 */
export const allocate = (input: AllocationInput, divider: Divider | null = null): Allocation => {
  checkInput(input)
  const { claimants, forfeit, last, minPayout } = input
  const pool = input.funded + input.carryIn
  const weighed = claimants
    .map((claimant) => ({ ...claimant, weight: weightOf(forfeit, claimant.lots, claimant.entitlement) }))
    .sort((a, b) => (a.holder < b.holder ? -1 : 1))
  const weight = sum(weighed, (each) => each.weight)
  const denominator = input.denominator === 'eligible' ? weight : sum(weighed, ({ lots }) => lots)
  const anybody = weight > 0n
  const claims = [...weighed, { holder: null, weight: denominator - weight }]
  const cut = (): Map<Address | null, bigint> =>
    divider !== null && isDividable(pool, denominator)
      ? cutLargePool(pool, denominator, claims, last, divider)
      : cutPool(pool, denominator, claims, last)
  const cuts = anybody ? cut() : new Map<Address | null, bigint>()

  const rows = weighed.map((each): AllocationRow => {
    const share = cuts.get(each.holder) ?? 0n
    const whole = share + each.accrued
    const paidNow = last || (anybody && whole >= minPayout)
    return { ...each, share, amount: paidNow ? whole : 0n, accruedAfter: paidNow ? 0n : whole }
  })
  const returned = cuts.get(null) ?? 0n
  const result: Allocation = {
    rows,
    pool,
    denominator,
    weight,
    accruedBefore: sum(rows, ({ accrued }) => accrued),
    accruedAfter: sum(rows, ({ accruedAfter }) => accruedAfter),
    paid: sum(rows, ({ amount }) => amount),
    returned,
    carryOut: pool - sum(rows, ({ share }) => share) - returned,
  }
  checkIdentity(input, result)
  return result
}
