import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Period } from '../disbursement/index.ts'
import { refused } from './refusal.ts'

/** Where a period's files lie: one folder for each network, program and period. No period's name has a tilde. */
export function periodFolder(
  state: string,
  network: string,
  program: string,
  { stream, name }: Pick<Period, 'stream' | 'name'>,
): string {
  return join(state, network, program, stream === 'income' ? name : `${stream}~${name}`)
}

/**
 * Writes a folder's files so that it is there with all of them or not at all. A folder that was there before is moved aside
 * as `<name>.replaced-<n>`, never deleted: it says what was once prepared.
 */
export function writeFolder(folder: string, files: Record<string, string | Uint8Array>): void {
  const fresh = `${folder}.new-${randomBytes(4).toString('hex')}`
  mkdirSync(fresh, { recursive: true })
  try {
    for (const [name, content] of Object.entries(files)) writeThrough(join(fresh, name), content)
    if (existsSync(folder)) renameSync(folder, freeName(folder))
    renameSync(fresh, folder)
    syncFolder(dirname(folder))
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    throw error
  }
}

function freeName(folder: string): string {
  for (let n = 1; ; n++) {
    const name = `${folder}.replaced-${n}`
    if (!existsSync(name)) return name
  }
}

/** Puts a whole file in place, over an older one; a crash leaves the old one or the new one. */
export function writeFile(file: string, content: string | Uint8Array): void {
  const fresh = temporary(file)
  writeThrough(fresh, content)
  renameSync(fresh, file)
  syncFolder(dirname(file))
}

/** Writes a file that is written once: of two processes that try, one succeeds. @returns whether it was this one */
export function writeOnce(file: string, content: string | Uint8Array): boolean {
  const fresh = temporary(file)
  writeThrough(fresh, content)
  try {
    linkSync(fresh, file)
    syncFolder(dirname(file))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(fresh, { force: true })
  }
}

/**
 * Keeps a second run out of a folder for as long as this one works in it. A lock whose process is gone is taken over.
 * @returns what ends it
 */
export function lockFolder(folder: string): () => void {
  const file = `${folder}.lock`
  mkdirSync(dirname(file), { recursive: true })
  if (!writeOnce(file, `${process.pid}`)) {
    const owner = Number(readIfThere(file)?.toString() ?? '')
    if (isRunning(owner)) {
      throw refused(
        `process ${owner} is at work on ${folder}: wait until it has ended (or remove ${file} if it has)`,
      )
    }
    writeFile(file, `${process.pid}`)
  }
  return () => rmSync(file, { force: true })
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A file's bytes, null where there is none. */
export function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function temporary(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}`)
}

function writeThrough(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const handle = openSync(file, 'wx')
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** A rename survives a power cut only once its folder is written too. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
