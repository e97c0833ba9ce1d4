import { type Hex, keccak256 } from 'viem'
import { deriveIncome, type IncomeInput } from './disburseIncome.ts'
import { deriveRewards, type RewardsInput } from './disburseRewards.ts'
import type { Hasher } from './hasher.ts'
import type { IncomeManifest, Manifest, RewardManifest } from './manifest.ts'
import { type ManifestPages, pagedBytes } from './manifestPages.ts'
import { encodeRecords } from './recordsWriter.ts'
import type { DistributionTree, Payment } from './shards.ts'

export type DisbursementInput = IncomeInput | RewardsInput

/** A disbursement ready to publish. Without a leaf there is no tree, no root and no records. */
export type Disbursement<Of extends Manifest = Manifest> = {
  manifest: Of
  manifestBytes: Uint8Array
  /** Its long lists, which a large program's manifest names by their hashes; else none. */
  manifestPages: ManifestPages
  manifestHash: Hex
  tree: DistributionTree | null
  root: Hex | null
  total: bigint
  leaves: readonly Payment[]
  records: Uint8Array | null
}

/**
 * Works out one period's disbursement: the one way from terms, holders and what is paid in to manifest, records and root.
 * The same input gives the same bytes, whatever the order of its lists.
 * @param hasher for large programs; viem does where there is none
 * @throws TermsError for an unknown period; InconsistentDataError when lots and positions differ; DisbursementError
 *   saying which part of the input does not fit the others; AllocationError when the numbers do not balance
 */
export function prepareDisbursement(input: IncomeInput, hasher?: Hasher): Disbursement<IncomeManifest>
export function prepareDisbursement(input: RewardsInput, hasher?: Hasher): Disbursement<RewardManifest>
export function prepareDisbursement(input: DisbursementInput, hasher?: Hasher): Disbursement {
  const { manifest, tree } =
    input.stream === 'income' ? deriveIncome(input, hasher) : deriveRewards(input, hasher)
  const { bytes, pages } = pagedBytes(manifest, hasher)
  return {
    manifest,
    manifestBytes: bytes,
    manifestPages: pages,
    manifestHash: keccak256(bytes),
    tree,
    root: tree === null ? null : tree.root,
    total: tree === null ? 0n : tree.total,
    leaves: tree === null ? [] : tree.payments,
    records: tree === null ? null : encodeRecords(tree.payments, hasher),
  }
}
