import { useMemo, useState } from 'react'
import { writeDay } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { dashboardWords } from '../words/dashboard.ts'
import { type Chart, csvOf, type Line, latestOf, writeValue } from './chart.ts'
import { Plot } from './Plot.tsx'

const text = dashboardWords.charts

/** One chart with the values of the day that is pointed at, by pointer or by keyboard, and all of them as a file. */
export function ChartFigure({ chart: whole }: { chart: Chart }) {
  const chart = useMemo(() => latestOf(whole), [whole])
  const { key, times, lines } = chart
  const [pointed, setPointed] = useState<number | null>(null)
  const last = times.length - 1
  const index = pointed === null ? last : Math.min(pointed, last)
  const day = writeDay(times[index] ?? 0)
  const name = text.titles[key]
  const said = lines.map((line) => `${line.name} ${writeValue(line, line.values[index] ?? null)}`).join(', ')
  return (
    <figure className="chart" aria-labelledby={`chart-${key}`}>
      <figcaption className="sheet-head">
        <h3 id={`chart-${key}`}>{name}</h3>
        <SaveCsv name={name} file={key} make={() => csvOf(whole)} />
      </figcaption>
      <dl className="chart-values">
        <div>
          <dt className="hidden">{text.day}</dt>
          <dd>{day}</dd>
        </div>
        {lines.map((line, at) => (
          <div key={line.name}>
            <dt>
              <span className={`chart-mark chart-color-${at % 4}`} aria-hidden="true" /> {line.name}
            </dt>
            <dd>
              <Value line={line} value={line.values[index] ?? null} />
            </dd>
          </div>
        ))}
      </dl>
      {lines.length < whole.lines.length && (
        <p className="muted small">{text.latest(lines.length, whole.lines.length)}</p>
      )}
      <Plot chart={chart} index={index} point={setPointed} />
      <input
        type="range"
        className="chart-day"
        min={0}
        max={last}
        value={index}
        aria-label={text.dayOf(name)}
        aria-valuetext={`${day}: ${said}`}
        onInput={(event) => setPointed(Number(event.currentTarget.value))}
      />
    </figure>
  )
}

function Value({ line, value }: { line: Line; value: bigint | null }) {
  if (value === null) return '–'
  return <Amount value={value} asset={{ symbol: line.unit, decimals: line.decimals }} most={4} />
}
