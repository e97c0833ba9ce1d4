import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useScheme } from '../hooks/useScheme.ts'
import { useSeen } from '../hooks/useSeen.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { type Chart, isoDay, type Line } from './chart.ts'

const HEIGHT = 180

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** The drawing alone: the values in words stand beside it, so it is one image to who does not see it. */
export function Plot({
  chart,
  index,
  point,
}: {
  chart: Chart
  /** The day the cursor stands at. */
  index: number
  /** Called with the day that the pointer is over; null when it has left. */
  point: (index: number | null) => void
}) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  /** For a chart that is drawn later. */
  const pointed = useRef(index)
  const scheme = useScheme()
  // A chart that nobody has scrolled to is not drawn.
  const isNear = useSeen(place)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the colors are read as
  useEffect(() => {
    const element = place.current
    if (element === null || !isNear) return
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    // Each in a task of its own: many come into sight at once.
    const timer = setTimeout(() => {
      plot.current = new UPlot(optionsOf(chart, element, point), dataOf(chart), element)
      pointAt(plot.current, chart, pointed.current)
      resized.observe(element)
    })
    return () => {
      clearTimeout(timer)
      resized.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [chart, isNear, point, scheme])
  useEffect(() => {
    pointed.current = index
    if (plot.current !== null) pointAt(plot.current, chart, index)
  }, [chart, index])
  const [first, last] = [chart.times[0] ?? 0, chart.times.at(-1) ?? 0]
  return (
    <div
      ref={place}
      className="plot"
      role="img"
      aria-label={dashboardWords.charts.image(
        dashboardWords.charts.titles[chart.key],
        isoDay(first),
        isoDay(last),
      )}
    />
  )
}

function pointAt(plot: UPlot, { times }: Chart, index: number): void {
  const time = times[index]
  if (time !== undefined) plot.setCursor({ left: plot.valToPos(time, 'x'), top: 0 }, false)
}

/** For drawing alone: here, and only here, amounts become floating. */
function dataOf({ times, lines }: Chart): UPlot.AlignedData {
  const drawn = ({ values, decimals }: Line) =>
    values.map((value) => (value === null ? null : Number(value) / 10 ** decimals))
  return [[...times], ...lines.map(drawn)]
}

function optionsOf(
  { kind, lines }: Chart,
  element: HTMLElement,
  point: (index: number | null) => void,
): UPlot.Options {
  const style = (name: string) => colorOf(element, name)
  const [ink, line] = [style('chart-ink'), style('chart-grid')]
  const paths = kind === 'bar' ? UPlot.paths.bars?.({ size: [0.8, 12] }) : UPlot.paths.stepped?.({ align: 1 })
  const axis: UPlot.Axis = {
    stroke: ink,
    font: '12px sans-serif',
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    // Days begin at midnight UTC, wherever the reader is.
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: (_, least, most) => rangeOf(least, most) } },
    axes: [
      { ...axis, space: 70 },
      { ...axis, size: 68, values: (_, splits) => splits.map((value) => compact.format(value)) },
    ],
    series: [
      {},
      ...lines.map(({ name }, at) => {
        const stroke = style(`chart-color-${at % 4}`)
        const fill = kind === 'bar' ? { fill: stroke } : {}
        // Lines that lie upon each other are told apart by their dashes too.
        const dash = at === 0 ? {} : { dash: [6, 2 + 2 * at] }
        return {
          label: name,
          stroke,
          width: 2,
          points: { show: false },
          ...fill,
          ...dash,
          ...(paths && { paths }),
        }
      }),
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx, event } }) => {
          if (event != null) point(idx ?? null)
        },
      ],
    },
  }
}

/** From zero, where that does not flatten everything; never a range of nothing. */
function rangeOf(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1]
  if (most === least) return least === 0 ? [0, 1] : [Math.min(0, least), Math.max(0, most * 1.1)]
  const from = least > 0 && (most - least) / most < 0.2 ? least - (most - least) * 0.1 : Math.min(0, least)
  return [from, most + (most - from) * 0.05]
}

/** What a class's color is in the scheme of now: canvases know no variables. */
function colorOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.className = name
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
