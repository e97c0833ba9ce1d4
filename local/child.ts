import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A program this process started and answers for. */
export interface Child {
  readonly name: string
  readonly logFile: string
  readonly pid: number
  /** Settles when the program has ended, however it came to that: a sentence that says how. */
  readonly ended: Promise<string>
  /** Ends the program with all it started; resolves when it is gone. May be called twice. */
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly cwd?: string
  /** Another user to run it as; only root can. */
  readonly ids?: { readonly uid: number; readonly gid: number }
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** How long it may take to end by itself before it is killed, in milliseconds; 8,000 when left out. */
  readonly grace?: number
}

// The leash: the program runs in a process group of its own, and a reader of our pipe ends the whole group
// when the pipe closes. So nothing is left running, not even when this process is killed outright.
const LEASH = `
exec 3<&0
( trap '' TERM; cat <&3 >/dev/null; kill -TERM 0; sleep 10; kill -KILL 0 ) &
trap : TERM
"$@" </dev/null 3<&- & program=$!
while :; do
  wait $program; code=$?
  kill -0 $program 2>/dev/null || exit $code
done`

/** Starts a program in its own process group, its output going to `logFile`. */
export function startChild(options: ChildOptions): Child {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'w')
  const env = { ...process.env, ...options.env }
  const running = spawn('/bin/sh', ['-c', LEASH, options.name, options.command, ...options.args], {
    cwd: options.cwd ?? process.cwd(),
    env,
    detached: true,
    ...options.ids,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  // A closed leash is how a program is told to end: writing to it is never needed.
  running.stdin?.on('error', () => {})

  let stopping = false
  const ended = new Promise<string>((resolve) => {
    running.once('error', (error) => resolve(`${options.name} could not be started: ${error.message}`))
    running.once('exit', (code, signal) => {
      signalGroup(running, 'SIGKILL')
      const how = signal === null ? `with exit code ${code}` : `by signal ${signal}`
      resolve(stopping ? `${options.name} was stopped` : `${options.name} ended unexpectedly ${how}`)
    })
  })

  return {
    name: options.name,
    logFile: options.logFile,
    pid: running.pid ?? -1,
    ended,
    async stop() {
      stopping = true
      if (running.exitCode !== null || running.signalCode !== null) return
      signalGroup(running, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(running, 'SIGKILL'), options.grace ?? 8_000)
      await ended
      clearTimeout(timer)
    },
  }
}

function signalGroup(running: ChildProcess, signal: NodeJS.Signals): void {
  if (running.pid === undefined) return
  try {
    process.kill(-running.pid, signal)
  } catch (error) {
    // ESRCH: the group is gone already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The end of a program's log, for the error that reports its death. */
export function lastLines(logFile: string, count = 12): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(it wrote no log)'
  }
}

/** Waits until `check` gives a value; a child that ends first, or the time running out, is an error in one sentence. */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined>,
  options: { child?: Child; timeout?: number; interval?: number } = {},
): Promise<T> {
  const { child, timeout = 60_000, interval = 100 } = options
  let death: string | undefined
  child?.ended.then((how) => {
    death = how
  })
  const until = Date.now() + timeout
  let lastError = ''
  for (;;) {
    if (death !== undefined && child) {
      throw new StackError(
        `${death} while waiting for ${what}; the end of ${child.logFile}:\n${lastLines(child.logFile)}`,
      )
    }
    try {
      const value = await check()
      if (value !== undefined) return value
    } catch (error) {
      // Already a sentence for a person: asking again would not change it.
      if (error instanceof StackError) throw error
      lastError = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > until) {
      const hint = lastError === '' ? '' : ` (last answer: ${lastError.split('\n')[0]})`
      throw new StackError(`${what} did not come within ${timeout / 1000} seconds${hint}`)
    }
    await new Promise((resolve) => setTimeout(resolve, interval))
  }
}

/** What went wrong in the local system, in one sentence a person can act on. */
export class StackError extends Error {
  override readonly name = 'StackError'
}
