// The issuer's commands called in this process: dozens of payouts one after the other would mostly wait for processes to start.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { addEvidence, answerPoll } from '../../issuer/pollAnswer.ts'
import { closePoll } from '../../issuer/pollClose.ts'
import { openPoll } from '../../issuer/pollOpen.ts'
import { recountPoll } from '../../issuer/pollRecount.ts'
import { prepare } from '../../issuer/prepare.ts'
import { publish } from '../../issuer/publish.ts'
import { readSettings, takeSecrets } from '../../issuer/settings.ts'
import { push, sweep } from '../../issuer/settle.ts'
import { openStore } from '../../issuer/storage.ts'
import { runVerify } from '../../issuer/verify.ts'
import { StackError } from '../child.ts'
import type { Stack } from '../stack.ts'
import type { BallotReceipt, StoryPoll } from './polls.ts'

export interface PeriodName {
  readonly stream: 'income' | 'liquidity'
  readonly period: string
}

/** What a poll's ballots came to. */
export interface Counted {
  readonly id: Hex
  /** How many ballots came in; of a holder's only the last one counts. */
  readonly received: number
  readonly result: {
    readonly options: readonly { readonly option: string; readonly weight: bigint }[]
    readonly holders: number
    readonly voted: bigint
    readonly eligible: bigint
  }
}

/** What the issuer does, on a running system; whoever opens it closes it. */
export interface Issuing {
  /** Prepares a period and publishes it. @param income as typed; a reward month has none */
  pay(period: PeriodName, income?: string): Promise<void>
  /** Pays everybody who is left. @returns the accounts that could not be paid */
  push(period: PeriodName): Promise<readonly string[]>
  /** @returns base units that went back to the issuer */
  sweep(period: PeriodName): Promise<bigint>
  /** Verifies a period, and so every one before it, off one replay of the chain. @returns the steps told */
  verify(period: PeriodName): Promise<string>
  /** Opens a poll. @returns its id */
  ask(poll: StoryPoll): Promise<Hex>
  /** Counts a poll that is over. */
  count(name: string): Promise<Counted>
  /** Counts again from the ballots file and the chain. @throws StackError when anything differs, or a receipt's ballot is missing */
  recount(name: string, receipts: readonly BallotReceipt[]): Promise<void>
  answer(name: string, answer: { accept: boolean; reason: string }): Promise<void>
  /** Logs what was kept of an answer. */
  log(name: string, text: string): Promise<void>
  close(): Promise<void>
}

export async function openIssuing(stack: Stack): Promise<Issuing> {
  const env = { ...stack.issuerEnv() }
  const secrets = takeSecrets(env)
  const settings = readSettings({}, env)
  const store = await openStore(settings)
  const quiet = () => {}
  return {
    async pay(period, income) {
      await prepare(settings, secrets, { ...period, ...(income !== undefined && { income }) }, quiet)
      await publish(settings, secrets, period, quiet, store)
    },
    async push(period) {
      const { unpaid } = (await push(settings, secrets, period, quiet)).json as {
        unpaid: readonly { account: string }[]
      }
      return unpaid.map(({ account }) => account)
    },
    async sweep(period) {
      return ((await sweep(settings, secrets, period, quiet)).json as { swept: bigint }).swept
    },
    async verify(period) {
      const { text, exitCode } = await runVerify(settings, period, quiet)
      if (exitCode !== 0) throw new StackError(`${period.period} does not verify:\n${text}`)
      return text
    },
    async ask({ name, question, options, closes }) {
      const asked = { name, question, option: [...options], closes }
      return ((await openPoll(settings, secrets, asked, quiet)).json as { id: Hex }).id
    },
    async count(name) {
      return (await closePoll(settings, secrets, name, {}, quiet)).json as Counted
    },
    async recount(name, receipts) {
      const folder = mkdtempSync(join(tmpdir(), 'prorata-receipts-'))
      try {
        const files = receipts.map((receipt, at) => {
          const file = join(folder, `${at}.json`)
          writeFileSync(file, JSON.stringify(receipt))
          return file
        })
        const { text, exitCode } = await recountPoll(settings, name, { receipt: files }, quiet)
        if (exitCode !== 0) throw new StackError(`${name} does not count again:\n${text}`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    async answer(name, { accept, reason }) {
      await answerPoll(settings, secrets, name, { [accept ? 'accept' : 'decline']: true, reason }, quiet)
    },
    async log(name, text) {
      await addEvidence(settings, secrets, name, { text }, quiet)
    },
    close: () => store.close(),
  }
}
