// The room's one entry: what runs in Node, in a browser's Web Worker and in workerd alike, over a viem client handed in.
export { distributedIn } from './calldata.ts'
export { compareManifests, type Differences, type Expected } from './compare.ts'
export { walletAt } from './contractWallet.ts'
export { MissingData } from './errors.ts'
export type { ChainClient } from './examination.ts'
export { expectedHolders } from './examineIncome.ts'
export { expectedProviders } from './examineRewards.ts'
export { type HolderHistory, holderHistory } from './explain.ts'
export { type RewardHistory, type RewardStep, rewardHistory } from './explainRewards.ts'
export {
  type FetchedLog,
  fetchLogs,
  type LogClient,
  type LogPage,
  type LogProgress,
  type LogRequest,
} from './logs.ts'
export { type LpLeaves, lpLeaves } from './lpLeaves.ts'
export { type Notice, noticesOf } from './notices.ts'
export { type PollWeights, pollWeights } from './pollWeights.ts'
export { type Publication, publicationsOf } from './publications.ts'
export { type Block, finalBlock, lastBlockBefore } from './recordBlock.ts'
export {
  type KeptReceipt,
  type Recount,
  recount,
  recountText,
  weightDifferences,
} from './recount.ts'
export { ChainReplay, type ReplayClient, type ReplayOptions } from './replayChain.ts'
export { verdictText } from './report.ts'
export { rewardReplay } from './rewardReplay.ts'
export {
  apiSource,
  bytesSource,
  documentUrl,
  fetchDocument,
  mirrorSource,
  type Source,
  sourceOf,
} from './source.ts'
export {
  type Difference,
  type Outcome,
  STEPS,
  type Step,
  type StepName,
  sentenceOf,
  stepsOf,
} from './steps.ts'
export { type ExitCode, type Target, type Verdict, type VerifyInput, verify } from './verify.ts'
