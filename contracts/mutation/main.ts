// Breaks the contracts in one place after the other and expects a test to notice: every mutant has to die or to be listed,
// with its reason, in survivors.json. `hardhat build` first.
//   node contracts/mutation/main.ts [--only <part of a mutant's name>] [--list] [--part <k>/<n>]
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import config from '../../hardhat.config.ts'
import { copyProject } from '../copy.ts'
import { type Mutant, mutantsOf } from './mutants.ts'

const require = createRequire(import.meta.url)
const ROOT = new URL('../..', import.meta.url).pathname
const SOURCES = join(ROOT, 'contracts/src')

/** What is broken, the contract that it is a part of, and the tests that have to notice: the quick ones first. */
const UNIT = ['Publish', 'Claim', 'Shards', 'Push', 'Hostile'].map((name) => `distributor/${name}.t.sol`)
const CHANCE = ['distributor/Fuzz.t.sol', 'distributor/Handler.sol', 'distributor/Invariants.t.sol']
const PLAN = [
  ...['MerkleDistributor.sol', 'lib/Word.sol', 'lib/Tree.sol', 'lib/Leaf.sol'].map((file) => ({
    file,
    contract: 'MerkleDistributor',
    tests: [UNIT, CHANCE],
  })),
  ...['Offering', 'HolderRegistry', 'StakingVault'].map((contract) => ({
    file: `${contract}.sol`,
    contract,
    tests: [[`${contract}.t.sol`]],
  })),
]

const { values } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'boolean' }, part: { type: 'string', default: '1/1' } },
})
const [part, parts] = values.part.split('/').map(Number) as [number, number]
const survivors = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>

const solc = require('solc') as {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

/** The bytecode of a contract, with one source file in place of the one on disk; the compiler's error if it has none. */
const compile = (
  contract: string,
  file: string,
  source: string,
): { bytecode: string } | { error: string } => {
  const input = {
    language: 'Solidity',
    sources: {
      [`contracts/src/${contract}.sol`]: {
        content: file === `${contract}.sol` ? source : readFileSync(join(SOURCES, `${contract}.sol`), 'utf8'),
      },
    },
    // Not for a chain: what compiles quickly and behaves alike.
    settings: {
      optimizer: { enabled: false },
      evmVersion: 'cancun',
      outputSelection: { [`contracts/src/${contract}.sol`]: { [contract]: ['evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => {
        if (path === `contracts/src/${file}`) return { contents: source }
        const place = path.startsWith('contracts/') ? join(ROOT, path) : require.resolve(path)
        return { contents: readFileSync(place, 'utf8') }
      },
    }),
  ) as {
    errors?: { severity: string; message: string }[]
    contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
  }
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error !== undefined) return { error: error.message }
  const made = output.contracts?.[`contracts/src/${contract}.sol`]?.[contract]
  if (made === undefined) throw new Error(`the compiler made no ${contract}`)
  return { bytecode: `0x${made.evm.bytecode.object}` }
}

// The tests run in a copy of the project whose artifacts are overwritten with each mutant's bytecode. A mutant that never ends
// runs out of gas: the limit is several times what the longest test needs.
const copy = copyProject('mutation')
// What the compiler said of the tests is read at every run, and only to show stack traces.
for (const file of globSync('{artifacts,cache/test-artifacts}/build-info/*.output.json', { cwd: copy })) {
  const { _format, id } = JSON.parse(readFileSync(join(copy, file), 'utf8')) as Record<string, unknown>
  writeFileSync(join(copy, file), JSON.stringify({ _format, id, output: { sources: {}, contracts: {} } }))
}
const few = {
  fuzz: { runs: 60, seed: '0x1' },
  invariant: { runs: 3, depth: 60, failOnRevert: true },
  gasLimit: 5_000_000_000n,
}
const hre = await createHardhatRuntimeEnvironment({ ...config, test: { solidity: few } }, {}, copy)
const chdir = process.cwd()
process.chdir(copy)

/** What the tests say that fail against the bytecode; nothing when all pass. */
const failures = async (contract: string, bytecode: string, tests: string[]): Promise<string | undefined> => {
  const file = join(copy, `artifacts/contracts/src/${contract}.sol/${contract}.json`)
  const artifact = JSON.parse(readFileSync(file, 'utf8')) as { bytecode: string }
  writeFileSync(file, JSON.stringify({ ...artifact, bytecode }))
  // The tests' own report is of no use here.
  const log = console.log
  const write = process.stdout.write
  console.log = () => {}
  process.stdout.write = (_: unknown, encoding?: unknown, done?: unknown) => {
    const then = typeof encoding === 'function' ? encoding : done
    if (typeof then === 'function') then()
    return true
  }
  try {
    const result = (await hre.tasks
      .getTask(['test', 'solidity'])
      .run({ noCompile: true, testFiles: tests.map((test) => join(copy, 'contracts/test', test)) })) as {
      success: boolean
      error?: { summary: { failureOutput: string } }
    }
    return result.success ? undefined : (result.error?.summary.failureOutput ?? 'no reason given')
  } finally {
    console.log = log
    process.stdout.write = write
    process.exitCode = 0
  }
}

let killed = 0
let invalid = 0
const alive: Mutant[] = []
const met = new Set<string>()
for (const { file, contract, tests } of PLAN) {
  const source = readFileSync(join(SOURCES, file), 'utf8')
  const original = compile(contract, file, source)
  if ('error' in original) throw new Error(original.error)
  const mutants = mutantsOf(file, source)
    .filter(({ name }) => values.only === undefined || name.includes(values.only))
    .filter((_, i) => i % parts === part - 1)
  if (values.list) {
    for (const { name } of mutants) console.log(name)
    continue
  }
  if (mutants.length === 0) continue
  for (const group of tests) {
    const problem = await failures(contract, original.bytecode, group)
    if (problem !== undefined) throw new Error(`${group.join(', ')}: fail unbroken\n${problem}`)
  }
  for (const mutant of mutants) {
    met.add(mutant.name)
    const broken = compile(contract, file, mutant.source)
    if ('error' in broken || broken.bytecode === original.bytecode) {
      invalid++
      continue
    }
    let died = false
    for (const group of tests) died ||= (await failures(contract, broken.bytecode, group)) !== undefined
    if (died) killed++
    else {
      alive.push(mutant)
      console.log(
        `${survivors[mutant.name] === undefined ? 'SURVIVED' : 'survived, as expected'}: ${mutant.name} (line ${mutant.line})`,
      )
    }
  }
  console.log(`${file}: ${mutants.length} mutants tried`)
}
process.chdir(chdir)
if (!values.list) {
  const unexpected = alive.filter(({ name }) => survivors[name] === undefined)
  const gone = Object.keys(survivors).filter(
    (name) => met.has(name) && !alive.some((mutant) => mutant.name === name),
  )
  console.log(
    `${killed} killed, ${alive.length} alive (${alive.length - unexpected.length} with a reason), ${invalid} did not compile or changed nothing`,
  )
  for (const name of gone) console.log(`survivors.json lists a mutant that died: ${name}`)
  process.exit(unexpected.length > 0 || gone.length > 0 ? 1 : 0)
}
