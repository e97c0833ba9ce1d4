// The last block before a time: where what a month gathered begins to count.
import { askChain, type Call, timestampIn } from './chain.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** Blocks looked at in one request: a chain of twenty million is searched in five. */
const AT_ONCE = 32

const blockCall = (number: number): Call => ({
  method: 'eth_getBlockByNumber',
  params: [`0x${number.toString(16)}`, false],
})

/**
 * The last block from `first` to `last` whose timestamp is before a time.
 * @param time unix seconds
 * @returns null when `first` is not before it
 * @throws ProblemError chain-failed, chain-slow
 */
export const blockBefore = async (
  env: Env,
  first: number,
  last: number,
  time: number,
): Promise<number | null> => {
  if (last < first)
    throw new ProblemError('index-failed', 'The subgraph stands before the program’s first block')
  const timesOf = async (blocks: readonly number[]) =>
    (await askChain(env, blocks.map(blockCall))).map(timestampIn)
  const [atFirst = 0, atLast = 0] = await timesOf([first, last])
  if (atFirst >= time) return null
  if (atLast < time) return last
  // `low` is before the time, `high` is not.
  let [low, high] = [first, last]
  while (high - low > 1) {
    const step = Math.max(1, Math.floor((high - low) / AT_ONCE))
    const blocks: number[] = []
    for (let block = low + step; block < high && blocks.length < AT_ONCE; block += step) blocks.push(block)
    const times = await timesOf(blocks)
    const reached = times.findIndex((each) => each >= time)
    const before = reached === -1 ? blocks.length - 1 : reached - 1
    low = blocks[before] ?? low
    if (reached !== -1) high = blocks[reached] ?? high
  }
  return low
}
