// What settings of graph-node do to the subgraph's speed, by turns on one chain, and where its time goes.
//   node bench/indexing/levers.ts [--logs 12000] [--people 1000] [--per-block 3] [--rounds 2] [NAME=VALUE[,NAME=VALUE]…]…
// Each argument is one more variant beside the project's own settings.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from '../measure.ts'
import { startBenchChain } from './chain.ts'
import { cpuOf } from './cost.ts'
import { History } from './history.ts'
import { startSubgraph } from './subgraph.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    logs: { type: 'string', default: '12000' },
    people: { type: 'string', default: '1000' },
    'per-block': { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
  },
})
const COLUMNS = ['wall', 'PostgreSQL CPU', 'graph-node CPU', 'handlers', 'store reads', 'writing'] as const

/** The sum of a histogram of graph-node's over the deployment's labels, in seconds. */
const sumOf = (metrics: string, name: string): number =>
  [...metrics.matchAll(new RegExp(`^${name}_sum\\{deployment="Qm[^}]*\\} ([\\d.]+)`, 'gm'))].reduce(
    (sum, [, seconds]) => sum + Number(seconds),
    0,
  )

const settingsOf = (variant: string): Record<string, string> =>
  Object.fromEntries(
    variant.split(',').map((each) => {
      const [name = '', value] = each.split('=')
      if (value === undefined) throw new Error(`a variant is NAME=VALUE, not ${each}`)
      return [name, value]
    }),
  )

const variants: [name: string, env: Record<string, string>][] = [
  ['as local/ starts it', {}],
  ...positionals.map((each): [string, Record<string, string>] => [each, settingsOf(each)]),
]
const dir = mkdtempSync(join(tmpdir(), 'prorata-levers-'))
const chain = await startBenchChain(dir)
try {
  const history = new History(chain, Number(values.people))
  const made = await history.play(Number(values.logs), Number(values['per-block']))
  const rows = new Map<string, number[][]>(variants.map(([name]) => [name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [at, [name, env]] of variants.entries()) {
      const own = join(dir, `${round}-${at}`)
      mkdirSync(own)
      const turn = await startSubgraph({ chain, made, dir: own }, env)
      try {
        const [postgres = -1, node = -1] = turn.pids()
        const before = [cpuOf([postgres]), cpuOf([node])]
        const began = performance.now()
        await turn.index()
        const wall = (performance.now() - began) / 1000
        const [ofPostgres = 0, ofNode = 0] = [cpuOf([postgres]), cpuOf([node])].map(
          (after, which) => after - (before[which] ?? 0),
        )
        const metrics = await (await fetch(`http://127.0.0.1:${turn.node.ports.metrics}/metrics`)).text()
        const inside = [
          'deployment_handler_execution_time',
          'deployment_host_fn_execution_time',
          'deployment_transact_block_operations_duration',
        ].map((each) => sumOf(metrics, each))
        rows.get(name)?.push([wall, ofPostgres, ofNode, ...inside])
      } finally {
        await turn.stop()
        rmSync(own, { recursive: true, force: true })
      }
    }
  }
  const lines = [
    `${made.logs} logs in ${made.blocks} blocks, ${made.people} people; seconds, medians of ${values.rounds}; load ${loadavg()[0]?.toFixed(0)}`,
    `| | ${COLUMNS.join(' | ')} | events/s of CPU |`,
    `| --- |${' --- |'.repeat(COLUMNS.length + 1)}`,
    ...[...rows].map(([name, all]) => {
      const medians = COLUMNS.map((_, column) => median(all.map((row) => row[column] ?? 0)))
      const perSecond = made.logs / ((medians[1] ?? 0) + (medians[2] ?? 0))
      return `| ${name} | ${medians.map((each) => each.toFixed(1)).join(' | ')} | ${perSecond.toFixed(0)} |`
    }),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
} finally {
  await chain.stop()
  rmSync(dir, { recursive: true, force: true })
}
