import { readFileSync } from 'node:fs'
import { type Mutant, mutantsOf } from './mutants.ts'

/** What has to be compiled anew when a source file is broken, and who has to notice. */
interface Target {
  /** The source file, within `contracts/src/`. */
  file: string
  /** The files of the contracts that it is a part of, within `contracts/`. */
  contracts: string[]
  /** The suites that are tried first, without their tests of chance. */
  suites: string[]
  /** The suites whose tests of chance (fuzz, invariants) are tried when nothing else noticed. */
  chance: string[]
}

export type Planned = Mutant & Target

const SUITES = ['PublishTest', 'ClaimTest', 'ShardsTest', 'PushTest', 'HostileTest']
const CHANCE = ['FuzzTest', 'InvariantsTest']
const PURCHASE = ['LpPurchaseTest', 'LpPurchaseGuardTest']
const DISTRIBUTOR = 'src/MerkleDistributor.sol'
const LIBRARIES = 'test/support/Libraries.sol'

/** Every source file that does something. */
const TARGETS: Target[] = [
  { file: 'MerkleDistributor.sol', contracts: [DISTRIBUTOR], suites: SUITES, chance: CHANCE },
  ...['Word', 'Tree', 'Leaf'].map((name) => ({
    file: `lib/${name}.sol`,
    contracts: [DISTRIBUTOR, LIBRARIES],
    suites: [...SUITES, 'LeafTest'],
    chance: CHANCE,
  })),
  ...['Offering', 'HolderRegistry', 'StakingVault', 'PersonalToken', 'Noticeboard'].map((name) => ({
    file: `${name}.sol`,
    contracts: [`src/${name}.sol`],
    suites: [`${name}Test`],
    chance: [`${name}Test`],
  })),
  {
    file: 'LpPurchase.sol',
    contracts: ['src/LpPurchase.sol'],
    suites: PURCHASE,
    chance: PURCHASE,
  },
]

/** Every mutant of every contract, in the order in which they are tried. */
export const planned = (): Planned[] =>
  TARGETS.flatMap((target) =>
    mutantsOf(target.file, readFileSync(new URL(`../src/${target.file}`, import.meta.url), 'utf8')).map(
      (mutant) => ({
        ...mutant,
        ...target,
      }),
    ),
  )

/** The mutants that no test can notice, by name, with the reason. */
export const survivors = (): Record<string, string> =>
  JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8')) as Record<string, string>
