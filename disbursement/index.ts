// The room's one entry: who is owed what, from terms to root. Pure: no I/O, so it runs in Node, workerd and a browser.
export {
  type Allocation,
  type AllocationInput,
  type AllocationRow,
  allocate,
  type Claimant,
  due,
  dueUnder,
  isCapReached,
} from './allocation.ts'
export { canonicalBytes, canonicalHash } from './canonical.ts'
export { carriedUnder, type WalletSet } from './carry.ts'
export {
  checkManifest,
  checkManifestHead,
  derivedFrom,
  type ManifestContext,
  type ManifestProblem,
  type ManifestProblemCode,
  parseManifest,
  paymentsOf,
  recordsOf,
} from './check.ts'
export {
  type ClaimCall,
  type ClaimOrder,
  leafDistribution,
  planClaims,
  planClaimsTo,
  planSignedClaims,
  type SignedClaim,
} from './claimCalls.ts'
export { type ClaimConsent, claimConsent } from './claimConsent.ts'
export { BURN_ADDRESS, type Deployment, parseDeployment, ZERO_ADDRESS } from './deployment.ts'
export { type Disbursement, type DisbursementInput, prepareDisbursement } from './disburse.ts'
export { dueIn, dueSoFar, type IncomeInput } from './disburseIncome.ts'
export type { RewardsInput } from './disburseRewards.ts'
export {
  type DistributionKey,
  decodeTerms,
  distributionId,
  encodeTerms,
  isShardTerms,
  shardKey,
  type Window,
} from './distribution.ts'
export { type AccountRow, type Position, positions, weightOf } from './entitlement.ts'
export * from './errors.ts'
export { utcSeconds } from './fields.ts'
export {
  distinctHashes,
  indexedLeaves,
  packedPairLeaves,
  rootPadding,
  rootPairingZeros,
  rootPromoting,
  sortedHashes,
  standardPairLeaves,
  standardPairRoot,
  uniswapRoot,
} from './foreign.ts'
export { type Hasher, portableHasher } from './hasher.ts'
export {
  gatheredByIndex,
  type IndexedLiquidity,
  type LpClaimRow,
  type LpDistributionRow,
  neverWeighing,
  type ProviderRow,
} from './indexed.ts'
export { type LinkConsent, linkConsent } from './linkConsent.ts'
export { checkLots, lotsHash, type PrimaryLot } from './lots.ts'
export {
  type Carried,
  decodeManifest,
  decodeManifestHead,
  ENGINE_VERSION,
  type IncomeHolder,
  type IncomeManifest,
  type LpPurchase,
  type Manifest,
  type ManifestJson,
  type ManifestOf,
  manifestBytes,
  manifestHash,
  manifestJson,
  type RewardHolder,
  type RewardManifest,
  SPEC_VERSION,
} from './manifest.ts'
export { gatherPages, LONGEST_LIST, type ManifestPages, PAGE_ENTRIES, pagedBytes } from './manifestPages.ts'
export {
  MIRROR_SHARDS,
  Mirror,
  type MirroredDistribution,
  type MirrorRead,
  mirroredRecords,
  mirrorPaths,
  mirrorRecords,
} from './mirror.ts'
export { narrowed, type Packed, pack, packedLeaves, unpack } from './packed.ts'
export { packTexts, readIndexes } from './packTexts.ts'
export { type Built, SHARD_SIZE, ShardBuilder, type ShardSums } from './pages.ts'
export {
  deadlineOf,
  type IncomePeriod,
  type Period,
  type PeriodOf,
  periodOf,
  periodsOf,
  type RewardMonth,
  streamsOf,
} from './periods.ts'
export {
  claimOfAnswer,
  type ProofAnswer,
  type ProofWriter,
  type ProvenDistribution,
  proofText,
  proofWriter,
} from './proofText.ts'
export {
  noUnitSeconds,
  type Provider,
  type ProviderDifference,
  providerDifferences,
  providersOf,
  totalUnitSeconds,
  type UnitSeconds,
} from './providers.ts'
export {
  AVERAGE_SECONDS,
  atPrice,
  bySwap,
  byTreasury,
  DEADLINE_SECONDS,
  isLight,
  isNear,
  mostAtOnce,
  type Pool,
  PRICE_BITS,
  type PurchaseFigures,
  payoutKey,
  priceOf,
  swapBrings,
  swapOf,
} from './purchase.ts'
export {
  decodeBlocks,
  decodeRecords,
  decodeShard,
  type RecordsBlocks,
  readRecords,
} from './records.ts'
export {
  claimFromRecords,
  claimFromShard,
  findClaim,
  findInKept,
  findInShards,
  type OpenedShard,
  openShard,
} from './recordsClaim.ts'
export {
  decodeRecordsHead,
  RECORDS_PREFIX_LENGTH,
  RECORDS_VERSION,
  type RecordsHead,
  recordsHeadLength,
  shardRange,
  shardsFor,
} from './recordsHead.ts'
export { encodePacked, encodeRecords, recordsBlocks, recordsHead, writeRecords } from './recordsWriter.ts'
export type { Standing } from './replay/accounts.ts'
export { differencesBetween, type PositionDifference } from './replay/compare.ts'
export {
  blocksOf,
  type LedgerBlock,
  type LedgerEvent,
  type LogFilter,
  logDecoder,
  type RawLog,
  replayFilter,
  rewardFilter,
} from './replay/events.ts'
export { Ledger, type LedgerObserver, type LedgerProgram } from './replay/ledger.ts'
export { type HolderAction, type HolderActionKind, type HolderStep, HolderTrace } from './replay/trace.ts'
export { type Span, UnitClock, type UnitObserver } from './replay/unitSeconds.ts'
export {
  type ClaimProof,
  claimOf,
  type DistributionTree,
  distributionTree,
  leaves,
  type Payment,
  type Shard,
  type ShardProof,
  shardPayments,
  shardProof,
  totalOf,
  verifyClaim,
} from './shards.ts'
export { cutShares, type Divider, isDividable, type Numbers, packNumbers, unpackNumbers } from './shares.ts'
export { type SlimTree, slimProof, slimRoot, slimTree } from './slimTree.ts'
export {
  type Asset,
  assetOf,
  currencyOf,
  rewardStatedByTerms,
  statedByDeployment,
  statedByTerms,
} from './stated.ts'
export {
  type AssetKind,
  type Denominator,
  type Forfeit,
  hashTerms,
  type LpTreatment,
  parseTerms,
  type StreamName,
  type Terms,
} from './terms.ts'
export {
  accountLeaf,
  proofOf,
  proofsOf,
  rootFrom,
  rootOf,
  SHARD_TYPEHASH,
  shardLeaf,
  type Tree,
  treeOf,
  treeOfHashes,
  uncutTree,
} from './tree.ts'
