import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALEX, BUYERS, PEOPLE } from '../scenario/alex.ts'
import { LATER_ENTITLED, LATER_MARKET, LATER_QUARTERS, LATER_STEPS } from '../scenario/later.ts'
import { marketTrades } from '../scenario/market.ts'
import { ALL_QUARTERS, entitledIn } from '../scenario/years.ts'

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

test('thirty buyers buy the whole offering', () => {
  assert.equal(BUYERS.length, 30)
  assert.equal(sum(BUYERS.flatMap(({ tokens }) => tokens)), ALEX.offering.tokens)
  assert.equal(
    BigInt(ALEX.offering.tokens) * ALEX.offering.price,
    20_000_000_000n,
    '20,000 USDC in base units',
  )
})

test('nobody is entitled to more than they bought, and entitlement never rises', () => {
  for (const { name, tokens, entitled } of BUYERS) {
    assert.ok(entitled['2026-Q1'] <= sum(tokens), name)
    assert.ok(entitled['2026-Q2'] <= entitled['2026-Q1'], name)
  }
})

test('the market is the same every time and sells only what it bought', () => {
  const trades = marketTrades()
  assert.deepEqual(trades, marketTrades())
  assert.equal(trades.length, ALEX.market.trades)
  const held = new Map<string, number>()
  for (const trade of trades) {
    assert.ok(trade.do === 'buy' || trade.do === 'sell')
    const after = (held.get(trade.who) ?? 0) + (trade.do === 'buy' ? trade.tokens : -trade.tokens)
    assert.ok(after >= 0, `${trade.who} at ${trade.at}`)
    held.set(trade.who, after)
    assert.ok(PEOPLE.includes(trade.who))
  }
})

test('three years are twelve quarters, in which no entitlement rises, and what changes one is told', () => {
  assert.equal(ALL_QUARTERS.length, 12)
  assert.deepEqual(ALL_QUARTERS.toSorted(), ALL_QUARTERS)
  for (const { name } of BUYERS) {
    const all = ALL_QUARTERS.map((quarter) => entitledIn(name, quarter))
    assert.deepEqual(
      all.toSorted((a, b) => b - a),
      all,
      name,
    )
  }
  for (const { name, from } of LATER_ENTITLED) {
    const at = ALL_QUARTERS.indexOf(from)
    const [begins, ends] = [ALL_QUARTERS[at - 1], from].map(lastDayOf)
    const acts = LATER_STEPS.filter(({ who, do: what }) => who === name && ['sell', 'send'].includes(what))
    assert.equal(acts.length, 1, name)
    const [{ at: day } = { at: '' }] = acts
    assert.ok(day > (begins ?? '') && day < (ends ?? ''), `${name} acts on ${day}, in ${from}`)
  }
})

test('the later market sells only what it bought, and everybody of these years is known', () => {
  assert.equal(marketTrades(LATER_MARKET).length, LATER_MARKET.trades)
  for (const { who } of LATER_STEPS) assert.ok(PEOPLE.includes(who), who)
  const months = LATER_QUARTERS.flatMap(({ months }) => months)
  assert.equal(new Set(months).size, months.length)
})

const lastDayOf = (quarter = '') => {
  const [year = '', name = ''] = quarter.split('-')
  return `${year}-${String(Number(name[1]) * 3).padStart(2, '0')}-32`
}
