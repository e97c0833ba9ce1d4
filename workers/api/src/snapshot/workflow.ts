// Reads everybody's rows at one block, as a Cloudflare Workflow: each page is a step, which is tried again where it fails.
//
// One instance may take 1,024 steps and 10,000 requests to elsewhere, and a step 30 seconds of CPU time: a page takes some
// 36 requests and one second, and an instance reads 200 of them before it hands over to the next. So ten million accounts
// with as many lots (626 pages) are read by four.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers'
import { NonRetryableError } from 'cloudflare:workflows'
import type { Hex } from 'viem'
import type { Env } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { noteDue, noteFailed, noteFailure } from './progress.ts'
import { FinalError, look, readPage, seal } from './reading.ts'
import { attemptSeconds, beginRun, type SnapshotRun } from './start.ts'

const PAGES_A_RUN = 200

/** From 5 seconds to 21 minutes, doubling: some 43 minutes in all, in which graph-node or the chain may be away. */
const RETRIES = 9
const FIRST_DELAY = 5

const now = (): number => Math.floor(Date.now() / 1000)

const sentenceOf = (error: unknown): string =>
  error instanceof ProblemError || error instanceof FinalError
    ? error.message
    : `Unexpected: ${error instanceof Error ? error.message : String(error)}`

export class SnapshotWorkflow extends WorkflowEntrypoint<Env, SnapshotRun> {
  override async run({ payload }: Readonly<WorkflowEvent<SnapshotRun>>, step: WorkflowStep): Promise<void> {
    const blockHash = payload.blockHash as Hex
    const { env } = this
    const most = attemptSeconds(env)
    const config = {
      retries: { limit: RETRIES, delay: `${FIRST_DELAY} seconds`, backoff: 'exponential' },
      timeout: `${most} seconds`,
    } as const
    /** A step whose failures are counted where everybody can read them. */
    const take = <Result extends boolean | null>(name: string, act: () => Promise<Result>) =>
      step.do(name, config, async ({ attempt }) => {
        try {
          await noteDue(env.DB, blockHash, now() + most)
          return await act()
        } catch (error) {
          const delay = FIRST_DELAY * 2 ** (attempt - 1)
          await noteFailure(env.DB, blockHash, sentenceOf(error), now() + delay + most)
          // What crosses the step's border is a sentence: only a name of the runtime's own ends the attempts.
          if (error instanceof FinalError) throw new NonRetryableError(error.message)
          throw new Error(sentenceOf(error))
        }
      })
    try {
      await take('look', async () => {
        await look(env, blockHash)
        return null
      })
      for (let page = 1; page <= PAGES_A_RUN; page++) {
        if (await take(`page ${page}`, () => readPage(env, blockHash))) continue
        await take('seal', async () => {
          await seal(env, blockHash)
          return null
        })
        return
      }
      await take('hand over', async () => {
        await beginRun(env, blockHash, payload.run + 1)
        return null
      })
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      await step.do('give up', config, async () => {
        await noteFailed(env.DB, blockHash, problem)
      })
      throw error
    }
  }
}
