import { describe, expect, test } from 'vitest'
import { paidFrom } from '../src/mirror/paid.ts'

const flag = (index: number) => 1n << BigInt(128 + index)
const ALL = ((1n << 128n) - 1n) << 128n

describe('what the distributor’s word says of a leaf', () => {
  test('its own flag, and no other’s', () => {
    const word = flag(3) | 500n
    expect(paidFrom(3, word, word)).toEqual({ claimed: true, ended: false })
    expect(paidFrom(2, word, word)).toEqual({ claimed: false, ended: false })
    expect(paidFrom(127, flag(127), flag(127))).toEqual({ claimed: true, ended: false })
  })

  test('a shard that was never opened is open in its parent, unless that ended', () => {
    expect(paidFrom(0, 0n, 7n)).toEqual({ claimed: false, ended: false })
    expect(paidFrom(0, 0n, ALL)).toEqual({ claimed: false, ended: true })
  })

  test('nothing is said where the word does not tell', () => {
    expect(paidFrom(0, 0n, 0n)).toEqual({ claimed: null, ended: null })
    expect(paidFrom(0, ALL, ALL)).toEqual({ claimed: null, ended: null })
  })
})
