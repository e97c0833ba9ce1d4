import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Action } from '../actions.ts'
import { compare } from '../compare.ts'
import { described } from '../findings.ts'
import { generate } from '../generate.ts'
import type { Subgraph } from '../graph.ts'
import { replay } from '../history.ts'
import type { Player } from '../player.ts'
import { type Played, Rig } from '../rig.ts'

// A chain that changes its mind, 1 to 20 blocks deep, about lots, sales, links, liquidity, stakes, distributions and claims.

const DEEPEST = 20
const seed = 3

/**
 * How far the chain runs ahead of graph-node: no further than the 10 blocks for which `gnd dev` takes a block to be not yet final.
 * What is older it reads by ranges and does not keep; it would have to ask for it by its hash to go back over it, and anvil
 * knows no block that a reorganization took.
 */
const AHEAD = 8

const MUST_MEET = [
  ...[
    'lot',
    'forfeit',
    'link',
    'recipient',
    'burn',
    'basis of what was put in',
    'basis of the reference',
    'basis removed',
  ],
  ...[
    'token staked',
    'lp staked',
    'lp unstaked',
    'published tokens',
    'LP units paid out',
    'paid',
    'cancelled or swept',
  ],
]

/** One or two actions a block, so that many blocks are lost. */
const sparse = (actions: readonly Action[]): Action[] =>
  actions.flatMap((action, at): Action[] => (at % 3 === 1 ? [action] : [action, { do: 'mine', seconds: 12 }]))

/** The same actions, at most AHEAD blocks at a time. */
const portions = (actions: readonly Action[]): Action[][] => {
  const list: Action[][] = [[]]
  let blocks = 0
  for (const action of actions) {
    list.at(-1)?.push(action)
    if (action.do === 'mine' && ++blocks % AHEAD === 0) list.push([])
  }
  return list.filter((portion) => portion.length > 0)
}

describe(`reorganizations 1 to ${DEEPEST} blocks deep`, () => {
  let rig: Rig
  let played: Played
  let player: Player
  /** The last block of each round; later rounds do not reach so deep that they touch it. */
  const heights: number[] = []
  const actions = generate(seed, 700).filter(({ do: what }) => what !== 'mine')
  const next = (count: number): Action[] => actions.splice(0, count)

  before(async () => {
    rig = await Rig.start('all')
    played = await rig.play(next(150), seed % 2 === 1)
    player = played.player
  })
  after(() => rig?.stop())

  const agree = async (from: number): Promise<ReadonlyMap<string, number>> => {
    const { stage, subgraph } = played
    const head = player.blocks.at(-1)?.number ?? 0
    await rig.graph?.indexed(subgraph as Subgraph, head)
    const history = await replay(stage, head)
    assert.equal(described(await compare(stage, history, subgraph?.query ?? null, from)), '')
    return history.met
  }

  for (let depth = 1; depth <= DEEPEST; depth++) {
    it(`the witnesses agree after one of ${depth}`, async () => {
      const from = rig.chain.height + 1
      const lost = next(Math.ceil(depth * 1.5) + 2)
      for (const few of portions(sparse(lost))) {
        const head = await player.play(few)
        await rig.graph?.indexed(played.subgraph as Subgraph, head)
      }
      await rig.chain.reorganize(depth)
      // What was lost comes again, several in a block and the last of it first; then what nobody had sent yet.
      await player.play([...lost.toReversed(), { do: 'mine', seconds: 12 }, ...next(4)])
      heights.push(rig.chain.height)
      await agree(from)
    })
  }

  it('they agree after a restart of graph-node', async () => {
    const from = rig.chain.height + 1
    await rig.graph?.pause()
    await player.play(next(20))
    await rig.graph?.resume()
    heights.push(rig.chain.height)
    const met = await agree(from)
    for (const what of MUST_MEET) assert.ok(met.has(what), `the history met no ${what}: choose another seed`)
  })

  it('a fresh index of the same chain has the same rows, at the end of every round', async () => {
    const { graph } = rig
    assert.ok(graph)
    const fresh = await graph.deploy(played.stage, 'fresh', true)
    const head = heights.at(-1) as number
    await graph.indexed(fresh, head)
    let rows = 0
    for (const [round, block] of heights.entries()) {
      // What is written once is there at the end, if it was there before.
      const question = everything(block, block === head || round % 7 === 0)
      const [old, made] = await Promise.all([played.subgraph?.query(question), fresh.query(question)])
      assert.deepEqual(old, made, `block ${block}`)
      rows += Object.values(made).reduce<number>((sum, list) => sum + (list as unknown[]).length, 0)
    }
    assert.ok(rows > 2000, `only ${rows} rows`)
  })
})

const SCHEMA = readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8')

/** All fields of all rows of every entity at a block. @param immutable those of events too */
const everything = (block: number, immutable: boolean): string => {
  const parts: string[] = []
  for (const [, name = '', kind, body = ''] of SCHEMA.matchAll(
    /^type (\w+) @entity\(immutable: (\w+)\) \{\n([\s\S]*?)^\}/gm,
  )) {
    if (kind === 'true' && !immutable) continue
    const fields = [...body.matchAll(/^ {2}(\w+): /gm)].map(([, field]) => field).join(' ')
    const list = `${name.charAt(0).toLowerCase()}${name.slice(1)}s`
    // Every list is read whole, or the comparison says so: a page more of each.
    for (const skip of [0, 1000]) {
      parts.push(
        `${list}${skip}: ${list}(first: 1000, skip: ${skip}, orderBy: id, block: { number: ${block} }) { ${fields} }`,
      )
    }
  }
  assert.ok(parts.length >= 12)
  return `{ ${parts.join('\n')} }`
}
