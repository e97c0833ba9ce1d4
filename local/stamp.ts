import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STATE } from './state.ts'

/**
 * Does a piece of building work unless its inputs are what they were when it last succeeded.
 * @param inputs glob patterns of the files that decide the result
 * @param outputs files that must be there for the work to count as done
 * @returns whether the work was done now
 */
export async function unlessDone(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  work: () => Promise<void>,
): Promise<boolean> {
  const stampFile = join(STATE, 'stamps', name)
  const hash = createHash('sha256')
  for (const file of inputs.flatMap((pattern) => globSync(pattern)).sort()) {
    if (!statSync(file).isFile()) continue
    hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  }
  const stamp = hash.digest('hex')
  const last = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
  if (last === stamp && outputs.every((file) => existsSync(file))) return false
  await work()
  mkdirSync(join(STATE, 'stamps'), { recursive: true })
  writeFileSync(stampFile, stamp)
  return true
}
