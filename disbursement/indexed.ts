// What a subgraph's rows say of liquidity providers (SPEC section 11): the first witness, beside the replay of the logs.
import type { Address, Hex } from 'viem'
import type { AccountRow } from './entitlement.ts'
import { InconsistentDataError } from './errors.ts'
import { noUnitSeconds, type UnitSeconds } from './providers.ts'
import type { Span } from './replay/unitSeconds.ts'
import { distributionTree, type Payment, SHARD_SIZE } from './shards.ts'

/** A row of `LiquidityProvider` at a block; integers as decimal strings. */
export type ProviderRow = {
  id: string
  lp: string
  lpStaked: string
  lpSeconds: string
  stakedSeconds: string
  since: string
}

/** A row of `Distribution` at a block: one of LP units that the issuer published, or a shard of one. */
export type LpDistributionRow = {
  id: string
  root: string
  manifestHash: string
  /** Null for one that was published, else the distribution this shard was opened from. */
  parent: string | null
  publishedAt: string
  endedAt: string | null
}

/** A row of `Claim` of one of these distributions. */
export type LpClaimRow = { distribution: string; account: string; timestamp: string }

/** What the subgraph has at the last block before a span's beginning, and at the last one before its end. */
export type IndexedLiquidity = {
  before: readonly ProviderRow[]
  after: readonly ProviderRow[]
  distributions: readonly LpDistributionRow[]
  claims: readonly LpClaimRow[]
}

const broken: (message: string) => never = (message) => {
  throw new InconsistentDataError('POSITIONS_INCONSISTENT', message)
}

const amountOf = (id: string, field: string, text: string): bigint => {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) {
    return broken(`${id}: ${field} is ${text}, which is not an amount; index the chain again`)
  }
  return BigInt(text)
}

const lowerCase = (text: string): Address => text.toLowerCase() as Address

/** What an address had gathered by a time, in wallet and vault; the time is not before the row's last change. */
const gatheredBy = (row: ProviderRow, time: bigint): UnitSeconds => {
  const amount = (field: Exclude<keyof ProviderRow, 'id'>) => amountOf(row.id, field, row[field])
  const seconds = time - amount('since')
  if (seconds < 0n) broken(`provider ${row.id} changed at ${row.since}, after ${time}: rows of another block`)
  return {
    lp: amount('lpSeconds') + amount('lp') * seconds,
    lpStaked: amount('stakedSeconds') + amount('lpStaked') * seconds,
    unclaimed: 0n,
  }
}

/** When each leaf of a distribution stopped waiting; leaves that still wait are absent. */
const endsOf = (
  row: LpDistributionRow,
  leaves: readonly Payment[],
  { distributions, claims }: IndexedLiquidity,
): Map<Address, bigint> => {
  const ends = new Map<Address, bigint>()
  const close = (account: Address, time: string | null, what: string) => {
    if (time === null) return
    const at = amountOf(what, 'time', time)
    const known = ends.get(account)
    if (known === undefined || at < known) ends.set(account, at)
  }
  const shards = distributionTree(leaves).shards
  const opened = distributions.filter(({ parent }) => parent !== null && lowerCase(parent) === row.id)
  const moved = new Set<number>()
  for (const shard of opened) {
    const place = shards.find(({ root }) => root === lowerCase(shard.root))?.shard
    if (place === undefined) {
      return broken(
        `the shard ${shard.id} has the root ${shard.root}, which the leaves of ${row.id} do not make`,
      )
    }
    moved.add(place)
    for (const { account } of leaves.slice(place * SHARD_SIZE, (place + 1) * SHARD_SIZE)) {
      close(account, shard.endedAt, shard.id)
    }
  }
  leaves.forEach(({ account }, at) => {
    if (!moved.has(Math.floor(at / SHARD_SIZE))) close(account, row.endedAt, row.id)
  })
  const ids = new Set([row, ...opened].map(({ id }) => lowerCase(id)))
  for (const claim of claims) {
    if (ids.has(lowerCase(claim.distribution))) close(lowerCase(claim.account), claim.timestamp, row.id)
  }
  return ends
}

/**
 * What every address gathered over a span by the subgraph's rows. Rows of a later block are taken as they are: after the
 * last of them nothing changes.
 * @param leavesOf all leaves, in order, of a distribution by its id
 * @throws InconsistentDataError when rows contradict each other, the span, or the leaves
 */
export const gatheredByIndex = (
  rows: IndexedLiquidity,
  { from, until }: Span,
  leavesOf: (id: Hex) => readonly Payment[],
): Map<Address, UnitSeconds> => {
  const before = new Map(rows.before.map((row) => [lowerCase(row.id), gatheredBy(row, from)]))
  const all = new Map<Address, UnitSeconds>()
  for (const row of rows.after) {
    const sums = gatheredBy(row, until)
    const earlier = before.get(lowerCase(row.id)) ?? noUnitSeconds()
    all.set(lowerCase(row.id), {
      lp: sums.lp - earlier.lp,
      lpStaked: sums.lpStaked - earlier.lpStaked,
      unclaimed: 0n,
    })
  }
  for (const row of rows.distributions) {
    if (row.parent !== null) continue
    const id = lowerCase(row.id) as Hex
    const leaves = leavesOf(id)
    const ends = endsOf({ ...row, id }, leaves, rows)
    const published = amountOf(id, 'publishedAt', row.publishedAt)
    const since = published > from ? published : from
    for (const { account, amount } of leaves) {
      const end = ends.get(account)
      const to = end !== undefined && end < until ? end : until
      const own = all.get(account) ?? noUnitSeconds()
      if (to > since) own.unclaimed += amount * (to - since)
      all.set(account, own)
    }
  }
  return all
}

/** Every wallet of every holder who is excluded, by the subgraph's rows. */
export const neverWeighing = (
  rows: readonly Pick<AccountRow, 'id' | 'holder'>[],
  excluded: readonly Address[],
): Set<Address> => {
  const never = new Set(excluded)
  const roots = new Set(
    rows.filter(({ id }) => never.has(lowerCase(id))).map(({ holder }) => lowerCase(holder)),
  )
  for (const { id, holder } of rows) if (roots.has(lowerCase(holder))) never.add(lowerCase(id))
  return never
}
