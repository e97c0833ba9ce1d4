import {
  type Deployment,
  DisbursementError,
  hashTerms,
  parseDeployment,
  parseTerms,
  type Terms,
} from '../../../disbursement/index.ts'
import { ProblemError, type ProblemName } from './problem.ts'
import type { SnapshotRun } from './snapshot/start.ts'

/** What the Worker is bound to; wrangler.toml lists the same names. */
export type Env = {
  /** D1: distributions and who is in them. */
  DB: D1Database
  /** R2: manifests and records, written by the issuer's command. */
  STORE: R2Bucket
  ASSETS?: Fetcher
  /** Reads everybody's rows at a block in the background. */
  SNAPSHOT: Workflow<SnapshotRun>
  /** How often one network may be wrong about the issuer's secret. */
  WRONG_SECRETS?: RateLimit
  /** The program's terms file and the network's deployment file, as JSON text. */
  PROGRAM: string
  DEPLOYMENT: string
  /** graph-node's endpoint of the program's subgraph, and the chain's JSON-RPC. */
  GRAPH_URL: string
  RPC_URL: string
  /** What the issuer's writes carry as a bearer token; at least 16 characters. */
  PRORATA_API_SECRET: string
  /** The key that signs receipts for ballots; without one no poll can be opened here. */
  PRORATA_RECEIPT_KEY?: string
  /** How often one network may send ballots that are not signed as they say. */
  WRONG_BALLOTS?: RateLimit
  /** Where the watch tells what changed, and `whsec_…` with which it signs that; neither need be set. */
  WATCH_WEBHOOK?: string
  WATCH_WEBHOOK_SECRET?: string
  /** How long graph-node or the chain may take for one answer, in milliseconds; 10000 when not set. */
  UPSTREAM_TIMEOUT_MS?: string
}

/** Hono's generics for every part of this Worker. */
export type App = { Bindings: Env; Variables: { requestId: string; problem?: ProblemName } }

export type Settings = { terms: Terms; termsHash: `0x${string}`; deployment: Deployment }

const DEFAULT_TIMEOUT_MS = '10000'
/** How long an answer waits for what it can do without. */
const BRIEFLY_MS = 2500

/** How long graph-node or the chain may take for one answer. */
export const timeoutOf = (env: Pick<Env, 'UPSTREAM_TIMEOUT_MS'>): number =>
  Number(env.UPSTREAM_TIMEOUT_MS ?? DEFAULT_TIMEOUT_MS)

/** The same for a question whose answer may be left out: an upstream that is slow then keeps nobody waiting. */
export const briefly = (env: Env): Env => ({
  ...env,
  UPSTREAM_TIMEOUT_MS: Math.min(timeoutOf(env), BRIEFLY_MS).toString(),
})

let last: { program: string; deployment: string; settings: Settings } | undefined

const parsed = (name: string, text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? '')
  } catch {
    throw new ProblemError('misconfigured', `${name} of this Worker must be the file's JSON text`)
  }
}

/**
 * The program and its deployment, parsed once for as long as an isolate lives.
 * @throws ProblemError misconfigured, naming the field at fault
 */
export const settingsOf = (env: Env): Settings => {
  if (last?.program === env.PROGRAM && last.deployment === env.DEPLOYMENT) return last.settings
  try {
    const terms = parseTerms(parsed('PROGRAM', env.PROGRAM))
    const deployment = parseDeployment(parsed('DEPLOYMENT', env.DEPLOYMENT))
    const settings = { terms, termsHash: hashTerms(terms), deployment }
    last = { program: env.PROGRAM, deployment: env.DEPLOYMENT, settings }
    return settings
  } catch (error) {
    if (error instanceof DisbursementError) throw new ProblemError('misconfigured', error.message)
    throw error
  }
}
