// What verifying looks at, one named step after the other, and how each came out.
import type { Address } from 'viem'
import type { StreamName } from '../disbursement/index.ts'

/** Every step with what is compared in it, in the order in which a mistake is nearest to its cause. */
export const STEPS = {
  chain: 'the RPC serves the chain of the deployment',
  published: 'the distribution is published on chain and stands',
  manifest: 'the manifest is the one whose hash is on chain, in its one spelling',
  records: 'the records hold the manifest’s leaves and lead to the root on chain',
  terms: 'the terms are those on chain, and the parameters theirs',
  deployment: 'chain, contracts and excluded addresses are the deployment’s',
  'record block': 'the record block exists, is the last before the period’s end, and is final',
  replay: 'the logs from the first block on make a ledger',
  lots: 'the primary lots are those the sale addresses delivered',
  holders: 'nobody is left out and nobody is added',
  wallets: 'wallets are linked and recipients named as on chain',
  units: 'LP units by time, every holder’s, held, staked and unclaimed',
  custody: 'every holder’s custody, part by part',
  entitlement: 'every holder’s entitlement and weight',
  previous: 'every manifest before this one holds in the same way',
  income: 'what is due follows from the income stated',
  funding: 'what was paid in is what is due, or what the purchase brought',
  'carry-over': 'what was carried in is what the manifest before left',
  allocations: 'every holder’s share, and what is left',
  leaves: 'every leaf’s place, and the sums',
  root: 'the root made anew is the one on chain',
  total: 'the total made anew is the one on chain',
} as const

export type StepName = keyof typeof STEPS
const STEP_NAMES = Object.keys(STEPS) as StepName[]

/** What a stream's manifests have nothing of. */
const NOT_OF: Record<StreamName, readonly StepName[]> = {
  income: ['units'],
  liquidity: ['lots', 'custody', 'entitlement', 'income'],
}
/** What only a replay can say: without one, who held what is the manifest's word. */
const REPLAYED: readonly StepName[] = ['replay', 'lots', 'previous']
/** The steps of a stream's manifests; without a replay fewer. */
export const stepsOf = (stream: StreamName, depth: 'chain' | 'documents'): readonly StepName[] =>
  STEP_NAMES.filter(
    (name) => !NOT_OF[stream].includes(name) && (depth === 'chain' || !REPLAYED.includes(name)),
  )

/** Something on which two computations differ, each as text; `holder` when it is one holder's. */
export type Difference = { what: string; stated: string; computed: string; holder?: Address }

export type Outcome = 'ok' | 'different' | 'missing'

/** How a step came out: `detail` is one sentence, `differences` all of what differs, the first one first. */
export type Step = {
  name: StepName
  about: string
  outcome: Outcome
  detail: string
  differences: readonly Difference[]
}

type Finding = Omit<Step, 'name' | 'about'>

/** Collects what was found until every step has an outcome. A step that differs stays so. */
export class Findings {
  readonly #found = new Map<StepName, Finding>()
  readonly #onStep: ((step: Step) => void) | undefined

  /** @param onStep is told of every step as it comes out, and again when more is found */
  constructor(onStep?: (step: Step) => void) {
    this.#onStep = onStep
  }

  ok(name: StepName, detail: string): void {
    if (!this.#found.has(name)) this.#set(name, { outcome: 'ok', detail, differences: [] })
  }

  missing(name: StepName, detail: string): void {
    if (this.#found.get(name)?.outcome !== 'different') {
      this.#set(name, { outcome: 'missing', detail, differences: [] })
    }
  }

  /** @param detail a sentence; without one the first difference is told */
  different(name: StepName, differences: readonly Difference[], detail?: string): void {
    const before = this.#found.get(name)
    const all = [...(before?.differences ?? []), ...differences]
    const [first] = all
    const told = detail ?? (first === undefined ? 'it differs' : sentenceOf(first))
    const text = before?.outcome === 'different' ? before.detail : told
    this.#set(name, { outcome: 'different', detail: text, differences: all })
  }

  /** Says `ok` of a step that has no differences, else `different`. */
  judge(name: StepName, differences: readonly Difference[], detail: string): void {
    if (differences.length > 0) this.different(name, differences)
    else this.ok(name, detail)
  }

  /** Adds what others found. */
  takeOver(others: Findings): void {
    for (const [name, { outcome, detail, differences }] of others.#found) {
      if (outcome === 'different') this.different(name, differences, detail)
      else if (outcome === 'ok') this.ok(name, detail)
    }
  }

  /** Steps nobody has said anything of could not be taken: that is missing too. */
  steps(reason: string, names: readonly StepName[]): Step[] {
    return names.map((name) =>
      stepOf(name, this.#found.get(name) ?? { outcome: 'missing', detail: reason, differences: [] }),
    )
  }

  #set(name: StepName, finding: Finding): void {
    this.#found.set(name, finding)
    this.#onStep?.(stepOf(name, finding))
  }
}

const stepOf = (name: StepName, finding: Finding): Step => ({ name, about: STEPS[name], ...finding })

/** One difference as a sentence. */
export const sentenceOf = ({ what, stated, computed, holder }: Difference): string =>
  `${holder === undefined ? '' : `holder ${holder}: `}${what} is stated as ${stated}, and comes out as ${computed}`

/** A difference between two values, if there is one. */
export const different = (what: string, stated: unknown, computed: unknown): Difference[] =>
  stated === computed ? [] : [{ what, stated: String(stated), computed: String(computed) }]
