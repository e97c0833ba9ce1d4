import { expect, test } from 'vitest'
import { isoMoment, writeDay, writeDistance, writeMoment } from '../src/moments.ts'

const moment = Date.UTC(2026, 3, 5, 9, 7) / 1000

test('times are written in UTC', () => {
  expect(writeDay(moment)).toBe('5 Apr 2026')
  expect(writeMoment(moment)).toBe('5 Apr 2026, 09:07 UTC')
  expect(isoMoment(moment)).toBe('2026-04-05T09:07:00.000Z')
})

test('distances are whole units toward zero', () => {
  expect(writeDistance(moment, moment - 172_799)).toBe('in 1 day')
  expect(writeDistance(moment, moment - 7_200)).toBe('in 2 hours')
  expect(writeDistance(moment, moment + 90)).toBe('1 minute ago')
  expect(writeDistance(moment, moment - 5)).toBe('in 5 seconds')
})
