// SPEC section 2: what the terms must say, and what they may not.
import { readFileSync } from 'node:fs'
import { keccak256, toBytes } from 'viem'
import { describe, expect, test } from 'vitest'
import { TermsError } from '../errors.ts'
import { deadlineOf, periodOf, periodsOf, streamsOf } from '../periods.ts'
import { hashTerms, parseTerms } from '../terms.ts'
import { rewardTermsJson, terms, termsJson } from './fixtures.ts'

const alex = () => JSON.parse(readFileSync(new URL('../../programs/alex.json', import.meta.url), 'utf8'))

const problemsOf = (json: unknown): readonly string[] => {
  try {
    parseTerms(json)
  } catch (error) {
    if (error instanceof TermsError && error.code === 'TERMS_INVALID') return error.problems
    throw error
  }
  return []
}

/** The sample's JSON with the field at that path replaced, or removed when the value is undefined. */
const changed = (path: string, value?: unknown): unknown => {
  const json: unknown = structuredClone(termsJson([{}, {}, {}]))
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let inner = json as Record<string, unknown>
  for (const key of keys) inner = inner[key] as Record<string, unknown>
  if (value === undefined) delete inner[last]
  else inner[last] = value
  return json
}

describe("ALEX's terms", () => {
  test('are twelve quarters without a gap, the second paid half in LP shares', () => {
    const periods = periodsOf(parseTerms(alex()), 'income')
    expect(periods).toHaveLength(12)
    expect(periods.map(({ name }) => name).slice(0, 5)).toEqual([
      '2026-Q1',
      '2026-Q2',
      '2026-Q3',
      '2026-Q4',
      '2027-Q1',
    ])
    expect(periods[0]?.startsAt).toBe(1_767_225_600n)
    expect(periods[11]?.end).toBe('2029-01-01T00:00:00Z')
    expect(periods.map(({ asset }) => asset).join(' ')).toBe(`currency lp${' currency'.repeat(10)}`)
    expect(periods.map(({ incomeShareBps }) => incomeShareBps)).toEqual([1500, 5000, ...Array(10).fill(1500)])
  })

  test('are hashed as canonical JSON, whatever the order of keys', () => {
    const parsed = parseTerms(alex())
    expect(hashTerms(parsed)).toBe('0x58adf9c15fbfe840a0ca1e18e15cb50c8a00d71bd90e62dd1bea68db826e8d01')
    const reversed = JSON.parse(
      JSON.stringify(alex(), Object.keys(alex()).reverse().concat(keysWithin(alex()))),
    )
    expect(hashTerms(parseTerms(reversed))).toBe(hashTerms(parsed))
    const small = { b: 1, a: 'x' }
    expect(keccak256(toBytes('{"a":"x","b":1}'))).toBe(hashTerms(small as never))
  })
})

const keysWithin = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(keysWithin)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [...keysWithin(inner), key])
}

describe('the last period of an asset', () => {
  test('is the one after which the stream pays nothing in it any more', () => {
    const periods = periodsOf(terms([{}, { asset: 'lp' }, { asset: 'lp' }, {}, {}]), 'income')
    expect(periods.map(({ last }) => last)).toEqual([false, false, true, false, true])
  })
})

describe('periods by name', () => {
  test('are found with their times in seconds', () => {
    expect(periodOf(terms([{}, { minPayout: '25' }]), 'income', 'P2')).toMatchObject({
      position: 1,
      startsAt: 1_769_904_000n,
      endsAt: 1_772_323_200n,
      minPayout: 25n,
      last: true,
    })
  })

  test('an unknown name is answered with the known ones', () => {
    expect(() => periodOf(terms(), 'income', 'P9')).toThrow(
      expect.objectContaining({
        code: 'PERIOD_UNKNOWN',
        problems: ['the income stream has no period P9; it has P1, P2'],
      }),
    )
  })
})

describe('the deadline', () => {
  test('is never, or whole days after the opening', () => {
    expect(deadlineOf(terms(), 1000n)).toBe(0n)
    expect(deadlineOf(parseTerms({ ...termsJson(), expiryDays: 365 }), 1000n)).toBe(1000n + 31_536_000n)
  })
})

describe('terms are refused, each with its reason', () => {
  const bps = 'must be decided by the issuer: a whole number of basis points from 1 to 10000 (1500 is 15%)'
  const time = 'must be a time in UTC to the second, such as 2026-01-01T00:00:00Z'
  const minPayout =
    'must be base units of the asset as a decimal string, such as "0" or "1000000", below 2^128'
  const expiry = 'must be null (never expires) or a whole number of days, at least 365'
  const treatment =
    'must be "deposit-basis" (pooled tokens count as deposited) or "none" (they count as sold)'
  const decimals = 'must be the number of decimals, a whole number from 0 to 36'
  const first = 'streams.income.periods.0'
  const at = 'streams.income.periods[0]'
  const cases: [string, string, unknown, string][] = [
    [
      'an unknown version',
      'spec',
      2,
      'spec: must be 1, the version of the specification this engine follows',
    ],
    ['no name', 'name', undefined, "name: must be the program's name"],
    [
      'a spaced name',
      'name',
      'My Program',
      'name: must be a name of lower-case letters, digits and hyphens, such as alex',
    ],
    [
      'no token',
      'token',
      undefined,
      "token: must be a JSON object with the token's name, symbol and decimals",
    ],
    ['a nameless token', 'token.name', '', "token.name: must be the token's name"],
    ['fractional decimals', 'token.decimals', 1.5, `token.decimals: ${decimals}`],
    ['negative decimals', 'currency.decimals', -1, `currency.decimals: ${decimals}`],
    ['too many decimals', 'currency.decimals', 37, `currency.decimals: ${decimals}`],
    [
      'look-through, by name',
      'custody.lpTreatment',
      'look-through',
      'custody.lpTreatment: "look-through" is not offered for entitlement yet: every price move of the pool would forfeit part of the holder\'s claim; use "deposit-basis" or "none"',
    ],
    ['another LP treatment', 'custody.lpTreatment', 'half', `custody.lpTreatment: ${treatment}`],
    ['no LP treatment', 'custody.lpTreatment', undefined, `custody.lpTreatment: ${treatment}`],
    ['an early expiry', 'expiryDays', 364, `expiryDays: ${expiry}`],
    ['no word on expiry', 'expiryDays', undefined, `expiryDays: ${expiry}`],
    ['half a day of expiry', 'expiryDays', 365.5, `expiryDays: ${expiry}`],
    [
      'no challenge window',
      'challengeWindowSeconds',
      undefined,
      'challengeWindowSeconds: must be a whole number of seconds from 0 to 31536000 between publishing and the first claim; 172800 is two days',
    ],
    [
      'no stream',
      'streams.income',
      undefined,
      "streams.income: must be a JSON object with the stream's rules and periods",
    ],
    [
      'a stream not offered',
      'streams.poll',
      {},
      'streams.poll: not a known field; remove it or mend its spelling',
    ],
    ['a misspelled field', 'expiry', 365, 'expiry: not a known field; remove it or mend its spelling'],
    [
      'no forfeit rule',
      'streams.income.forfeit',
      undefined,
      'streams.income.forfeit: must be "proportional" (who sold half keeps half) or "all-or-nothing" (who sold any has none)',
    ],
    [
      'an unknown denominator',
      'streams.income.denominator',
      'all',
      'streams.income.denominator: must be "eligible" (forfeited shares go to those who stayed) or "sold" (they return to the issuer)',
    ],
    ['no periods', 'streams.income.periods', [], 'streams.income.periods: must list at least one period'],
    [
      'no list of periods',
      'streams.income.periods',
      undefined,
      'streams.income.periods: must list the periods, each with its start and end',
    ],
    ['no income share', `${first}.incomeShareBps`, undefined, `${at}.incomeShareBps: ${bps}`],
    ['an income share of 0', `${first}.incomeShareBps`, 0, `${at}.incomeShareBps: ${bps}`],
    ['an income share of 10001', `${first}.incomeShareBps`, 10_001, `${at}.incomeShareBps: ${bps}`],
    ['half a basis point', `${first}.incomeShareBps`, 1.5, `${at}.incomeShareBps: ${bps}`],
    ['an income share in words', `${first}.incomeShareBps`, '1500', `${at}.incomeShareBps: ${bps}`],
    ['a local time', `${first}.start`, '2026-01-01T00:00:00+01:00', `${at}.start: ${time}`],
    ['a date', `${first}.start`, '2026-01-01', `${at}.start: ${time}`],
    ['30 February', `${first}.end`, '2026-02-30T00:00:00Z', `${at}.end: ${time}`],
    ['a thirteenth month', `${first}.end`, '2026-13-01T00:00:00Z', `${at}.end: ${time}`],
    [
      'an asset by address',
      `${first}.asset`,
      '0xdac17f958d2ee523a2206206994597c13d831ec7',
      `${at}.asset: must be "currency" (paid in the income's currency) or "lp" (paid in the pair's LP token)`,
    ],
    ['a number as minimum payout', `${first}.minPayout`, 1, `${at}.minPayout: ${minPayout}`],
    ['a fraction as minimum payout', `${first}.minPayout`, '1.5', `${at}.minPayout: ${minPayout}`],
    ['a padded minimum payout', `${first}.minPayout`, '01', `${at}.minPayout: ${minPayout}`],
    ['a huge minimum payout', `${first}.minPayout`, (1n << 128n).toString(), `${at}.minPayout: ${minPayout}`],
    ['no minimum payout', `${first}.minPayout`, undefined, `${at}.minPayout: ${minPayout}`],
    [
      'a period with a path for a name',
      `${first}.name`,
      '../P1',
      `${at}.name: must be a short name of letters, digits, dots, hyphens and underscores, such as 2026-Q1`,
    ],
    [
      'two periods of one name',
      'streams.income.periods.1.name',
      'P1',
      'streams.income.periods[1]: the name P1 is taken by an earlier period; give it its own',
    ],
    [
      'a gap',
      'streams.income.periods.1.start',
      '2026-02-02T00:00:00Z',
      'streams.income.periods[1]: starts at 2026-02-02T00:00:00Z, but P1 ends at 2026-02-01T00:00:00Z: periods follow each other without gap or overlap, in ascending order, so it must start at 2026-02-01T00:00:00Z',
    ],
    [
      'an overlap',
      'streams.income.periods.1.start',
      '2026-01-31T23:59:59Z',
      'streams.income.periods[1]: starts at 2026-01-31T23:59:59Z, but P1 ends at 2026-02-01T00:00:00Z: periods follow each other without gap or overlap, in ascending order, so it must start at 2026-02-01T00:00:00Z',
    ],
    [
      'a period that ends as it starts',
      'streams.income.periods.2.end',
      '2026-03-01T00:00:00Z',
      'streams.income.periods[2]: ends at 2026-03-01T00:00:00Z, which is not after its start 2026-03-01T00:00:00Z',
    ],
  ]

  test.each(cases)('%s', (_, path, value, expected) => {
    expect(problemsOf(changed(path, value))).toEqual([expected])
  })

  test('the sample itself is accepted', () => {
    expect(problemsOf(termsJson([{}, {}, {}]))).toEqual([])
  })

  test('what is no object at all', () => {
    for (const json of [null, 'alex', [], 7]) {
      expect(problemsOf(json)).toEqual(["must be a JSON object with the program's terms"])
    }
  })

  test('several at once are all told', () => {
    const json = { ...termsJson(), spec: 3, expiryDays: 1 }
    expect(problemsOf(json)).toHaveLength(2)
    expect(() => parseTerms(json)).toThrow(/^The program's terms are not valid: spec: .*; expiryDays: /)
  })
})

describe('the liquidity stream', () => {
  test('is made of calendar months, February and leap years too', () => {
    const months = periodsOf(parseTerms(rewardTermsJson({ lastMonth: '2028-03' })), 'liquidity')
    expect(months).toHaveLength(27)
    expect(months.slice(0, 2).map(({ name, start, end }) => [name, start, end])).toEqual([
      ['2026-01', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
      ['2026-02', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ])
    const days = months.map(({ startsAt, endsAt }) => (endsAt - startsAt) / 86_400n)
    expect([days[1], days[11], days[25]]).toEqual([28n, 31n, 29n])
    expect(months.every(({ startsAt }, at) => at === 0 || months[at - 1]?.endsAt === startsAt)).toBe(true)
    expect(months.filter(({ last }) => last).map(({ name }) => name)).toEqual(['2028-03'])
    expect(months[3]).toMatchObject({ stream: 'liquidity', position: 3, asset: 'token', reward: 1000n })
  })

  test('may be left out: terms without it keep their hash', () => {
    const { liquidity, ...streams } = alex().streams
    expect(liquidity).toBeDefined()
    const plain = parseTerms({ ...alex(), expiryDays: null, streams })
    expect(hashTerms(plain)).toBe('0xf01a38686aea41c23d64cfc64c88117049187c84b72cbcbb892f529e8aa7d8ab')
    expect(streamsOf(plain)).toEqual(['income'])
    expect(periodsOf(plain, 'liquidity')).toEqual([])
    expect(() => periodOf(plain, 'liquidity', '2026-01')).toThrow('the program has no liquidity stream')
    expect(streamsOf(parseTerms(rewardTermsJson()))).toEqual(['income', 'liquidity'])
  })

  const refused: [string, object, string][] = [
    ['no reward at all', { reward: '0' }, 'reward: must be what all liquidity providers together'],
    ['a reward with decimals', { reward: '1.5' }, 'reward: must be what all liquidity providers together'],
    ['an unknown asset', { asset: 'lp' }, 'asset: must be "token"'],
    ['a month that does not exist', { firstMonth: '2026-13' }, 'firstMonth: must be a UTC calendar month'],
    ['a last month before the first', { lastMonth: '2025-12' }, 'lastMonth: must not be before the first'],
    [
      'more than a hundred years',
      { lastMonth: '2126-01' },
      'lastMonth: must be at most 1200 months on: 2125-12',
    ],
    ['no decision on the minimum', { minPayout: undefined }, 'minPayout: must be base units'],
  ]
  test.each(refused)('is refused with %s', (_, change, expected) => {
    const [problem, ...more] = problemsOf(rewardTermsJson(change))
    expect(more).toEqual([])
    expect(problem).toContain(`streams.liquidity.${expected}`)
  })
})
