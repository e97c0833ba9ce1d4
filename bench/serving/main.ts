// What a proof costs a Worker: CPU time in workerd over a bare Hono answer of the same size, bytes read, bytes stored.
//   node bench/serving/main.ts [--accounts 10000000] [--requests 3000] [--rounds 7]
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SHARD_SIZE } from '../../disbursement/index.ts'
import { ROOT } from '../../local/state.ts'
import { DEPLOYMENT, PROGRAM } from '../../workers/api/test/program.ts'
import { cpuOfProcess, machine, median, random, version } from '../measure.ts'
import { madeUp } from './distribution.ts'
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
const made = madeUp(ACCOUNTS)
const far = await startFar(made.file, made.row)

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
const anyShard = (): number => dice() % (made.shards - 1)
const anyPlace = (): number => dice() % SHARD_SIZE
/** Fewer shards than an isolate keeps. */
const kept = Array.from({ length: 200 }, anyShard)
/** Each shard once in a round and many others before it comes again, so that it was forgotten. */
let fresh = 0
const nextShard = (): number => {
  fresh += 7919
  return fresh % (made.shards - 1)
}
/** A read of a block that no other request of the round asks for. */
const blockOf = (): string => `${made.head + nextShard() * made.block}/${made.block}`
/** By whom each is answered, and what it is held against beside the bare answer. */
const contenders: Record<string, { api: boolean; paths: () => string[]; over?: string }> = {
  'a bare Hono answer': { api: false, paths: () => some(() => made.pathTo(anyShard(), anyPlace())) },
  'the same after one ranged read of R2': { api: false, paths: () => some(() => `/read/${blockOf()}`) },
  'the same, looked up and kept at the edge': { api: false, paths: () => some(() => `/kept/${blockOf()}`) },
  'a proof whose shard is in memory': {
    api: true,
    paths: () => some(() => made.pathTo(kept[dice() % kept.length] ?? 0, anyPlace())),
  },
  'the first proof of a shard, read from R2': {
    api: true,
    paths: () => some(() => made.pathTo(nextShard(), anyPlace())),
    over: 'the same, looked up and kept at the edge',
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
  const example = (await get(new Agent(), api.port, made.pathTo(5, 77))).toString()
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
        for (const shard of kept) await get(agent, port, made.pathTo(shard, 0))
      }
      const before = { cpu: cpuOfProcess(pid), bytes: far.seen.bytes }
      await load(port, asked)
      bytes[name] = (far.seen.bytes - before.bytes) / REQUESTS
      // The first round warms the compilers up.
      if (round > 0) times[name] = [...(times[name] ?? []), (cpuOfProcess(pid) - before.cpu) / REQUESTS]
    }
  }
  console.log(
    '| what | CPU | over the bare answer | over what reads, looks up and keeps as it does | bytes read |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: |')
  const ratio = (name: string, over: string): string =>
    median((times[name] ?? []).map((time, round) => time / (times[over]?.[round] ?? 1))).toFixed(2)
  for (const [name, all] of Object.entries(times)) {
    const { over } = contenders[name] ?? {}
    const cells = [
      name,
      `${(median(all) * 1000).toFixed(0)} µs`,
      ratio(name, 'a bare Hono answer'),
      over === undefined ? '' : ratio(name, over),
      Math.round(bytes[name] ?? 0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  console.log(
    `stored a holder: ${(made.file.length / ACCOUNTS).toFixed(1)} bytes; kept in memory: ${made.head} bytes; one block: ${made.block}`,
  )
  agent.destroy()
} finally {
  for (const worker of workers) worker.stop()
  far.server.close()
  rmSync(folder, { recursive: true, force: true })
}
