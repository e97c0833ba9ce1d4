import { describe, expect, test } from 'vitest'
import { readTold } from '../src/issuer/told.ts'

const own = { program: 'alex', network: 'local' }
const hash = `0x${'a'.repeat(64)}`
const period = (stream: string, name: string, state: string, manifestHash: string | null = null) => ({
  ...{ stream, name, state, manifestHash, endsAt: '200', distribution: null },
})
const status = (changed: object = {}) =>
  JSON.stringify({
    ...{ ...own, chain: { number: '7', timestamp: '250' }, problems: ['the API is away'] },
    periods: [
      period('income', '2026-Q1', 'published', hash),
      period('income', '2026-Q2', 'prepared', hash),
      period('income', '2026-Q3', 'damaged'),
      period('income', '2026-Q4', 'running'),
      period('liquidity', '2026-07', 'prepared', hash),
    ],
    next: 'publish --period 2026-Q2',
    ...changed,
  })

describe('what the issuer’s command tells', () => {
  test('is what the server cannot know of a period, and nothing else', () => {
    expect(readTold(status(), own)).toEqual({
      asOf: 250,
      periods: new Map([
        ['income 2026-Q2', { stage: 'prepared', manifestHash: hash }],
        ['income 2026-Q3', { stage: 'damaged', manifestHash: null }],
        ['liquidity 2026-07', { stage: 'prepared', manifestHash: hash }],
      ]),
      problems: ['the API is away'],
      next: 'publish --period 2026-Q2',
    })
    expect(readTold(status({ chain: null }), own).asOf).toBeNull()
  })

  test('is refused of another program, of another network, and where it is something else', () => {
    expect(() => readTold(status({ program: 'bob' }), own)).toThrow('it tells of bob on local')
    expect(() => readTold(status({ network: 'sepolia' }), own)).toThrow('this is alex on local')
    expect(() => readTold('{}', own)).toThrow('program should be a string')
    expect(() => readTold('no', own)).toThrow(SyntaxError)
  })
})
