import type { Hex } from 'viem'
import { deriveIncome, type IncomeInput } from './disburseIncome.ts'
import { deriveRewards, type RewardsInput } from './disburseRewards.ts'
import {
  type IncomeManifest,
  type Manifest,
  manifestBytes,
  manifestHash,
  type RewardManifest,
} from './manifest.ts'
import { encodeRecords } from './recordsWriter.ts'
import type { DistributionTree, Payment } from './shards.ts'

export type DisbursementInput = IncomeInput | RewardsInput

/** A disbursement ready to publish. Without a leaf there is no tree, no root and no records. */
export type Disbursement<Of extends Manifest = Manifest> = {
  manifest: Of
  manifestBytes: Uint8Array
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
 * @throws TermsError for an unknown period; InconsistentDataError when lots and positions differ; DisbursementError
 *   saying which part of the input does not fit the others; AllocationError when the numbers do not balance
 */
export function prepareDisbursement(input: IncomeInput): Disbursement<IncomeManifest>
export function prepareDisbursement(input: RewardsInput): Disbursement<RewardManifest>
export function prepareDisbursement(input: DisbursementInput): Disbursement {
  const { manifest, tree } = input.stream === 'income' ? deriveIncome(input) : deriveRewards(input)
  return {
    manifest,
    manifestBytes: manifestBytes(manifest),
    manifestHash: manifestHash(manifest),
    tree,
    root: tree === null ? null : tree.root,
    total: tree === null ? 0n : tree.total,
    leaves: tree === null ? [] : tree.payments,
    records: tree === null ? null : encodeRecords(tree.payments),
  }
}
