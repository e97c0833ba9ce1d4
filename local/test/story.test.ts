import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALEX, BUYERS, PEOPLE } from '../scenario/alex.ts'
import { marketTrades } from '../scenario/market.ts'

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
