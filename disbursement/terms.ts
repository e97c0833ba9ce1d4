import type { Hex } from 'viem'
import * as z from 'zod'
import { canonicalHash } from './canonical.ts'
import { TermsError } from './errors.ts'
import { isDecimal, problemsOf, utcSeconds } from './fields.ts'
import { monthName, monthNumber } from './months.ts'

const UINT128_LIMIT = 1n << 128n
/** A hundred years: a longer stream is a slip of the pen. */
const MOST_MONTHS = 1200

const text = (what: string) => z.string({ error: what }).min(1, { error: what })
const decimals = z
  .int({ error: 'must be the number of decimals, a whole number from 0 to 36' })
  .min(0, { error: 'must be the number of decimals, a whole number from 0 to 36' })
  .max(36, { error: 'must be the number of decimals, a whole number from 0 to 36' })

/** An object of known fields; `what` says what it is for when it is missing. */
const section = <Shape extends z.ZodRawShape>(what: string, shape: Shape) =>
  z.strictObject(shape, { error: `must be a JSON object with ${what}` })

const TIME = 'must be a time in UTC to the second, such as 2026-01-01T00:00:00Z'
const time = z
  .string({ error: TIME })
  .refine((value) => utcSeconds(value) !== null, { error: TIME, abort: true })

const BPS = 'must be decided by the issuer: a whole number of basis points from 1 to 10000 (1500 is 15%)'
const MIN_PAYOUT =
  'must be base units of the asset as a decimal string, such as "0" or "1000000", below 2^128'
const minPayout = z
  .string({ error: MIN_PAYOUT })
  .refine((value) => isDecimal(value) && BigInt(value) < UINT128_LIMIT, { error: MIN_PAYOUT })
const NAME = 'must be a short name of letters, digits, dots, hyphens and underscores, such as 2026-Q1'

const period = section('one period', {
  name: z.string({ error: NAME }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: NAME }),
  start: time,
  end: time,
  incomeShareBps: z.int({ error: BPS }).min(1, { error: BPS }).max(10_000, { error: BPS }),
  asset: z.enum(['currency', 'lp'], {
    error: 'must be "currency" (paid in the income\'s currency) or "lp" (paid in the pair\'s LP token)',
  }),
  minPayout,
})

const checkPeriods = (
  periods: readonly z.output<typeof period>[],
  fail: (path: number, what: string) => void,
) => {
  const names = new Set<string>()
  let previous: z.output<typeof period> | undefined
  periods.forEach((current, at) => {
    if (names.has(current.name))
      fail(at, `the name ${current.name} is taken by an earlier period; give it its own`)
    names.add(current.name)
    const start = utcSeconds(current.start) ?? 0n
    const end = utcSeconds(current.end) ?? 0n
    if (end <= start) fail(at, `ends at ${current.end}, which is not after its start ${current.start}`)
    if (previous !== undefined && current.start !== previous.end) {
      fail(
        at,
        `starts at ${current.start}, but ${previous.name} ends at ${previous.end}: periods follow each other without gap or overlap, in ascending order, so it must start at ${previous.end}`,
      )
    }
    previous = current
  })
}

const CAP =
  'must be left out (no cap), or the most that all periods together pay: base units of the currency as a decimal string, from "1" to 2^128 - 1'

const income = section("the stream's rules and periods", {
  forfeit: z.enum(['proportional', 'all-or-nothing'], {
    error: 'must be "proportional" (who sold half keeps half) or "all-or-nothing" (who sold any has none)',
  }),
  denominator: z.enum(['eligible', 'sold'], {
    error:
      'must be "eligible" (forfeited shares go to those who stayed) or "sold" (they return to the issuer)',
  }),
  cap: z
    .string({ error: CAP })
    .refine((value) => isDecimal(value) && value !== '0' && BigInt(value) < UINT128_LIMIT, { error: CAP })
    .optional(),
  periods: z
    .array(period, { error: 'must list the periods, each with its start and end' })
    .min(1, { error: 'must list at least one period' })
    .superRefine((periods, context) =>
      checkPeriods(periods, (at, message) => context.addIssue({ code: 'custom', path: [at], message })),
    ),
}).superRefine(({ cap, denominator, periods }, context) => {
  if (cap === undefined) return
  const fail = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  if (denominator === 'sold') {
    fail(
      ['denominator'],
      'must be "eligible" under a cap: what returns to the issuer would count as paid, and the holders never get the whole cap',
    )
  }
  periods.forEach(({ asset }, at) => {
    if (asset === 'lp')
      fail(['periods', at, 'asset'], 'must be "currency" under a cap, which is counted in it')
  })
})

const REWARD =
  'must be what all liquidity providers together get a month: base units of the asset as a decimal string, from "1" to 2^128 - 1'
const MONTH = 'must be a UTC calendar month, such as 2026-01'
const month = z.string({ error: MONTH }).refine((value) => monthNumber(value) !== null, { error: MONTH })

/** SPEC section 11. It may be left out: then the program has no liquidity rewards. */
const liquidity = section("the reward's asset and amount, and the months", {
  asset: z.enum(['token', 'currency'], {
    error: 'must be "token" (rewarded in the program\'s token) or "currency" (in the income\'s currency)',
  }),
  reward: z
    .string({ error: REWARD })
    .refine((value) => isDecimal(value) && value !== '0' && BigInt(value) < UINT128_LIMIT, { error: REWARD }),
  minPayout,
  firstMonth: month,
  lastMonth: month,
}).superRefine(({ firstMonth, lastMonth }, context) => {
  const [first, last] = [monthNumber(firstMonth), monthNumber(lastMonth)]
  if (first === null || last === null) return
  const fail = (message: string) => context.addIssue({ code: 'custom', path: ['lastMonth'], message })
  if (last < first) fail(`must not be before the first month ${firstMonth}`)
  if (last >= first + MOST_MONTHS) {
    fail(`must be at most ${MOST_MONTHS} months on: ${monthName(first + MOST_MONTHS - 1)} or earlier`)
  }
})

const LOOK_THROUGH =
  '"look-through" is not offered for entitlement yet: every price move of the pool would forfeit part of the holder\'s claim; use "deposit-basis" or "none"'
const EXPIRY = 'must be null (never expires) or a whole number of days, at least 365'
const WINDOW =
  'must be a whole number of seconds from 0 to 31536000 between publishing and the first claim; 172800 is two days'

const schema = section("the program's terms", {
  spec: z.literal(1, { error: 'must be 1, the version of the specification this engine follows' }),
  name: z.string({ error: "must be the program's name" }).regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
    error: 'must be a name of lower-case letters, digits and hyphens, such as alex',
  }),
  token: section("the token's name, symbol and decimals", {
    name: text("must be the token's name"),
    symbol: text("must be the token's symbol"),
    decimals,
  }),
  currency: section("the income currency's symbol and decimals", {
    symbol: text("must be the currency's symbol, such as USDC"),
    decimals,
  }),
  custody: section('the lpTreatment', {
    lpTreatment: z.enum(['deposit-basis', 'none'], {
      error: (issue) =>
        issue.input === 'look-through'
          ? LOOK_THROUGH
          : 'must be "deposit-basis" (pooled tokens count as deposited) or "none" (they count as sold)',
    }),
  }),
  expiryDays: z.int({ error: EXPIRY }).min(365, { error: EXPIRY }).max(36_500, { error: EXPIRY }).nullable(),
  challengeWindowSeconds: z
    .int({ error: WINDOW })
    .min(0, { error: WINDOW })
    .max(31_536_000, { error: WINDOW }),
  streams: section('the income stream', { income, liquidity: liquidity.optional() }),
})

/** A program's terms, exactly as in its file (SPEC section 2): what is here is what is hashed. */
export type Terms = z.output<typeof schema>
export type StreamName = keyof Terms['streams']
export type Forfeit = Terms['streams']['income']['forfeit']
export type Denominator = Terms['streams']['income']['denominator']
export type IncomeAsset = Terms['streams']['income']['periods'][number]['asset']
export type RewardAsset = NonNullable<Terms['streams']['liquidity']>['asset']
export type AssetKind = IncomeAsset | RewardAsset
export type LpTreatment = Terms['custody']['lpTreatment']

/**
 * Reads a program's terms. Nothing has a default: what the file does not say, the issuer has not decided.
 * @param json the parsed JSON of `programs/<name>.json`
 * @throws TermsError with a sentence for each field that is missing or wrong, saying what would be right
 */
export const parseTerms = (json: unknown): Terms => {
  const result = schema.safeParse(json)
  if (!result.success) throw new TermsError(problemsOf(result.error))
  return result.data
}

/** keccak256 of the terms' canonical JSON (RFC 8785): the hash that the offering keeps on chain. */
export const hashTerms = (terms: Terms): Hex => canonicalHash(terms)
