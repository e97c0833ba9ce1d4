import type { Hex } from 'viem'
import { type IncomeHolder, type IncomeManifest, LONGEST_LIST } from '../disbursement/index.ts'
import { formatAmount, formatShort } from './amounts.ts'
import { type Column, table } from './table.ts'

/** A table of more rows is read by nobody. */
const MOST_ROWS = 1000

/**
 * The issuer's view of a quarter's manifest: what is paid to whom (the first 16,384 of them), and what is left over. Amounts
 * in base units.
 */
export function summaryOf(manifest: IncomeManifest, manifestHash: Hex) {
  const { income, payout, totals, recordBlock, root, previous, program, stream } = manifest
  return {
    program,
    stream,
    period: manifest.period.name,
    manifestHash,
    root,
    total: totals.paid,
    leaves: totals.leaves,
    recordBlock,
    income: { amount: income.amount, currency: income.currency.symbol, bps: income.bps, due: income.due },
    ...(manifest.parameters.cap === undefined
      ? {}
      : {
          cap: { most: manifest.parameters.cap, dueBefore: income.dueBefore ?? 0n, left: leftOf(manifest) },
        }),
    payout,
    previous,
    holders: manifest.holders.slice(0, LONGEST_LIST).map((holder) => ({
      holder: holder.holder,
      account: holder.account,
      lots: holder.lots,
      entitlement: holder.entitlement,
      lost: holder.lots - holder.entitlement,
      weight: holder.weight,
      amount: holder.amount,
      status: holder.status,
    })),
  }
}

const columns: Column[] = [
  { title: 'holder' },
  { title: 'primary lots', align: 'right' },
  { title: 'entitlement', align: 'right' },
  { title: 'lost', align: 'right' },
  { title: 'weight', align: 'right' },
  { title: 'amount', align: 'right' },
  { title: 'why' },
]

/**
 * The table of who gets what and why, with the sums above and below it.
 * @param tokenDecimals of the program's token, in which lots are counted
 */
export function summaryText(manifest: IncomeManifest, manifestHash: Hex, tokenDecimals: number): string {
  const { income, payout, totals, recordBlock, root } = manifest
  const money = (amount: bigint) => `${formatAmount(amount, payout.decimals)} ${payout.symbol}`
  const inCurrency = (amount: bigint) =>
    `${formatAmount(amount, income.currency.decimals)} ${income.currency.symbol}`
  const when = new Date(Number(recordBlock.timestamp) * 1000).toISOString()
  const optional = (title: string, amount: bigint) =>
    amount === 0n ? [] : [`${title.padEnd(14)}${money(amount)}`]
  return [
    `${manifest.program}, ${manifest.stream}, ${manifest.period.name}`,
    `income        ${inCurrency(income.amount)}, of which ${income.bps} bps are ${inCurrency(income.due)}`,
    ...capLines(manifest, inCurrency),
    `record block  ${recordBlock.number} (${when})`,
    `funded        ${money(payout.funded)}`,
    ...optional('carried in', payout.carryIn),
    ...optional('accrued before', payout.accruedBefore),
    '',
    table(columns, rowsOf(manifest, tokenDecimals)),
    ...(manifest.holders.length > MOST_ROWS
      ? [`and ${manifest.holders.length - MOST_ROWS} holders more, who are in the manifest`]
      : []),
    '',
    `paid          ${money(totals.paid)} in ${totals.leaves} ${totals.leaves === 1 ? 'leaf' : 'leaves'}`,
    ...optional('carried over', payout.carryOut),
    ...optional('accrues', payout.accruedAfter),
    ...optional('returned', payout.returned),
    `root          ${root ?? 'none: nobody is paid'}`,
    `manifest      ${manifestHash}`,
  ].join('\n')
}

/** What the cap has left after this period. */
function leftOf({ income, parameters }: IncomeManifest): bigint {
  return (parameters.cap ?? 0n) - (income.dueBefore ?? 0n) - income.due
}

function capLines(manifest: IncomeManifest, inCurrency: (amount: bigint) => string): string[] {
  const { cap } = manifest.parameters
  if (cap === undefined) return []
  const left = leftOf(manifest)
  const rest = left === 0n ? 'reached: nothing is due any more' : `${inCurrency(left)} left after this period`
  return [`cap           ${inCurrency(cap)}, ${rest}`]
}

function rowsOf({ holders, payout }: IncomeManifest, tokenDecimals: number): string[][] {
  const tokens = (amount: bigint) => formatShort(amount, tokenDecimals)
  return holders
    .slice(0, MOST_ROWS)
    .map((holder) => [
      holder.holder,
      tokens(holder.lots),
      tokens(holder.entitlement),
      holder.lots === holder.entitlement ? '' : tokens(holder.lots - holder.entitlement),
      tokens(holder.weight),
      formatAmount(holder.amount, payout.decimals),
      reasonOf(holder, (amount) => formatAmount(amount, payout.decimals)),
    ])
}

function reasonOf(holder: IncomeHolder, money: (amount: bigint) => string): string {
  const kept = { whole: 'kept all', part: 'sold part', none: 'sold all' }[keptOf(holder)]
  const fates: Record<IncomeHolder['status'], string[]> = {
    paid: holder.accruedBefore > 0n ? [`${money(holder.accruedBefore)} from before`] : [],
    accrued: [`below the minimum, ${money(holder.accruedAfter)} accrues`],
    forfeited: holder.entitlement > 0n ? ['all or nothing'] : [],
    nothing: ['its share rounds to nothing'],
  }
  const recipient = holder.amount > 0n && holder.account !== holder.holder ? [`to ${holder.account}`] : []
  return [kept, ...fates[holder.status], ...recipient].join(', ')
}

function keptOf({ lots, entitlement }: IncomeHolder): 'whole' | 'part' | 'none' {
  if (entitlement === lots) return 'whole'
  return entitlement === 0n ? 'none' : 'part'
}
