// The room's one entry: what a poll is, who weighs what in it, and what its ballots come to (SPEC section 13). No I/O.
export * from './ballot.ts'
export { type Cast, count, type Result, replaces, type Voice, voices } from './count.ts'
export {
  type Answer,
  type BallotsFile,
  decodeDocument,
  documentBytes,
  documentHash,
  documentJson,
  type Evidence,
  type Leaves,
  MOST,
  MOST_SIGNATURE,
  type Poll,
  type PollDocument,
  parseDocument,
  parsePoll,
  parseWeights,
  type StoredBallot,
  sameResult,
} from './documents.ts'
export { PollError } from './errors.ts'
export {
  type AskWallet,
  type BallotFault,
  ballotOf,
  type Examined,
  examineBallots,
  hashesIn,
  inOrder,
  resultOf,
} from './file.ts'
export { eligibleOf, lookThrough, type Pool, type Unclaimed, type Weight, weightsOf } from './weights.ts'
