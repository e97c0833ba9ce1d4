// A feed of what has happened (RFC 4287).
import type { Occasion } from './agenda.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in XML and HTML, in attributes too. */
export const markup = (text: string): string => text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '')

/** When the reader of a feed learns of it: a period when it has ended. */
const toldAt = ({ at, end }: Occasion): number => end ?? at

/**
 * @param now unix seconds: what is still to come is left out
 * @param origin where the page and this API are
 */
export const feedText = (
  program: { name: string; termsHash: string },
  occasions: readonly Occasion[],
  now: number,
  origin: string,
): string => {
  const past = occasions.filter((each) => toldAt(each) <= now).sort((a, b) => toldAt(b) - toldAt(a))
  const newest = past[0]
  const urn = `urn:prorata:${program.termsHash}`
  const entries = past.map(
    (each) => `  <entry>
    <id>${markup(`${urn}:${each.id}`)}</id>
    <title>${markup(each.kind === 'period' ? `${each.title} has ended` : each.title)}</title>
    <updated>${time(toldAt(each))}</updated>
    <link rel="alternate" href="${markup(`${origin}/`)}"/>
    <category term="${each.kind}"/>
    <summary>${markup(each.text)}</summary>
  </entry>
`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${urn}</id>
  <title>${markup(`Prorata ${program.name}`)}</title>
  <updated>${time(newest === undefined ? 0 : toldAt(newest))}</updated>
  <author><name>Prorata</name></author>
  <link rel="self" href="${markup(`${origin}/v1/feed`)}"/>
  <link rel="alternate" href="${markup(`${origin}/`)}"/>
${entries.join('')}</feed>
`
}
