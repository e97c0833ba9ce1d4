import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Child, StackError, startChild, waitFor } from './child.ts'
import { runLogged } from './run.ts'
import { ROOT, STATE } from './state.ts'

// wrangler's own program, not the launcher in node_modules/.bin, which would outlive or orphan what it starts.
const WRANGLER = ['--no-warnings', join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js')]

/** Keeps wrangler from asking, phoning home and decorating. */
const QUIET = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
}

export interface WorkerOptions {
  readonly name: string
  /** The Worker's wrangler configuration, from the project's root. */
  readonly config: string
  readonly port: number
  /** Where its D1 and R2 keep their data. */
  readonly persist: string
  /** Its variables and secrets: given in the environment, so that none shows on a command line or in a file. */
  readonly settings: Readonly<Record<string, string>>
  /** Variables beyond those, which anybody may see. */
  readonly vars?: Readonly<Record<string, string>>
  readonly logFile: string
  /** Told as soon as the program runs, so that it is watched and ended with the rest. */
  readonly onStarted: (child: Child) => void
}

/** Starts one Worker in workerd, and waits until it answers. */
export async function startWorker(options: WorkerOptions): Promise<{ child: Child; url: string }> {
  const child = startChild({
    name: options.name,
    command: process.execPath,
    args: [
      ...WRANGLER,
      'dev',
      ...['--config', options.config],
      ...['--ip', '127.0.0.1'],
      ...['--port', String(options.port)],
      ...['--inspector-port', '0'],
      ...['--persist-to', options.persist],
      ...Object.entries(options.vars ?? {}).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      '--local',
      '--show-interactive-dev-session=false',
    ],
    cwd: ROOT,
    env: { ...QUIET, ...options.settings },
    logFile: options.logFile,
  })
  options.onStarted(child)
  const ready = await waitFor(
    options.name,
    async () => /Ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(readFileSync(options.logFile, 'utf8'))?.[1],
    { child },
  )
  return { child, url: ready }
}

/** A Worker's own D1, as its wrangler configuration names it. */
export interface Database {
  readonly config: string
  readonly name: string
}

/**
 * Brings a Worker's local D1 to the newest schema; safe to run again. A new one is a copy of what wrangler made of the same
 * migrations before, which is kept in the local state: wrangler takes seconds.
 */
export async function migrate(
  { config, name }: Database,
  persist: string,
  logFile: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const fresh = !existsSync(persist)
  const made = join(STATE, 'databases', `${name}-${checksum(config)}`)
  if (fresh && existsSync(made)) return copyWhole(made, persist)
  const args = [
    ...WRANGLER,
    ...['d1', 'migrations', 'apply', name],
    '--local',
    ...['--persist-to', persist],
    ...['--config', config],
  ]
  await runLogged(`preparing the database ${name}`, process.execPath, args, logFile, {
    ...QUIET,
    ...settings,
  })
  if (fresh) copyWhole(persist, made)
}

/** Of everything that a new database depends on: its configuration, its migrations, and wrangler's version in the lock. */
function checksum(config: string): string {
  const file = join(ROOT, config)
  const folder = /^migrations_dir = "(.+)"$/m.exec(readFileSync(file, 'utf8'))?.[1]
  if (folder === undefined) throw new StackError(`${config} names no migrations_dir`)
  const hash = createHash('sha256')
  for (const path of [
    file,
    join(ROOT, 'package-lock.json'),
    ...globSync(join(dirname(file), folder, '*.sql')).sort(),
  ])
    hash.update(basename(path)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

/** Copies a folder whole or not at all; where another process was first, its copy stays. */
function copyWhole(from: string, to: string): void {
  const making = `${to}.${process.pid}`
  cpSync(from, making, { recursive: true })
  try {
    renameSync(making, to)
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}
