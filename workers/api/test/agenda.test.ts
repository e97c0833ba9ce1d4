import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Occasion } from '../src/agenda.ts'
import { feedText } from '../src/atom.ts'
import { calendarText } from '../src/ics.ts'
import { keepEndings } from '../src/standings.ts'
import { call, freshStorage, published } from './api.ts'
import { chain, HEAD } from './chain.ts'
import { DEADLINE, disbursement, idOf, OPENS_AT } from './program.ts'

const three = disbursement(3)
const second = disbursement(3, '2026-Q2', three.manifest)

beforeAll(async () => {
  await freshStorage()
  await published(three)
  await published(second)
  await keepEndings(env.DB, [{ id: idOf(second), status: 'cancelled' }])
})
afterAll(freshStorage)

/** An event's lines by name, unfolded and unescaped. */
const eventsOf = (text: string): Record<string, string>[] => {
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  for (const line of text.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
  const lines = text.replaceAll('\r\n ', '').split('\r\n')
  expect(lines[0]).toBe('BEGIN:VCALENDAR')
  expect(lines.slice(-2)).toEqual(['END:VCALENDAR', ''])
  const events: Record<string, string>[] = []
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') events.push({})
    const [, name, value] = /^([A-Z-]+(?:;VALUE=DATE)?):(.*)$/s.exec(line) ?? []
    const own = events.at(-1)
    if (own === undefined || name === undefined || value === undefined || own.END) continue
    own[name] = value.replace(/\\([\\;,n])/g, (_, mark) => (mark === 'n' ? '\n' : mark))
  }
  return events
}

const utc = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace(/[-:]|\.000/g, '')

describe('the calendar', () => {
  test('has every period, opening and deadline, and says what was cancelled', async () => {
    const response = await call('/v1/calendar')
    expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
    const events = eventsOf(await response.text())
    const byId = new Map(events.map((event) => [event.UID, event]))
    expect(byId.size).toBe(events.length)
    expect(byId.get('period-income-2026-Q1@alex.prorata')).toMatchObject({
      'DTSTART;VALUE=DATE': '20260101',
      'DTEND;VALUE=DATE': '20260401',
      STATUS: 'CONFIRMED',
    })
    expect(byId.get(`opening-${idOf(three)}@alex.prorata`)).toMatchObject({
      DTSTART: utc(OPENS_AT),
      STATUS: 'CONFIRMED',
      SUMMARY: 'ALEX 2026-Q1 can be claimed',
    })
    expect(byId.get(`deadline-${idOf(three)}@alex.prorata`)?.DTSTART).toBe(utc(DEADLINE))
    for (const kind of ['published', 'opening', 'deadline']) {
      expect(byId.get(`${kind}-${idOf(second)}@alex.prorata`)).toMatchObject({
        STATUS: 'CANCELLED',
        SEQUENCE: '1',
      })
    }
  })

  test('stays the same while nothing changes', async () => {
    const first = await call('/v1/calendar')
    const etag = first.headers.get('etag') ?? ''
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await call('/v1/calendar', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })
})

const occasion = fc.record({
  id: fc.string({ unit: 'grapheme', minLength: 1 }),
  kind: fc.constantFrom('period' as const, 'opening' as const),
  title: fc.string({ unit: 'grapheme' }),
  text: fc.string({ unit: 'grapheme', maxLength: 300 }),
  at: fc.nat(4_000_000_000),
  end: fc.constant(null),
  updated: fc.nat(4_000_000_000),
  cancelled: fc.boolean(),
}) satisfies fc.Arbitrary<Occasion>

test('any text goes into a calendar and comes out again', () => {
  fc.assert(
    fc.property(occasion, (each) => {
      const [event] = eventsOf(calendarText('p', [each]))
      expect(event).toMatchObject({
        SUMMARY: each.title,
        DESCRIPTION: each.text,
        UID: `${each.id}@p.prorata`,
      })
    }),
  )
})

test('any text goes into a feed without becoming markup', () => {
  const program = { name: 'p', termsHash: '0x1' }
  fc.assert(
    fc.property(occasion, (each) => {
      const feed = feedText(
        program,
        [{ ...each, title: `${each.title}<b>&"'` }],
        each.at,
        'https://p.example',
      )
      const tags = feed.replace(
        /<\/?(feed|entry|id|title|updated|author|name|link|category|summary)\b[^<>]*>/g,
        '',
      )
      expect(tags.replace(/^<\?xml[^<>]*\?>/, '')).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/)
    }),
  )
})

describe('the feed', () => {
  const at = async (seconds: bigint) => {
    const latest = { ...HEAD, timestamp: `0x${seconds.toString(16)}` }
    const RPC_URL = await chain({ 'eth_getBlockByNumber latest': latest })
    const response = await call('/v1/feed', {}, { RPC_URL })
    expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    const text = await response.text()
    return [...text.matchAll(/<entry>\s*<id>([^<]*)<\/id>/g)].map(([, id]) =>
      (id ?? '').split(':').slice(3).join(':'),
    )
  }

  test('has what happened by the chain’s clock, newest first, and nothing to come', async () => {
    const published = [`published-${idOf(three)}`, `published-${idOf(second)}`]
    const early = await at(OPENS_AT - 1n)
    expect(early).toEqual(
      [...published, 'period-income-2026-Q1'].sort((a, b) => early.indexOf(a) - early.indexOf(b)),
    )
    expect(early).toHaveLength(3)
    const open = await at(OPENS_AT)
    expect(open.slice(0, 2).sort()).toEqual([`opening-${idOf(second)}`, `opening-${idOf(three)}`].sort())
    expect(open.slice(2)).toEqual(early)
    expect(await at(DEADLINE)).toContain(`deadline-${idOf(three)}`)
  })

  test('tells where it is itself, and escapes what it tells', async () => {
    const text = await (await call('/v1/feed')).text()
    expect(text).toContain('<link rel="self" href="https://api.example/v1/feed"/>')
    expect(text).toMatch(/<updated>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/updated>/)
  })
})
