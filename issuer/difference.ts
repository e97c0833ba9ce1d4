import type { Address } from 'viem'
import { type IncomeManifest, type Manifest, periodOf } from '../disbursement/index.ts'
import { formatAmount, formatShort } from './amounts.ts'
import { previousManifest } from './history.ts'
import type { Outcome } from './output.ts'
import { openPrepared } from './preparedPeriod.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { table } from './table.ts'

interface Change {
  holder: Address
  kind: 'joined' | 'left' | 'changed'
  entitlement: [bigint, bigint]
  amount: [bigint, bigint]
}

/** Rows that are shown; the JSON has all. */
const MOST_ROWS = 100

/** What a prepared quarter changes against the one before it, holder by holder. */
export async function difference(settings: Settings, options: { period: string }): Promise<Outcome> {
  const surroundings = await openSurroundings(settings)
  const { prepared } = openPrepared(surroundings, options)
  return differenceIn(surroundings, prepared.manifest)
}

/** The same for a manifest at hand. */
export async function differenceIn(surroundings: Surroundings, now: Manifest): Promise<Outcome> {
  if (now.stream !== 'income') throw refused('only quarters of income are compared: leave --stream out')
  const { terms } = surroundings
  const before = await previousManifest(surroundings, periodOf(terms, 'income', now.period.name))
  const name = now.period.name
  if (before === null) {
    return {
      json: { period: name, previous: null },
      text: `${name} is the first quarter: there is none to compare it with.`,
    }
  }
  const sameAsset = before.payout.asset === now.payout.asset
  const changes = changesBetween(before, now, sameAsset)
  const sums = {
    paid: [before.totals.paid, now.totals.paid],
    income: [before.income.amount, now.income.amount],
  }
  return {
    json: { period: name, previous: before.period.name, sameAsset, ...sums, changes },
    text: textOf(before, now, changes, terms.token.decimals, sameAsset),
  }
}

function changesBetween(before: IncomeManifest, now: IncomeManifest, sameAsset: boolean): Change[] {
  const old = new Map(before.holders.map((each) => [each.holder, each]))
  const changes = now.holders.flatMap((each): Change[] => {
    const was = old.get(each.holder)
    old.delete(each.holder)
    const entitlement: Change['entitlement'] = [was?.entitlement ?? 0n, each.entitlement]
    const amount: Change['amount'] = [was?.amount ?? 0n, each.amount]
    const isSame = entitlement[0] === entitlement[1] && (!sameAsset || amount[0] === amount[1])
    if (was !== undefined && isSame) return []
    return [{ holder: each.holder, kind: was === undefined ? 'joined' : 'changed', entitlement, amount }]
  })
  // Who is gone was linked to another holder meanwhile.
  const gone = [...old.values()].map(
    ({ holder, entitlement, amount }): Change => ({
      ...{ holder, kind: 'left' },
      ...{ entitlement: [entitlement, 0n], amount: [amount, 0n] },
    }),
  )
  return [...changes, ...gone]
}

function textOf(
  before: IncomeManifest,
  now: IncomeManifest,
  changes: readonly Change[],
  tokenDecimals: number,
  sameAsset: boolean,
): string {
  const { income, payout, totals, period } = now
  const currency = (amount: bigint) => formatAmount(amount, income.currency.decimals)
  const paid = ({ payout: { decimals, symbol }, totals: sums }: IncomeManifest) =>
    `${formatAmount(sums.paid, decimals)} ${symbol} to ${sums.leaves}`
  const tokens = (amount: bigint) => formatShort(amount, tokenDecimals)
  const rows = changes
    .slice(0, MOST_ROWS)
    .map(({ holder, kind, entitlement: [was, is], amount: [got, gets] }) => [
      holder,
      kind,
      tokens(was),
      tokens(is),
      sameAsset ? formatAmount(got, payout.decimals) : '',
      formatAmount(gets, payout.decimals),
    ])
  const titles = ['holder', 'change', 'entitled before', 'now', 'paid before', 'now']
  return [
    `${period.name} against ${before.period.name}`,
    `income        ${currency(before.income.amount)} → ${currency(income.amount)} ${income.currency.symbol}`,
    `paid          ${paid(before)} → ${paid(now)}`,
    ...(sameAsset ? [] : ['The two are paid in different assets, so their amounts are not compared.']),
    '',
    ...(changes.length === 0
      ? [`None of ${totals.holders} holders changes.`]
      : [
          table(
            titles.map((title, i) => (i < 2 ? { title } : { title, align: 'right' as const })),
            rows,
          ),
        ]),
    ...(changes.length > MOST_ROWS ? [`and ${changes.length - MOST_ROWS} more, which --json lists`] : []),
  ].join('\n')
}
