// The process that tries mutants: it holds the compiled tests and runs them against whatever bytecode it is sent. A process of its
// own, because a mutant that never ends can only be stopped by ending its process; this one ends itself, by the time that it has
// computed, so that a busy machine kills nothing.
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Artifact, SolidityTestRunnerConfigArgs, SuiteResult } from '@nomicfoundation/edr'
import type { Bytecodes } from './compile.ts'

/** Bytecode to be tried in place of the contracts' own, by some suites, one after the other until one fails. */
export interface Trial {
  bytecodes: Bytecodes
  suites: string[]
  /** Runs of each fuzz test; 0 leaves out those and the invariants. */
  runs: number
  /** Seconds of computing after which the trial is taken for endless. */
  seconds: number
}

/** What noticed. After an endless trial the process is gone. */
export interface Killer {
  suite: string
  test?: string
  endless?: true
}

export interface Outcome {
  killer?: Killer
}

const ROOT = new URL('../..', import.meta.url).pathname

/** Gas for one test that is not of chance: many times what the longest needs, little enough to be used up in a second. */
const GAS = 300_000_000n

// EDR, which runs the tests, is Hardhat's own: the very version that `hardhat test` uses.
const edr = createRequire(createRequire(import.meta.url).resolve('hardhat/package.json'))(
  '@nomicfoundation/edr',
) as typeof import('@nomicfoundation/edr')

interface Compiled {
  abi: unknown[]
  bytecode: string
  contractName: string
  deployedBytecode: string
  inputSourceName?: string
  sourceName: string
}

const artifacts = globSync(['artifacts/contracts/**/*.json', 'cache/test-artifacts/contracts/**/*.json'], {
  cwd: ROOT,
}).map((file): Artifact => {
  const it = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Compiled
  return {
    id: { name: it.contractName, source: it.inputSourceName ?? it.sourceName, solcVersion: '0.8.37' },
    contract: { abi: JSON.stringify(it.abi), bytecode: it.bytecode, deployedBytecode: it.deployedBytecode },
  }
})

const seconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What the tests of LP purchases read Uniswap's bytecode from. */
const UNISWAP = 'node_modules/@uniswap/v2-core/build/UniswapV2Factory.json'
const HARDFORK = edr.OSAKA
const context = new edr.EdrContext()
await context.registerSolidityTestRunnerFactory(edr.L1_CHAIN_TYPE, edr.l1SolidityTestRunnerFactory())

const settings = (runs: number): SolidityTestRunnerConfigArgs => ({
  projectRoot: ROOT,
  hardfork: HARDFORK,
  disableBlockGasLimit: true,
  disableTransactionGasCap: true,
  fsPermissions: [{ path: join(ROOT, UNISWAP), access: edr.FsAccessPermission.ReadFile }],
  localPredeploys: edr.l1GenesisState(edr.l1HardforkFromString(HARDFORK)),
  // Among the actors of the tests of chance are some that burn all the gas they are given: those have no limit.
  ...(runs === 0
    ? { gasLimit: GAS, excludeTestPattern: '^(testFuzz|invariant)' }
    : { fuzz: { runs, seed: '0x1' }, invariant: { runs: 3, depth: 60, failOnRevert: true } }),
})

/** The suite that is running. */
let current = ''

const run = async (trial: Trial): Promise<Killer | undefined> => {
  const changed = artifacts.map((it) => {
    const bytecode = trial.bytecodes[it.id.name]
    return bytecode === undefined ? it : { ...it, contract: { ...it.contract, bytecode } }
  })
  for (const suite of trial.suites) {
    current = suite
    const found = artifacts.find(({ id }) => id.name === suite)
    if (found === undefined) throw new Error(`no suite ${suite}: run hardhat build first`)
    const { testResults: tests } = await new Promise<SuiteResult>((done, fail) => {
      context
        .runSolidityTests(
          edr.L1_CHAIN_TYPE,
          changed,
          [found.id],
          settings(trial.runs),
          { buildInfos: [] },
          done,
        )
        .catch(fail)
    })
    if (tests.length === 0) throw new Error(`${suite} has no test`)
    const failed = tests.find(({ status }) => status === 'Failure')
    if (failed !== undefined) return { suite, test: failed.name }
  }
  return undefined
}

process.on('message', async (trial: Trial) => {
  const start = seconds()
  const watch = setInterval(() => {
    if (seconds() - start < trial.seconds) return
    clearInterval(watch)
    process.send?.({ killer: { suite: current, endless: true } } satisfies Outcome, undefined, {}, () =>
      process.kill(process.pid, 'SIGKILL'),
    )
  }, 100)
  const killer = await run(trial)
  clearInterval(watch)
  process.send?.((killer === undefined ? {} : { killer }) satisfies Outcome)
})
