import { logged } from './log.ts'
import { ProblemError } from './problem.ts'

/**
 * D1's faults are the storage's, not this Worker's.
 * @throws ProblemError store-away
 */
export const asked = async <Value>(reading: () => Promise<Value>): Promise<Value> => {
  try {
    return await reading()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    logged('error', 'd1', { message: error instanceof Error ? error.message : String(error) })
    throw new ProblemError('store-away', 'The database cannot be read now')
  }
}
