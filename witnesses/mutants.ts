#!/usr/bin/env node
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SUBGRAPH } from '../subgraph/manifest.ts'
import { type Action, codeOf } from './actions.ts'
import { described } from './findings.ts'
import { generate } from './generate.ts'
import { Rig, upToDifference } from './rig.ts'
import { shrink } from './shrink.ts'

// The rig on subgraphs that are wrong on purpose: each must be found out by a random program, and shown by a short one.
// `node witnesses/mutants.ts [name …]`: minutes for each. Exit code 1 when one was not found.

type Mutant = { name: string; file: string; from: string; to: string }

const MUTANTS: Mutant[] = [
  {
    name: 'guard',
    file: 'basis.ts',
    from: 'ref.times(BigInt.fromI32(102))',
    to: 'ref.times(BigInt.fromI32(103))',
  },
  {
    name: 'ceil',
    file: 'ledger.ts',
    from: 'holder.basis.times(units).div(holder.units)',
    to: 'holder.basis.times(units).plus(holder.units).minus(BigInt.fromI32(1)).div(holder.units)',
  },
  {
    name: 'settled',
    file: 'ledger.ts',
    from: 'if (holder.settled > holder.custody) holder.settled = holder.custody',
    to: '',
  },
  {
    name: 'settled-within',
    file: 'ledger.ts',
    from: 'if (holder.lastBlock == this.block) return',
    to: '',
  },
  {
    name: 'close',
    file: 'pair.ts',
    from: 'if (pair.lastBlock != block) {',
    to: 'if (true) {',
  },
  {
    name: 'link-units',
    file: 'ledger.ts',
    from: 'holder.units = holder.units.plus(wallet.units)',
    to: '',
  },
  {
    name: 'staked-basis',
    file: 'transit.ts',
    from: 'return row.basis',
    to: 'return BigInt.zero()',
  },
]

const SEEDS = [1, 2, 3]
const ACTIONS = 400
/** Programs tried for shrinking one. */
const TRIES = 60

const hunt = async (mutant: Mutant): Promise<boolean> => {
  const dir = mkdtempSync(join(tmpdir(), 'prorata-mutant-'))
  const file = join(dir, 'src', mutant.file)
  cpSync(join(SUBGRAPH, 'src'), join(dir, 'src'), { recursive: true })
  const text = readFileSync(file, 'utf8')
  if (text.split(mutant.from).length !== 2) throw new Error(`${mutant.name}: ${mutant.file} has changed`)
  writeFileSync(file, text.replace(mutant.from, mutant.to))
  const began = performance.now()
  const rig = await Rig.start('all', join(dir, 'src'))
  try {
    for (const seed of SEEDS) {
      const actions = generate(seed, ACTIONS)
      const judge = (some: readonly Action[]) => rig.judge(some, { tokenFirst: seed % 2 === 1 })
      const judgement = await judge(actions)
      if (judgement.differences.length === 0) continue
      const failing = upToDifference(actions, judgement)
      const short = await shrink(failing, async (some) => (await judge(some)).differences.length > 0, {
        most: TRIES,
      })
      const seconds = Math.round((performance.now() - began) / 1000)
      const [first] = described(judgement.differences).split('\n')
      console.log(
        `✓ ${mutant.name}: seed ${seed}, ${failing.length} actions, shrunk to ${short.length}, ${seconds} s`,
      )
      console.log(`  ${first}`)
      console.log(codeOf(short))
      return true
    }
    console.log(`✗ ${mutant.name}: not found with seeds ${SEEDS.join(', ')}`)
    return false
  } finally {
    await rig.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

const chosen = MUTANTS.filter(({ name }) => process.argv.length < 3 || process.argv.includes(name, 2))
let survived = 0
for (const mutant of chosen) if (!(await hunt(mutant))) survived++
console.log(`${chosen.length - survived} of ${chosen.length} found`)
process.exitCode = survived === 0 ? 0 : 1
