// Three indexers, the same job, one chain, by turns: who has what, and how much of it still carries the income claim.
//   node bench/indexing/main.ts [--logs 50000] [--people 2000] [--per-block 3] [--rounds 3] [--only replay,subgraph,ponder]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { differencesBetween, type Position } from '../../disbursement/index.ts'
import { median } from '../measure.ts'
import { startBenchChain } from './chain.ts'
import { type Contender, type Result, takeTurn } from './contender.ts'
import { cpuOf } from './cost.ts'
import { History } from './history.ts'
import { installPonder, ponder, ponderState } from './ponder.ts'
import { replay } from './replay.ts'
import { subgraph } from './subgraph.ts'

const ALL: Record<string, Contender> = { replay, subgraph, ponder, 'ponder-state': ponderState }

const { values } = parseArgs({
  options: {
    logs: { type: 'string', default: '50000' },
    people: { type: 'string', default: '2000' },
    'per-block': { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(ALL).join(',') },
  },
})
const [LOGS, PEOPLE, PER_BLOCK, ROUNDS] = (['logs', 'people', 'per-block', 'rounds'] as const).map((name) => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1 on`)
  return value
}) as [number, number, number, number]
const CONTENDERS = values.only.split(',').map((name): Contender => {
  const contender = ALL[name]
  if (contender === undefined)
    throw new Error(`--only names some of ${Object.keys(ALL).join(', ')}, not ${name}`)
  return contender
})

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** @throws Error naming the first holder on whom two contenders differ */
const requireEqual = (name: string, found: readonly Position[], expected: readonly Position[]): void => {
  const [first] = differencesBetween(found, expected)
  if (first === undefined) return
  throw new Error(
    `${name} differs from ${CONTENDERS[0]?.name}: ${first.field} of ${first.holder} is ${first.ours}, not ${first.theirs}`,
  )
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US')

const main = async (): Promise<void> => {
  if (CONTENDERS.some((each) => each === ponder || each === ponderState)) await installPonder()
  const dir = mkdtempSync(join(tmpdir(), 'prorata-indexing-'))
  const [model] = cpus()
  say(`${model?.model.trim() ?? 'unknown CPU'} (${availableParallelism()} cores), Node ${process.version}`)
  const chain = await startBenchChain(dir)
  try {
    const began = performance.now()
    const history = new History(chain, PEOPLE)
    const made = await history.play(LOGS, PER_BLOCK)
    const seconds = Math.round((performance.now() - began) / 1000)
    say(
      `a chain of ${made.head} blocks: ${thousands(made.logs)} logs in ${thousands(made.blocks)} of them, ${thousands(made.people)} people; made in ${seconds} s (anvil ${Math.round(cpuOf([chain.pid]))} s of CPU)`,
    )
    const results = new Map<Contender, Result[]>(CONTENDERS.map((each) => [each, []]))
    let expected: Position[] | undefined
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of CONTENDERS) {
        const own = join(dir, `${round}-${contender.name}`)
        mkdirSync(own)
        const { result, positions } = await takeTurn(contender, { chain, made, dir: own })
        expected ??= positions
        requireEqual(contender.name, positions, expected)
        results.get(contender)?.push(result)
        say(
          `round ${round + 1}, ${contender.name}: ${result.wall.toFixed(2)} s, CPU ${result.cpu.toFixed(2)} s (load ${loadavg()[0]?.toFixed(1)})`,
        )
        rmSync(own, { recursive: true, force: true })
      }
    }
    say(`equal for all ${thousands(expected?.length ?? 0)} holders in every run`)
    say('| | wall s | logs/s | CPU s | logs/s of CPU | memory MiB | anvil CPU s | starting: wall s, CPU s |')
    say('| --- | --- | --- | --- | --- | --- | --- | --- |')
    for (const [{ name }, all] of results) {
      const of = (pick: (result: Result) => number): number => median(all.map(pick))
      const [wall, cpu] = [of((each) => each.wall), of((each) => each.cpu)]
      say(
        `| ${[
          name,
          wall.toFixed(2),
          thousands(made.logs / wall),
          cpu.toFixed(2),
          thousands(made.logs / cpu),
          thousands(of((each) => each.memory) / 2 ** 20),
          of((each) => each.node).toFixed(2),
          `${of((each) => each.starting.wall).toFixed(1)}, ${of((each) => each.starting.cpu).toFixed(1)}`,
        ].join(' | ')} |`,
      )
    }
  } finally {
    await chain.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

await main()
