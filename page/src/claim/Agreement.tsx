import { writeAmount } from '../amounts.ts'
import type { Period } from '../api.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { writeDay } from '../moments.ts'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'

const HOUR = 3_600

/** The terms in a few words, and how far the program has come. */
export function Agreement() {
  const { terms } = useProgram()
  const now = useChainTime()
  const { distributions } = useDistributions()
  const text = words.agreement
  const { periods, forfeit, denominator } = terms.streams.income
  const [first] = periods
  const last = periods.at(-1)
  if (first === undefined || last === undefined) return null
  const published = new Set(
    distributions?.filter(({ stream }) => stream === 'income').map(({ period }) => period),
  )
  const stateOf = ({ name, start, end }: Period) =>
    published.has(name) ? 'published' : now >= end ? 'ended' : now >= start ? 'running' : 'ahead'
  const highest = Math.max(...periods.map(({ incomeShareBps }) => incomeShareBps))
  const heightOf = ({ incomeShareBps }: Period) => (100 * incomeShareBps) / highest
  const describe = (period: Period) =>
    text.period(period.name, writeBps(period.incomeShareBps), text.kinds[stateOf(period)])
  const running = periods.find((period) => now >= period.start && now < period.end)
  const facts: readonly (readonly [string, string | undefined])[] = [
    [text.who, text.whoText(terms.token.symbol)],
    [text.selling, [text.sellingText[forfeit], text.givenUp[denominator]].join(', ')],
    [text.opening, writeWindow(terms.challengeWindowSeconds)],
    [text.expiry, terms.expiryDays === null ? text.never : text.expires(terms.expiryDays)],
  ]
  return (
    <section className="sheet agreement" aria-labelledby="agreement">
      <h2 id="agreement">{text.title}</h2>
      <p>
        <span className="figure">{writeShares(periods)}</span> <span className="figure-of">{text.share}</span>
        <span className="sub">{text.periods(periods.length, writeDay(first.start), writeDay(last.end))}</span>
      </p>
      <div>
        <ol className="period-strip">
          {periods.map((period) => (
            <li key={period.name} title={describe(period)}>
              <svg aria-hidden="true" focusable="false">
                <rect
                  className={`period-${stateOf(period)}`}
                  y={`${100 - heightOf(period)}%`}
                  width="100%"
                  height={`${heightOf(period)}%`}
                />
              </svg>
              <span className="hidden">{describe(period)}</span>
            </li>
          ))}
        </ol>
        <p className="muted small">
          {text.strip(published.size, periods.length)}
          {running !== undefined && ` · ${text.running(running.name, writeDay(running.end))}`}
        </p>
      </div>
      <dl className="clauses">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  )
}

function writeBps(bps: number): string {
  return `${writeAmount(BigInt(bps), 2).shown}%`
}

function writeShares(periods: readonly Period[]): string {
  const shares = periods.map(({ incomeShareBps }) => incomeShareBps)
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  return least === most ? writeBps(least) : words.agreement.shareRange(writeBps(least), writeBps(most))
}

function writeWindow(seconds: number): string {
  const text = words.agreement
  if (seconds === 0) return text.immediately
  const hours = Math.ceil(seconds / HOUR)
  return text.openingText(hours % 24 === 0 ? text.days(hours / 24) : text.hours(hours))
}
