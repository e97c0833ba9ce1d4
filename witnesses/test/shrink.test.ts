import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Action, codeOf, WHOLE } from '../actions.ts'
import { dice, generate } from '../generate.ts'
import { shrink } from '../shrink.ts'

/** Are these among the others, in their order? */
const isWithin = (few: readonly Action[], many: readonly Action[]): boolean => {
  let at = 0
  for (const action of many) if (action === few[at]) at++
  return at === few.length
}

describe('a failing program', () => {
  it('is left with the actions that matter, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), fc.integer({ min: 1, max: 5 }), async (seed, count) => {
        const actions = generate(seed, 120)
        const roll = dice(seed)
        const culprits = actions.filter(() => roll() < count / actions.length)
        const short = await shrink(actions, async (candidate) => isWithin(culprits, candidate))
        assert.deepEqual(short, culprits)
      }),
      { numRuns: 50 },
    )
  })

  it('is said in the simplest terms that still fail', async () => {
    const actions: Action[] = [
      { do: 'buy', tokens: 7_123, odd: 9, by: 3 },
      { do: 'mine', seconds: 4711 },
      { do: 'together', moves: [{ do: 'sync' }, { do: 'swap', sell: 'token', part: 123_456, to: 'batch' }] },
      { do: 'add', part: 333_333, other: 1, to: 'me', eth: true, by: 3 },
    ]
    const fails = async (candidate: readonly Action[]) =>
      candidate.length === 4 &&
      candidate.some(
        (action) => action.do === 'together' && action.moves.some(({ do: move }) => move === 'swap'),
      )
    assert.equal(
      codeOf(await shrink(actions, fails)),
      [
        '[',
        "  { do: 'buy', tokens: 100, odd: 0, by: 3 },",
        "  { do: 'mine', seconds: 12 },",
        "  { do: 'together', moves: [{ do: 'swap', sell: 'token', part: 123_456, to: 'batch' }] },",
        `  { do: 'add', part: ${String(WHOLE).replace('000000', '_000_000')}, other: 1, to: 'me', by: 3 },`,
        ']',
      ].join('\n'),
    )
  })

  it('stays whole where it fails no more, or the tries run out', async () => {
    const actions = generate(1, 50)
    assert.deepEqual(await shrink(actions, async () => false), actions)
    let tries = 0
    await shrink(actions, async (candidate) => ++tries > 0 && candidate.length > 45, { most: 7 })
    assert.equal(tries, 7)
  })
})
