import { readFileSync } from 'node:fs'
import { type Mutant, mutantsOf } from './mutants.ts'

/** A mutant, the contract that it is a part of, and the suites that have to notice. */
export interface Planned extends Mutant {
  file: string
  contract: string
  suites: string[]
  /** Whether these suites have tests of chance (fuzz, invariants), to be run when all the others pass. */
  chance: string[]
}

const DISTRIBUTOR = {
  contract: 'MerkleDistributor',
  suites: ['PublishTest', 'ClaimTest', 'ShardsTest', 'PushTest', 'HostileTest'],
  chance: ['FuzzTest', 'InvariantsTest'],
}

/** What is broken: every source file that does something. */
const PLAN = [
  ...['MerkleDistributor.sol', 'lib/Word.sol', 'lib/Tree.sol', 'lib/Leaf.sol'].map((file) => ({
    file,
    ...DISTRIBUTOR,
  })),
  ...['Offering', 'HolderRegistry', 'StakingVault', 'PersonalToken'].map((contract) => ({
    file: `${contract}.sol`,
    contract,
    suites: [`${contract}Test`],
    chance: [`${contract}Test`],
  })),
]

/** Every mutant of every contract, in the order in which they are tried. */
export const planned = (): Planned[] =>
  PLAN.flatMap((entry) =>
    mutantsOf(entry.file, readFileSync(new URL(`../src/${entry.file}`, import.meta.url), 'utf8')).map(
      (mutant) => ({
        ...mutant,
        ...entry,
      }),
    ),
  )

/** The mutants that no test can notice, by name, with the reason. */
export const survivors = (): Record<string, string> =>
  JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8')) as Record<string, string>
