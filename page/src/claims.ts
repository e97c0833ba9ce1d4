/** From what an address may claim to the calls of one transaction. Pure. */
import type { Address, Asset, Claim, Hex } from './api.ts'

export type Standing = 'claimed' | 'waiting' | 'open' | 'unknown'

/** Where a claim stands at the chain's time `now` (seconds). `unknown`: the server could not ask the chain. */
export function standingOf(claim: Claim, now: number): Standing {
  if (claim.claimed === true) return 'claimed'
  if (claim.opensAt > now) return 'waiting'
  return claim.claimed === null ? 'unknown' : 'open'
}

export interface AssetTotal {
  readonly asset: Asset
  readonly total: bigint
  readonly count: number
}

/** What claims add up to, an asset each, in the order they first appear. */
export function totalsByAsset(claims: readonly Claim[]): AssetTotal[] {
  const totals = new Map<string, AssetTotal>()
  for (const { asset, amount } of claims) {
    const key = asset.address.toLowerCase()
    const sum = totals.get(key)
    totals.set(key, { asset, total: (sum?.total ?? 0n) + amount, count: (sum?.count ?? 0) + 1 })
  }
  return [...totals.values()]
}

interface DistributionArgument {
  readonly issuer: Address
  readonly token: Address
  readonly terms: Hex
  readonly root: Hex
}

interface ItemArgument {
  readonly terms: Hex
  readonly root: Hex
  readonly index: bigint
  readonly amount: bigint
  readonly proof: readonly Hex[]
}

interface ShardArguments {
  readonly functionName: 'open'
  readonly args: readonly [DistributionArgument, bigint, Hex, bigint, readonly Hex[]]
}

/** A call of the distributor, in the form its ABI encodes. */
export type ClaimCall =
  | ShardArguments
  | {
      readonly functionName: 'claim'
      readonly args: readonly [DistributionArgument, bigint, Address, bigint, readonly Hex[]]
    }
  | {
      readonly functionName: 'claimMany'
      readonly args: readonly [Address, Address, Address, readonly ItemArgument[]]
    }

/**
 * The calls that pay `claims`, in order: first `open` for every shard among them (harmless where it is open already), then one
 * `claimMany` for every (issuer, asset, account), so that each asset moves once; a single claim goes by `claim`, which
 * costs less. More than one call is sent through the distributor's `multicall`.
 */
export function planClaims(claims: readonly Claim[]): ClaimCall[] {
  const opens = new Map<string, ClaimCall>()
  for (const { id, shard, distribution } of claims) {
    if (shard === null) continue
    const { shard: place, root, total, proof } = shard
    opens.set(`${id}/${place}`, {
      functionName: 'open',
      args: [distribution, BigInt(place), root, total, proof],
    })
  }
  const groups = Map.groupBy(claims, ({ distribution, account }) =>
    [distribution.issuer, distribution.token, account].join().toLowerCase(),
  )
  return [...opens.values(), ...[...groups.values()].map(callFor)]
}

/** What the leaf's proof leads to: the distribution, or the shard of it, whose terms are its parent's id. */
function paidFrom({ id, distribution, shard }: Claim): DistributionArgument {
  return shard === null ? distribution : { ...distribution, terms: id, root: shard.root }
}

function callFor(group: readonly Claim[]): ClaimCall {
  const [first] = group
  if (first === undefined) throw new RangeError('a group of claims has at least one')
  const { issuer, token } = first.distribution
  if (group.length === 1) {
    return {
      functionName: 'claim',
      args: [paidFrom(first), BigInt(first.index), first.account, first.amount, first.proof],
    }
  }
  const items = group.map((claim) => {
    const { terms, root } = paidFrom(claim)
    return { terms, root, index: BigInt(claim.index), amount: claim.amount, proof: claim.proof }
  })
  return { functionName: 'claimMany', args: [issuer, token, first.account, items] }
}
