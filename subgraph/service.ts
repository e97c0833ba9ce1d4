import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { dirname } from 'node:path'

// A child process that serves: started, waited for, stopped, and never left behind.

/** How a process ended. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type Service = {
  name: string
  child: ChildProcess
  /** Resolves when the service answers; rejects, with its last words, when it ends before. */
  ready: Promise<void>
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>
  /** The last lines it wrote. */
  lastWords(): string
  /** Ends it and waits for that; again, or after it ended: nothing. */
  stop(): Promise<void>
}

export type ServiceOptions = {
  name: string
  command: string
  args: string[]
  spawn?: SpawnOptions
  /** Everything the process writes is appended here. */
  logFile: string
  /** The signal that asks it to end, and the one sent when it has not after ten seconds. */
  signals: [NodeJS.Signals, NodeJS.Signals]
  /** Asked until it says true, every tenth of a second, with what the process has written lately. */
  isReady: (words: string) => boolean | Promise<boolean>
  /** What to tell of an early end, from its last words; by default the words themselves. */
  explain?: (words: string) => string | undefined
}

const READY_SECONDS = 120
const STOP_SECONDS = 10

/**
 * Starts a service. The process is in a group of its own: Ctrl-C reaches the parent alone, which then stops its services in
 * the order it wants. When the parent ends otherwise, however suddenly, they are killed.
 */
export const startService = (options: ServiceOptions): Service => {
  const { name, command, args, logFile, signals } = options
  mkdirSync(dirname(logFile), { recursive: true })
  const log = createWriteStream(logFile, { flags: 'a' })
  const child = spawn(command, args, {
    ...options.spawn,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let words = ''
  const hear = (chunk: Buffer): void => {
    log.write(chunk)
    words = (words + chunk.toString('utf8')).slice(-16_384)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)

  const kill = (): void => {
    child.kill(signals[1])
  }
  process.on('exit', kill)
  const leash = holdOn(child.pid, signals[1])
  let ended: Exit | undefined
  const exited = new Promise<Exit>((resolve) => {
    const end = (exit: Exit): void => {
      ended ??= exit
      process.off('exit', kill)
      leash?.kill('SIGKILL')
      log.end()
      resolve(ended)
    }
    child.once('error', (error) => {
      words += error.message
      end({ code: null, signal: null })
    })
    child.once('close', (code, signal) => end({ code, signal }))
  })

  const ready = (async (): Promise<void> => {
    const deadline = Date.now() + READY_SECONDS * 1000
    while (!ended) {
      if (await options.isReady(words)) return
      if (Date.now() > deadline)
        throw new Error(`${name} did not answer within ${READY_SECONDS} s; see ${logFile}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const why = options.explain?.(words) ?? words.trim().split('\n').slice(-5).join('\n')
    throw new Error(
      `${name} ended before it was ready (${ended.signal ?? `exit code ${ended.code}`}): ${why}`,
    )
  })()
  // Whoever waits sees the rejection; nobody waiting is no crash of the parent.
  ready.catch(() => {})

  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      if (ended) return
      child.kill(signals[0])
      const hard = setTimeout(kill, STOP_SECONDS * 1000)
      await exited
      clearTimeout(hard)
    })()
    return stopping
  }
  return { name, child, ready, exited, lastWords: () => words, stop }
}

/** A process that does nothing until this one is gone, which closes its input: then it ends the child and itself. */
const holdOn = (pid: number | undefined, signal: NodeJS.Signals): ChildProcess | undefined => {
  if (pid === undefined) return undefined
  const leash = spawn(
    '/bin/sh',
    ['-c', 'cat >/dev/null; kill -s "$1" "$2"', 'leash', signal.replace('SIG', ''), String(pid)],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  )
  leash.once('error', () => {}) // without a shell there is no leash, and everything else works
  leash.unref()
  if (leash.stdin instanceof Socket) leash.stdin.unref()
  return leash
}

/** A TCP port that nobody uses at this moment. */
export const freePort = (): Promise<number> => listenOnce(0)

/** @throws Error naming the port and what wanted it, when somebody else has it */
export const requireFree = async (port: number, purpose: string): Promise<void> => {
  try {
    await listenOnce(port)
  } catch {
    throw new Error(`port ${port}, for ${purpose}, is in use; end what uses it or choose another port`)
  }
}

const listenOnce = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
