import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { differencesBetween, type LedgerBlock } from '../../disbursement/index.ts'
import { type Action, codeOf } from '../actions.ts'
import { generate } from '../generate.ts'
import { type Fault, replay } from '../history.ts'
import { Rig } from '../rig.ts'
import { shrink } from '../shrink.ts'

// Faults planted in one of two witnesses of the same chain: random programs must show them, and shrink to what shows them.
// What the subgraph's own faults do is tried by `node witnesses/mutants.ts`, which takes minutes.

/** Every transaction is taken for a block. */
const perTransaction = ({ number, events }: LedgerBlock): LedgerBlock[] => {
  const hashes = [...new Set(events.map(({ transaction }) => transaction))]
  return hashes.map((hash, at) => {
    const block = number * 1000n + BigInt(at)
    const own = events.filter(({ transaction }) => transaction === hash)
    return { number: block, events: own.map((event) => ({ ...event, block })) }
  })
}

const FAULTS: { name: string; fault: Fault; longest: number }[] = [
  { name: 'settling after every transaction', fault: { blocks: perTransaction }, longest: 6 },
  { name: 'forgetting a sale address', fault: { program: { saleAddresses: [] } }, longest: 1 },
]

describe('a witness that does wrong is found out', () => {
  let rig: Rig
  before(async () => {
    rig = await Rig.start('replay and chain')
  })
  after(() => rig?.stop())

  for (const { name, fault, longest } of FAULTS) {
    it(`${name}: in at most ${longest} actions`, async () => {
      const differs = async (actions: readonly Action[]): Promise<number | null> => {
        const { stage, head, player } = await rig.play(actions, true)
        const [right, wrong] = [await replay(stage, head), await replay(stage, head, fault)]
        const at = right.states.findIndex(
          ({ positions }, i) => differencesBetween(positions, wrong.states[i]?.positions ?? []).length > 0,
        )
        const block = player.blocks.find(({ number }) => number === right.states[at]?.block)
        return at < 0 ? null : (block?.actions ?? actions.length)
      }
      const actions = generate(5, 45)
      const upTo = await differs(actions)
      assert.ok(upTo !== null, 'no difference')
      const short = await shrink(actions.slice(0, upTo), async (some) => (await differs(some)) !== null)
      assert.ok(short.length <= longest, codeOf(short))
    })
  }
})
