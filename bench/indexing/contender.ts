// What every contender is asked: index the program's life up to its last block, and say who has what.
import type { Position } from '../../disbursement/index.ts'
import type { BenchChain } from './chain.ts'
import { cpuOf, watchMemory } from './cost.ts'
import type { Made } from './history.ts'

export type Job = {
  chain: BenchChain
  made: Made
  /** An empty folder of its own. */
  dir: string
}

/** A contender's turn: started and waiting, then done, then gone. */
export type Turn = {
  /** Its processes, at the root of what they start. */
  pids(): number[]
  /** From the first request to the last event's block. */
  index(): Promise<void>
  positions(): Promise<Position[]>
  stop(): Promise<void>
}

export type Contender = {
  name: string
  /** Everything up to where it could begin. */
  start(job: Job): Promise<Turn>
}

/** What a turn cost: seconds, bytes; the node's own seconds of CPU apart. `starting` is before the first request. */
export type Result = {
  wall: number
  cpu: number
  memory: number
  node: number
  starting: { wall: number; cpu: number }
}

export const takeTurn = async (
  contender: Contender,
  job: Job,
): Promise<{ result: Result; positions: Position[] }> => {
  const node = [job.chain.pid]
  const begin = performance.now()
  const turn = await contender.start(job)
  try {
    const ready = performance.now()
    const [cpuBefore, nodeBefore] = [cpuOf(turn.pids()), cpuOf(node)]
    const memory = watchMemory(() => turn.pids())
    await turn.index()
    const result = {
      wall: (performance.now() - ready) / 1000,
      cpu: cpuOf(turn.pids()) - cpuBefore,
      memory: memory.stop(),
      node: cpuOf(node) - nodeBefore,
      starting: { wall: (ready - begin) / 1000, cpu: cpuBefore },
    }
    return { result, positions: await turn.positions() }
  } finally {
    await turn.stop()
  }
}
