import { readFileSync } from 'node:fs'
import { type Hex, keccak256 } from 'viem'
import { assetOf, currencyOf, due, type IncomePeriod, periodOf } from '../disbursement/index.ts'
import { formatAmount, parseAmount } from './amounts.ts'
import type { Outcome } from './output.ts'
import { loadProgram, type Program } from './program.ts'
import { refused } from './refusal.ts'
import type { Settings } from './settings.ts'

export interface IncomeOptions {
  period: string
  /** As typed: a decimal amount of the program's currency. */
  income: string
  /** The income statement's file. */
  statement?: string
}

/** What is owed of an income: SPEC section 6. It needs the two files of the program and asks nobody. */
export function dueOf(settings: Pick<Settings, 'program' | 'deployment'>, options: IncomeOptions): Outcome {
  const program = loadProgram(settings)
  return statedDue(program, periodOf(program.terms, 'income', options.period), options)
}

/** The same for a program that is open. */
export function statedDue(
  { terms, deployment }: Program,
  period: IncomePeriod,
  { income: typed, statement }: Pick<IncomeOptions, 'income' | 'statement'>,
): Outcome {
  const currency = currencyOf(terms, deployment)
  const income = parseAmount(typed, currency.decimals, '--income')
  const owed = due(income, period.incomeShareBps)
  const asset = assetOf(terms, deployment, period.asset)
  const statementHash = statement === undefined ? null : statementHashOf(statement)
  const cap = period.cap ?? null
  const money = (amount: bigint) => `${formatAmount(amount, currency.decimals)} ${currency.symbol}`
  return {
    json: {
      period: period.name,
      income,
      currency: currency.symbol,
      bps: period.incomeShareBps,
      due: owed,
      cap,
      asset: asset.symbol,
      statementHash,
    },
    text: [
      `income        ${money(income)}`,
      `due           ${money(owed)}, ${period.incomeShareBps} bps of it, paid in ${asset.symbol}`,
      ...(cap === null ? [] : [`at most       what is left of the cap of ${money(cap)}: prepare counts it`]),
      `statement     ${statementHash ?? 'none: the manifest will say so'}`,
    ].join('\n'),
  }
}

/** The keccak256 of an income statement's file, which goes into the manifest. */
export function statementHashOf(file: string): Hex {
  try {
    return keccak256(readFileSync(file))
  } catch (cause) {
    throw refused(`${file} cannot be read: --statement must name the income statement's file`, { cause })
  }
}
