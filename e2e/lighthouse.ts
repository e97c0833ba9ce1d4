import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import lighthouse from 'lighthouse'
import { throttling } from 'lighthouse/core/config/constants.js'
import { freePort } from '../local/ports.ts'
import { person } from '../local/scenario/people.ts'
import { startChromium } from './browser.ts'

// Lighthouse on the main views of a running demo: `node e2e/lighthouse.ts http://127.0.0.1:…`, with the page's address as
// `./dev demo` prints it. Exit code 1 where a score is below the least; each is the median of three runs. A phone with a slow
// network, as Lighthouse has it; on a machine that is busy otherwise the figures of performance say more of the machine.

/** The least score, of 100. */
const LEAST = 95

/** Runs a view, of which the middle one counts. */
const RUNS = 3

/**
 * Lighthouse takes a machine of a benchmark index of 1,500 to 2,000 to be four times as fast as the phone that it stands for, and
 * asks to be told otherwise on a slower one: this is that phone's index. `--multiplier 4` is Lighthouse's own.
 */
const PHONE_INDEX = 437

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const

const PLACES = ['#/', `#/address/${person('hugo').address}`, '#/dashboard', '#/check'] as const

type Scores = readonly (readonly [category: (typeof CATEGORIES)[number], score: number])[]

interface Run {
  readonly scores: Scores
  /** How fast Lighthouse found this machine. */
  readonly machine: number
}

async function runOf(url: string, port: number, multiplier: number): Promise<Run> {
  const result = await lighthouse(url, {
    port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: [...CATEGORIES],
    throttling: { ...throttling.mobileSlow4G, cpuSlowdownMultiplier: multiplier },
  })
  if (result === undefined) throw new Error(`Lighthouse gave no result for ${url}`)
  const { categories, audits, environment, runtimeError } = result.lhr
  if (runtimeError !== undefined) throw new Error(`${url}: ${runtimeError.message}`)
  for (const name of CATEGORIES) {
    const refs = categories[name]?.auditRefs ?? []
    for (const { id, weight } of refs) {
      const { score, title, displayValue = '' } = audits[id] ?? {}
      if (weight > 0 && score !== null && score !== undefined && score < 0.9)
        process.stdout.write(`  ${name}: ${title} ${displayValue} (${Math.round(score * 100)})\n`)
    }
  }
  // What could not be measured counts as nothing.
  const scores = CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? 0) * 100)] as const)
  return { scores, machine: environment.benchmarkIndex }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { multiplier: { type: 'string' } },
})
const [address] = positionals
const fixed = values.multiplier === undefined ? null : Number(values.multiplier)
if (address === undefined || !URL.canParse(address) || (fixed !== null && !(fixed >= 1))) {
  process.stderr.write('Which page? node e2e/lighthouse.ts http://127.0.0.1:… [--multiplier 4]\n')
  process.exit(2)
}
const port = await freePort()
const browser = await startChromium(`--remote-debugging-port=${port}`)
try {
  const root = address.replace(/\/$/, '')
  // The first run warms both sides, and says how fast this machine is.
  const { machine } = await runOf(`${root}/`, port, 1)
  const multiplier = fixed ?? Math.min(4, Math.max(1, Math.round((10 * machine) / PHONE_INDEX) / 10))
  process.stdout.write(
    `benchmark index ${Math.round(machine)}, slowed down ${multiplier} times, load ${loadavg()[0]?.toFixed(1)}\n`,
  )
  for (const place of PLACES) {
    const runs: Run[] = []
    while (runs.length < RUNS) runs.push(await runOf(`${root}/${place}`, port, multiplier))
    const scores = CATEGORIES.map(
      (name, at) => [name, middle(runs.map((run) => run.scores[at]?.[1] ?? 0))] as const,
    )
    process.stdout.write(`${place}: ${scores.map(([name, score]) => `${name} ${score}`).join(', ')}\n`)
    if (scores.some(([, score]) => score < LEAST)) process.exitCode = 1
  }
} finally {
  await browser.close()
}
