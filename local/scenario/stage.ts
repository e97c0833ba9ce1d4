import type { WalletConnectAt } from '../deploy.ts'
import { choosePorts } from '../ports.ts'
import { type Progress, silent } from '../progress.ts'
import { type Stack, startStack } from '../stack.ts'
import { ALEX, QUARTERS, REWARD_MONTHS } from './alex.ts'
import type { Story } from './play.ts'
import { playMonth, playQuarter, tell } from './quarters.ts'

/** How far the story has come: the offering is over; a quarter's claims are open; the year has passed, reward months in it. */
export type Stage = 'sold' | '2026-Q1' | '2026-Q2' | 'end'

/**
 * The whole system with the story played up to a stage. Whoever starts it stops it: `await stack.stop()`.
 * @param state a folder of its own for everything the system keeps
 * @param options `register`: the register of investors comes too; `walletConnect`: where the page's WalletConnect is
 */
export async function startStoryAt(
  stage: Stage,
  state: string,
  {
    progress = silent,
    register = false,
    walletConnect,
  }: { progress?: Progress; register?: boolean; walletConnect?: WalletConnectAt | undefined } = {},
): Promise<{ stack: Stack; story: Story }> {
  const stack = await startStack({ state, ports: await choosePorts({}), progress, register, walletConnect })
  try {
    const story = tell(stack)
    await playTo(stage, stack, story, progress)
    return { stack, story }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** Plays the story on a system that has just started. */
export async function playTo(stage: Stage, stack: Stack, story: Story, progress: Progress): Promise<void> {
  progress.step('the offering: thirty buyers')
  await story.sell(progress)
  if (stage === 'sold') return
  for (const { name } of QUARTERS) {
    await playQuarter(stack, story, name, progress)
    if (stage === name) return
  }
  for (const { name } of REWARD_MONTHS) await playMonth(stack, story, name, progress)
  progress.step('the rest of the year')
  await story.playUntil(ALEX.end, progress)
  await stack.synced()
}
