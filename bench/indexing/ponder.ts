// A contender: the same rule as an app of Ponder, in ponder/, with PostgreSQL as the subgraph has it.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type AccountRow, positions } from '../../disbursement/index.ts'
import { type Child, startChild, waitFor } from '../../local/child.ts'
import { freePort } from '../../local/ports.ts'
import { startPostgres } from '../../local/postgres.ts'
import { run } from '../../local/run.ts'
import type { Contender, Job, Turn } from './contender.ts'
import type { PonderJob } from './ponder/job.ts'

const APP = join(import.meta.dirname, 'ponder')

/** Ponder has a lock file of its own, so that nobody installs it who does not measure it. */
export const installPonder = async (): Promise<void> => {
  const done = join(APP, 'node_modules/.package-lock.json')
  if (existsSync(done) && statSync(done).mtimeMs > statSync(join(APP, 'package-lock.json')).mtimeMs) return
  process.stderr.write('installing Ponder (once)…\n')
  // npm runs on the Node that runs this: some packages ask for a newer one than the system may have.
  const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, stderr } = await run('npm', args, { cwd: APP, env })
  if (code !== 0) throw new Error(`Ponder could not be installed in ${APP}:\n${stderr}`)
}

/** The part of node-postgres that is used; it comes with Ponder. */
type Client = {
  connect(): Promise<void>
  query(text: string): Promise<{ rows: Record<string, string | null>[] }>
  end(): Promise<void>
}

const readAccounts = async (url: string): Promise<AccountRow[]> => {
  const { Client } = createRequire(join(APP, 'package.json'))('pg') as { Client: new (url: string) => Client }
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query(
      'SELECT id, holder, balance, staked, lp, lp_staked AS "lpStaked", lots, custody, basis, settled, units, recipient FROM bench.account',
    )
    return rows as AccountRow[]
  } finally {
    await client.end()
  }
}

const start = async ({ chain, dir }: Job, history: boolean): Promise<Turn> => {
  const children: Child[] = []
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop()
  }
  try {
    const onStarted = (child: Child): void => {
      children.push(child)
    }
    const postgres = await startPostgres({
      ...{ dir: join(dir, 'postgres'), port: await freePort(), logFile: join(dir, 'postgres.log') },
      onStarted,
    })
    const port = await freePort()
    const job: PonderJob = { ...chain, postgresUrl: postgres.url, history }
    const logFile = join(dir, 'ponder.log')
    const child = startChild({
      name: 'Ponder',
      command: process.execPath,
      args: [
        ...[join(APP, 'node_modules/ponder/dist/esm/bin/ponder.js'), 'start', '--root', APP],
        ...['--schema', 'bench', '--port', String(port), '--hostname', '127.0.0.1', '--log-format', 'json'],
      ],
      cwd: APP,
      env: {
        PRORATA_BENCH_JOB: JSON.stringify(job, (_, value) =>
          typeof value === 'function' ? undefined : value,
        ),
        PONDER_TELEMETRY_DISABLED: 'true',
        NODE_ENV: 'production',
      },
      logFile,
    })
    onStarted(child)
    const said = (message: string) => async (): Promise<true | undefined> => {
      const text = readFileSync(logFile, 'utf8')
      if (/"level":[56]0/.test(text)) {
        throw new Error(`Ponder met an error; see ${logFile}`)
      }
      return text.includes(message) ? true : undefined
    }
    await waitFor('Ponder', said('Started backfill indexing'), { child, interval: 20 })
    return {
      pids: () => children.map(({ pid }) => pid),
      async index() {
        await waitFor('Ponder', said('Completed backfill indexing'), {
          child,
          timeout: 3_600_000,
          interval: 200,
        })
      },
      positions: async () => positions(await readAccounts(postgres.url), chain.deployment.excluded),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

export const ponder: Contender = { name: 'Ponder', start: (job) => start(job, true) }
export const ponderState: Contender = { name: 'Ponder, state alone', start: (job) => start(job, false) }
