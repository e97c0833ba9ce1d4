import type { Hex } from 'viem'
import { type RewardHolder, type RewardManifest, totalUnitSeconds } from '../disbursement/index.ts'
import { formatAmount } from './amounts.ts'
import { type Column, table } from './table.ts'

/** The issuer's view of a reward month's manifest: who gathered what, and what is paid for it. Amounts in base units. */
export function rewardSummaryOf(manifest: RewardManifest, manifestHash: Hex) {
  const { payout, totals, recordBlock, root, previous, program, stream, parameters, lpDistributions } =
    manifest
  return {
    program,
    stream,
    period: manifest.period.name,
    manifestHash,
    root,
    total: totals.paid,
    leaves: totals.leaves,
    recordBlock,
    reward: parameters.reward,
    payout,
    lpDistributions,
    previous,
    holders: manifest.holders.map(({ holder, account, unitSeconds, weight, amount, status }) => ({
      holder,
      account,
      unitSeconds,
      weight,
      amount,
      status,
    })),
  }
}

const columns: Column[] = [
  { title: 'holder' },
  { title: 'share', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'staked', align: 'right' },
  { title: 'unclaimed', align: 'right' },
  { title: 'amount', align: 'right' },
  { title: 'why' },
]

/** The table of who provided how much for how long, with the sums above and below it. */
export function rewardSummaryText(manifest: RewardManifest, manifestHash: Hex): string {
  const { payout, totals, recordBlock, root, parameters, lpDistributions } = manifest
  const money = (amount: bigint) => `${formatAmount(amount, payout.decimals)} ${payout.symbol}`
  const when = new Date(Number(recordBlock.timestamp) * 1000).toISOString()
  const optional = (title: string, amount: bigint) =>
    amount === 0n ? [] : [`${title.padEnd(14)}${money(amount)}`]
  return [
    `${manifest.program}, ${manifest.stream}, ${manifest.period.name}`,
    `reward        ${money(parameters.reward)}`,
    `record block  ${recordBlock.number} (${when})`,
    ...optional('carried in', payout.carryIn),
    ...optional('accrued before', payout.accruedBefore),
    ...(lpDistributions.length === 0
      ? []
      : [`unclaimed     looked for in ${lpDistributions.length} distributions of LP units`]),
    '',
    table(
      columns,
      manifest.holders.map((holder) => rowOf(holder, manifest)),
    ),
    '',
    `paid          ${money(totals.paid)} in ${totals.leaves} ${totals.leaves === 1 ? 'leaf' : 'leaves'}`,
    ...optional('carried over', payout.carryOut),
    ...optional('accrues', payout.accruedAfter),
    `root          ${root ?? 'none: nobody is paid'}`,
    `manifest      ${manifestHash}`,
  ].join('\n')
}

function rowOf(holder: RewardHolder, { totals, payout }: RewardManifest): string[] {
  const { unitSeconds, accruedBefore, accruedAfter, amount, account } = holder
  const all = totalUnitSeconds(unitSeconds)
  const money = (value: bigint) => formatAmount(value, payout.decimals)
  const reasons = [
    ...(accruedBefore > 0n ? [`${money(accruedBefore)} from before`] : []),
    ...(accruedAfter > 0n ? [`below the minimum, ${money(accruedAfter)} accrues`] : []),
    ...(holder.status === 'nothing' ? ['its share rounds to nothing'] : []),
    ...(amount > 0n && account !== holder.holder ? [`to ${account}`] : []),
  ]
  return [
    holder.holder,
    percent(all, totals.weight),
    percent(unitSeconds.lp, all),
    percent(unitSeconds.lpStaked, all),
    percent(unitSeconds.unclaimed, all),
    money(amount),
    reasons.join(', '),
  ]
}

/** For reading only: hundredths of a percent, rounded down. */
function percent(part: bigint, whole: bigint): string {
  return whole === 0n ? '' : `${formatAmount((part * 10_000n) / whole, 2)}%`
}
