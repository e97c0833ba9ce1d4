// Breaks the contracts in one place after the other and expects a test to notice: every mutant has to die or to be listed,
// with its reason, in survivors.json. What was found out is kept, so that an interrupted run goes on where it was.
//   node contracts/mutation/main.ts [--only <part of a mutant's name>] [--list] [--again]
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { type Bytecodes, compile } from './compile.ts'
import { type Planned, planned, survivors } from './plan.ts'
import type { Killer, Outcome, Trial } from './suites.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const VERDICTS = join(ROOT, 'cache/mutation.jsonl')

/** Seconds of computing after which a mutant is taken for endless: unbroken, all tests together need less than 4. */
const ENDLESS = 25
/** Runs of each fuzz test that no other test made needless. */
const RUNS = 256

interface Verdict {
  name: string
  /** invalid: it did not compile; same: the compiler made the same bytecode of it. */
  verdict: 'killed' | 'alive' | 'invalid' | 'same'
  killer?: Killer
  /** Of everything that the verdict depends on. */
  inputs: string
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'boolean' }, again: { type: 'boolean' } },
})
const mutants = planned().filter(({ name }) => values.only === undefined || name.includes(values.only))
if (values.list) {
  for (const { name } of mutants) console.log(name)
  process.exit(0)
}

execFileSync(join(ROOT, 'node_modules/.bin/hardhat'), ['build'], { cwd: ROOT, stdio: 'inherit' })

const hashes = new Map<string, string>()
const hashOf = (...globs: string[]): string => {
  const made = hashes.get(globs.join())
  if (made !== undefined) return made
  const hash = createHash('sha256')
  for (const file of globSync(globs, { cwd: join(ROOT, 'contracts') }).sort())
    hash.update(file).update(readFileSync(join(ROOT, 'contracts', file)))
  const digest = hash.digest('hex').slice(0, 16)
  hashes.set(globs.join(), digest)
  return digest
}
const COMMON = [
  'src/**/*.sol',
  'test/support/*.sol',
  'test/distributor/Handler.sol',
  'mutation/{compile,suites}.ts',
  '../package-lock.json',
]

/** What a verdict depends on: a death on the suite that saw it, survival on all tests. New tests leave the dead dead. */
const inputsOf = ({ verdict, killer }: Pick<Verdict, 'verdict' | 'killer'>): string =>
  verdict === 'alive'
    ? hashOf(...COMMON, 'test/**/*.sol', 'mutation/plan.ts')
    : hashOf(
        ...COMMON,
        ...(killer === undefined ? [] : [`test/**/${killer.suite.replace(/Test$/, '')}.t.sol`]),
      )

mkdirSync(join(ROOT, 'cache'), { recursive: true })
if (values.again) rmSync(VERDICTS, { force: true })
const known = new Map<string, Verdict>()
if (existsSync(VERDICTS))
  for (const line of readFileSync(VERDICTS, 'utf8').trim().split('\n')) {
    const verdict = JSON.parse(line) as Verdict
    if (verdict.inputs === inputsOf(verdict)) known.set(verdict.name, verdict)
  }

let tester: ChildProcess | undefined

/** Runs suites in the process kept for it, or in a new one where the last had to be ended. */
const attempt = async (trial: Trial): Promise<Outcome> => {
  tester ??= fork(new URL('suites.ts', import.meta.url), { stdio: 'inherit' })
  const child = tester
  try {
    return await new Promise<Outcome>((done, fail) => {
      let outcome: Outcome | undefined
      child.once('message', (answer: Outcome) => {
        outcome = answer
        if (!answer.killer?.endless) done(answer)
      })
      child.once('exit', (code, signal) => {
        tester = undefined
        if (outcome !== undefined) done(outcome)
        else fail(new Error(`the process that runs the tests ended by itself (${signal ?? code})`))
      })
      child.send(trial)
    })
  } finally {
    child.removeAllListeners('message')
    child.removeAllListeners('exit')
  }
}

/** The test that notices what is broken: the quick ones first, chance last. */
const killerOf = async ({ suites, chance }: Planned, bytecodes: Bytecodes): Promise<Killer | undefined> =>
  (await attempt({ bytecodes, suites, runs: 0, seconds: ENDLESS })).killer ??
  (await attempt({ bytecodes, suites: chance, runs: RUNS, seconds: ENDLESS })).killer

const originals = new Map<string, Bytecodes>()

/** Compiles what a mutant would be a part of as it is, and insists that every test passes. */
const original = async (mutant: Planned): Promise<Bytecodes> => {
  const made = originals.get(mutant.file)
  if (made !== undefined) return made
  const source = readFileSync(join(ROOT, 'contracts/src', mutant.file), 'utf8')
  const compiled = compile(mutant.contracts, mutant.file, source)
  if ('error' in compiled) throw new Error(compiled.error)
  const killer = await killerOf(mutant, compiled.bytecodes)
  if (killer !== undefined) throw new Error(`${killer.suite}: ${killer.test} fails though nothing is broken`)
  originals.set(mutant.file, compiled.bytecodes)
  return compiled.bytecodes
}

/** Compiles one mutant. What is returned tries it: the next can be compiled meanwhile. */
const start = async (mutant: Planned): Promise<() => Promise<Pick<Verdict, 'verdict' | 'killer'>>> => {
  const unbroken = await original(mutant)
  const broken = compile(mutant.contracts, mutant.file, mutant.source)
  if ('error' in broken) return async () => ({ verdict: 'invalid' })
  if (isDeepStrictEqual(broken.bytecodes, unbroken)) return async () => ({ verdict: 'same' })
  return async () => {
    const killer = await killerOf(mutant, broken.bytecodes)
    return killer === undefined ? { verdict: 'alive' } : { verdict: 'killed', killer }
  }
}

const began = Date.now()
const listed = survivors()
const untried = mutants.filter(({ name }) => !known.has(name))
console.log(`${mutants.length} mutants, of which ${mutants.length - untried.length} have a verdict`)
let running: Promise<void> | undefined
for (const [i, mutant] of untried.entries()) {
  const { name, line, file } = mutant
  if (!originals.has(file)) await running
  const finish = await start(mutant)
  await running
  running = finish().then((found) => {
    const verdict: Verdict = { name, ...found, inputs: inputsOf(found) }
    known.set(name, verdict)
    appendFileSync(VERDICTS, `${JSON.stringify(verdict)}\n`)
    if (found.verdict === 'alive')
      console.log(
        `${listed[name] === undefined ? 'SURVIVED' : 'survived, as expected'}: ${name} (line ${line})`,
      )
    if (i % 20 === 19)
      console.log(`${i + 1} of ${untried.length} in ${Math.round((Date.now() - began) / 1000)} s`)
  })
}
await running
tester?.kill()

const count = (verdict: Verdict['verdict']): number =>
  mutants.filter(({ name }) => known.get(name)?.verdict === verdict).length
const alive = mutants.filter(({ name }) => known.get(name)?.verdict === 'alive')
const unexpected = alive.filter(({ name }) => listed[name] === undefined)
const endless = mutants.filter(({ name }) => known.get(name)?.killer?.endless).length
console.log(
  `${mutants.length} mutants in ${Math.round((Date.now() - began) / 1000)} s: ${count('killed')} killed (${endless} of them ` +
    `because they never end), ${alive.length} alive (${alive.length - unexpected.length} with a reason), ` +
    `${count('invalid')} did not compile, ${count('same')} gave the same bytecode`,
)
for (const { name } of unexpected) console.log(`SURVIVED: ${name}`)
const died = mutants.filter(({ name }) => listed[name] !== undefined && known.get(name)?.verdict !== 'alive')
for (const { name } of died) console.log(`survivors.json lists a mutant that does not survive: ${name}`)
process.exit(unexpected.length > 0 || died.length > 0 ? 1 : 0)
