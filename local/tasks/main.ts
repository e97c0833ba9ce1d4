#!/usr/bin/env node
import { StackError } from '../child.ts'

interface Task {
  readonly name: string
  readonly about: string
  readonly run: (args: string[]) => Promise<number>
}

// Loaded when asked for: `./dev help` should not wait for the whole system's modules.
const TASKS: readonly Task[] = [
  {
    name: 'demo',
    about:
      'the whole system on this machine, with the ALEX story played on it; --once: claim, check, and end',
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  {
    name: 'test',
    about: 'every check there is, or those named: ./dev test contracts page',
    run: async (args) => (await import('./test.ts')).test(args),
  },
  {
    name: 'build',
    about: 'compile the contracts, build the page',
    run: async () => (await import('../build.ts')).build().then(() => 0),
  },
  {
    name: 'audit',
    about: 'ask the registry for advisories about the locked packages; fails on those of high severity',
    run: async (args) => (await import('./audit.ts')).audit(args),
  },
  {
    name: 'fuzz',
    about: 'random programs, judged by subgraph, replay and chain: ./dev fuzz --seed 1 --programs 100',
    run: async (args) => (await import('./fuzz.ts')).fuzz(args),
  },
  { name: 'reset', about: 'remove all local state', run: async () => (await import('./reset.ts')).reset() },
  {
    name: 'prorata',
    about: "the issuer's commands, on the running demo: ./dev prorata status",
    run: async (args) => (await import('./prorata.ts')).prorata(args),
  },
]

const [name = 'help', ...args] = process.argv.slice(2)
const task = TASKS.find((one) => one.name === name)
if (!task) {
  const asked = ['help', '--help', '-h'].includes(name)
  const out = asked ? process.stdout : process.stderr
  if (!asked) out.write(`prorata: there is no task called ${name}\n\n`)
  out.write('Usage: ./dev TASK\n\n')
  for (const { name, about } of TASKS) out.write(`  ${name.padEnd(9)} ${about}\n`)
  process.exit(asked ? 0 : 2)
}
try {
  // Exits even where an interrupted task left a request waiting: what it started has ended by now.
  process.exit(await task.run(args))
} catch (error) {
  // A sentence for what can happen to anybody; the stack only for what is our own mistake.
  const foreseen = error instanceof StackError && process.env.PRORATA_DEBUG !== '1'
  process.stderr.write(
    `\nprorata: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exit(1)
}
