// The room's one entry: who is owed what, from terms to root. Pure: no I/O, so it runs in Node, workerd and a browser.
export { canonicalBytes, canonicalHash } from './canonical.ts'
export { BURN_ADDRESS, type Deployment, parseDeployment, ZERO_ADDRESS } from './deployment.ts'
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
export {
  type AssetKind,
  type Denominator,
  deadlineOf,
  type Forfeit,
  hashTerms,
  type LpTreatment,
  type Period,
  parseTerms,
  periodOf,
  periodsOf,
  type StreamName,
  type Terms,
} from './terms.ts'
