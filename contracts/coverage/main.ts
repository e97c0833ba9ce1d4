// Line and branch coverage of the contracts by the Solidity tests: `node contracts/coverage/main.ts`, after `hardhat build`.
// Hardhat counts lines alone. Here each condition goes through a function with a line for either outcome (branches.ts), in a
// copy of the project, so that one run of Hardhat's own coverage counts both. Fails below 99%.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import config from '../../hardhat.config.ts'
import { copyProject } from '../copy.ts'
import { showBranches } from './branches.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const LEAST = 0.99

const files = globSync('contracts/src/**/*.sol', { cwd: ROOT }).toSorted()
const shown = showBranches(files)
const copy = copyProject('coverage')
for (const [file, { source }] of shown) writeFileSync(join(copy, file), source)

// Chance finds nothing here that the tests by branches miss: few runs are enough.
const few = { fuzz: { runs: 50, seed: '0x1' }, invariant: { runs: 2, depth: 60, failOnRevert: true } }
process.chdir(copy)
const hre = await createHardhatRuntimeEnvironment(
  { ...config, test: { solidity: { ...config.test?.solidity, ...few } } },
  { coverage: true },
  copy,
)
await hre.tasks.getTask(['test', 'solidity']).run({})
process.chdir(ROOT)

/** How often each line of each file was met: `SF:<file>`, then `DA:<line>,<times>`, in records of their own. */
const met = new Map<string, Map<number, number>>()
for (const record of readFileSync(join(copy, 'coverage/lcov.info'), 'utf8').split('end_of_record')) {
  const file = /^SF:(.*)$/m.exec(record)?.[1]
  if (file === undefined) continue
  const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)]
  met.set(file, new Map(lines.map(([, line, times]) => [Number(line), Number(times)])))
}

const sum = { lines: [0, 0], branches: [0, 0] } as { lines: [number, number]; branches: [number, number] }
const share = ([hit, all]: [number, number]): string =>
  all === 0 ? '–' : `${hit}/${all} ${((100 * hit) / all).toFixed(2)}%`
const missing: string[] = []
const assembly: string[] = []
console.log(`\n${'file'.padEnd(44)}${'lines'.padStart(18)}${'branches'.padStart(18)}`)
for (const [file, { branches, lines, assembly: inAssembly }] of shown) {
  const counts = met.get(file) ?? new Map<number, number>()
  const own = [...counts].filter(([line]) => line <= lines)
  const hit: [number, number] = [own.filter(([, times]) => times > 0).length, own.length]
  for (const [line, times] of own) if (times === 0) missing.push(`${file}:${line}: line`)
  const taken: [number, number] = [0, 0]
  for (const { text, line, whenTrue, whenFalse } of branches) {
    for (const [at, outcome] of [
      [whenTrue, 'true'],
      [whenFalse, 'false'],
    ] as const) {
      const times = counts.get(at)
      if (times === undefined) throw new Error(`${file}:${line}: the coverage tool did not see ${text}`)
      taken[1]++
      if (times > 0) taken[0]++
      else missing.push(`${file}:${line}: ${text} was never ${outcome}`)
    }
  }
  for (const line of inAssembly) assembly.push(`${file}:${line}`)
  console.log(`${file.padEnd(44)}${share(hit).padStart(18)}${share(taken).padStart(18)}`)
  for (const i of [0, 1] as const) {
    sum.lines[i] += hit[i]
    sum.branches[i] += taken[i]
  }
}
console.log(`${'together'.padEnd(44)}${share(sum.lines).padStart(18)}${share(sum.branches).padStart(18)}`)
for (const place of missing) console.log(`missing: ${place}`)
console.log(`not counted, conditions in assembly: ${assembly.join(', ')}`)
const low = [sum.lines, sum.branches].some(([hit, all]) => all === 0 || hit / all < LEAST)
process.exit(low ? 1 : 0)
