/** How fast a replay goes, and how long it still takes. Pure; estimates, so plain numbers will do. */
import type { ReplayProgress } from './messages.ts'

export interface Pace {
  /** From 0 to 1. */
  readonly part: number
  readonly logsPerSecond: number | null
  /** Seconds; null while too little is known. */
  readonly remaining: number | null
}

/** @param elapsed seconds since the replay began */
export function paceOf({ from, to, done, logs }: ReplayProgress, elapsed: number): Pace {
  const all = Number(to - from) + 1
  const read = Math.min(Math.max(Number(done - from) + 1, 0), all)
  const part = all <= 0 ? 1 : read / all
  const known = elapsed >= 0.5 && part > 0
  return {
    part,
    logsPerSecond: known ? logs / elapsed : null,
    remaining: known ? (elapsed * (1 - part)) / part : null,
  }
}
