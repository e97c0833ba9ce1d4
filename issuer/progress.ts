import type { Say } from './output.ts'

/** Between two lines about one long step, in milliseconds. */
const INTERVAL = 2000

const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const whole = (count: number): string => Math.round(count).toLocaleString('en')
const remaining = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`

/**
 * Tells how far a long step is, at most every two seconds, and once when it is done: how much, how fast, how much longer.
 * A step that is done before it would be told stays silent.
 * @param first what an earlier run did, which says nothing of this one's speed
 * @returns tells that so much is done by now
 */
export function progressOf(
  say: Say,
  {
    what,
    total,
    first = 0,
    inBytes = false,
  }: { what: string; total: number; first?: number; inBytes?: boolean },
  now: () => number = () => performance.now(),
): (done: number) => void {
  const began = now()
  let told = began
  const shown = inBytes ? size : whole
  return (done) => {
    const time = now()
    const isEnd = done >= total && told > began
    if (!isEnd && time - told < INTERVAL) return
    told = time
    const rate = ((done - first) * 1000) / Math.max(1, time - began)
    const left = done >= total ? 'done' : rate > 0 ? `${remaining((total - done) / rate)} left` : 'waiting'
    say(`${what}: ${shown(done)} of ${shown(total)}, ${shown(rate)}/s, ${left}`)
  }
}
