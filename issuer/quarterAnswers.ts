// What the issuer said about a quarter: kept beside its files, so that nothing is asked twice.
import { z } from 'zod'
import type { Person } from './asking.ts'
import { jsonText } from './output.ts'
import { refused } from './refusal.ts'
import { readIfThere, writeFile } from './state.ts'

const schema = z.object({
  /** As typed. */
  income: z.string().nullable().default(null),
  /** The statement's file; `none` is an answer too. */
  statement: z.string().nullable().default(null),
  fundingTx: z.array(z.string()).nullable().default(null),
  way: z.enum(['claim', 'distribute']).nullable().default(null),
  dust: z.string().nullable().default(null),
  safe: z.boolean().nullable().default(null),
  /** The manifest that was agreed to be published. */
  agreed: z.string().nullable().default(null),
})

export type QuarterAnswers = z.output<typeof schema>

/** Reads and keeps the answers of a quarter; each is on disk before anything is done with it. */
export function openAnswers(file: string) {
  let answers = read(file)
  return {
    get: (): Readonly<QuarterAnswers> => answers,
    keep(more: Partial<QuarterAnswers>): void {
      const next = { ...answers, ...more }
      if (jsonText(next) === jsonText(answers)) return
      writeFile(file, jsonText(next))
      answers = next
    },
  }
}

export type AnswerBook = ReturnType<typeof openAnswers>

function read(file: string): QuarterAnswers {
  const bytes = readIfThere(file)
  try {
    return schema.parse(bytes === null ? {} : JSON.parse(bytes.toString()))
  } catch (cause) {
    throw refused(`${file} is damaged: remove it, and what it held is asked again`, { cause })
  }
}

/**
 * An answer: the flag's, else the one kept, else what is typed now.
 * @param flag what to give where nobody can be asked
 * @param isRight whether a typed answer will do; until then it is asked again
 */
export async function answer(
  {
    flag,
    given,
    kept,
    person,
  }: { flag: string; given: string | undefined; kept: string | null; person: Person | null },
  question: string,
  isRight: (text: string) => boolean = (text) => text !== '',
): Promise<string> {
  if (given !== undefined) return given
  if (kept !== null) return kept
  if (person === null) throw refused(`nobody can be asked here, so give ${flag}: ${question}`)
  for (;;) {
    const typed = await person.ask(`${question}\n> `)
    if (isRight(typed)) return typed
  }
}
