// What every test of the page plays on: the whole system, a browser, and what API and chain know of the people.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { WalletConnectAt } from '../../local/deploy.ts'
import type { Story } from '../../local/scenario/play.ts'
import { startStoryAt } from '../../local/scenario/stage.ts'
import type { Stack } from '../../local/stack.ts'
import { STATE } from '../../local/state.ts'
import { words } from '../../page/src/words/all.ts'
import { startChromium } from '../browser.ts'
import { owedOn } from '../owed.ts'
import { Visits } from '../visit.ts'
import { Relay } from '../walletConnect/relay.ts'

export interface Stage {
  readonly stack: Stack
  readonly story: Story
  readonly browser: Browser
  readonly visits: Visits
  readonly owed: ReturnType<typeof owedOn>
  /** The relay through which wallets on phones are reached, and how the page knows of it. */
  readonly relay: Relay
  readonly walletConnect: WalletConnectAt
  /** A folder of this run's own. */
  readonly state: string
}

let current: Stage | undefined

/** The stage as it is. @throws when it is not open */
export function stage(): Stage {
  if (current === undefined) throw new Error('the stage is not open: openStage comes first')
  return current
}

/** Starts everything, the first quarter's claims being open. */
export async function openStage(): Promise<void> {
  mkdirSync(STATE, { recursive: true })
  const state = mkdtempSync(join(STATE, 'page-'))
  const relay = await Relay.start()
  const walletConnect = { projectId: '0123456789abcdef0123456789abcdef', relayUrl: relay.url }
  const { stack, story } = await startStoryAt('2026-Q1', state, { register: true, walletConnect }).catch(
    async (error) => {
      await relay.stop()
      throw error
    },
  )
  try {
    const browser = await startChromium()
    const visits = new Visits(browser, stack)
    current = { stack, story, browser, visits, owed: owedOn(stack), relay, walletConnect, state }
  } catch (error) {
    await stack.stop()
    await relay.stop()
    throw error
  }
}

export async function closeStage(): Promise<void> {
  if (current === undefined) return
  const { browser, stack, relay, state } = current
  current = undefined
  await browser.close()
  await stack.stop()
  await relay.stop()
  rmSync(state, { recursive: true, force: true })
}

/** What is said of a failure where no detail comes in. */
export const sentence = (kind: keyof typeof words.failures): string =>
  words.failures[kind]({ network: stage().stack.deployment.network, detail: '' }).title
