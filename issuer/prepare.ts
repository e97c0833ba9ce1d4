import type { Hash, Hex } from 'viem'
import {
  currencyOf,
  dueIn,
  type IncomeManifest,
  type IncomePeriod,
  type LpPurchase,
  type PrimaryLot,
  positions,
  prepareDisbursement,
} from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { parseAmount } from './amounts.ts'
import { recordBlock } from './chain.ts'
import { historyOf, historyText, holderAddress, isTerminal } from './explain.ts'
import { file, refusePublished, requireSameAs } from './filing.ts'
import { lpPurchase } from './funding.ts'
import { requireAgreement } from './gate.ts'
import { earlierFunding, previousManifest } from './history.ts'
import { type LotRow, readHoldings, witnessHoldings } from './holders.ts'
import { statementHashOf } from './income.ts'
import type { Outcome, Say } from './output.ts'
import { prepareRewards } from './prepareRewards.ts'
import { openSurroundings, periodNamed, type Surroundings } from './program.ts'
import { purchaseFolder, readPlan, totalOf } from './purchasePlan.ts'
import { purchasesFor } from './purchases.ts'
import { refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { readSnapshot } from './snapshot.ts'
import { requireStorage } from './storage.ts'
import { summaryOf, summaryText } from './summary.ts'

export interface PrepareOptions {
  period: string
  /** The income stream where none is named. */
  stream?: string
  /** As typed: a decimal amount of the program's currency. */
  income?: string
  /** A file whose hash goes into the manifest: what the income figure rests on. */
  statement?: string
  /** For LP units that buy-shares did not buy: every transaction of their purchase. */
  fundingTx?: string[]
  replace?: boolean
  /** Holders come from a snapshot that the API reads in the background. */
  snapshot?: boolean
  /** A holder whose whole history is printed too. */
  explain?: string
}

/** Works out a period and writes its files; publishes nothing. */
export async function prepare(
  settings: Settings,
  secrets: Pick<Secrets, 'apiSecret'>,
  options: PrepareOptions,
  say: Say,
): Promise<Outcome> {
  requireStorage(settings)
  if (options.snapshot && !secrets.apiSecret) {
    throw refused(
      'PRORATA_API_SECRET is not set: --snapshot has the API read the holders, which takes its secret',
    )
  }
  const surroundings = await openSurroundings(settings)
  const period = periodNamed(surroundings.terms, options.stream, options.period)
  return period.stream === 'income'
    ? prepareIncome(surroundings, secrets.apiSecret ?? '', period, options, say)
    : prepareRewards(surroundings, period, options, say)
}

async function prepareIncome(
  surroundings: Surroundings,
  apiSecret: string,
  period: IncomePeriod,
  options: PrepareOptions,
  say: Say,
): Promise<Outcome> {
  const { terms, deployment, chain, subgraph } = surroundings
  if (options.income === undefined) {
    throw refused(`--income is missing: say what was earned in ${period.name}, such as 12000.00`)
  }
  const currency = currencyOf(terms, deployment)
  const income = parseAmount(options.income, currency.decimals, '--income')
  const statementHash = options.statement === undefined ? null : statementHashOf(options.statement)
  const named = fundingTransactions(options.fundingTx ?? [], period)
  const explained = options.explain === undefined ? null : holderAddress(options.explain)

  const transactions =
    named.length === 0 && period.asset === 'lp' ? await boughtFor(surroundings, period) : named
  const block = await recordBlock(chain, BigInt(deployment.genesisBlock), {
    name: period.name,
    end: period.endsAt,
  })
  say(`record block ${block.number} (${block.hash}), final`)
  const unregistered = await refusePublished(surroundings, period, block.number)
  const previous = await previousManifest(surroundings, period)
  if (previous !== null) say(`carried over from ${previous.period.name}`)

  const holdings = options.snapshot
    ? await readSnapshot({ chain, deployment, apiUrl: surroundings.settings.apiUrl, apiSecret }, block, say)
    : await readHoldings(subgraph, chain, block)
  await witnessHoldings(holdings, chain, deployment, block)
  say(
    `${holdings.accounts.length} accounts and ${holdings.lots.length} primary lots read; the chain says the same`,
  )
  const holders = positions(holdings.accounts, deployment.excluded)
  await requireAgreement(surroundings, block, holders, say)

  const lp = period.asset === 'lp' ? await purchase(surroundings, transactions, previous) : null
  const disbursement = prepareDisbursement(
    {
      terms,
      deployment,
      stream: period.stream,
      period: period.name,
      positions: holders,
      lots: holdings.lots.map(lotOf),
      recordBlock: block,
      income,
      statementHash,
      funded: lp?.received ?? dueIn(period, income, previous),
      lp,
      previous,
    },
    nodeKernel(),
  )
  requireSameAs(unregistered, period, disbursement)
  const summary = {
    json: summaryOf(disbursement.manifest, disbursement.manifestHash),
    text: summaryText(disbursement.manifest, disbursement.manifestHash, terms.token.decimals),
  }
  const stored = await file(surroundings, period, disbursement, summary, options.replace ?? false)
  if (explained === null) return stored
  const history = await historyOf(chain, surroundings, explained, block.number)
  const text = historyText(history, surroundings, block.number, isTerminal())
  return { ...stored, json: { ...stored.json, explain: history }, text: `${stored.text}\n\n${text}` }
}

function fundingTransactions(given: readonly string[], period: IncomePeriod): Hash[] {
  if (period.asset === 'currency') {
    if (given.length === 0) return []
    throw refused(`${period.name} is paid in the income's currency, so it has no --funding-tx: leave it out`)
  }
  const hashes = given.map((hash) => hash.toLowerCase())
  if (new Set(hashes).size !== hashes.length) throw refused('--funding-tx names a transaction twice')
  return hashes.map((hash) => {
    if (/^0x[0-9a-f]{64}$/.test(hash)) return hash as Hash
    throw refused('--funding-tx must be a transaction hash: 0x and 64 hexadecimal digits')
  })
}

/** What buy-shares bought, where no other transactions are named. */
async function boughtFor(
  { settings, chain, terms, deployment }: Surroundings,
  period: IncomePeriod,
): Promise<Hash[]> {
  const bought = await purchasesFor(chain, deployment, terms, period)
  if (bought.length === 0) {
    throw refused(
      `${period.name} is paid in LP units: name the transactions that bought them with --funding-tx, or buy them with buy-shares`,
    )
  }
  const plan = readPlan(purchaseFolder(settings.state, deployment.network, terms.name, period))
  const given = bought.reduce((sum, { amount }) => sum + amount, 0n)
  if (plan !== null && given < totalOf(plan)) {
    throw refused(
      `of ${totalOf(plan)} base units that are to be spent on LP units for ${period.name}, ${given} are: run buy-shares --period ${period.name} again first`,
    )
  }
  return bought.map(({ transaction }) => transaction)
}

async function purchase(
  surroundings: Surroundings,
  transactions: readonly Hash[],
  previous: IncomeManifest | null,
): Promise<LpPurchase> {
  const used = await earlierFunding(surroundings, previous)
  for (const transaction of transactions) {
    const period = used.get(transaction)
    if (period !== undefined) {
      throw refused(`the funding transaction ${transaction} funded ${period} already: name this period's own`)
    }
  }
  return lpPurchase(surroundings.chain, surroundings.deployment, transactions)
}

function lotOf({ transaction, logIndex, buyer, amount }: LotRow): PrimaryLot {
  return {
    transaction: transaction as Hash,
    logIndex: Number(logIndex),
    buyer: buyer as Hex,
    amount: BigInt(amount),
  }
}
