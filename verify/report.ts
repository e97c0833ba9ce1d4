// A verdict as people read it.
import { sentenceOf } from './steps.ts'
import type { Verdict } from './verify.ts'

const MARK = { ok: '✓', different: '✗', missing: '?' } as const
const COLOUR = { ok: '\u001b[32m', different: '\u001b[31m', missing: '\u001b[33m' } as const
const PLAIN = '\u001b[0m'

/** How many differences of a step are told. */
const MOST = 5

/**
 * A line a step, the differences below it, and what it comes to.
 * @param inColour green, red and yellow marks, for a terminal
 */
export function verdictText(verdict: Verdict, inColour: boolean): string {
  const { steps, notes, period, id, first } = verdict
  const paint = (outcome: keyof typeof MARK, text: string) =>
    inColour ? `${COLOUR[outcome]}${text}${PLAIN}` : text
  const lines = steps.flatMap(({ name, outcome, detail, differences }) => {
    const told = `${paint(outcome, MARK[outcome])} ${name.padEnd(13)} ${detail}`
    const more = differences.slice(1, MOST).map((each) => `${' '.repeat(16)}${sentenceOf(each)}`)
    const rest = differences.length - MOST
    return [told, ...more, ...(rest > 0 ? [`${' '.repeat(16)}and ${rest} more`] : [])]
  })
  const subject = `${period ?? 'the distribution'}${id === null ? '' : `, distribution ${id}`}`
  const conclusion = {
    0: paint('ok', `Equal: ${subject} follows from the chain.`),
    2: paint('different', `Different: ${subject} does not follow from the chain; see ${first?.name}.`),
    3: paint('missing', `Not verified: ${first?.name} could not be checked.`),
  }[verdict.exitCode]
  return [...lines, '', ...notes, conclusion].join('\n')
}
