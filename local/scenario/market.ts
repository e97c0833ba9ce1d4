import { ALEX } from './alex.ts'
import type { Step } from './steps.ts'

/** A time in which strangers trade; all of it follows from the seed. */
export interface Market {
  readonly seed: number
  readonly from: string
  readonly to: string
  readonly traders: number
  readonly trades: number
}

/**
 * The market's trades, the same every time. A trader sells only what he bought before, so no trade can fail.
 * Amounts are whole tokens.
 */
export function marketTrades({ seed, from, to, traders, trades }: Market = ALEX.market): Step[] {
  const random = mulberry32(seed)
  const start = Date.parse(from)
  const span = Date.parse(to) - start
  const times = Array.from(
    { length: trades },
    () => start + Math.floor(random() * (span / 60_000)) * 60_000,
  ).sort((a, b) => a - b)
  const held = new Map<string, number>()
  return times.map((time) => {
    const who = `trader${1 + Math.floor(random() * traders)}`
    const have = held.get(who) ?? 0
    const sells = have > 0 && random() < 0.55
    const tokens = sells ? Math.max(1, Math.floor(have * random())) : 500 + Math.floor(random() * 12_000)
    held.set(who, sells ? have - tokens : have + tokens)
    return { at: new Date(time).toISOString(), who, do: sells ? 'sell' : 'buy', tokens }
  })
}

/** Mulberry32: a small seeded generator; floats here choose a story and decide nobody's money. */
function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
