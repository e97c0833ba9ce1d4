// The public answer about one leaf, in the one spelling that Workers and static files give it.
import type { Address, Hex } from 'viem'
import type { DistributionKey } from './distribution.ts'
import type { ClaimProof } from './shards.ts'

/** What of a distribution goes into the answer: its name, and what the distributor contract takes in its place. */
export type ProvenDistribution = DistributionKey & { id: Hex }

/** The answer about one leaf, as {@link proofText} writes it; integers that may be large are decimal strings. */
export type ProofAnswer = {
  id: Hex
  distribution: DistributionKey
  account: Address
  amount: string
  index: number
  proof: Hex[]
  shard?: { shard: number; root: Hex; total: string; proof: Hex[] }
}

/**
 * JSON with everything that a claim needs and nothing that changes: leaf, proof, and where the leaf is in a shard, that shard
 * with the proof that opens it.
 */
export const proofText = (
  { id, issuer, token, terms, root }: ProvenDistribution,
  { account, amount, index, proof, shard }: ClaimProof,
): string => {
  const answer: ProofAnswer = {
    id,
    distribution: { issuer, token, terms, root },
    account,
    amount: amount.toString(),
    index,
    proof,
    ...(shard && {
      shard: { shard: shard.shard, root: shard.root, total: shard.total.toString(), proof: shard.proof },
    }),
  }
  return JSON.stringify(answer)
}

/** The claim that an answer tells of. */
export const claimOfAnswer = ({ account, amount, index, proof, shard }: ProofAnswer): ClaimProof => ({
  account,
  amount: BigInt(amount),
  index,
  proof,
  ...(shard && { shard: { ...shard, total: BigInt(shard.total) } }),
})
