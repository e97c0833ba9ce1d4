import { isoMoment, writeDay, writeMoment } from '../moments.ts'

/** A point in time, in UTC, to the minute or to the day. */
export function Moment({ seconds, day = false }: { seconds: number; day?: boolean }) {
  return (
    <time dateTime={isoMoment(seconds)} title={writeMoment(seconds)}>
      {day ? writeDay(seconds) : writeMoment(seconds)}
    </time>
  )
}
