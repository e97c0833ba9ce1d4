// Beginning a snapshot, and telling how far it is.
import type { Hex } from 'viem'
import { ANSWER_ROWS, PAGE_ROWS } from '../../snapshot.ts'
import { blockOnChain } from '../chain.ts'
import { type Env, timeoutOf } from '../env.ts'
import { logged } from '../log.ts'
import { ProblemError } from '../problem.ts'
import { findSnapshot, newestSnapshot, noteRun, noteSnapshot, pagesOf, type Snapshot } from './progress.ts'
import { type SnapshotStatus, statusOf } from './status.ts'

/** What an instance of the Workflow is started with. */
export type SnapshotRun = { blockHash: string; run: number }

/** An instance's name: the same run of the same snapshot is never begun twice. */
const instanceOf = (blockHash: string, run: number): string => `${blockHash.slice(2)}-${run}`

/** Begins a run unless it was begun. */
const create = async (env: Env, blockHash: string, run: number): Promise<void> => {
  try {
    await env.SNAPSHOT.create({ id: instanceOf(blockHash, run), params: { blockHash, run } })
  } catch (error) {
    // Begun meanwhile by somebody else: that is what was wanted.
    if ((await instanceState(env, blockHash, run)) === null) throw error
  }
}

/** What becomes of a run, as the Workflow says; null where it knows none. */
const instanceState = async (env: Env, blockHash: string, run: number) => {
  try {
    const instance = await env.SNAPSHOT.get(instanceOf(blockHash, run))
    return (await instance.status()).status
  } catch {
    return null
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

/** How long one attempt may take, in seconds: every answer that a page waits for, as long as it may take. */
export const attemptSeconds = (env: Env): number =>
  Math.ceil(((PAGE_ROWS / ANSWER_ROWS + 4) * timeoutOf(env)) / 1000)

/** Goes on with another run, whoever asks first. */
export const beginRun = async (env: Env, blockHash: Hex, run: number): Promise<void> => {
  await noteRun(env.DB, blockHash, run, now() + attemptSeconds(env))
  await create(env, blockHash, run)
}

const OVER: ReadonlySet<string> = new Set(['errored', 'terminated', 'complete'])

/**
 * Begins to read the holders of a block, or goes on where an earlier run ended; where one is reading or all is read, nothing
 * is begun. The block is named by its hash from here on.
 * @throws ProblemError not-found when the chain has no such block; chain-failed, chain-slow, store-away, workflow-away
 */
export const startSnapshot = async (env: Env, number: number): Promise<SnapshotStatus> => {
  const block = await blockOnChain(env, number)
  if (block === null) throw new ProblemError('not-found', `The chain has no block ${number} yet`)
  await noteSnapshot(env.DB, { ...block, number }, now(), now() + attemptSeconds(env))
  const snapshot = await findSnapshot(env.DB, block.hash)
  if (snapshot === null) throw new ProblemError('store-away', 'The database forgot what it was told')
  if (snapshot.state !== 'complete') await goOn(env, snapshot)
  return statusOfSnapshot(env, (await findSnapshot(env.DB, block.hash)) ?? snapshot)
}

const goOn = async (env: Env, { block_hash, run, due_at }: Snapshot): Promise<void> => {
  try {
    const state = await instanceState(env, block_hash, run)
    if (state === null) await create(env, block_hash, run)
    else if (OVER.has(state) || now() > due_at) await beginRun(env, block_hash, run + 1)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    logged('error', 'workflow', { message: error instanceof Error ? error.message : String(error) })
    throw new ProblemError('workflow-away', 'The Workflow that reads snapshots cannot be begun now')
  }
}

const statusOfSnapshot = async (env: Env, snapshot: Snapshot): Promise<SnapshotStatus> =>
  statusOf(snapshot, await pagesOf(env.DB, snapshot.block_hash))

/** How far the newest snapshot of a block is; null when none was begun. */
export const snapshotAt = async (env: Env, block: number): Promise<SnapshotStatus | null> => {
  const snapshot = await newestSnapshot(env.DB, block)
  if (snapshot === null) return null
  const status = await statusOfSnapshot(env, snapshot)
  if (snapshot.state !== 'reading') return status
  // A run that was ended from outside notes nothing, and one whose machine was does not even end.
  const state = await instanceState(env, snapshot.block_hash, snapshot.run)
  if (state !== null && !OVER.has(state) && now() <= snapshot.due_at) return status
  const again = await newestSnapshot(env.DB, block)
  if (
    again === null ||
    again.state !== 'reading' ||
    again.run !== snapshot.run ||
    again.due_at !== snapshot.due_at
  ) {
    return again && statusOfSnapshot(env, again)
  }
  return {
    ...status,
    state: 'failed',
    problem: `${status.problem ?? 'The run that read was ended'}. Start it again, and it goes on from here`,
  }
}
