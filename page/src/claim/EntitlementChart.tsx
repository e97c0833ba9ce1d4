import { basisPoints } from '../amounts.ts'
import type { Holder } from '../api.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { writeDay } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { Moment } from '../parts/Moment.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'

interface Step {
  readonly from: number
  readonly to: number
  readonly entitlement: bigint
  readonly lots: bigint
}

/** The stretches of time between two changes of lots or entitlement, up to `now`. */
function stepsOf({ history, lots }: Holder, now: number): Step[] {
  const moments = [...new Set([...history, ...lots].map(({ timestamp }) => timestamp))].sort((a, b) => a - b)
  return moments.map((from, index) => ({
    from,
    to: moments[index + 1] ?? Math.max(now, from + 1),
    entitlement: history.findLast(({ timestamp }) => timestamp <= from)?.entitlement ?? 0n,
    lots: lots.filter(({ timestamp }) => timestamp <= from).reduce((total, lot) => total + lot.amount, 0n),
  }))
}

/** The entitlement as steps in time: filled is what remains, hatched what was given up. */
export function EntitlementChart({ holder }: { holder: Holder }) {
  const token = tokenOf(useProgram())
  const steps = stepsOf(holder, useChainTime())
  const [first] = steps
  const last = steps.at(-1)
  if (first === undefined || last === undefined) return null
  const length = last.to - first.from
  const highest = steps.reduce((most, step) => (step.lots > most ? step.lots : most), 0n)
  const across = (moment: number) => ((moment - first.from) / length) * 100
  const up = (amount: bigint) => basisPoints(amount, highest) / 100
  return (
    <figure className="step-chart">
      <div className="step-scale" aria-hidden="true">
        <Amount value={highest} asset={token} bare />
        <span>0</span>
      </div>
      <svg role="img" aria-label={words.history.chart(writeDay(first.from), writeDay(last.to))}>
        {steps.map((step, index) => {
          const [x, width] = [across(step.from), across(step.to) - across(step.from)]
          const [kept, bought] = [up(step.entitlement), up(step.lots)]
          const before = index === 0 ? 0 : up(steps[index - 1]?.entitlement ?? 0n)
          return (
            <g key={step.from}>
              <rect
                x={`${x}%`}
                width={`${width}%`}
                y={`${100 - bought}%`}
                height={`${bought - kept}%`}
                fill="url(#hatch)"
              />
              <rect
                className="step-kept"
                x={`${x}%`}
                width={`${width}%`}
                y={`${100 - kept}%`}
                height={`${kept}%`}
              />
              <line
                className="step-line"
                x1={`${x}%`}
                x2={`${x + width}%`}
                y1={`${100 - kept}%`}
                y2={`${100 - kept}%`}
              />
              {index > 0 && (
                <line
                  className="step-line"
                  x1={`${x}%`}
                  x2={`${x}%`}
                  y1={`${100 - before}%`}
                  y2={`${100 - kept}%`}
                />
              )}
            </g>
          )
        })}
      </svg>
      <div className="step-times" aria-hidden="true">
        <Moment seconds={first.from} day />
        <Moment seconds={last.to} day />
      </div>
    </figure>
  )
}
