import type { Difference, Outcome, Step, StepName } from '../../../verify/index.ts'
import type { CheckState } from '../hooks/useCheck.ts'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { Notice } from '../parts/Notice.tsx'
import { checkWords as text } from '../words/check.ts'
import { failures } from '../words/failures.ts'
import type { Depth } from './messages.ts'

/** How a check goes, and what it comes to: the verdict first, then every step. */
export function Findings({ check }: { check: CheckState }) {
  if (check.stage === 'idle' || check.stage === 'cancelled') return null
  return (
    <>
      <div role="status">
        <VerdictNotice check={check} />
      </div>
      {check.stage !== 'failed' && (
        <ol className="steps" aria-label={text.stepList}>
          {check.names.map((name) => (
            <StepLine key={name} name={name} step={check.steps.get(name)} depth={check.depth} />
          ))}
        </ol>
      )}
    </>
  )
}

function VerdictNotice({ check }: { check: CheckState }) {
  const { stage, verdict, depth, problem, steps, names } = check
  if (stage === 'failed') {
    const stale = failures.stalePage({ network: '', detail: '' })
    return (
      <Notice tone="bad" title={text.workerGone}>
        <p>{problem === '' ? stale.text : problem}</p>
      </Notice>
    )
  }
  if (verdict === null) return <Notice tone="plain" title={text.verdict.running} />
  const sentence = verdict.first === null ? '' : aboutOf(verdict.first.name, depth)
  const holding = [...steps.values()].filter(({ outcome }) => outcome === 'ok').length
  const count = <p>{text.verdict.count(holding, names.length)}</p>
  if (verdict.exitCode === 2) {
    return (
      <Notice tone="bad" title={text.verdict.different(sentence)}>
        {count}
        <Differences steps={verdict.steps} />
      </Notice>
    )
  }
  if (verdict.exitCode === 3) {
    return (
      <Notice tone="warn" title={text.verdict.missing(sentence)}>
        <p className="finding-detail">{verdict.first?.detail}</p>
        {count}
      </Notice>
    )
  }
  return (
    <Notice tone="good" title={text.verdict.equal[depth]}>
      {count}
      <p>
        {text.unprovable} {depth === 'documents' && text.shallow}
      </p>
    </Notice>
  )
}

const aboutOf = (name: StepName, depth: Depth) => text.steps[name][depth] ?? text.steps[name].chain

function StepLine({ name, step, depth }: { name: StepName; step: Step | undefined; depth: Depth }) {
  const outcome = step?.outcome ?? 'waiting'
  return (
    <li className={`step step-${outcome}`}>
      <OutcomeMark outcome={outcome} />
      <div>
        <p className="step-about">
          {aboutOf(name, depth)} <span className="hidden">({text.outcomes[outcome]})</span>
        </p>
        {step !== undefined && <p className="finding-detail">{step.detail}</p>}
      </div>
    </li>
  )
}

const MARKS = {
  ok: 'M3 8.500l3.200 3.200L13 5',
  different: 'M4 4l8 8M12 4l-8 8',
  missing: 'M5.500 6a2.500 2.500 0 1 1 3.500 2.300c-.7.300-1 .7-1 1.400M8 12.200v.1',
  waiting: 'M5 8h6',
} as const

function OutcomeMark({ outcome }: { outcome: Outcome | 'waiting' }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className="step-mark">
      <path d={MARKS[outcome]} />
    </svg>
  )
}

/** How many differences are told. */
const MOST = 3

/** What is stated beside what comes out here: of the first step that differs, and of the first holder who does. */
function Differences({ steps }: { steps: readonly Step[] }) {
  const differing = steps.filter(({ outcome }) => outcome === 'different')
  const [first] = differing
  if (first === undefined) return null
  const person = differing
    .flatMap(({ differences }) => differences)
    .find(({ holder }) => holder !== undefined)
  const told = first.differences.slice(0, MOST)
  if (person !== undefined && !told.some(({ holder }) => holder !== undefined)) told.push(person)
  return (
    <>
      {first.differences.length === 0 && <p className="finding-detail">{first.detail}</p>}
      {told.map((difference) => (
        <DifferenceLines key={`${difference.holder}/${difference.what}`} difference={difference} />
      ))}
      <p className="small">
        {first.differences.length > MOST && `${text.difference.more(first.differences.length - MOST)}. `}
        {told.length > 0 && text.difference.units}
      </p>
    </>
  )
}

function DifferenceLines({ difference: { holder, what, stated, computed } }: { difference: Difference }) {
  return (
    <dl className="difference">
      {holder !== undefined && (
        <div>
          <dt>{text.difference.holder}</dt>
          <dd>
            <AddressLabel address={holder} />
          </dd>
        </div>
      )}
      {(
        [
          [text.difference.what, what],
          [text.difference.stated, stated],
          [text.difference.computed, computed],
        ] as const
      ).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
