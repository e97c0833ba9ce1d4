import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReplayError } from '../disbursement/index.ts'
import type { Action } from './actions.ts'
import { Chain } from './chain.ts'
import { compare } from './compare.ts'
import type { Difference } from './findings.ts'
import { Graph, IndexingFailed, type Subgraph } from './graph.ts'
import { type Fault, type History, replay } from './history.ts'
import { type PlayedBlock, Player } from './player.ts'
import { Stage } from './stage.ts'

// One chain, one graph-node and one PostgreSQL, on which program after program is played: each on contracts of its own.

/** What came of a program. */
export type Judgement = {
  /** Empty: the witnesses agree at every block. */
  differences: Difference[]
  blocks: readonly PlayedBlock[]
  transactions: number
  /** What the replay made of it; null where a witness refused. */
  history: History | null
  seconds: { play: number; index: number; compare: number }
}

/** A program that was played. */
export type Played = {
  stage: Stage
  player: Player
  head: number
  subgraph: Subgraph | null
  seconds: number
}

export type JudgeOptions = {
  /** Whether the token is the pair's token0. */
  tokenFirst: boolean
  /** What is put wrong in the replay, in tests of the tests. */
  fault?: Fault
}

export class Rig {
  readonly dir: string
  readonly chain: Chain
  /** Null: only the replay and the chain are asked. */
  readonly graph: Graph | null
  #programs = 0

  private constructor(dir: string, chain: Chain, graph: Graph | null) {
    this.dir = dir
    this.chain = chain
    this.graph = graph
  }

  /** @param mapping another mapping's sources than the project's */
  static async start(witnesses: 'all' | 'replay and chain', mapping?: string): Promise<Rig> {
    const dir = mkdtempSync(join(tmpdir(), 'prorata-witnesses-'))
    const chain = await Chain.start(dir)
    try {
      return new Rig(dir, chain, witnesses === 'all' ? await Graph.start(dir, chain, mapping) : null)
    } catch (error) {
      await chain.stop()
      throw error
    }
  }

  /** How many programs were played so far. */
  get programs(): number {
    return this.#programs
  }

  /** Plays a program on fresh contracts and compares the witnesses at each of its blocks. */
  async judge(actions: readonly Action[], { tokenFirst, fault }: JudgeOptions): Promise<Judgement> {
    const played = await this.play(actions, tokenFirst)
    const judgement = await this.witness(played, fault)
    await this.drop(played)
    return judgement
  }

  /** Plays a program; graph-node begins to index it. */
  async play(actions: readonly Action[], tokenFirst: boolean): Promise<Played> {
    const began = performance.now()
    const stage = await Stage.deploy(this.chain, tokenFirst)
    const player = new Player(stage)
    const head = await player.play(actions)
    const seconds = (performance.now() - began) / 1000
    const subgraph = (await this.graph?.deploy(stage, `program-${++this.#programs}`)) ?? null
    return { stage, player, head, subgraph, seconds }
  }

  /** Compares the witnesses of what was played. */
  async witness({ stage, player, head, subgraph, seconds }: Played, fault?: Fault): Promise<Judgement> {
    const began = performance.now()
    let indexed = began
    let differences: Difference[]
    let history: History | null = null
    try {
      // The replay is made while graph-node indexes.
      const [made] = await Promise.all([
        replay(stage, head, fault),
        subgraph && this.graph?.indexed(subgraph, head).then(() => (indexed = performance.now())),
      ])
      history = made
      differences = await compare(stage, history, subgraph?.query ?? null)
    } catch (error) {
      differences = [refusal(error, head)]
    }
    return {
      differences,
      history,
      blocks: player.blocks,
      transactions: player.sent,
      seconds: {
        play: seconds,
        index: (indexed - began) / 1000,
        compare: (performance.now() - indexed) / 1000,
      },
    }
  }

  /** Stops indexing what was played. */
  async drop({ subgraph }: Played): Promise<void> {
    if (subgraph) await this.graph?.remove(subgraph.name)
  }

  async stop(): Promise<void> {
    await this.graph?.stop()
    await this.chain.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** A witness that cannot go on differs from the others; anything else is no finding. */
const refusal = (error: unknown, block: number): Difference => {
  if (error instanceof ReplayError)
    return { block, what: 'the replay refuses the logs', replay: error.message }
  if (error instanceof IndexingFailed) return { block, what: 'the subgraph fails', subgraph: error.message }
  throw error
}

/** The actions up to the first block on which the witnesses differ: what came later has no part in it. */
export const upToDifference = (
  actions: readonly Action[],
  { differences, blocks }: Judgement,
): readonly Action[] => {
  const first = blocks.find(({ number }) => number === differences[0]?.block)
  return first === undefined ? actions : actions.slice(0, first.actions)
}
