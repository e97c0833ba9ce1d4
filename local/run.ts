import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { lastLines, StackError } from './child.ts'
import { ROOT } from './state.ts'

/** How a command that was run to its end came out. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end and keeps what it said; `input` never: no command here asks. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string | undefined>; cwd?: string; signal?: AbortSignal } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.signal ? { signal: options.signal } : {}),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', (error) =>
      reject(new StackError(`${command} could not be started: ${error.message}`)),
    )
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr }))
  })
}

/** Runs a command whose output goes to a file; a failure is one sentence and the end of that file. */
export async function runLogged(
  what: string,
  command: string,
  args: readonly string[],
  logFile: string,
  env: Record<string, string | undefined> = {},
): Promise<void> {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = createWriteStream(logFile)
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('error', (error) =>
      reject(new StackError(`${what} failed: ${command} could not be started: ${error.message}`)),
    )
    child.once('close', (exit) => log.end(() => resolve(exit ?? 1)))
  })
  if (code !== 0) throw new StackError(`${what} failed; the end of ${logFile}:\n${lastLines(logFile, 40)}`)
}
