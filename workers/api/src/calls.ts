// The transaction that pays claims, ready to be signed by anybody.
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { type ClaimCall, planClaims } from '../../../disbursement/index.ts'
import type { Claim } from './claims.ts'

export type Call = { to: Address; data: Hex }

const encoded = (call: ClaimCall): Hex => encodeFunctionData({ abi: merkleDistributorAbi, ...call })

/** One call that pays all of `claims`, opening shards where they need it; null for none. */
export const payingCall = (distributor: Address, claims: readonly Claim[]): Call | null => {
  const calls = planClaims(
    claims.map(({ distribution, claim: { shard, ...leaf } }) => ({
      id: distribution.id,
      distribution: {
        issuer: distribution.issuer,
        token: distribution.token,
        terms: distribution.terms,
        root: distribution.root,
      },
      ...leaf,
      shard: shard ?? null,
    })),
  )
  const [only] = calls
  if (only === undefined) return null
  if (calls.length === 1) return { to: distributor, data: encoded(only) }
  const data = encodeFunctionData({
    abi: merkleDistributorAbi,
    functionName: 'multicall',
    args: [calls.map(encoded)],
  })
  return { to: distributor, data }
}
