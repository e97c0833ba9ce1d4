// The public answer about one leaf, in the one spelling that Workers and static files give it.
import type { Address, Hex } from 'viem'
import type { DistributionKey } from './distribution.ts'
import { putDigits } from './hexadecimal.ts'
import { accountAt, amountAt } from './packed.ts'
import type { OpenedShard, Place } from './recordsClaim.ts'
import type { ClaimProof } from './shards.ts'
import { proofNodes } from './tree.ts'

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

const NODE = 32

/** What a node takes in the list of a proof: its text with quotes, and a comma between two. */
const NODE_TEXT = new TextEncoder().encode(`"0x${'0'.repeat(2 * NODE)}",`)

/** The answer about the leaf at a place, in UTF-8. */
export type ProofWriter = (place: Place) => Uint8Array<ArrayBuffer>

/**
 * Writes the answers about the leaves of one shard, as {@link proofText} does, in UTF-8: what they have in common is written
 * once, and of a leaf only what is its own.
 */
export const proofWriter = (
  distribution: ProvenDistribution,
  { shard }: Pick<OpenedShard, 'shard'>,
): ProofWriter => {
  const utf8 = new TextEncoder()
  const own: ClaimProof = { account: '0x', amount: 0n, index: 0, proof: [] }
  const common = proofText(distribution, shard === null ? own : { ...own, shard })
  const [before, after] = common.split('0x","amount":"0","index":0,"proof":[')
  const [head, tail] = [utf8.encode(before), utf8.encode(after)]
  return ({ opened, index }) => {
    const leaf = `${accountAt(opened, index)}","amount":"${amountAt(opened, index)}","index":${index},"proof":[`
    const nodes = proofNodes(opened.tree.size, index)
    const proof = Math.max(0, nodes.length * NODE_TEXT.length - 1)
    const bytes = new Uint8Array(head.length + leaf.length + proof + tail.length)
    bytes.set(head)
    utf8.encodeInto(leaf, bytes.subarray(head.length))
    let to = head.length + leaf.length
    for (const node of nodes) {
      bytes.set(NODE_TEXT, to)
      putDigits(opened.tree.nodes.subarray(node * NODE, (node + 1) * NODE), bytes, to + 3)
      to += NODE_TEXT.length
    }
    // Over the comma after the last node.
    bytes.set(tail, bytes.length - tail.length)
    return bytes
  }
}

/** The claim that an answer tells of. */
export const claimOfAnswer = ({ account, amount, index, proof, shard }: ProofAnswer): ClaimProof => ({
  account,
  amount: BigInt(amount),
  index,
  proof,
  ...(shard && { shard: { ...shard, total: BigInt(shard.total) } }),
})
