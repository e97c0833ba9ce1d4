import { expect, test } from 'vitest'
import { excerptOf, FIRST } from '../src/parts/Excerpt.tsx'

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at)

test('an excerpt is the first dozen, and whatever is to be kept, in its order', () => {
  expect(excerptOf(numbers(FIRST), () => false)).toEqual(numbers(FIRST))
  expect(excerptOf(numbers(40), () => false)).toEqual(numbers(FIRST))
  expect(excerptOf(numbers(40), (item) => item === 3 || item === 30)).toEqual([...numbers(FIRST), 30])
})
