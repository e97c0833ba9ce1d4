import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { IncomePeriod } from '../disbursement/index.ts'
import { periodOf } from '../disbursement/index.ts'
import { type Person, personAt } from './asking.ts'
import { checkIn } from './check.ts'
import { differenceIn } from './difference.ts'
import { dropsIn } from './drops.ts'
import { standingDistribution } from './history.ts'
import { statedDue } from './income.ts'
import { MOST_AT_ONCE } from './manner.ts'
import { noticesOf } from './notices.ts'
import type { Outcome, Say } from './output.ts'
import { prepare } from './prepare.ts'
import { readPrepared } from './prepared.ts'
import { openPrepared, type PreparedPeriod } from './preparedPeriod.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { readPublication } from './publication.ts'
import { publish } from './publish.ts'
import { type AnswerBook, answer, openAnswers } from './quarterAnswers.ts'
import { quoteOf } from './quote.ts'
import { refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { periodFolder } from './state.ts'
import { requireStorage } from './storage.ts'

export interface QuarterOptions {
  period: string
  income?: string
  /** A file, or `none`. */
  statement?: string
  fundingTx?: string[]
  /** Pay everyone at once; `claim` lets them claim. */
  distribute?: boolean
  claim?: boolean
  dust?: string
  safe?: boolean
  signWithin?: string
  safeNonce?: string
  multisend?: string
  ethPrice?: string
  page?: string
  replace?: boolean
  /** Publish what was shown, without being asked. */
  yes?: boolean
}

type StepName = 'due' | 'drops' | 'prepare' | 'check' | 'difference' | 'quote' | 'publish' | 'notices'

/** How far a sitting came: everything done; or a Safe's owners have to sign. */
type State = 'done' | 'signing'

/**
 * Leads the issuer through a quarter: the income and what is due of it, who dropped and by which transaction, the manifest,
 * both witnesses, the difference to the quarter before, what it costs, publishing, the notices. Each step is a command of its
 * own as well, and every one looks whether it was done: after any interruption, run it again. What was answered is kept.
 */
export async function quarter(
  settings: Settings,
  secrets: Secrets,
  options: QuarterOptions,
  say: Say,
  person: Person | null = personAt(),
): Promise<Outcome> {
  try {
    return await lead(settings, secrets, options, say, person)
  } finally {
    person?.close()
  }
}

async function lead(
  settings: Settings,
  secrets: Secrets,
  options: QuarterOptions,
  say: Say,
  person: Person | null,
): Promise<Outcome> {
  requireStorage(settings)
  const surroundings = await openSurroundings(settings)
  const { terms, deployment } = surroundings
  const period = periodOf(terms, 'income', options.period)
  const folder = periodFolder(settings.state, deployment.network, terms.name, period)
  mkdirSync(dirname(folder), { recursive: true })
  const book = openAnswers(`${folder}.answers.json`)
  const steps: Partial<Record<StepName, object>> = {}
  /** Shows a step as it is done, so that a person can follow; the JSON has all of them at the end. */
  const step = async (name: StepName, run: () => Outcome | Promise<Outcome>) => {
    say(`\n— ${name} —`)
    const outcome = await run()
    steps[name] = outcome.json
    say(outcome.text)
    return outcome
  }

  const standing = await standingDistribution(surroundings, period)
  let state: State = 'done'
  if (standing === null) {
    await work(surroundings, period, book, options, person, step)
    const { json } = await step('publish', () =>
      publish(settings, secrets, publishOptions(options, book), say),
    )
    if ('batch' in json) state = 'signing'
  } else {
    say(`${period.name} is published: distribution ${standing.published.id}`)
  }
  const prepared = readPrepared(folder, period, surroundings)
  if (prepared === null) {
    say(`its files are not on this machine: prepare and publish bring them back, and notices follow`)
  } else if (state === 'done' && prepared.manifest.root !== null) {
    const page = options.page ?? settings.apiUrl
    await step('notices', () => noticesOf({ period, folder, prepared }, page, undefined))
  }
  const next =
    state === 'signing'
      ? `have the Safe's owners execute the batch, then run quarter --period ${period.name} again`
      : 'nothing: the quarter is done'
  return {
    json: { period: period.name, state, steps, next },
    text: `${period.name}: ${state === 'done' ? 'done' : 'waiting for the Safe'}. Next: ${next}`,
  }
}

type Step = (name: StepName, run: () => Outcome | Promise<Outcome>) => Promise<Outcome>

/** Everything before publishing, to the issuer's yes. */
async function work(
  surroundings: Surroundings,
  period: IncomePeriod,
  book: AnswerBook,
  options: QuarterOptions,
  person: Person | null,
  step: Step,
): Promise<void> {
  const { settings, chain } = surroundings
  await askForIncome(period, book, options, person)
  const { income, statement } = book.get()
  const given = {
    income: income ?? '',
    ...(statement !== null && statement !== 'none' && { statement }),
  }
  await step('due', () => statedDue(surroundings, period, given))
  await step('drops', () => dropsIn(chain, surroundings, period))
  const fundingTx = fundingOf(book, options)
  await step('prepare', () =>
    prepare(
      settings,
      // The subgraph is read here and now, which takes no secret.
      {},
      { period: period.name, ...given, fundingTx, ...(options.replace && { replace: true }) },
      sayNothing,
    ),
  )
  const prepared = openPrepared(surroundings, options)
  // What is begun was agreed to, and goes on: the checks come again within publish.
  if (readPublication(prepared.folder, prepared.prepared) !== null && isAgreed(prepared, book)) return
  await step('check', () => checkIn(surroundings, prepared, sayNothing))
  await step('difference', () => differenceIn(surroundings, prepared.prepared.manifest))
  await step('quote', () => quoteOf(surroundings, prepared, { ...options, ...dustOf(options, book) }))
  await askForWay(prepared, book, options, person)
  await askForYes(prepared, book, options, person)
}

const sayNothing: Say = () => {}

async function askForIncome(
  period: IncomePeriod,
  book: AnswerBook,
  options: QuarterOptions,
  person: Person | null,
): Promise<void> {
  const kept = book.get()
  const income = await answer(
    { flag: '--income', given: options.income, kept: kept.income, person },
    `what was earned in ${period.name} (${period.start} to ${period.end}), such as 12000.00`,
    (text) => /^\d+(\.\d+)?$/.test(text),
  )
  const statement = await answer(
    { flag: '--statement <file> (or none)', given: options.statement, kept: kept.statement, person },
    "the income statement's file, whose hash goes into the manifest, or none",
  )
  book.keep({ income, statement })
}

/** The purchase of LP shares, where it was named; prepare knows when it must be, and says so. */
function fundingOf(book: AnswerBook, { fundingTx }: QuarterOptions): string[] {
  if (fundingTx !== undefined) book.keep({ fundingTx })
  return fundingTx ?? book.get().fundingTx ?? []
}

async function askForWay(
  { prepared: { manifest } }: PreparedPeriod,
  book: AnswerBook,
  options: QuarterOptions,
  person: Person | null,
): Promise<void> {
  if (options.distribute && options.claim) throw refused('--distribute and --claim exclude each other')
  const given = options.distribute ? 'distribute' : options.claim ? 'claim' : undefined
  const canChoose = manifest.root !== null && manifest.totals.leaves <= MOST_AT_ONCE
  const way =
    given ??
    (canChoose
      ? await answer(
          { flag: '--claim or --distribute', given: undefined, kept: book.get().way, person },
          'does everyone claim (claim), or is everyone paid at once, with no time to take it back (distribute)',
          (text) => text === 'claim' || text === 'distribute',
        )
      : 'claim')
  book.keep({
    way: way === 'distribute' ? 'distribute' : 'claim',
    ...(options.dust !== undefined && { dust: options.dust }),
    safe: options.safe ?? book.get().safe ?? false,
  })
}

async function askForYes(
  { prepared }: PreparedPeriod,
  book: AnswerBook,
  options: QuarterOptions,
  person: Person | null,
): Promise<void> {
  const { manifest, manifestHash } = prepared
  if (!options.yes && !isAgreed({ prepared }, book)) {
    const typed = await answer(
      { flag: '--yes', given: undefined, kept: null, person },
      `publish manifest ${manifestHash} of ${manifest.period.name} to ${manifest.totals.leaves} accounts? yes or no`,
      (text) => text === 'yes' || text === 'no',
    )
    if (typed === 'no') throw refused('nothing was published; run quarter again to come back to it')
  }
  book.keep({ agreed: manifestHash })
}

const isAgreed = ({ prepared }: Pick<PreparedPeriod, 'prepared'>, book: AnswerBook) =>
  book.get().agreed === prepared.manifestHash

const dustOf = ({ dust }: QuarterOptions, book: AnswerBook) => {
  const own = dust ?? book.get().dust
  return own === null ? {} : { dust: own }
}

function publishOptions(options: QuarterOptions, book: AnswerBook) {
  const { way, dust, safe } = book.get()
  const { signWithin, safeNonce, multisend } = options
  return {
    period: options.period,
    ...(way === 'distribute' && { distribute: true, ...(dust !== null && { dust }) }),
    ...(safe && {
      safe: true,
      ...(signWithin !== undefined && { signWithin }),
      ...(safeNonce !== undefined && { safeNonce }),
      ...(multisend !== undefined && { multisend }),
    }),
  }
}
