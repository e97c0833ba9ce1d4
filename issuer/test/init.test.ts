// SPEC section 2: every parameter is asked for, and only what has a default there may be left out.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { hashTerms, parseTerms, type Terms } from '../../disbursement/index.ts'
import { init } from '../init.ts'
import { type Answers, questions } from '../initQuestions.ts'

const folder = mkdtempSync(join(tmpdir(), 'prorata-init-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const fresh = () => join(folder, `${++files}.json`)
const silent = () => {}
const write = (answers: Answers, person: Parameters<typeof init>[3] = null) => {
  const out = fresh()
  return init(answers, { out }, silent, person).then(() => parseTerms(JSON.parse(readFileSync(out, 'utf8'))))
}

const decimals = fc.integer({ min: 0, max: 36 }).map(String)
const units = fc.bigInt(0n, 2n ** 128n - 1n).map(String)
const month = fc
  .tuple(fc.integer({ min: 2000, max: 2090 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, number]) => `${year}-${String(number).padStart(2, '0')}`)

const answers = fc.integer({ min: 1, max: 40 }).chain((quarters) => {
  const each = (value: fc.Arbitrary<string>) =>
    fc.oneof(
      value,
      fc.array(value, { minLength: quarters, maxLength: quarters }).map((list) => list.join(', ')),
    )
  return fc
    .record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      tokenName: fc.stringMatching(/^[A-Za-z ]{1,20}$/),
      tokenSymbol: fc.stringMatching(/^[A-Z]{1,8}$/),
      tokenDecimals: decimals,
      currencySymbol: fc.stringMatching(/^[A-Z]{1,8}$/),
      currencyDecimals: decimals,
      firstMonth: month,
      quarters: fc.constant(String(quarters)),
      incomeShareBps: each(fc.integer({ min: 1, max: 10_000 }).map(String)),
      asset: each(fc.constantFrom('currency', 'lp')),
      minPayout: each(units),
      forfeit: fc.constantFrom('proportional', 'all-or-nothing'),
      denominator: fc.constantFrom('eligible', 'sold'),
      cap: fc.oneof(fc.constant('none'), fc.bigInt(1n, 2n ** 128n - 1n).map(String)),
      lpTreatment: fc.constantFrom('deposit-basis', 'none'),
      expiryDays: fc.oneof(fc.constant('none'), fc.integer({ min: 365, max: 36_500 }).map(String)),
      challengeHours: fc.integer({ min: 0, max: 8760 }).map(String),
      reward: fc.oneof(fc.constant('none'), fc.bigInt(1n, 2n ** 128n - 1n).map(String)),
      rewardAsset: fc.constantFrom('token', 'currency'),
      rewardMinPayout: units,
      rewardFirstMonth: month,
      rewardLastMonth: month,
    })
    .map((all): Answers => {
      const { rewardAsset, rewardMinPayout, rewardFirstMonth, rewardLastMonth, ...rest } = all
      const [first, last] = [rewardFirstMonth, rewardLastMonth].sort()
      const capped = rest.cap === 'none' ? {} : { asset: 'currency', denominator: 'eligible' }
      if (rest.reward === 'none') return { ...rest, ...capped }
      return {
        ...{ ...rest, ...capped, rewardAsset, rewardMinPayout },
        ...{ rewardFirstMonth: first ?? '', rewardLastMonth: last ?? '' },
      }
    })
})

/** The answers that a program's terms give back. */
function answersOf(terms: Terms): Answers {
  const { income, liquidity } = terms.streams
  const list = (of: (period: Terms['streams']['income']['periods'][number]) => string | number) =>
    income.periods.map(of).join(',')
  return {
    name: terms.name,
    tokenName: terms.token.name,
    tokenSymbol: terms.token.symbol,
    tokenDecimals: String(terms.token.decimals),
    currencySymbol: terms.currency.symbol,
    currencyDecimals: String(terms.currency.decimals),
    firstMonth: income.periods[0]?.start.slice(0, 7) ?? '',
    quarters: String(income.periods.length),
    incomeShareBps: list((period) => period.incomeShareBps),
    asset: list((period) => period.asset),
    minPayout: list((period) => period.minPayout),
    forfeit: income.forfeit,
    denominator: income.denominator,
    cap: income.cap ?? 'none',
    lpTreatment: terms.custody.lpTreatment,
    expiryDays: terms.expiryDays === null ? 'none' : String(terms.expiryDays),
    challengeHours: String(terms.challengeWindowSeconds / 3600),
    reward: liquidity?.reward ?? 'none',
    ...(liquidity && {
      rewardAsset: liquidity.asset,
      rewardMinPayout: liquidity.minPayout,
      rewardFirstMonth: liquidity.firstMonth,
      rewardLastMonth: liquidity.lastMonth,
    }),
  }
}

test('whatever is answered is what the terms say: back to answers and again, they are the same terms', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      const terms = await write(given)
      const back = answersOf(terms)
      for (const [name, value] of Object.entries(given)) {
        const [one, other] = [value, back[name] ?? ''].map((text) => new Set(text.split(/, ?/)))
        assert.deepEqual([...(one ?? [])], [...(other ?? [])], name)
      }
      assert.equal(hashTerms(await write(back)), hashTerms(terms))
    }),
    { numRuns: 60 },
  )
})

test('silence is refused where the specification has no default, and nowhere else', async () => {
  const [full] = fc.sample(
    answers.filter(({ reward }) => reward !== 'none'),
    { numRuns: 1, seed: 1 },
  )
  assert(full)
  for (const { name, flag, fallback } of questions) {
    const { [name]: left, ...rest } = full
    assert(left !== undefined, name)
    if (name === 'reward' || name === 'cap') {
      const {
        rewardAsset: _,
        rewardMinPayout: __,
        rewardFirstMonth: ___,
        rewardLastMonth: ____,
        ...bare
      } = rest
      await assert.rejects(write(name === 'reward' ? bare : rest), new RegExp(`${flag.split(' ')[0]} `))
    } else if (fallback === undefined) {
      await assert.rejects(
        write(rest),
        new RegExp(`nobody to ask, and the issuer must decide these: ${flag.split(' ')[0]} `),
      )
    } else {
      const terms = answersOf(await write(rest))
      assert.deepEqual(new Set(terms[name]?.split(',')), new Set([fallback]))
    }
  }
  await assert.rejects(write({}), /--name .*--challenge-hours .*--reward/)
})

test('at a terminal everything is asked once, an empty answer takes the default where there is one and asks again where not', async () => {
  const [given] = fc.sample(
    answers.filter(({ reward, cap }) => reward === 'none' && cap === 'none'),
    { numRuns: 1, seed: 2 },
  )
  assert(given)
  const asked: string[] = []
  const person = {
    async ask(text: string) {
      const question = questions.find(({ ask }) => text.startsWith(ask))
      assert(question)
      const isAgain = asked.includes(question.name)
      asked.push(question.name)
      if (question.fallback !== undefined) return ''
      return isAgain ? (given[question.name] ?? '') : ''
    },
    close() {},
  }
  const back = answersOf(await write({ tokenName: 'Given' }, person))
  assert.deepEqual(
    [back.tokenName, back.forfeit, back.lpTreatment, back.name],
    ['Given', 'proportional', 'deposit-basis', given.name],
  )
  assert(!asked.includes('tokenName') && !asked.includes('rewardAsset'))
  for (const { name, fallback, when } of questions) {
    if (when !== undefined || name === 'tokenName') continue
    assert.equal(asked.filter((each) => each === name).length, fallback === undefined ? 2 : 1, name)
  }
})

test('what cannot be terms is refused with what would be right, and nothing is written over', async () => {
  const [given] = fc.sample(answers, { numRuns: 1, seed: 3 })
  assert(given)
  await assert.rejects(write({ ...given, expiryDays: '100' }), /expiryDays.*at least 365/s)
  await assert.rejects(
    write({ ...given, quarters: '3', incomeShareBps: '1,2', asset: 'lp', minPayout: '0' }),
    /--income-share-bps has 2 values for 3 quarters/,
  )
  await assert.rejects(write({ ...given, firstMonth: '2026' }), /--first-month must be a month/)
  await assert.rejects(
    write({ ...given, reward: 'none', rewardAsset: 'token' }),
    /--reward-asset says nothing/,
  )
  const out = fresh()
  await init(given, { out }, silent, null)
  await assert.rejects(init(given, { out }, silent, null), /is there already: terms are never overwritten/)
})
