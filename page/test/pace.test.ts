import { describe, expect, test } from 'vitest'
import { paceOf } from '../src/check/pace.ts'

const progress = (done: bigint, logs: number) =>
  ({ phase: 'replay', from: 100n, to: 199n, done, logs }) as const

describe('the pace of a replay', () => {
  test('a quarter of the blocks in ten seconds leaves thirty', () => {
    expect(paceOf(progress(124n, 5_000), 10)).toEqual({ part: 0.25, logsPerSecond: 500, remaining: 30 })
  })

  test('nothing is guessed from the first moment', () => {
    expect(paceOf(progress(150n, 10), 0.1)).toMatchObject({ logsPerSecond: null, remaining: null })
    expect(paceOf(progress(99n, 0), 3)).toEqual({ part: 0, logsPerSecond: null, remaining: null })
  })

  test('the end is the end, and no range is whole at once', () => {
    expect(paceOf(progress(199n, 8), 4)).toMatchObject({ part: 1, remaining: 0 })
    expect(paceOf({ ...progress(199n, 0), to: 99n }, 1).part).toBe(1)
  })
})
