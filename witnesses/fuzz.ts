import { type Action, codeOf } from './actions.ts'
import { type Difference, described } from './findings.ts'
import { generate } from './generate.ts'
import { type Judgement, Rig, upToDifference } from './rig.ts'
import { shrink } from './shrink.ts'

// The long run: program after program, each named by its seed, until one shows a difference.

export type FuzzOptions = { seed: number; programs: number; actions: number; say: (line: string) => void }

/** The chain keeps the state of every block: now and then everything begins anew. */
const PROGRAMS_OF_A_RIG = 15
/** Whether the token is the pair's token0 comes from the seed, like everything. */
const tokenFirstOf = (seed: number): boolean => seed % 2 === 1

/** @returns whether the witnesses agreed on every program */
export const fuzz = async ({ seed: first, programs, actions: count, say }: FuzzOptions): Promise<boolean> => {
  const began = performance.now()
  const total = { programs: 0, actions: 0, transactions: 0, blocks: 0, logs: 0 }
  const met = new Map<string, number>()
  let rig: Rig | null = null
  let seed = first
  try {
    for (; seed < first + programs; seed++) {
      if (rig !== null && rig.programs >= PROGRAMS_OF_A_RIG) {
        await rig.stop()
        rig = null
      }
      rig ??= await Rig.start('all')
      const actions = generate(seed, count)
      const judgement = await rig.judge(actions, { tokenFirst: tokenFirstOf(seed) })
      say(lineOf(seed, count, judgement))
      if (judgement.differences.length > 0) {
        say(described(judgement.differences))
        await report(rig, seed, upToDifference(actions, judgement), say)
        return false
      }
      total.programs++
      total.actions += count
      total.transactions += judgement.transactions
      total.blocks += judgement.blocks.length
      total.logs += judgement.history?.logs.length ?? 0
      for (const [what, times] of judgement.history?.met ?? []) met.set(what, (met.get(what) ?? 0) + times)
    }
  } catch (error) {
    say(`stopped at seed ${seed}; go on with --seed ${seed} --programs ${first + programs - seed}`)
    throw error
  } finally {
    await rig?.stop()
  }
  const seconds = (performance.now() - began) / 1000
  say('')
  say(`seeds ${first} to ${first + programs - 1}: no difference`)
  say(
    `${number(total.programs)} programs, ${number(total.actions)} actions, ${number(total.transactions)} transactions, ${number(total.blocks)} blocks compared, ${number(total.logs)} logs`,
  )
  say(`${number(Math.round(seconds))} s, ${(seconds / total.programs).toFixed(1)} s a program`)
  say('met:')
  for (const [what, times] of [...met].sort(([, a], [, b]) => b - a))
    say(`  ${number(times).padStart(9)} ${what}`)
  return true
}

const lineOf = (seed: number, count: number, { seconds, ...came }: Judgement): string => {
  const { play, index, compare } = seconds
  const times = `play ${play.toFixed(1)} s, index ${index.toFixed(1)} s, compare ${compare.toFixed(1)} s`
  const what = `${number(count)} actions, ${number(came.transactions)} transactions in ${came.blocks.length} blocks, ${number(came.history?.logs.length ?? 0)} logs`
  const mark = came.differences.length === 0 ? '✓' : '✗'
  return `${mark} seed ${seed}: ${what}; ${times}; ${(play + index + compare).toFixed(1)} s`
}

/** Shrinks a failing program and says it as code. */
const report = async (
  rig: Rig,
  seed: number,
  failing: readonly Action[],
  say: (line: string) => void,
): Promise<void> => {
  const tokenFirst = tokenFirstOf(seed)
  let last: Difference[] = []
  say(`shrinking the ${failing.length} actions up to there`)
  const short = await shrink(
    failing,
    async (actions) => {
      const { differences } = await rig.judge(actions, { tokenFirst })
      if (differences.length > 0) last = differences
      return differences.length > 0
    },
    { told: (length) => say(`  ${length}`) },
  )
  say(`\n// Found with seed ${seed}, the token as token${tokenFirst ? 0 : 1}. On its last failing run:`)
  for (const line of described(last).split('\n')) say(`// ${line}`)
  say(codeOf(short))
}

const number = (n: number): string => n.toLocaleString('en-US')
