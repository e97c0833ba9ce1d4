import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Position } from '../../disbursement/index.ts'
import { described } from '../findings.ts'
import { type Played, Rig } from '../rig.ts'
import type { Party } from '../stage.ts'
import { ATTACKS } from './attacks.ts'

describe('attacks gain nothing, by subgraph, replay and chain', () => {
  let rig: Rig
  const played: Played[] = []

  before(async () => {
    rig = await Rig.start('all')
    // One after the other on the chain; graph-node then indexes them all at once.
    for (const [at, { actions }] of ATTACKS.entries()) played.push(await rig.play(actions, at % 2 === 0))
  })
  after(() => rig?.stop())

  for (const [number, { name, gain, check }] of ATTACKS.entries()) {
    it(`${name}: ${gain}`, async () => {
      const own = played[number] as Played
      const { differences, blocks, history } = await rig.witness(own)
      assert.equal(described(differences), '')
      const state = (block = blocks.length) => {
        const found = history?.states.find((each) => each.block === blocks[block - 1]?.number)
        assert.ok(found, `there is no block ${block}`)
        return found
      }
      const at = (party: Party, block = blocks.length): Position => {
        const address = own.stage.address(party)
        return state(block).positions.find(({ holder }) => holder === address) ?? nothing(address)
      }
      check({ at, state })
      await rig.drop(own)
    })
  }
})

const nothing = (holder: Position['holder']): Position => ({
  ...{ holder, wallets: [holder], recipient: null, lots: 0n, balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n },
  ...{ units: 0n, basis: 0n, custody: 0n, settled: 0n, entitlement: 0n },
})
