import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { lastLines } from '../../local/child.ts'
import { type GraphNode, startGraphNode } from '../../local/graph-node.ts'
import { freePort } from '../../local/ports.ts'
import { type Postgres, startPostgres } from '../../local/postgres.ts'
import { buildSubgraph } from '../build.ts'
import { deploySubgraph, type Ipfs, startIpfs } from '../deploy.ts'
import { startWorld, type World } from './chain.ts'
import {
  checkMonotone,
  compareHistory,
  compareProviders,
  compareWithChain,
  compareWithModel,
  indexed,
  type Query,
  querying,
} from './compare.ts'
import { Model, type State } from './model.ts'
import { dice, Program } from './program.ts'

// Random histories on the real contracts, indexed by the real graph-node, against the model and against the chain.
// PRORATA_SEED and PRORATA_ACTIONS choose others: `PRORATA_SEED=5 PRORATA_ACTIONS=2000 node --test subgraph/tests/history.test.ts`

const ACTIONS = Number(process.env.PRORATA_ACTIONS ?? 400)
const CHOSEN = process.env.PRORATA_SEED
/** Those by default are known to meet every case. */
const HISTORIES = [
  { seed: Number(CHOSEN ?? 3), tokenFirst: true },
  { seed: Number(CHOSEN ?? 17), tokenFirst: false },
]

/** The blocks compared in full: some of them, the first with anything and the last. */
const chosen = (states: State[], seed: number): State[] => {
  const roll = dice(seed)
  return states.filter((_, i) => i === states.length - 1 || (i > 20 && roll() < 12 / states.length))
}

for (const { seed, tokenFirst } of HISTORIES) {
  describe(`a history of ${ACTIONS} actions, seed ${seed}, the token as ${tokenFirst ? 'token0' : 'token1'}`, () => {
    const dir = mkdtempSync(join(tmpdir(), 'prorata-history-'))
    let world: World
    let postgres: Postgres
    let ipfs: Ipfs
    let node: GraphNode
    let query: Query
    let program: Program
    let head = 0

    before(async () => {
      // PostgreSQL may run as another user, who has to enter.
      chmodSync(dir, 0o755)
      ;[world, postgres] = await Promise.all([
        startWorld(dir, 12, tokenFirst),
        startPostgres({
          dir: join(dir, 'postgres'),
          port: await freePort(),
          logFile: join(dir, 'postgres.log'),
        }),
      ])
      ipfs = await startIpfs(join(dir, 'ipfs'))
      await buildSubgraph({ deployment: world.deployment, lpTreatment: 'deposit-basis' }, join(dir, 'build'))
      node = await startGraphNode({
        postgresUrl: postgres.url,
        rpcUrl: world.rpcUrl,
        network: 'local',
        ipfs,
        logFile: join(dir, 'graph-node.log'),
      })
      await deploySubgraph({
        adminUrl: node.adminUrl,
        ipfsUrl: ipfs.url,
        name: 'prorata',
        buildDir: join(dir, 'build'),
      })
      query = querying(node.graphqlUrl('prorata'))
      program = new Program(world, seed)
    })

    after(async () => {
      await node?.child.stop()
      await ipfs?.close()
      await postgres?.child.stop()
      await world?.anvil.stop()
      rmSync(dir, { recursive: true, force: true })
    })

    const compare = async (): Promise<Model> => {
      await indexed(query, head, () => lastLines(node.child.logFile))
      const model = new Model(world.deployment, true)
      const states = await model.replay(world.client, head)
      checkMonotone(states)
      for (const state of chosen(states, seed)) {
        await compareWithModel(query, state, world.deployment.excluded)
        await compareWithChain(query, world, state.block)
      }
      await compareHistory(query, states)
      const times = new Map<number, bigint>()
      for (const { block } of states) {
        times.set(block, (await world.client.getBlock({ blockNumber: BigInt(block) })).timestamp)
      }
      const timeOf = (block: number) => times.get(block) ?? 0n
      const providers = await compareProviders(query, states, timeOf, world.deployment.excluded)
      assert.ok(providers > 5, `only ${providers} provided liquidity: choose another seed`)
      return model
    }

    it('equals the model and the chain, whatever happened', async () => {
      head = await program.play(ACTIONS)
      const { met } = await compare()
      for (const what of MUST_MEET)
        assert.ok(met.has(what), `the history met no ${what}: choose another seed`)
    })

    it('equals them after a reorganization', async () => {
      await world.client.request({ method: 'anvil_reorg', params: [7, []] } as never)
      head = await program.play(40)
      await compare()
    })

    it('goes on after a restart', async () => {
      await node.child.stop()
      head = await program.play(20)
      node = await startGraphNode({
        postgresUrl: postgres.url,
        rpcUrl: world.rpcUrl,
        network: 'local',
        ipfs,
        logFile: join(dir, 'graph-node.log'),
        ports: node.ports,
      })
      await compare()
    })
  })
}

const MUST_MEET = [
  'lot',
  'forfeit',
  'token to oneself',
  'token transfer of zero',
  'basis of the opening',
  'basis of what was put in',
  'basis of the reference',
  'basis removed',
  'basis sent away',
  'burn',
  'LP without a mint',
  'LP between linked wallets',
  'LP to oneself',
  'LP to the vault without a stake',
  'link',
  'link of a wallet with lots',
  'link of a wallet with basis',
  'recipient',
  'token Staked',
  'token Withdrawn',
  'lp Staked',
  'lp Withdrawn',
  'published by somebody else',
  'Claimed',
  'ClaimedTo',
  'Pushed',
  'Cancelled',
  'Swept',
]
