// Proofs of the word arithmetic: `node contracts/proof/main.ts`, with z3 on the PATH (Debian's package z3).
//   1. word.smt2: Word.sol on bit vectors, decided by z3 alone; every property has to be proved;
//   2. WordProof.sol through solc's SMTChecker with z3, within a time limit: what it refutes is an error, what it proves and
//      what it cannot decide is said.
// contracts/proof/README.md holds what it said last.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SECONDS = Number(process.env.PRORATA_PROOF_SECONDS ?? 20)
const require = createRequire(import.meta.url)
const here = new URL('.', import.meta.url).pathname
let broken = false

if (spawnSync('z3', ['--version']).error !== undefined) {
  console.error('the proofs need z3 on the PATH: install the package z3 of your system')
  process.exit(1)
}

// -- BIT VECTORS

console.log('word.smt2, by z3:')
const answers = execFileSync('z3', ['-smt2', join(here, 'word.smt2')], { encoding: 'utf8' })
  .trim()
  .split('\n')
for (let i = 0; i < answers.length; i += 2) {
  const proved = answers[i + 1] === 'unsat'
  broken ||= !proved
  console.log(`  ${proved ? 'proved' : 'NOT PROVED'}: ${answers[i]}`)
}
if (answers.length !== 32) throw new Error(`z3 gave ${answers.length} lines where 16 properties need 32`)

// -- THE MODEL CHECKER OF SOLC

const folder = mkdtempSync(join(tmpdir(), 'prorata-proof-'))
const solc = require('solc') as {
  compile(
    input: string,
    callbacks: {
      import(path: string): { contents: string }
      smtSolver(query: string): { contents: string }
    },
  ): string
}
const source = readFileSync(join(here, 'WordProof.sol'), 'utf8')
const file = 'contracts/proof/WordProof.sol'
const input = {
  language: 'Solidity',
  sources: { [file]: { content: source } },
  settings: {
    modelChecker: {
      engine: 'chc',
      solvers: ['smtlib2'],
      targets: ['assert'],
      contracts: { [file]: ['WordProof', 'BooksProof'] },
      showProvedSafe: true,
      showUnproved: true,
      timeout: SECONDS * 1000,
    },
  },
}
const output = JSON.parse(
  solc.compile(JSON.stringify(input), {
    import: (path) => ({ contents: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8') }),
    smtSolver: (query) => {
      const place = join(folder, 'query.smt2')
      writeFileSync(place, query)
      const { stdout } = spawnSync('z3', ['-smt2', `-T:${SECONDS}`, place], { encoding: 'utf8' })
      return { contents: stdout.startsWith('timeout') ? 'unknown' : stdout }
    },
  }),
) as {
  errors?: {
    severity: string
    message: string
    sourceLocation?: { file: string; start: number; end: number }
  }[]
}
rmSync(folder, { recursive: true })

const verdicts: [RegExp, string][] = [
  [/check is safe/, 'proved'],
  [/might happen/, 'not decided'],
  [/happens here/, 'REFUTED'],
]
console.log(`\nWordProof.sol, by solc's SMTChecker (CHC, z3, ${SECONDS} s each):`)
for (const { severity, message, sourceLocation } of output.errors ?? []) {
  if (severity === 'error') throw new Error(message)
  const verdict = verdicts.find(([pattern]) => pattern.test(message))?.[1]
  if (verdict === undefined || sourceLocation?.file !== file) continue
  broken ||= verdict === 'REFUTED'
  // Places are counted in bytes.
  const bytes = Buffer.from(source)
  const line = bytes.subarray(0, sourceLocation.start).toString().split('\n').length
  console.log(`  ${verdict}: line ${line}, ${bytes.subarray(sourceLocation.start, sourceLocation.end)}`)
}
process.exit(broken ? 1 : 0)
