// Every error this room throws, so that a caller can tell a wrong input from a bug and show the reason as it stands.

/** What kind of thing was wrong; stable, for callers that decide by it. */
export type DisbursementErrorCode =
  | 'TERMS_INVALID'
  | 'DEPLOYMENT_INVALID'
  | 'PERIOD_UNKNOWN'
  | 'POSITIONS_INCONSISTENT'
  | 'LOTS_INCONSISTENT'
  | 'ALLOCATION_INPUT'
  | 'IDENTITY_BROKEN'
  | 'TREE_INPUT'
  | 'DISTRIBUTION_INPUT'
  | 'RECORDS_INVALID'
  | 'MANIFEST_INVALID'
  | 'DISBURSEMENT_INPUT'
  | 'REPLAY'

/** Base of all errors of this room. `problems` has one sentence for each thing found wrong, at least one. */
export class DisbursementError extends Error {
  readonly code: DisbursementErrorCode
  readonly problems: readonly string[]

  constructor(code: DisbursementErrorCode, message: string, problems: readonly string[] = [message]) {
    super(message)
    this.name = 'DisbursementError'
    this.code = code
    this.problems = problems
  }
}

/** The program's terms file is not one this engine can carry out. */
export class TermsError extends DisbursementError {
  constructor(problems: readonly string[], code: 'TERMS_INVALID' | 'PERIOD_UNKNOWN' = 'TERMS_INVALID') {
    super(code, `The program's terms are not valid: ${problems.join('; ')}`, problems)
    this.name = 'TermsError'
  }
}

/** The deployment file lacks an address or contradicts itself. */
export class DeploymentError extends DisbursementError {
  constructor(problems: readonly string[]) {
    super('DEPLOYMENT_INVALID', `The deployment file is not valid: ${problems.join('; ')}`, problems)
    this.name = 'DeploymentError'
  }
}

/** Indexed data that contradicts itself: a bug in an index or a mix of blocks, never something to pay out on. */
export class InconsistentDataError extends DisbursementError {
  constructor(code: 'POSITIONS_INCONSISTENT' | 'LOTS_INCONSISTENT', message: string) {
    super(code, message)
    this.name = 'InconsistentDataError'
  }
}

/** Numbers that cannot be allocated, or an allocation that lost or made a unit. */
export class AllocationError extends DisbursementError {
  constructor(code: 'ALLOCATION_INPUT' | 'IDENTITY_BROKEN', message: string) {
    super(code, message)
    this.name = 'AllocationError'
  }
}

/** Leaves, shards or proofs that break SPEC section 7. */
export class TreeError extends DisbursementError {
  constructor(message: string) {
    super('TREE_INPUT', message)
    this.name = 'TreeError'
  }
}

/** A distribution's terms word or id cannot be made of what was given. */
export class DistributionError extends DisbursementError {
  constructor(message: string) {
    super('DISTRIBUTION_INPUT', message)
    this.name = 'DistributionError'
  }
}

/** A records file that is corrupt, truncated, of another version, or none at all. */
export class RecordsError extends DisbursementError {
  constructor(message: string) {
    super('RECORDS_INVALID', message)
    this.name = 'RecordsError'
  }
}

/** A manifest that is malformed, not canonical, or does not follow from its own holders. */
export class ManifestError extends DisbursementError {
  constructor(problems: readonly string[]) {
    super('MANIFEST_INVALID', `The manifest is not valid: ${problems.join('; ')}`, problems)
    this.name = 'ManifestError'
  }
}

/** Logs that cannot be what the contracts emitted: out of order, missing, or of other contracts. */
export class ReplayError extends DisbursementError {
  constructor(message: string) {
    super('REPLAY', message)
    this.name = 'ReplayError'
  }
}
