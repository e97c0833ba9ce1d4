// One holder's reward month, from the chain: what its LP units were, where, from when to when.
import type { Address, Hex } from 'viem'
import {
  type Provider,
  type RewardMonth,
  totalUnitSeconds,
  type UnitObserver,
  type UnitSeconds,
} from '../disbursement/index.ts'
import type { ChainClient, Program } from './examination.ts'
import type { Publication } from './publications.ts'
import type { ReplayOptions } from './replayChain.ts'
import { rewardReplay } from './rewardReplay.ts'
import type { Source } from './source.ts'

/** The holder's LP units after an event, until the next one. */
export type RewardStep = {
  /** Unix seconds: the event's, or the month's first where the units were there before. */
  from: bigint
  until: bigint
  block: bigint | null
  transaction: Hex | null
  /** By how much the event changed the units in each place; zero for what was there before. */
  change: UnitSeconds
  units: UnitSeconds
  /** Units × seconds of this stretch, wherever the units were. */
  gathered: bigint
}

export type RewardHistory = {
  holder: Address
  provider: Provider | null
  /** The sum over all holders. */
  total: bigint
  steps: RewardStep[]
}

type Change = Parameters<UnitObserver>[0]

/**
 * Replays the chain up to a month's end with an eye on one holder.
 * @param wallet any of the holder's wallets, in lower case
 * @param block the last block that counts: the month's record block, or a block in it
 */
export async function rewardHistory(
  input: Program & { client: ChainClient; source: Source; options?: ReplayOptions | undefined },
  publications: readonly Publication[],
  month: RewardMonth,
  wallet: Address,
  block: bigint,
): Promise<RewardHistory> {
  const changes: Change[] = []
  const { replay } = await rewardReplay(input, publications, month, (change) => changes.push(change))
  const ledger = await replay.advanceTo(block)
  const wallets = new Set(ledger.walletsOf(wallet))
  const providers = replay.providers({ from: month.startsAt, until: month.endsAt })
  const provider = providers.find((each) => each.wallets.includes(wallet)) ?? null
  return {
    holder: provider?.holder ?? wallet,
    provider,
    total: providers.reduce((sum, { unitSeconds }) => sum + totalUnitSeconds(unitSeconds), 0n),
    steps: stepsOf(
      changes.filter(({ address }) => wallets.has(address)),
      month,
    ),
  }
}

const none = (): UnitSeconds => ({ lp: 0n, lpStaked: 0n, unclaimed: 0n })

/** A step a transaction that changed anything, after one for what was there at the month's beginning. */
const stepsOf = (changes: readonly Change[], { startsAt, endsAt }: RewardMonth): RewardStep[] => {
  const units = none()
  const first: RewardStep = {
    from: startsAt,
    until: endsAt,
    block: null,
    transaction: null,
    change: none(),
    units: none(),
    gathered: 0n,
  }
  const steps = [first]
  for (const { part, units: by, time, event } of changes) {
    units[part] += by
    let step = steps.at(-1) ?? first
    if (time >= startsAt && step.transaction !== event.transaction) {
      step.until = time
      step = {
        ...first,
        from: time,
        until: endsAt,
        block: event.block,
        transaction: event.transaction,
        change: none(),
      }
      steps.push(step)
    }
    if (time >= startsAt) step.change[part] += by
    step.units = { ...units }
  }
  return steps
    .map((step) => ({ ...step, gathered: totalUnitSeconds(step.units) * (step.until - step.from) }))
    .filter(({ block, units: own }) => block !== null || totalUnitSeconds(own) > 0n)
}
