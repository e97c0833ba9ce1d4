// What a proof costs a Worker: CPU time in workerd over a bare Hono answer of the same size, bytes read, bytes stored.
//   node bench/serving/main.ts [--accounts 10000000] [--requests 3000] [--rounds 7]
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bytesToHex, type Hex } from 'viem'
import {
  distributionId,
  encodeTerms,
  recordsBlocks,
  recordsHead,
  SHARD_SIZE,
  ShardBuilder,
} from '../../disbursement/index.ts'
import { nodeKernel } from '../../keccak/node.ts'
import { ROOT } from '../../local/state.ts'
import { DEPLOYMENT, deployment, PROGRAM } from '../../workers/api/test/program.ts'
import { cpuOfProcess, machine, median, RECORD, random, recordsOf, version, WIDTH } from '../measure.ts'
import { startFar } from './far.ts'
import { bundle, serve } from './workerd.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '10000000' },
    requests: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '7' },
  },
})
const ACCOUNTS = Number(values.accounts)
const REQUESTS = Number(values.requests)
const ROUNDS = Number(values.rounds)
const SHARDS = Math.ceil(ACCOUNTS / SHARD_SIZE)

const kernel = nodeKernel()
const shardOf = (shard: number): Uint8Array =>
  recordsOf(Math.min(SHARD_SIZE, ACCOUNTS - shard * SHARD_SIZE), shard * SHARD_SIZE, ACCOUNTS)
const builder = new ShardBuilder(WIDTH, kernel)
for (let shard = 0; shard < SHARDS; shard++) builder.add(shardOf(shard))
const built = builder.finish()
const head = recordsHead(built, kernel)
const block = recordsBlocks(built, 0, shardOf(0)).length
const last = recordsBlocks(built, SHARDS - 1, shardOf(SHARDS - 1)).length
const length = head.length + (SHARDS - 1) * block + last
const read = (offset: number, wanted: number): Uint8Array => {
  if (offset + wanted <= head.length) return head.subarray(offset, offset + wanted)
  const shard = Math.floor((offset - head.length) / block)
  const bytes = recordsBlocks(built, shard, shardOf(shard))
  const from = offset - head.length - shard * block
  if (from !== 0 || wanted > bytes.length)
    throw new Error(`a read of ${wanted} bytes at ${offset} is no block's`)
  return bytes.subarray(0, wanted)
}

const root = bytesToHex(built.root)
const manifestHash: Hex = `0x${'77'.repeat(32)}`
const key = { issuer: deployment.issuer, token: deployment.currency, terms: encodeTerms(1n, 0n), root }
const id = distributionId(key)
const far = await startFar(
  { length, read },
  {
    ...{ id, ...key, total: built.total.toString(), manifest_hash: manifestHash, accounts: ACCOUNTS },
    ...{ stream: 'income', period: '2026-Q1', asset_symbol: 'USDC', asset_decimals: 6, opens_at: 1 },
    ...{ deadline: 0, published_at: 1, block: 1, transaction_hash: manifestHash },
  },
)

const get = (agent: Agent, port: number, path: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    request({ agent, port, host: '127.0.0.1', path }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('end', () => {
        const body = Buffer.concat(pieces)
        if (response.statusCode === 200) resolve(body)
        else reject(new Error(`HTTP ${response.statusCode}: ${body}`))
      })
    })
      .on('error', reject)
      .end()
  })

/** Asks for all of them, four at a time over connections that stay open. */
const load = async (port: number, paths: readonly string[]): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  let next = 0
  const ask = async (): Promise<void> => {
    while (next < paths.length) await get(agent, port, paths[next++] ?? '')
  }
  await Promise.all([ask(), ask(), ask(), ask()])
  agent.destroy()
}

const dice = random(20261123)
const pathTo = (shard: number, place: number): string => {
  const records = shardOf(shard)
  const account = records.subarray(place * RECORD, place * RECORD + 20)
  return `/v1/distributions/${id}/proofs/${bytesToHex(account)}`
}
const anyShard = (): number => dice() % (SHARDS - 1)
const anyPlace = (): number => dice() % SHARD_SIZE
/** Fewer shards than an isolate keeps. */
const kept = Array.from({ length: 200 }, anyShard)
/** Each shard once in a round and many others before it comes again, so that it was forgotten. */
let fresh = 0
const nextShard = (): number => {
  fresh += 7919
  return fresh % (SHARDS - 1)
}
const contenders: Record<string, { api: boolean; paths: () => string[] }> = {
  'a bare Hono answer of the same size': {
    api: false,
    paths: () => some(() => pathTo(anyShard(), anyPlace())),
  },
  'a proof whose shard is in memory': {
    api: true,
    paths: () => some(() => pathTo(kept[dice() % kept.length] ?? 0, anyPlace())),
  },
  'the first proof of a shard, read from R2': {
    api: true,
    paths: () => some(() => pathTo(nextShard(), anyPlace())),
  },
}
const some = (path: () => string): string[] => Array.from({ length: REQUESTS }, path)

const folder = mkdtempSync(join(tmpdir(), 'prorata-serving-'))
const workers: { stop(): void }[] = []
try {
  bundle(join(ROOT, 'workers/api/src/index.ts'), join(folder, 'api'))
  bundle(join(ROOT, 'bench/serving/bare.ts'), join(folder, 'bare'))
  const api = await serve(join(folder, 'api'), far.port, { PROGRAM, DEPLOYMENT })
  workers.push(api)
  const example = (await get(new Agent(), api.port, pathTo(5, 77))).toString()
  const bare = await serve(join(folder, 'bare'), far.port, { ANSWER: example })
  workers.push(bare)
  const agent = new Agent({ keepAlive: true })
  console.log(machine())
  console.log([version('hono'), version('workerd'), version('wrangler')].join(', '))
  console.log(`${ACCOUNTS.toLocaleString('en')} accounts; answers of ${example.length} bytes`)
  const times: Record<string, number[]> = {}
  const bytes: Record<string, number> = {}
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { api: isApi, paths }] of Object.entries(contenders)) {
      const asked = paths()
      const { pid, port } = isApi ? api : bare
      if (name.includes('in memory')) {
        for (const shard of kept) await get(agent, port, pathTo(shard, 0))
      }
      const before = { cpu: cpuOfProcess(pid), bytes: far.seen.bytes }
      await load(port, asked)
      bytes[name] = (far.seen.bytes - before.bytes) / REQUESTS
      // The first round warms the compilers up.
      if (round > 0) times[name] = [...(times[name] ?? []), (cpuOfProcess(pid) - before.cpu) / REQUESTS]
    }
  }
  const [own = 1] = Object.values(times).map(median)
  console.log('| what | CPU | over the bare answer | bytes read |')
  console.log('| --- | ---: | ---: | ---: |')
  for (const [name, all] of Object.entries(times)) {
    const ratios = all.map((time, round) => time / (Object.values(times)[0]?.[round] ?? own))
    console.log(
      `| ${name} | ${(median(all) * 1000).toFixed(0)} µs | ${median(ratios).toFixed(2)} | ${Math.round(bytes[name] ?? 0)} |`,
    )
  }
  console.log(
    `stored a holder: ${(length / ACCOUNTS).toFixed(1)} bytes; kept in memory: ${head.length} bytes; one block: ${block}`,
  )
  agent.destroy()
} finally {
  for (const worker of workers) worker.stop()
  far.server.close()
  rmSync(folder, { recursive: true, force: true })
}
