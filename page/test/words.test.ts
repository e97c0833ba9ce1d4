import { expect, test } from 'vitest'
import { words } from '../src/words/all.ts'

/** Every string a reader could meet, functions called with something in each place. */
function* sentences(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'function') yield* sentences(value('this', 'that'))
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* sentences(part)
}

test('nothing is called what it is not', () => {
  const all = [...sentences(words)]
  expect(all.length).toBeGreaterThan(150)
  expect(all.filter((sentence) => /airdrop|dividend|shareholder|snapshot/i.test(sentence))).toEqual([])
})
