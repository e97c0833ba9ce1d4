import { writeAmount } from '../amounts.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { writeMoment } from '../moments.ts'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
] as const

/** The period that runs, and how long whoever holds now still has to hold. */
export function NextPeriod() {
  const now = useChainTime()
  const { periods } = useProgram().terms.streams.income
  const running = periods.find(({ end }) => end > now)
  const text = words.next
  if (running === undefined) return <p className="next-period">{text.over}</p>
  const share = `${writeAmount(BigInt(running.incomeShareBps), 2).shown}%`
  return (
    <p className="next-period">
      <strong>{now < running.start ? text.begins(running.name) : text.runs(running.name)}</strong>{' '}
      <time dateTime={new Date(running.end * 1000).toISOString()}>
        {text.left(countdown(running.end - now), writeMoment(running.end))}
      </time>{' '}
      <span className="muted">{text.counts(share)}</span>
    </p>
  )
}

/** The two largest units, such as "12 days 4 hours". */
function countdown(seconds: number): string {
  const parts: string[] = []
  let rest = seconds
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0 || (parts.length === 0 && unit === 'minutes')) parts.push(words.next[unit](count))
    if (parts.length === 2) break
  }
  return parts.join(' ')
}
