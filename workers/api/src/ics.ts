// A calendar that programs subscribe to (RFC 5545).
import type { Occasion } from './agenda.ts'

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/[-:]|\.000/g, '')
const day = (seconds: number): string => utc(seconds).slice(0, 8)

const escaped = (text: string): string =>
  text.replace(/[\\;,]/g, (mark) => `\\${mark}`).replaceAll('\n', '\\n')

const LINE = 74

/** Lines of at most 75 bytes; what is longer goes on after a space. Cut between characters, never within one. */
const folded = (line: string): string => {
  const encoder = new TextEncoder()
  let text = ''
  let room = LINE
  for (const character of line) {
    const size = encoder.encode(character).length
    if (size > room) {
      text += '\r\n '
      room = LINE - 1
    }
    text += character
    room -= size
  }
  return `${text}\r\n`
}

const event = (program: string, { id, title, text, at, end, updated, cancelled }: Occasion): string[] => [
  'BEGIN:VEVENT',
  `UID:${escaped(`${id}@${program}.prorata`)}`,
  `DTSTAMP:${utc(updated)}`,
  // Whole days where it lasts; a moment in UTC where it does not.
  ...(end === null
    ? [`DTSTART:${utc(at)}`]
    : [`DTSTART;VALUE=DATE:${day(at)}`, `DTEND;VALUE=DATE:${day(end)}`]),
  `SUMMARY:${escaped(title)}`,
  `DESCRIPTION:${escaped(text)}`,
  ...(cancelled ? ['STATUS:CANCELLED', 'SEQUENCE:1'] : ['STATUS:CONFIRMED', 'SEQUENCE:0']),
  'TRANSP:TRANSPARENT',
  'END:VEVENT',
]

/** @param program the program's name, which makes its events' ids its own */
export const calendarText = (program: string, occasions: readonly Occasion[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Prorata//Calendar//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(`Prorata ${program}`)}`,
    ...occasions.flatMap((each) => event(program, each)),
    'END:VCALENDAR',
  ]
    .map(folded)
    .join('')
