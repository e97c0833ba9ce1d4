import { existsSync, rmSync } from 'node:fs'
import { STATE } from '../state.ts'

/** Removes all local state; the next demo starts from nothing. */
export async function reset(): Promise<number> {
  const was = existsSync(STATE)
  rmSync(STATE, { recursive: true, force: true })
  process.stdout.write(was ? `removed ${STATE}\n` : 'there was no local state to remove\n')
  return 0
}
