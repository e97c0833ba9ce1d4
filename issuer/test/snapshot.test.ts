// Reading very many holders in the background: a real workerd with the real Workflow, D1 and R2, killed in the middle.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseDeployment } from '../../disbursement/index.ts'
import type { Child } from '../../local/child.ts'
import { type Crowd, startCrowd } from '../../local/crowd.ts'
import { freePort } from '../../local/ports.ts'
import { migrate, startWorker } from '../../local/workers.ts'
import { DEPLOYMENT, PROGRAM } from '../../workers/api/test/program.ts'
import { beginSnapshot, snapshotStatusOf } from '../api.ts'
import { connect } from '../chain.ts'
import { readSnapshot } from '../snapshot.ts'

const HOLDERS = 70_000
const SECRET = 'a-secret-of-more-than-sixteen-characters'

const folder = mkdtempSync(join(tmpdir(), 'prorata-snapshot-'))
const children: Child[] = []
let crowd: Crowd
let settings: Record<string, string>

before(async () => {
  crowd = await startCrowd(HOLDERS, 5)
  settings = {
    ...{ PROGRAM, DEPLOYMENT, GRAPH_URL: crowd.url, RPC_URL: crowd.url, PRORATA_API_SECRET: SECRET },
  }
  const database = { config: 'wrangler.toml', name: 'prorata' }
  await migrate(database, join(folder, 'workers'), join(folder, 'migrate.log'), settings)
})
after(async () => {
  for (const child of children) await child.stop()
  crowd?.server.close()
  rmSync(folder, { recursive: true, force: true })
})

const startApi = async (): Promise<{ url: string; child: Child }> => {
  const api = await startWorker({
    name: 'the API',
    config: 'wrangler.toml',
    port: await freePort(),
    persist: join(folder, 'workers'),
    settings,
    // A page may take 36 of these, and a run is over that was silent for so long.
    vars: { UPSTREAM_TIMEOUT_MS: '400' },
    logFile: join(folder, `api-${children.length}.log`),
    onStarted: (child) => children.push(child),
  })
  return api
}

test('a snapshot whose Worker is killed goes on behind the last page that was stored, and has everybody', async () => {
  const first = await startApi()
  const block = BigInt(crowd.block)
  await beginSnapshot(first.url, SECRET, block)
  let status = await snapshotStatusOf(first.url, block)
  while (status.accounts.rows === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    status = await snapshotStatusOf(first.url, block)
  }
  await first.child.stop()
  assert.equal(status.state, 'reading')
  assert(status.accounts.rows < HOLDERS)
  const before = crowd.asked.length

  const { url } = await startApi()
  await beginSnapshot(url, SECRET, block)
  const deployment = parseDeployment(JSON.parse(DEPLOYMENT))
  const said: string[] = []
  const reader = {
    chain: await connect(crowd.url, deployment.chainId),
    deployment,
    apiUrl: url,
    apiSecret: SECRET,
  }
  const { hash, timestamp } = { hash: status.hash, timestamp: BigInt(0x69000000) }
  const read = () => readSnapshot(reader, { number: block, hash, timestamp }, (line) => said.push(line))
  // At Cloudflare a run outlives its machine; the local one does not. That is noticed once it is silent for too long, which it
  // may have been already when it was begun again here.
  const { accounts, lots } = await read().catch((error) => {
    assert.match(String(error), /gave up reading block 90: The run that read was ended.*and it goes on/)
    return read()
  })
  assert.equal(accounts.length, HOLDERS)
  assert.equal(lots.length, HOLDERS)
  assert.equal(new Set(accounts.map(({ id }) => id)).size, HOLDERS)
  assert(
    said.some((line) => /of 70,000 accounts, .* rows\/s, about \d+ s left/.test(line)),
    said.join('\n'),
  )

  const again = crowd.asked.slice(before).filter(({ name }) => name === 'Rows_accounts')
  assert.notEqual(again[0]?.after, '0x', 'what was stored is not read again')
  assert(again.length <= Math.ceil((HOLDERS - status.accounts.rows) / 1000) + 1)
})

test('a snapshot of another history than the chain of the command is refused', async () => {
  const { url } = await startApi()
  const deployment = parseDeployment(JSON.parse(DEPLOYMENT))
  const reader = {
    chain: await connect(crowd.url, deployment.chainId),
    deployment,
    apiUrl: url,
    apiSecret: SECRET,
  }
  const block = { number: BigInt(crowd.block), hash: `0x${'11'.repeat(32)}` as const, timestamp: 0n }
  await assert.rejects(
    readSnapshot(reader, block, () => {}),
    /of another history: its hash is 0x/,
  )
})
