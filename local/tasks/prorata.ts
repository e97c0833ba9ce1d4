import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from '../child.ts'
import { ISSUER_ENV } from '../stack.ts'
import { ROOT, STATE } from '../state.ts'

/** Runs one of the issuer's commands on the demo that is up. @returns its exit code */
export async function prorata(args: string[]): Promise<number> {
  const file = join(STATE, 'demo', ISSUER_ENV)
  if (!existsSync(file)) throw new StackError('no demo is up; start one with ./dev demo in another terminal')
  const env = { ...(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>), ...process.env }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'issuer/prorata.ts'), ...args], {
      env,
      stdio: 'inherit',
    })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}
