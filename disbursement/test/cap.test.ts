// A debt program: the same payouts, and they stop exactly at a cap on all of them together (SPEC section 6).
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkManifest, decodeManifest, derivedFrom, manifestBytes, prepareDisbursement } from '../index.ts'
import type { IncomeManifest } from '../manifest.ts'
import { parseTerms, type Terms } from '../terms.ts'
import { address, deployment, lotsOf, position, recordBlock, termsJson } from './fixtures.ts'

const capped = (periods: number, cap: bigint | undefined, minPayout = '0'): Terms =>
  parseTerms(
    termsJson(
      Array.from({ length: periods }, () => ({ incomeShareBps: 5000, minPayout })),
      cap === undefined ? {} : { cap: cap.toString() },
    ),
  )

const people = [address(1), address(2), address(3)]

/** The loan of 1,500 USDC that came before the ALEX program: half of each quarter's income until it is paid back. */
const loan = (): Terms =>
  parseTerms(JSON.parse(readFileSync(new URL('../../programs/debt.json', import.meta.url), 'utf8')))

/** Plays a program period by period. @param incomes of each period @param entitled of each holder, in each period */
const play = (terms: Terms, incomes: readonly bigint[], entitled: readonly (readonly bigint[])[]) => {
  const made: IncomeManifest[] = []
  incomes.forEach((income, at) => {
    const positions = people.map((holder, who) => position(holder, 1_000n, entitled[at]?.[who] ?? 1_000n))
    const previous = made.at(-1) ?? null
    const period = terms.streams.income.periods[at]
    if (period === undefined) throw new Error('more incomes than periods')
    const before = previous === null ? 0n : (previous.income.dueBefore ?? 0n) + previous.income.due
    const share = income / 2n
    const cap = terms.streams.income.cap
    const left = cap === undefined ? share : BigInt(cap) - before
    const { manifest } = prepareDisbursement({
      stream: 'income',
      terms,
      deployment: deployment(),
      period: period.name,
      positions,
      lots: lotsOf(positions),
      recordBlock: { ...recordBlock(at), timestamp: BigInt(Date.parse(period.end) / 1000 - 12) },
      income,
      statementHash: null,
      funded: share < left ? share : left,
      lp: null,
      previous,
    })
    expect(checkManifest(manifest, { terms, deployment: deployment(), previous })).toEqual([])
    expect(decodeManifest(manifestBytes(manifest))).toEqual(manifest)
    made.push(manifest)
  })
  return made
}
const whole = [1_000n, 1_000n, 1_000n]
const paidIn = (all: readonly IncomeManifest[]) => all.reduce((sum, { totals }) => sum + totals.paid, 0n)

describe('a program with a cap', () => {
  test('stops exactly at it: a loan of 1,500 is paid back by half the income, and then nothing is due', () => {
    const made = play(
      capped(5, 1_500_000_000n),
      [800n, 1_234n, 1_500n, 900n, 700n].map((x) => x * 1_000_000n),
      [whole, whole, whole, whole, whole],
    )
    expect(made.map(({ income }) => income.due)).toEqual(
      [400n, 617n, 483n, 0n, 0n].map((x) => x * 1_000_000n),
    )
    expect(made.map(({ income }) => income.dueBefore)).toEqual(
      [0n, 400n, 1_017n, 1_500n, 1_500n].map((x) => x * 1_000_000n),
    )
    expect(paidIn(made)).toBe(1_500_000_000n)
    // Thirds do not come out even: the period in which the cap is reached pays the rest too.
    expect(made.map(({ payout }) => payout.carryOut)).toEqual([1n, 0n, 0n, 0n, 0n])
    expect(made.map(({ root }) => root !== null)).toEqual([true, true, true, false, false])
    // To the terms it is no last period: that follows from the cap.
    expect(made.map(({ parameters }) => parameters.last)).toEqual([false, false, false, false, true])
  })

  test('is what programs/debt.json says: eight quarters at most, over as soon as 1,500 USDC are paid', () => {
    const incomes = [310n, 600n, 0n, 745n, 1_200n, 980n, 400n, 500n].map((dollars) => dollars * 1_000_000n)
    const lenders = incomes.map(() => [1_000n, 700n, 250n])
    const made = play(loan(), incomes, lenders)
    const dollars = [155n, 300n, 0n, 372n, 600n, 72n, 0n, 0n].map((whole) => whole * 1_000_000n)
    // Half of 745 is 372.50, and the sixth quarter's share is what the cap has left.
    const half = 500_000n
    expect(made.map(({ income }) => income.due)).toEqual(
      dollars.map((due, at) => (at === 3 || at === 5 ? due + half : due)),
    )
    expect(paidIn(made)).toBe(1_500_000_000n)
    expect(made.slice(6).map(({ root }) => root)).toEqual([null, null])
  })

  test('pays what had accrued when the cap is reached, however little', () => {
    const made = play(capped(4, 100n, '1000'), [40n, 60n, 200n, 80n], [whole, whole, whole, whole])
    expect(made.map(({ totals }) => totals.paid)).toEqual([0n, 0n, 100n, 0n])
  })

  test('that nobody is entitled to when it is reached waits, and is paid whole to who is', () => {
    const none = [0n, 0n, 0n]
    const made = play(capped(3, 100n), [200n, 80n, 80n], [none, [0n, 10n, 0n], whole])
    expect(made.map(({ totals }) => totals.paid)).toEqual([0n, 100n, 0n])
  })

  test('never pays more than the cap, pays it whole once it is due, and without a cap it is the old bytes', () => {
    const income = fc.bigInt({ min: 0n, max: 2_000n })
    const stakes = fc.array(fc.tuple(...people.map(() => fc.bigInt({ min: 0n, max: 1_000n }))), {
      minLength: 4,
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        fc.array(income, { minLength: 4, maxLength: 4 }),
        stakes,
        fc.bigInt({ min: 1n, max: 3_000n }),
        fc.constantFrom('0', '50'),
        (incomes, random, cap, minPayout) => {
          // One keeps something to the end: money that nobody is entitled to may wait for ever.
          const entitled = random.map(([first = 0n, ...rest]) => [first === 0n ? 1n : first, ...rest])
          const terms = capped(4, cap, minPayout)
          const made = play(terms, incomes, entitled)
          const wanted = incomes.reduce((sum, each) => sum + each / 2n, 0n)
          const owed = wanted < cap ? wanted : cap
          expect(made.reduce((sum, { income: own }) => sum + own.due, 0n)).toBe(owed)
          expect(paidIn(made)).toBe(owed)
          const reached = made.find(({ income: own }) => (own.dueBefore ?? 0n) + own.due === cap)
          if (reached !== undefined) {
            expect([reached.payout.carryOut, reached.payout.accruedAfter]).toEqual([0n, 0n])
          }
          for (const { parameters, income: own } of play(
            capped(4, undefined, minPayout),
            incomes,
            entitled,
          )) {
            expect(['cap' in parameters, 'dueBefore' in own]).toEqual([false, false])
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('a cheat with the cap', () => {
  const terms = capped(3, 1_000n)
  const [first, second] = play(terms, [1_000n, 2_000n], [whole, whole])
  const problems = (change: (manifest: IncomeManifest) => IncomeManifest) => {
    if (first === undefined || second === undefined) throw new Error('two periods')
    const forged = derivedFrom(change(structuredClone(second)))
    return checkManifest(forged, { terms, deployment: deployment(), previous: first }).map(({ code }) => code)
  }
  test('is named: another cap, less than is due, more counted before, or nothing counted', () => {
    expect(problems((m) => m)).toEqual([])
    expect(problems((m) => ({ ...m, parameters: { ...m.parameters, cap: 900n } }))).toContain('TERMS')
    expect(problems((m) => ({ ...m, payout: { ...m.payout, funded: 499n } }))).toContain('FUNDING')
    const counted = (dueBefore: bigint) => (m: IncomeManifest) => ({
      ...m,
      income: { ...m.income, dueBefore },
      payout: { ...m.payout, funded: 1_000n - dueBefore },
    })
    expect(problems(counted(600n))).toEqual(['CARRIED'])
    expect(problems(counted(0n))).toEqual(['CARRIED'])
    const { cap: _, ...uncapped } = second?.parameters ?? {}
    expect(problems((m) => ({ ...m, parameters: uncapped as IncomeManifest['parameters'] }))).toContain(
      'TERMS',
    )
  })
})

describe('terms with a cap', () => {
  const refused: [string, object, string][] = [
    ['of nothing', { cap: '0' }, 'streams.income.cap: must be left out (no cap)'],
    ['with decimals', { cap: '1500.00' }, 'streams.income.cap: must be left out (no cap)'],
    [
      'over what was sold',
      { cap: '5', denominator: 'sold' },
      'streams.income.denominator: must be "eligible"',
    ],
  ]
  test.each(refused)('are refused %s', (_, rules, message) => {
    expect(() => parseTerms(termsJson([{}, {}], rules))).toThrow(message)
  })
  test('are refused where a period pays in LP units, in which nothing is counted', () => {
    expect(() => parseTerms(termsJson([{}, { asset: 'lp' }], { cap: '5' }))).toThrow(
      'streams.income.periods[1].asset: must be "currency" under a cap',
    )
  })
})
