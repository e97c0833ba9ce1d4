import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { MUST_MEET } from '../cases.ts'
import { described } from '../findings.ts'
import { generate } from '../generate.ts'
import { Rig } from '../rig.ts'

// Random programs on the real contracts, at every block of them. Longer ones: `./dev fuzz --seed 1 --programs 100`.

const ACTIONS = 500
const SEEDS = [3, 4]

describe(`random programs of ${ACTIONS} actions`, () => {
  let rig: Rig
  const met = new Set<string>()

  before(async () => {
    rig = await Rig.start('all')
  })
  after(() => rig?.stop())

  for (const seed of SEEDS) {
    it(`seed ${seed}: subgraph, replay and chain agree at every block`, async () => {
      const { differences, history } = await rig.judge(generate(seed, ACTIONS), {
        tokenFirst: seed % 2 === 1,
      })
      assert.equal(described(differences), '')
      for (const what of history?.met.keys() ?? []) met.add(what)
    })
  }

  it('they met every case', () => {
    for (const what of MUST_MEET) assert.ok(met.has(what), `no program met ${what}: choose other seeds`)
  })
})
