import { useMemo, useState } from 'react'
import type { Figures } from '../dashboard/figures.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { useDays } from '../hooks/useDays.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { InTurn } from '../parts/InTurn.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { words } from '../words/index.ts'
import { ChartFigure } from './ChartFigure.tsx'
import { chartsOf, RANGES, type Range, within } from './chart.ts'
import type { Days } from './days.ts'
import '../styles/charts.css'

const text = dashboardWords.charts

/** How the program went, day by day. Loaded after the figures: it brings the drawing along. */
export default function Charts({ url, figures }: { url: string; figures: Figures }) {
  const { days, failure, retry } = useDays(url)
  return (
    <section className="sheet" aria-labelledby="charts">
      <h2 id="charts">{text.title}</h2>
      {failure !== null && <FailureNotice failure={failure} actions={<RetryButton retry={retry} />} />}
      {failure === null && days === undefined && (
        <p className="muted" role="status">
          {words.loading}
        </p>
      )}
      {days !== undefined && <ChartsOf days={days} figures={figures} />}
    </section>
  )
}

function ChartsOf({ days, figures }: { days: Days; figures: Figures }) {
  const program = useProgram()
  const [range, setRange] = useState<Range>(null)
  const other = useAsset(program.deployment.counterAsset)
  const lp = useAsset(program.deployment.pair)
  const { distributions } = useDistributions()
  const charts = useMemo(() => {
    const payouts = figures.payouts.map(({ id, total }) => {
      const name = distributions?.find((each) => each.id === id)?.period ?? dashboardWords.payouts.unnamed
      return [id, { name, total }] as const
    })
    const until = figures.block.timestamp ?? 0
    const facts = { token: tokenOf(program), other, lp, payouts: new Map(payouts), until, names: text.lines }
    return chartsOf(days, facts)
  }, [days, distributions, figures, lp, other, program])
  const shown = useMemo(() => charts.map((chart) => within(chart, range)), [charts, range])
  if (charts.length === 0) return <p className="muted">{text.empty}</p>
  return (
    <>
      <fieldset className="ranges">
        <legend className="hidden">{text.range}</legend>
        {RANGES.map((each) => (
          <label key={each}>
            <input type="radio" name="range" checked={each === range} onChange={() => setRange(each)} />
            <span>{text.ranges(each)}</span>
          </label>
        ))}
      </fieldset>
      <div className="charts">
        <InTurn>
          {shown.map((chart) => (
            <ChartFigure key={chart.key} chart={chart} />
          ))}
        </InTurn>
      </div>
    </>
  )
}
