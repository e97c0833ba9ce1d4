/** What the view and its Web Worker tell each other. */
import type { LogProgress, Step, StepName, Verdict } from '../../../verify/index.ts'
import type { Hex } from '../api.ts'

export type Depth = 'documents' | 'chain'

export interface CheckRequest {
  readonly depth: Depth
  readonly rpcUrl: string
  /** Terms and deployment as the server, or a copy of its answer, states them. */
  readonly stated: { readonly terms: unknown; readonly deployment: unknown }
  /** Null: whatever the first manifest among the documents says. */
  readonly id: Hex | null
  /** Where it is said to be published. */
  readonly transaction: Hex | null
  /** Files of the visitor; the server is not asked for manifests when there is one among them. */
  readonly documents: readonly Uint8Array[]
  /** Where the page's own `v1/…` lives, without a slash at the end. */
  readonly server: string
  /** Where static copies may lie, each ending in a slash; asked where the server is away or has nothing. */
  readonly copies: readonly string[]
}

/** What the view shows of a manifest before the verdict is there. */
export interface ManifestFacts {
  readonly period: string
  readonly recordBlock: { readonly number: bigint; readonly hash: Hex; readonly timestamp: bigint }
  readonly root: Hex | null
}

export interface ReplayProgress extends Pick<LogProgress, 'from' | 'to' | 'done' | 'logs'> {
  readonly phase: 'publications' | 'replay'
}

export type CheckReport =
  | { readonly kind: 'steps'; readonly names: readonly StepName[] }
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'manifest'; readonly manifest: ManifestFacts }
  | { readonly kind: 'progress'; readonly progress: ReplayProgress }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly message: string }
