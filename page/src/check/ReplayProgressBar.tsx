import type { CheckState } from '../hooks/useCheck.ts'
import { checkWords } from '../words/check.ts'
import { paceOf } from './pace.ts'

const whole = (count: number | bigint) => count.toLocaleString('en', { maximumFractionDigits: 0 })

/** How far the replay is: blocks, logs, speed, and about how long it takes. */
export function ReplayProgressBar({ check: { progress, began } }: { check: CheckState }) {
  const text = checkWords.replay
  if (progress === null || progress.phase === 'publications') {
    return (
      <div className="replay-progress">
        <progress aria-label={text.progress} />
        <p className="muted small">{text.publications}</p>
      </div>
    )
  }
  const { part, logsPerSecond, remaining } = paceOf(progress, (performance.now() - began) / 1000)
  const facts = [
    text.blocks(whole(progress.done), whole(progress.to)),
    text.logs(whole(progress.logs)),
    logsPerSecond === null ? null : text.rate(whole(logsPerSecond)),
    remaining === null || part >= 1 ? null : text.remaining(writeRemaining(remaining)),
  ].filter((fact) => fact !== null)
  return (
    <div className="replay-progress">
      <progress aria-label={text.progress} max={1} value={part} />
      <p className="muted small">{facts.join(' · ')}</p>
    </div>
  )
}

function writeRemaining(seconds: number): string {
  const text = checkWords.replay
  if (seconds < 90) return text.seconds(Math.max(1, Math.round(seconds)))
  if (seconds < 5_400) return text.minutes(Math.round(seconds / 60))
  return text.hours(Math.round(seconds / 3_600))
}
