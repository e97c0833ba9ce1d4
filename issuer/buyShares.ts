import { type Address, erc20Abi } from 'viem'
import { type IncomePeriod, isLight, mostAtOnce } from '../disbursement/index.ts'
import { formatAmount, parseAmount } from './amounts.ts'
import { type Chain, connect, latestBlock, nonceOf } from './chain.ts'
import {
  percent,
  type Quotation,
  type Quote,
  quote,
  quoteOf,
  requireCalm,
  type Side,
  type Way,
  written,
} from './lpPool.ts'
import type { Outcome, Say } from './output.ts'
import { loadProgram, periodNamed } from './program.ts'
import { readClosed, readReceipt } from './publication.ts'
import { fixPlan, type Plan, purchaseFolder, readPlan, totalOf } from './purchasePlan.ts'
import { bringAbout, seePendingThrough } from './purchaseSending.ts'
import { type Bought, type Buying, carriedInto, payoutOf, purchasesFor } from './purchases.ts'
import { missing, refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { issuerSigner, keyIfSet, type Signer } from './signer.ts'
import { lockFolder, periodFolder } from './state.ts'

export interface BuyOptions {
  period: string
  way?: string
  /** As typed: how much of the pair's other asset goes in altogether. */
  amount?: string
  dryRun?: boolean
}

/** A day lies between two parts, so that others bring the price back meanwhile. */
const BETWEEN = 86_400n

/**
 * Buys LP units for a period (SPEC section 12): one part a day, each in one transaction of the helper contract, until the
 * amount is spent. The chain says what was bought already, so it may be run again after whatever happened.
 */
export async function buyShares(
  settings: Pick<Settings, 'program' | 'deployment' | 'state' | 'rpcUrl' | 'walletUrl'>,
  secrets: Secrets,
  options: BuyOptions,
  say: Say,
): Promise<Outcome> {
  const { terms, deployment } = loadProgram(settings)
  const period = periodNamed(terms, 'income', options.period)
  if (period.stream !== 'income' || period.asset !== 'lp') {
    throw refused(`${period.name} is not paid in LP units: there is nothing to buy for it`)
  }
  const { lpPurchase } = deployment
  if (lpPurchase === null) {
    throw refused(
      'the deployment file has no lpPurchase: deploy that contract and name it there, or buy by hand and name the transactions to prepare with --funding-tx',
    )
  }
  const chain = await connect(settings.rpcUrl, deployment.chainId)
  const folder = purchaseFolder(settings.state, deployment.network, terms.name, period)
  const own = periodFolder(settings.state, deployment.network, terms.name, period)
  const asset = await sideOf(chain, deployment.counterAsset)
  const buying: Buying = {
    settings,
    chain,
    terms,
    deployment: { ...deployment, lpPurchase },
    period,
    asset,
    folder,
    say,
  }
  const wanted = wantedOf(options, asset)
  const carried = await carriedInto(chain, deployment, terms, period)
  const asked = planOf(readPlan(folder), wanted, period, carried)
  if (options.dryRun) return dryRun(buying, asked)
  const signer = await issuerSigner(keyIfSet(secrets, settings), settings, deployment, 'buy')
  const unlock = lockFolder(folder)
  try {
    if (readReceipt(own) !== null || readClosed(own) !== null) {
      throw refused(`${period.name} is published already: what is bought now would be paid to nobody`)
    }
    const plan = planOf(fixPlan(folder, asked), wanted, period, carried)
    await seePendingThrough(buying)
    return await buyNext(buying, plan, signer)
  } finally {
    unlock()
  }
}

async function buyNext(buying: Buying, plan: Plan, signer: Signer): Promise<Outcome> {
  const nonce = await nonceOf(buying.chain, buying.deployment.issuer)
  const bought = await boughtFor(buying)
  const left = leftOf(plan, bought)
  if (left === 0n) return outcomeOf(buying, plan, bought)
  const { timestamp } = await latestBlock(buying.chain)
  const next = (bought.at(-1)?.timestamp ?? timestamp - BETWEEN) + BETWEEN
  if (timestamp < next) {
    throw missing(
      `${bought.length} of the parts are bought and ${written(left, buying.asset)} are left: the next part can be bought from ${at(next)} on`,
    )
  }
  await bringAbout(buying, plan, signer, nonce, (quotation) => partOf(plan, left, quotation))
  return outcomeOf(buying, plan, await boughtFor(buying))
}

/** The next part: all that is left, or, where a swap of it would cost more than 2%, an equal share of as few as it takes. */
function partOf({ way }: Plan, left: bigint, quotation: Quotation): { parts: bigint; quote: Quote } {
  const most = way === 'swap' ? mostAtOnce(quotation.pool.reserve) : left
  if (most === 0n) throw refused('the pool is too small to buy anything from it')
  const parts = (left + most - 1n) / most
  const quote = quoteOf(quotation, way, (left + parts - 1n) / parts)
  if (quote.units === 0n || quote.leastUnits === 0n) {
    throw refused('the amount is too small to be worth a single LP unit')
  }
  if (!isLight(quotation.pool.reserve, quote.swapped)) throw new RangeError('a part is not light')
  return { parts, quote }
}

/** Shows what would happen, sends nothing and writes nothing. It needs no key. */
async function dryRun(buying: Buying, plan: Plan): Promise<Outcome> {
  const { chain, deployment, period, asset, terms } = buying
  const bought = await boughtFor(buying)
  const left = leftOf(plan, bought)
  if (left === 0n) return outcomeOf(buying, plan, bought)
  const quotation = await quote(chain, deployment)
  const { parts, quote: part } = partOf(plan, left, quotation)
  const { price, average, pool, since, now } = quotation
  const impact = part.swapped * 997n
  const json = {
    ...jsonOf(buying, plan, bought),
    dryRun: true,
    parts,
    next: part,
    guards: { price, average, since, now, impact: percent(impact, pool.reserve * 1000n + impact) },
  }
  const token = { ...terms.token, address: deployment.token }
  const text = [
    `${period.name}: ${written(left, asset)} would buy LP units by ${plan.way}, in ${parts} part${parts === 1n ? '' : 's'}${parts === 1n ? '' : ', a day apart'}.`,
    `price         ${percent(price, average)} of its average since ${at(since)}; within 1% is asked for`,
    ...(plan.way === 'swap'
      ? [
          `swapped       ${written(part.swapped, asset)} at an impact of ${json.guards.impact}; 2% is the most`,
          `added         ${written(part.assetAdded, asset)} and ${written(part.otherAdded, token)}`,
        ]
      : [
          `added         ${written(part.assetAdded, asset)} and ${written(part.otherAdded, token)} of the issuer's own, ${written(part.mostOther, token)} at most`,
        ]),
    `received      ${formatAmount(part.units, 18)} UNI-V2, ${formatAmount(part.leastUnits, 18)} at least`,
    `left over     ${written(part.amount - part.swapped - part.assetAdded, asset)}`,
    'Nothing was sent.',
  ].join('\n')
  requireCalm(quotation)
  return { json, text }
}

const boughtFor = ({ chain, deployment, terms, period }: Buying): Promise<Bought[]> =>
  purchasesFor(chain, deployment, terms, period)

function leftOf(plan: Plan, bought: readonly Bought[]): bigint {
  const given = bought.reduce((sum, each) => sum + each.amount, 0n)
  const total = totalOf(plan)
  return given >= total ? 0n : total - given
}

function jsonOf({ terms, period, asset }: Buying, plan: Plan, bought: readonly Bought[]) {
  const sum = (of: (each: Bought) => bigint) => bought.reduce((all, each) => all + of(each), 0n)
  const spent = sum((each) => each.spent)
  const left = leftOf(plan, bought)
  return {
    period: period.name,
    payout: payoutOf(terms, period),
    ...{ ...plan, asset: asset.address, spent, left, done: left === 0n },
    leftOver: sum((each) => each.amount) - spent,
    units: sum((each) => each.units),
    transactions: bought.map(({ transaction }) => transaction),
  }
}

function outcomeOf(buying: Buying, plan: Plan, bought: readonly Bought[]): Outcome {
  const { period, asset } = buying
  const json = jsonOf(buying, plan, bought)
  const last = bought.at(-1)
  const text = [
    `${formatAmount(json.units, 18)} UNI-V2 are bought for ${period.name} with ${written(json.spent, asset)}.`,
    ...bought.map(
      ({ transaction, units, block }) =>
        `  ${formatAmount(units, 18)} UNI-V2 in transaction ${transaction} in block ${block}`,
    ),
    json.done
      ? `${written(json.leftOver, asset)} were left over, and go into the next purchase. prepare finds the purchase by itself.`
      : `${written(json.left, asset)} are left: run buy-shares --period ${period.name} again from ${at((last?.timestamp ?? 0n) + BETWEEN)} on`,
  ].join('\n')
  return { json, text }
}

async function sideOf(chain: Chain, address: Address): Promise<Side> {
  const [symbol, decimals] = await Promise.all([
    chain.readContract({ abi: erc20Abi, address, functionName: 'symbol' }),
    chain.readContract({ abi: erc20Abi, address, functionName: 'decimals' }),
  ])
  return { address, symbol, decimals }
}

function wantedOf({ way, amount }: BuyOptions, asset: Side): { way?: Way; amount?: bigint } {
  if (way !== undefined && way !== 'swap' && way !== 'treasury') {
    throw refused(
      '--way must be swap (buy the other half) or treasury (add your own tokens at the pool’s ratio)',
    )
  }
  const parsed = amount === undefined ? undefined : parseAmount(amount, asset.decimals, '--amount')
  if (parsed === 0n) throw refused('--amount must be more than nothing')
  return { ...(way && { way }), ...(parsed && { amount: parsed }) }
}

/** What was begun with holds: another way or amount would be another purchase. */
function planOf(
  known: Plan | null,
  wanted: { way?: Way; amount?: bigint },
  { name }: Pick<IncomePeriod, 'name'>,
  carried: bigint,
): Plan {
  if (known === null) {
    const { way, amount } = wanted
    if (way === undefined || amount === undefined) {
      throw refused(
        `${name} has no purchase yet: say how, with --way swap or --way treasury, and --amount of the pair's other asset`,
      )
    }
    return { way, amount, carried }
  }
  const isSame = (wanted.way ?? known.way) === known.way && (wanted.amount ?? known.amount) === known.amount
  if (isSame) return known
  throw refused(
    `the purchase for ${name} was begun by ${known.way} with ${known.amount} base units: leave --way and --amount out to go on with it`,
  )
}

const at = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
