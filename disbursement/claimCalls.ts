// From what an account may claim to the calls of the distributor that pay it (SPEC section 9), in one transaction.
import type { Address, Hex } from 'viem'
import type { DistributionKey } from './distribution.ts'
import type { ShardProof } from './shards.ts'

/** A leaf to be paid. `id` and `distribution` are those published; `shard` is null where there is only one. */
export type ClaimOrder = {
  readonly id: Hex
  readonly distribution: Readonly<DistributionKey>
  readonly account: Address
  readonly index: number
  readonly amount: bigint
  readonly proof: readonly Hex[]
  readonly shard: Readonly<Omit<ShardProof, 'proof'> & { proof: readonly Hex[] }> | null
}

type ItemArgument = {
  readonly terms: Hex
  readonly root: Hex
  readonly index: bigint
  readonly amount: bigint
  readonly proof: readonly Hex[]
}

/** A call of the distributor, in the form its ABI encodes. */
export type ClaimCall =
  | {
      readonly functionName: 'open'
      readonly args: readonly [Readonly<DistributionKey>, bigint, Hex, bigint, readonly Hex[]]
    }
  | {
      readonly functionName: 'claim'
      readonly args: readonly [Readonly<DistributionKey>, bigint, Address, bigint, readonly Hex[]]
    }
  | {
      readonly functionName: 'claimTo'
      readonly args: readonly [Readonly<DistributionKey>, bigint, Address, bigint, readonly Hex[]]
    }
  | {
      readonly functionName: 'claimBySig'
      readonly args: readonly [
        Readonly<DistributionKey>,
        bigint,
        Address,
        bigint,
        Address,
        readonly Hex[],
        bigint,
        Hex,
      ]
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
export const planClaims = (claims: readonly ClaimOrder[]): ClaimCall[] => {
  const groups = Map.groupBy(claims, ({ distribution, account }) =>
    [distribution.issuer, distribution.token, account].join().toLowerCase(),
  )
  return [...opensFor(claims), ...[...groups.values()].map(callFor)]
}

/** The calls by which an account has its own claims paid to another address; only that account can send them. */
export const planClaimsTo = (claims: readonly ClaimOrder[], to: Address): ClaimCall[] => [
  ...opensFor(claims),
  ...claims.map(
    (claim): ClaimCall => ({
      functionName: 'claimTo',
      args: [leafDistribution(claim), BigInt(claim.index), to, claim.amount, claim.proof],
    }),
  ),
]

/** What an account signed for a claim (see claimConsent): where it is paid, and until when that holds, in unix seconds. */
export type SignedClaim = {
  readonly claim: ClaimOrder
  readonly to: Address
  readonly deadline: bigint
  readonly signature: Hex
}

/** The calls that pay claims by their accounts' signatures; anybody may send them. */
export const planSignedClaims = (signed: readonly SignedClaim[]): ClaimCall[] => [
  ...opensFor(signed.map(({ claim }) => claim)),
  ...signed.map(
    ({ claim, to, deadline, signature }): ClaimCall => ({
      functionName: 'claimBySig',
      args: [
        leafDistribution(claim),
        BigInt(claim.index),
        claim.account,
        claim.amount,
        to,
        claim.proof,
        deadline,
        signature,
      ],
    }),
  ),
]

/** One `open` for every shard among the claims. */
const opensFor = (claims: readonly ClaimOrder[]): ClaimCall[] => {
  const opens = new Map<string, ClaimCall>()
  for (const { id, shard, distribution } of claims) {
    if (shard === null) continue
    const { shard: place, root, total, proof } = shard
    opens.set(`${id}/${place}`, {
      functionName: 'open',
      args: [distribution, BigInt(place), root, total, proof],
    })
  }
  return [...opens.values()]
}

/** What the leaf's proof leads to: the distribution, or the shard of it, whose terms are its parent's id. */
export const leafDistribution = ({ id, distribution, shard }: ClaimOrder): Readonly<DistributionKey> =>
  shard === null ? distribution : { ...distribution, terms: id, root: shard.root }

const callFor = (group: readonly ClaimOrder[]): ClaimCall => {
  const [first] = group
  if (first === undefined) throw new RangeError('a group of claims has at least one')
  const { issuer, token } = first.distribution
  if (group.length === 1) {
    return {
      functionName: 'claim',
      args: [leafDistribution(first), BigInt(first.index), first.account, first.amount, first.proof],
    }
  }
  const items = group.map((claim) => {
    const { terms, root } = leafDistribution(claim)
    return { terms, root, index: BigInt(claim.index), amount: claim.amount, proof: claim.proof }
  })
  return { functionName: 'claimMany', args: [issuer, token, first.account, items] }
}
