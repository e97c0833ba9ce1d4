import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const PRORATA = join(import.meta.dirname, '../prorata.ts')

/** Runs a command to its end, without the whole system around it. */
export async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [PRORATA, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [texts, [code]] = await Promise.all([
    Promise.all([child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray())),
    once(child, 'close'),
  ])
  const [stdout = '', stderr = ''] = texts.map((parts) => parts.join(''))
  return { code: Number(code), stdout, stderr }
}
