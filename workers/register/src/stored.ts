import { ProblemError } from './problem.ts'

/**
 * Runs something on D1.
 * @throws ProblemError store-away. Of D1's own sentence only SQLite's code is logged: the sentence can quote what was bound
 */
export const stored = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work()
  } catch (error) {
    const code = /SQLITE_[A-Z_]+/.exec(error instanceof Error ? error.message : '')?.[0]
    console.error(JSON.stringify({ d1: code ?? 'failed' }))
    throw new ProblemError('store-away', 'The storage did not answer; try again')
  }
}
