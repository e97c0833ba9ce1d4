// What the Workers bear, each in workerd alone, beside a bare Hono route that answers as many bytes, by turns: throughput and tail.
// graph-node is a real one with a story's subgraph; R2, D1 and the edge's cache are `serving/far.ts`.
//   node bench/services/main.ts [--rounds 5] [--seconds 5] [--connections 8] [--soak <minutes>]
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { startStoryAt } from '../../local/scenario/stage.ts'
import { ROOT } from '../../local/state.ts'
import { DEPLOYMENT, PROGRAM } from '../../workers/api/test/program.ts'
import { memoryOf } from '../indexing/cost.ts'
import { machine, median, version } from '../measure.ts'
import { madeUp } from '../serving/distribution.ts'
import { startFar } from '../serving/far.ts'
import { bundle, type Running, serve } from '../serving/workerd.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    soak: { type: 'string' },
  },
})
const whole = (name: string, text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1 on`)
  return value
}
const ROUNDS = whole('rounds', values.rounds)
const SECONDS = whole('seconds', values.seconds)
const CONNECTIONS = whole('connections', values.connections)
const SOAK = values.soak === undefined ? null : whole('soak', values.soak)

type Target = { name: string; url: string; body?: string; bytes: number }
/** Requests a second, and milliseconds below which 50 and 99 of a hundred were answered. */
type Measured = { rate: number; total: number; p50: number; p99: number }

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** @throws Error when an answer was not 200, or there was none */
const fire = async ({ name, url, body }: Target, seconds: number): Promise<Measured> => {
  const args = ['--json', '--no-progress', '-c', String(CONNECTIONS), '-d', String(seconds)]
  const post = body === undefined ? [] : ['-m', 'POST', '-H', 'content-type=application/json', '-b', body]
  const cannon = join(ROOT, 'node_modules/autocannon/autocannon.js')
  const { stdout } = await promisify(execFile)(process.execPath, [cannon, ...args, ...post, url], {
    maxBuffer: 1 << 26,
  })
  const told = JSON.parse(stdout) as {
    errors: number
    timeouts: number
    non2xx: number
    requests: { average: number; total: number }
    latency: { p50: number; p99: number }
  }
  const failed = told.errors + told.timeouts + told.non2xx
  const { average: rate, total } = told.requests
  if (failed > 0 || total === 0) throw new Error(`${name}: ${failed} of ${total} requests failed`)
  return { rate, total, p50: told.latency.p50, p99: told.latency.p99 }
}

/** Asks twice, so that the answer is known to be one, and what is kept at the edge is kept. */
const targetOf = async (name: string, url: string, body?: string): Promise<Target> => {
  const headers = { 'content-type': 'application/json' }
  const ask = () => fetch(url, body === undefined ? {} : { method: 'POST', headers, body })
  await (await ask()).text()
  const response = await ask()
  const text = await response.text()
  if (response.status !== 200 || text.includes('"errors"'))
    throw new Error(`${name}: ${response.status} ${text}`)
  if (body !== undefined && response.headers.get('x-cache') !== 'hit')
    throw new Error(`${name} was not kept: ${response.headers.get('x-cache')}`)
  return { name, url, bytes: Buffer.byteLength(text), ...(body !== undefined && { body }) }
}

const made = madeUp(10_000)

const race = async (targets: readonly Target[], bare: Running): Promise<void> => {
  const peer = (target: Target): Target => ({
    ...target,
    name: 'the bare route',
    url: `http://127.0.0.1:${bare.port}/bytes/${target.bytes}`,
  })
  const results = new Map(targets.map((each) => [each, [] as { own: Measured; peer: Measured }[]]))
  // The first round warms the compilers up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [target, list] of results) {
      const pair = { own: await fire(target, SECONDS), peer: await fire(peer(target), SECONDS) }
      if (round > 0) list.push(pair)
    }
    say(`round ${round} of ${ROUNDS} (load ${loadavg()[0]?.toFixed(1)})`)
  }
  say(
    '| | bytes | requests/s | throughput over the bare route | p50 ms (bare) | p99 ms (bare) | p99 over the bare route |',
  )
  say('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const [{ name, bytes }, list] of results) {
    const of = (pick: (pair: { own: Measured; peer: Measured }) => number): number => median(list.map(pick))
    const cells = [
      ...[name, bytes, of(({ own }) => own.rate).toFixed(0)],
      of(({ own, peer: other }) => own.rate / other.rate).toFixed(2),
      `${of(({ own }) => own.p50)} (${of(({ peer: other }) => other.p50)})`,
      `${of(({ own }) => own.p99)} (${of(({ peer: other }) => other.p99)})`,
      of(({ own, peer: other }) => own.p99 / Math.max(1, other.p99)).toFixed(1),
    ]
    say(`| ${cells.join(' | ')} |`)
  }
}

/** Asks for everything by turns, and tells each Worker's memory once a minute. */
const soak = async (
  targets: readonly Target[],
  workers: Readonly<Record<string, Running>>,
  minutes: number,
) => {
  const samples: Record<string, number[]> = {}
  const end = Date.now() + minutes * 60_000
  let minute = 0
  let requests = 0
  for (let turn = 0; Date.now() < end; turn++) {
    requests += (await fire(targets[turn % targets.length] as Target, 5)).total
    for (const [name, { pid }] of Object.entries(workers))
      samples[name] = [...(samples[name] ?? []), memoryOf([pid]) / 2 ** 20]
    const now = minutes - Math.ceil((end - Date.now()) / 60_000)
    if (now === minute) continue
    minute = now
    const told = Object.entries(samples).map(([name, all]) => `${name} ${all.at(-1)?.toFixed(0)} MiB`)
    say(`${minute} min, ${requests} requests: ${told.join(', ')}`)
  }
  // The first third is for warming up: compiled code, and heaps as large as the runtime lets them be.
  for (const [name, all] of Object.entries(samples)) {
    const third = Math.floor(all.length / 3)
    const [middle, last] = [median(all.slice(third, 2 * third)), median(all.slice(2 * third))]
    say(
      `${name}: ${all[0]?.toFixed(0)} MiB at first; median of the second third ${middle.toFixed(0)}, of the last ${last.toFixed(0)} (${((last / middle - 1) * 100).toFixed(1)}%)`,
    )
  }
}

const main = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'prorata-services-'))
  mkdirSync(join(folder, 'stack'))
  const { stack } = await startStoryAt('2026-Q1', join(folder, 'stack'))
  const far = await startFar(made.file, made.row)
  const edge = await startFar(made.file, made.row, true)
  const workers: Record<string, Running> = {}
  try {
    await stack.synced()
    // Its Workers are not what is measured.
    for (const name of ['api', 'gateway'] as const) await stack.children.get(name)?.stop()
  } catch (error) {
    await stack.stop()
    throw error
  }
  try {
    const GRAPH_URL = stack.urls.graph
    for (const [name, entry] of [
      ['API', 'workers/api/src/index.ts'],
      ['gateway', 'workers/gateway/src/index.ts'],
      ['bare', 'bench/services/bare.ts'],
    ] as const) {
      bundle(join(ROOT, entry), join(folder, name))
    }
    const api = await serve(join(folder, 'API'), far.port, {
      ...{ PROGRAM, DEPLOYMENT, GRAPH_URL, RPC_URL: stack.urls.rpc, UPSTREAM_TIMEOUT_MS: '15000' },
    })
    workers.API = api
    const gateway = await serve(join(folder, 'gateway'), edge.port, {
      ...{ GRAPH_URL, GRAPH_KEY: '', INTROSPECTION: 'off', FINALITY_BLOCKS: 1, UPSTREAM_TIMEOUT_MS: 15_000 },
    })
    workers.gateway = gateway
    const bare = await serve(join(folder, 'bare'), far.port, {})
    workers.bare = bare
    const query = '{ accounts(block: { number: 60 }, first: 100) { id balance lots custody settled } }'
    const targets = [
      await targetOf('a proof', `http://127.0.0.1:${api.port}${made.pathTo(3, 7)}`),
      await targetOf('a page of holders', `http://127.0.0.1:${api.port}/v1/holders?block=60`),
      await targetOf(
        'a hit of the gateway',
        `http://127.0.0.1:${gateway.port}/graphql`,
        JSON.stringify({ query }),
      ),
    ]
    say(machine())
    say([version('hono'), version('workerd'), version('autocannon')].join(', '))
    if (SOAK !== null) {
      const control = { name: 'bare', url: `http://127.0.0.1:${bare.port}/bytes/1000`, bytes: 1000 }
      await soak([...targets, control], workers, SOAK)
    } else await race(targets, bare)
  } finally {
    for (const worker of Object.values(workers)) worker.stop()
    far.server.close()
    edge.server.close()
    await stack.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
