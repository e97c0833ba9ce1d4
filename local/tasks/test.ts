import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { build } from '../build.ts'
import { lastLines } from '../child.ts'
import { createProgress } from '../progress.ts'
import { runLogged } from '../run.ts'
import { ROOT, STATE } from '../state.ts'

interface Suite {
  readonly name: string
  readonly about: string
  readonly commands: readonly (readonly [command: string, ...args: string[]])[]
  /** Runs only when it is named: it takes minutes of both cores. */
  readonly named?: true
}

/** How many suites run side by side, on a machine with as many cores. */
const LANES = 2

/** First where a mistake is cheapest to find, then the long ones, so that no lane is left with one at the end. */
const SUITES: readonly Suite[] = [
  {
    name: 'style',
    about: 'format, lint, types',
    commands: [
      ['biome', 'ci', '.'],
      ['tsc', '-p', 'tsconfig.json'],
      ['mkdir', '-p', 'workers/build'],
      ['wrangler', 'types', 'workers/build/runtime.d.ts', '--include-env=false'],
      ['tsc', '-p', 'workers/tsconfig.json'],
      ['tsc', '-p', 'page/tsconfig.json'],
    ],
  },
  {
    name: 'keccak',
    about: 'the hashing kernel against another',
    commands: [['vitest', 'run', '--config', 'keccak/vitest.config.ts']],
  },
  {
    name: 'disbursement',
    about: 'the engine: properties and vectors',
    commands: [['vitest', 'run', '--config', 'disbursement/vitest.config.ts']],
  },
  {
    name: 'polls',
    about: 'weights, ballots and the count: properties',
    commands: [['vitest', 'run', '--config', 'polls/vitest.config.ts']],
  },
  {
    name: 'contracts',
    about: 'Solidity and viem tests, fuzz, invariants, gas',
    commands: [
      ['hardhat', 'test'],
      ['node', 'bench/gas/main.ts', '--check'],
    ],
  },
  {
    name: 'workers',
    about: 'the API and the gateway in workerd',
    commands: [['vitest', 'run', '--config', 'workers/vitest.config.ts']],
  },
  {
    name: 'issuer',
    about: "the issuer's commands, and two quarters with all that may go wrong",
    commands: [['node', '--test', '--test-concurrency=1', 'issuer/test/*.test.ts']],
  },
  {
    name: 'browser',
    about: 'the page in a browser, on the whole system',
    commands: [['node', '--test', 'e2e/page.test.ts']],
  },
  {
    name: 'e2e',
    about: 'the whole system, and its faults',
    commands: [['node', '--test', '--test-concurrency=1', 'e2e/!(page|years).test.ts']],
  },
  {
    name: 'witnesses',
    about: 'subgraph, replay and chain: random programs, attacks, reorganizations',
    commands: [['node', '--test', '--test-concurrency=1', 'witnesses/test/*.test.ts']],
  },
  {
    name: 'subgraph',
    about: 'histories written by hand, in the real store',
    commands: [['node', '--test', '--test-concurrency=1', 'subgraph/tests/*.test.ts']],
  },
  {
    name: 'page',
    about: "the page's pure parts",
    commands: [['vitest', 'run', '--config', 'page/vitest.config.ts']],
  },
  {
    name: 'verify',
    about: 'logs from whatever a provider allows',
    commands: [['node', '--test', 'verify/test/*.test.ts']],
  },
  {
    name: 'years',
    about: 'all three years of the story, every payout verified',
    commands: [['node', '--test', 'e2e/years.test.ts']],
    named: true,
  },
  {
    name: 'local',
    about: 'children, ports, the story',
    commands: [['node', '--test', 'local/test/*.test.ts']],
  },
]

/**
 * Runs every suite but those that have to be named, or those named; one that fails does not keep the others from running.
 * @returns the exit code: 0 when all passed
 */
export async function test(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `prorata: there is no suite called ${unknown.join(', ')}; there are ${SUITES.map(({ name }) => name).join(', ')}\n`,
    )
    return 2
  }
  const chosen = SUITES.filter(({ name, named }) => (names.length === 0 ? !named : names.includes(name)))
  const logs = join(STATE, 'test')
  mkdirSync(logs, { recursive: true })
  const progress = createProgress(process.stdout)
  progress.step('building')
  await build()
  progress.end()
  // Most of them wait for chains, databases and browsers for most of their time.
  const waiting = [...chosen]
  const outcomes: Outcome[] = []
  const lane = async (): Promise<void> => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
      const outcome = await runSuite(suite, logs)
      outcomes.push(outcome)
      process.stdout.write(outcome.report)
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, availableParallelism()) }, lane))
  const tests = outcomes.reduce((sum, { passed }) => sum + passed, 0)
  const failed = outcomes.filter(({ broken }) => broken).map(({ name }) => name)
  if (failed.length > 0)
    process.stdout.write(
      `\nfailed: ${failed.join(', ')}; their full logs are in ${logs.slice(ROOT.length + 1)}/\n`,
    )
  process.stdout.write(`${tests} tests passed in ${chosen.length} suites\n`)
  process.stdout.write(`${chosen.length - failed.length} passed, ${failed.length} failed\n`)
  return failed.length === 0 ? 0 : 1
}

interface Outcome {
  readonly name: string
  readonly broken: boolean
  /** How many of its tests passed. */
  readonly passed: number
  /** The ends of the logs of what failed, and a line about the suite. */
  readonly report: string
}

/** Runs a suite's commands one after the other, also when one fails; what they say goes to files in `logs`. */
async function runSuite({ name, about, commands }: Suite, logs: string): Promise<Outcome> {
  const began = performance.now()
  let broken = false
  let passed = 0
  let report = ''
  for (const [i, [command, ...args]] of commands.entries()) {
    const log = join(logs, `${name}${commands.length > 1 ? `-${i + 1}` : ''}.log`)
    const colorless = { FORCE_COLOR: '0', NO_COLOR: '1' }
    try {
      await runLogged(`${command} ${args.join(' ')}`, command, args, log, colorless)
    } catch {
      broken = true
      report += `${lastLines(log, 80)}\n`
    }
    passed += countPassed(log)
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  report += `${broken ? '✗' : '✓'} ${name.padEnd(13)} ${about} (${seconds} s)\n`
  return { name, broken, passed, report }
}

/** How many tests a runner's log says have passed: vitest, node:test and Hardhat each say it in their way. */
function countPassed(log: string): number {
  if (!existsSync(log)) return 0
  const text = readFileSync(log, 'utf8')
  const vitest = /^\s*Tests\s.*?(\d+) passed/m.exec(text)
  const node = /^[#ℹ] pass (\d+)/m.exec(text)
  const hardhat = /^\s*(\d+) passing/gm
  const said = vitest ?? node
  if (said) return Number(said[1])
  return [...text.matchAll(hardhat)].reduce((sum, match) => sum + Number(match[1]), 0)
}
