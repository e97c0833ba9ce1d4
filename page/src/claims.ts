/** Where claims stand, and what they add up to. Pure. */
import type { Asset, Claim } from './api.ts'

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
