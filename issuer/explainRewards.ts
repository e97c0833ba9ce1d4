import type { Address } from 'viem'
import { type RewardMonth, totalUnitSeconds, type UnitSeconds } from '../disbursement/index.ts'
import {
  apiSource,
  bytesSource,
  finalBlock,
  lastBlockBefore,
  publicationsOf,
  type RewardHistory,
  rewardHistory,
} from '../verify/index.ts'
import { formatAmount } from './amounts.ts'
import type { Chain } from './chain.ts'
import type { Outcome } from './output.ts'
import type { Program } from './program.ts'

const LP_DECIMALS = 18

/**
 * Tells what a holder's LP units gathered over a month: up to its record block, or up to the last final block while the month
 * is running, as if nothing happened after that.
 * @param apiUrl where the records of distributions of LP units are, if anywhere
 */
export async function explainRewards(
  chain: Chain,
  program: Program,
  month: RewardMonth,
  wallet: Address,
  apiUrl: string | undefined,
): Promise<Outcome> {
  const { deployment } = program
  const record = await lastBlockBefore(chain, BigInt(deployment.genesisBlock), month.endsAt)
  const { number } = record ?? (await finalBlock(chain))
  const publications = await publicationsOf(chain, deployment, number)
  const source = apiUrl === undefined ? bytesSource([]) : apiSource(apiUrl)
  const input = { ...program, client: chain, source }
  const history = await rewardHistory(input, publications, month, wallet, number)
  const isFinal = record !== null
  return {
    json: { ...history, period: month.name, block: number, final: isFinal },
    text: rewardText(history, month, number, isFinal),
  }
}

function rewardText(
  { holder, provider, total, steps }: RewardHistory,
  month: RewardMonth,
  block: bigint,
  isFinal: boolean,
): string {
  const weight = provider === null ? 0n : totalUnitSeconds(provider.unitSeconds)
  const share = total === 0n ? 0n : (weight * 10_000n) / total
  const head = [
    `holder ${holder} in ${month.name}, ${isFinal ? '' : 'NOT FINAL, '}up to block ${block}`,
    provider === null
      ? 'it provided no liquidity, or never weighs'
      : `units × seconds ${weight} of ${total}, ${formatAmount(share, 2)}% of all`,
  ]
  const lines = steps.flatMap((step) => [
    '',
    `${time(step.from)} to ${time(step.until)}${step.block === null ? '' : `  block ${step.block}  ${step.transaction}`}`,
    ...(step.block === null ? ['    from before'] : [`    ${placesText(step.change, true)}`]),
    `    ${placesText(step.units, false)}: ${step.gathered} units × seconds`,
  ])
  return [...head, ...lines].join('\n')
}

const PLACES: Record<keyof UnitSeconds, string> = {
  lp: 'held',
  lpStaked: 'staked',
  unclaimed: 'unclaimed',
}

function placesText(units: UnitSeconds, isChange: boolean): string {
  const told = (Object.keys(PLACES) as (keyof UnitSeconds)[])
    .filter((place) => units[place] !== 0n)
    .map((place) => {
      const sign = isChange && units[place] > 0n ? '+' : ''
      return `${PLACES[place]} ${sign}${formatAmount(units[place], LP_DECIMALS)}`
    })
  return told.length === 0 ? 'nothing' : told.join(', ')
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}
