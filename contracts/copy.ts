import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = new URL('..', import.meta.url).pathname

/** A copy of the project's contracts, tests and artifacts, to be changed and run; gone when this process ends. */
export const copyProject = (purpose: string): string => {
  const copy = mkdtempSync(join(tmpdir(), `prorata-${purpose}-`))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const folder of ['contracts/src', 'contracts/test', 'artifacts', 'cache']) {
    mkdirSync(join(copy, folder), { recursive: true })
    cpSync(join(ROOT, folder), join(copy, folder), { recursive: true })
  }
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
