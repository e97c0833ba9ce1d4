import { parseArgs } from 'node:util'
import { fuzz as run } from '../../witnesses/fuzz.ts'
import { buildContracts } from '../build.ts'
import { StackError } from '../child.ts'

/** Random programs until one shows a difference between the witnesses. @returns the exit code: 0 when none did */
export async function fuzz(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      programs: { type: 'string', default: '1' },
      actions: { type: 'string', default: '1000' },
    },
  })
  const [seed, programs, actions] = [values.seed, values.programs, values.actions].map((text) => {
    if (!/^[0-9]{1,9}$/.test(text))
      throw new StackError(`${text} is no number; try ./dev fuzz --seed 1 --programs 10`)
    return Number(text)
  }) as [number, number, number]
  await buildContracts()
  const say = (line: string) => process.stdout.write(`${line}\n`)
  return (await run({ seed, programs, actions, say })) ? 0 : 1
}
