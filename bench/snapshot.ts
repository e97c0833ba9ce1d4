// Reading everybody's rows in the background: how fast the Workflow is, and what memory its runtime takes meanwhile, wrangler's own included.
// Subgraph and chain are made up (local/crowd.ts), in this process; D1, R2 and the Workflow are those of a local workerd.
//   node bench/snapshot.ts [--holders 1000000]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beginSnapshot, snapshotStatusOf } from '../issuer/api.ts'
import type { Child } from '../local/child.ts'
import { startCrowd } from '../local/crowd.ts'
import { freePort } from '../local/ports.ts'
import { migrate, startWorker } from '../local/workers.ts'
import { DEPLOYMENT, PROGRAM } from '../workers/api/test/program.ts'
import { cpuOf, memoryOf } from './indexing/cost.ts'
import { machine, version } from './measure.ts'

const { values } = parseArgs({ options: { holders: { type: 'string', default: '1000000' } } })
const HOLDERS = Number(values.holders)
const SECRET = 'a-secret-of-more-than-sixteen-characters'
const MIB = 2 ** 20

const folder = mkdtempSync(join(tmpdir(), 'prorata-bench-snapshot-'))
const children: Child[] = []
const crowd = await startCrowd(HOLDERS)
try {
  const settings = {
    ...{ PROGRAM, DEPLOYMENT, GRAPH_URL: crowd.url, RPC_URL: crowd.url, PRORATA_API_SECRET: SECRET },
  }
  const persist = join(folder, 'workers')
  await migrate({ config: 'wrangler.toml', name: 'prorata' }, persist, join(folder, 'migrate.log'), settings)
  const { url } = await startWorker({
    name: 'the API',
    config: 'wrangler.toml',
    port: await freePort(),
    persist,
    settings,
    logFile: join(folder, 'api.log'),
    onStarted: (child) => children.push(child),
  })
  console.log(machine())
  console.log([version('workerd'), version('wrangler')].join(', '))
  const pids = children.map(({ pid }) => pid)
  const resident = (): number => memoryOf(pids) / MIB
  const [memory, before, began] = [resident(), cpuOf(pids), performance.now()]
  const block = BigInt(crowd.block)
  let status = await beginSnapshot(url, SECRET, block)
  let told = 0
  const samples: number[] = []
  while (status.state === 'reading') {
    await new Promise((resolve) => setTimeout(resolve, 500))
    samples.push(resident())
    status = await snapshotStatusOf(url, block)
    const tenth = Math.floor(((status.accounts.rows + status.lots.rows) / (2 * HOLDERS)) * 10)
    if (tenth === told) continue
    told = tenth
    const { rate, remaining } = status
    console.log(`${tenth}0%: ${samples.at(-1)?.toFixed(0)} MiB, ${rate} rows/s, about ${remaining} s left`)
  }
  if (status.state === 'failed') throw new Error(status.problem ?? 'the snapshot failed')
  const seconds = (performance.now() - began) / 1000
  const rows = status.accounts.rows + status.lots.rows
  console.log(
    `${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s (${Math.round(rows / seconds).toLocaleString('en')} a second), ` +
      `${(cpuOf(pids) - before).toFixed(1)} s of CPU; memory of runtime and wrangler ${memory.toFixed(0)} MiB at first, at most ${Math.max(...samples).toFixed(0)} MiB`,
  )
} finally {
  for (const child of children) await child.stop()
  crowd.server.close()
  rmSync(folder, { recursive: true, force: true })
}
