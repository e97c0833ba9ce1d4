// The issuer's commands called in this process: dozens of payouts one after the other would mostly wait for processes to start.
import { prepare } from '../../issuer/prepare.ts'
import { publish } from '../../issuer/publish.ts'
import { readSettings, takeSecrets } from '../../issuer/settings.ts'
import { push, sweep } from '../../issuer/settle.ts'
import { openStore } from '../../issuer/storage.ts'
import { runVerify } from '../../issuer/verify.ts'
import { StackError } from '../child.ts'
import type { Stack } from '../stack.ts'

export interface PeriodName {
  readonly stream: 'income' | 'liquidity'
  readonly period: string
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
    close: () => store.close(),
  }
}
