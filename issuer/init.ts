import { hashTerms, parseTerms } from '../disbursement/index.ts'
import { type Person, personAt } from './asking.ts'
import { type Answers, questions, termsOf } from './initQuestions.ts'
import { type Outcome, type Say, say as sayAloud } from './output.ts'
import { refused } from './refusal.ts'
import { writeOnce } from './state.ts'

export interface InitOptions {
  /** The terms file to write; it must not be there. */
  out: string
}

/**
 * Writes a program's terms from an answer to every parameter of SPEC section 2: by flag, or asked at the terminal. What the
 * specification gives no default is never assumed.
 */
export async function init(
  given: Answers,
  { out }: InitOptions,
  say: Say = sayAloud,
  person: Person | null = personAt(),
): Promise<Outcome> {
  try {
    const answers = await answered(given, person)
    const terms = parseTerms(termsOf(answers))
    let isNew: boolean
    try {
      isNew = writeOnce(out, `${JSON.stringify(terms, null, 2)}\n`)
    } catch (cause) {
      throw refused(`${out} cannot be written: --out must name a file in a folder that is there`, { cause })
    }
    if (!isNew) throw refused(`${out} is there already: terms are never overwritten, so name another file`)
    say(`${out} is written`)
    const hash = hashTerms(terms)
    const last = terms.streams.income.periods.at(-1)
    return {
      json: { file: out, termsHash: hash, terms },
      text: [
        `${terms.name}: ${terms.streams.income.periods.length} quarters until ${last?.end}`,
        `terms hash    ${hash}: the offering is deployed with it, and then it cannot change`,
        'Addresses that never weigh are not terms: they are read from the deployment file.',
        'Read it aloud to somebody who will be paid by it.',
      ].join('\n'),
    }
  } finally {
    person?.close()
  }
}

async function answered(given: Answers, person: Person | null): Promise<Answers> {
  const answers: Answers = {}
  const missing: string[] = []
  for (const { name, flag, ask, fallback, when } of questions) {
    const typed = given[name]
    if (when !== undefined && !when(answers)) {
      if (typed !== undefined) throw refused(`${flag.split(' ')[0]} says nothing where --reward is none`)
      continue
    }
    if (typed !== undefined) answers[name] = typed
    else if (person !== null) answers[name] = await insist(person, ask, fallback)
    else if (fallback !== undefined) answers[name] = fallback
    else missing.push(`${flag} (${ask})`)
  }
  if (missing.length === 0) return checked(answers)
  throw refused(`there is nobody to ask, and the issuer must decide these: ${missing.join('; ')}`)
}

async function insist(person: Person, ask: string, fallback: string | undefined): Promise<string> {
  for (;;) {
    const answer = await person.ask(`${ask}${fallback === undefined ? '' : ` [${fallback}]`}\n> `)
    if (answer !== '') return answer
    if (fallback !== undefined) return fallback
  }
}

/** What only the answers can tell: how many values a list has. */
function checked(answers: Answers): Answers {
  const { quarters = '', firstMonth = '' } = answers
  if (!/^\d{1,3}$/.test(quarters) || Number(quarters) < 1 || Number(quarters) > 400) {
    throw refused('--quarters must be a whole number from 1 to 400')
  }
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(firstMonth)) {
    throw refused('--first-month must be a month, such as 2026-01')
  }
  for (const [name, flag] of [
    ['incomeShareBps', '--income-share-bps'],
    ['asset', '--asset'],
    ['minPayout', '--min-payout'],
  ] as const) {
    const count = (answers[name] ?? '').split(',').length
    if (count !== 1 && count !== Number(quarters)) {
      throw refused(`${flag} has ${count} values for ${quarters} quarters: give one, or one each`)
    }
  }
  return answers
}
