import { StackError } from '../child.ts'
import type { Progress } from '../progress.ts'
import type { Stack } from '../stack.ts'
import { LP_FUNDING, QUARTERS, type QuarterName, REWARD_MONTHS } from './alex.ts'
import { Story, type StoryClaim } from './play.ts'

/** The story's player on a running system, its claims coming from the API as everybody's do. */
export function tell(stack: Stack): Story {
  return new Story({
    rpcUrl: stack.urls.rpc,
    deployment: stack.deployment,
    claims: async (account) => {
      const response = await fetch(`${stack.urls.api}/v1/accounts/${account}/claims`)
      if (!response.ok)
        throw new StackError(`the API answered ${response.status} when asked for the claims of ${account}`)
      return ((await response.json()) as { claims: StoryClaim[] }).claims
    },
  })
}

/** Plays the story to where the issuer may prepare a quarter; for LP shares, also has them bought. */
export async function playToQuarter(
  stack: Stack,
  story: Story,
  name: QuarterName,
  progress: Progress,
): Promise<void> {
  if (name === '2026-Q2') {
    await story.playUntil(LP_FUNDING.at, progress)
    await stack.issue(BUY_SHARES)
  }
  await story.playUntil(quarterOf(name).prepareAt, progress)
}

/** The words after `prorata` with which the issuer buys Q2's LP shares. */
export const BUY_SHARES: readonly string[] = [
  ...['buy-shares', '--period', '2026-Q2'],
  ...['--way', LP_FUNDING.way, '--amount', LP_FUNDING.ether],
]

/** The words with which the issuer prepares a quarter. */
export const prepareArgs = (name: QuarterName): string[] => [
  'prepare',
  '--period',
  name,
  '--income',
  quarterOf(name).income,
]

/** A whole quarter: the story up to it, the issuer's two commands, and the wait until claims open. */
export async function playQuarter(
  stack: Stack,
  story: Story,
  name: QuarterName,
  progress: Progress,
): Promise<void> {
  progress.step(`the story up to the payout of ${name}`)
  await playToQuarter(stack, story, name, progress)
  progress.step(`${name}: the subgraph catches up`)
  await stack.synced()
  progress.step(`${name}: prorata prepare`)
  await stack.issue(prepareArgs(name))
  progress.step(`${name}: prorata publish`)
  await stack.issue(['publish', '--period', name])
  progress.step(`${name}: the challenge window passes`)
  await story.playUntil(quarterOf(name).claimsFrom, progress)
}

/** The words after a command with which the issuer names a reward month. */
export const monthArgs = (month: string): string[] => ['--stream', 'liquidity', '--period', month]

/** The story up to where the issuer may share a month's reward, and the two commands that do it (SPEC section 11). */
export async function playMonth(
  stack: Stack,
  story: Story,
  month: string,
  progress: Progress,
): Promise<void> {
  const told = REWARD_MONTHS.find(({ name }) => name === month)
  if (!told) throw new StackError(`the story tells of no reward month ${month}`)
  progress.step(`the story up to the reward of ${month}`)
  await story.playUntil(told.prepareAt, progress)
  progress.step(`${month}: the subgraph catches up`)
  await stack.synced()
  progress.step(`${month}: prorata prepare and publish`)
  await stack.issue(['prepare', ...monthArgs(month)])
  await stack.issue(['publish', ...monthArgs(month)])
}

export function quarterOf(name: QuarterName) {
  const quarter = QUARTERS.find((one) => one.name === name)
  if (!quarter) throw new Error(`the story tells of no quarter ${name}`)
  return quarter
}
