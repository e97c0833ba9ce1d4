import { describe, expect, test } from 'vitest'
import { decisionCommand, readMatches } from '../src/issuer/matches.ts'

const wallet = (digit: string) => `0x${digit.repeat(40)}`
const entry = (digit: string, status: string) => ({
  ...{
    id: digit,
    wallet: wallet(digit),
    status,
    name: 'Ada',
    email: 'ada@example.com',
    pledge: '1800500000',
  },
})
const side = (digit: string, entries: unknown[]) => ({
  ...{ holder: wallet(digit), entries, bought: '7', paid: null, pledged: '0' },
})

describe('what the register’s command wrote', () => {
  test('is everybody, whoever waits first, and who bought without being approved', () => {
    const read = readMatches(
      JSON.stringify({
        matched: [side('b', [entry('b', 'approved')])],
        unmatchedLots: [side('c', [entry('c', 'pending')]), side('d', [])],
        unmatchedEntries: [side('a', [entry('a', 'declined')])],
      }),
    )
    expect(read.entries.map(({ id }) => id)).toEqual(['c', 'a', 'b'])
    expect(read.entries[0]?.pledge).toBe(1_800_500_000n)
    expect(read.unmatchedLots.map(({ holder, bought }) => [holder, bought])).toEqual([
      [wallet('c'), 7n],
      [wallet('d'), 7n],
    ])
  })

  test('is refused where it is something else', () => {
    expect(() => readMatches('{}')).toThrow('matched should be a list')
    expect(() => readMatches('no')).toThrow(SyntaxError)
  })

  test('is decided by a command; a reason never stands on a command line', () => {
    expect(decisionCommand('approve', [wallet('a')])).toBe(`prorata register approve ${wallet('a')}`)
    expect(decisionCommand('decline', ['x', 'y'])).toBe('prorata register decline x y --reason -')
  })
})
