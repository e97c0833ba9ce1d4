/** Times, always in UTC: periods begin and end there. Seconds since 1970, as the chain counts. */

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** "3 Apr 2026" */
export function writeDay(seconds: number): string {
  return day.format(seconds * 1000)
}

/** "3 Apr 2026, 14:05 UTC" */
export function writeMoment(seconds: number): string {
  return `${day.format(seconds * 1000)}, ${clock.format(seconds * 1000)} UTC`
}

/** The machine-readable form for `<time dateTime>`. */
export function isoMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/** "in 2 days", "in 5 hours", "3 minutes ago"; whole units, toward zero. */
export function writeDistance(seconds: number, now: number): string {
  const distance = seconds - now
  for (const [unit, length] of STEPS) {
    if (Math.abs(distance) >= length) return relative.format(Math.trunc(distance / length), unit)
  }
  return relative.format(Math.trunc(distance), 'second')
}
