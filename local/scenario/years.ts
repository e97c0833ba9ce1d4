// Years two and three of the story, played upon the first, and what is left to check at their end.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { erc20Abi, parseAbi, parseUnits } from 'viem'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { connectChain } from '../chain.ts'
import { StackError } from '../child.ts'
import type { Progress } from '../progress.ts'
import type { Stack } from '../stack.ts'
import { type Distribution as Listed, listed } from './account.ts'
import { BUYERS, QUARTERS } from './alex.ts'
import { type Issuing, openIssuing, type PeriodName } from './issuing.ts'
import { BLOCKED, HEIR, LAST_CLAIMS, LAST_MONTHS, LATER_ENTITLED, LATER_QUARTERS, SWEEP_AT } from './later.ts'
import { person } from './people.ts'
import type { Story } from './play.ts'
import { askAfter, type Told } from './storyPolls.ts'

/** All twelve quarters. */
export const ALL_QUARTERS: readonly string[] = [...QUARTERS, ...LATER_QUARTERS].map(({ name }) => name)

/** Whole tokens of a buyer's entitlement in a quarter, by hand. */
export function entitledIn(name: string, quarter: string): number {
  const buyer = BUYERS.find((each) => each.name === name)
  if (buyer === undefined) throw new Error(`${name} bought nothing in the offering`)
  if (quarter === '2026-Q1') return buyer.entitled[quarter]
  const changed = LATER_ENTITLED.find((each) => each.name === name && each.from <= quarter)
  return changed?.tokens ?? buyer.entitled['2026-Q2']
}

/** What came of the later years, for whoever tells of them. */
export interface Ending {
  /** Base units swept, by the symbol of their asset. */
  readonly swept: ReadonlyMap<string, bigint>
  readonly distributions: number
  readonly polls: readonly Told[]
}

/**
 * Plays on from the first year's end: ten quarters and 34 reward months, claims every spring, two polls, a blocked account, and
 * at last the sweep of what lapsed. Every distribution is verified, and every poll counted again.
 * @throws StackError where something does not come out as the story says
 */
export async function playYears(stack: Stack, story: Story, progress: Progress): Promise<Ending> {
  const issuing = await openIssuing(stack)
  const polls: Told[] = []
  try {
    for (const { name, income, prepareAt, months } of LATER_QUARTERS) {
      await payAt(stack, story, issuing, prepareAt, [...months.map(month), quarter(name, income)], progress)
      const told = await askAfter(name, stack, story, issuing, progress)
      if (told !== null) polls.push(told)
      if (name === '2027-Q3') await pushPastTheBlocked(stack, story, issuing, name, progress)
    }
    for (const { prepareAt, months } of LAST_MONTHS) {
      await payAt(stack, story, issuing, prepareAt, months.map(month), progress)
    }
    progress.step('three years are over: everybody claims')
    await story.playUntil(LAST_CLAIMS, progress)
    const swept = await sweepLapsed(stack, story, issuing, progress)
    await verifyAll(stack, issuing, progress)
    return { swept, distributions: (await listed(stack)).length, polls }
  } finally {
    await issuing.close()
  }
}

interface Payout extends PeriodName {
  readonly income?: string
}
const month = (period: string): Payout => ({ stream: 'liquidity', period })
const quarter = (period: string, income: string): Payout => ({ stream: 'income', period, income })

/** The story up to a day, and then what the issuer pays on it. */
async function payAt(
  stack: Stack,
  story: Story,
  issuing: Issuing,
  day: string,
  payouts: readonly Payout[],
  progress: Progress,
): Promise<void> {
  const names = payouts.map(({ period }) => period)
  progress.step(`${day.slice(0, 10)}: ${names.join(', ')}`)
  await story.playUntil(day, progress)
  for (const { income } of payouts) if (income !== undefined) await earn(stack, income)
  await stack.synced()
  for (const [at, { stream, period, income }] of payouts.entries()) {
    progress.at(at, payouts.length, period)
    await issuing.pay({ stream, period }, income)
  }
}

/** The issuer's income of a quarter; what is due of it is in there. */
async function earn(stack: Stack, income: string): Promise<void> {
  const chain = connectChain(stack.urls.rpc)
  const { issuer } = stack.deployment
  const hash = await chain.writeContract({
    account: issuer,
    address: stack.deployment.currency,
    abi: parseAbi(['function mint(address to, uint256 amount)']),
    functionName: 'mint',
    args: [issuer, parseUnits(income, stack.terms.currency.decimals)],
  })
  await chain.waitForTransactionReceipt({ hash })
}

/** One recipient whom the currency blocks keeps nobody else from being paid, and keeps the claim. */
async function pushPastTheBlocked(
  stack: Stack,
  story: Story,
  issuing: Issuing,
  period: string,
  progress: Progress,
): Promise<void> {
  progress.step(`${period} is paid to everybody; the currency blocks ${BLOCKED.name}`)
  await story.playUntil('2027-10-05T09:00:00Z', progress)
  await stack.synced()
  const unpaid = await issuing.push({ stream: 'income', period })
  const expected = person(BLOCKED.name).address.toLowerCase()
  if (unpaid.length === 1 && unpaid[0] === expected) return
  throw new StackError(`${BLOCKED.name} alone cannot be paid, but these were not: ${unpaid.join(', ')}`)
}

async function sweepLapsed(
  stack: Stack,
  story: Story,
  issuing: Issuing,
  progress: Progress,
): Promise<Map<string, bigint>> {
  progress.step('what nobody claimed within two years is swept')
  await story.playUntil(SWEEP_AT, progress)
  await stack.synced()
  const now = Date.parse(SWEEP_AT) / 1000
  const swept = new Map<string, bigint>()
  for (const { stream, period, deadline, asset } of await listed(stack)) {
    if (deadline >= now) continue
    const amount = await issuing.sweep({ stream, period })
    swept.set(asset.symbol, (swept.get(asset.symbol) ?? 0n) + amount)
  }
  return swept
}

/** The last period of a stream is right only if every one before it is: two replays verify them all. */
async function verifyAll(stack: Stack, issuing: Issuing, progress: Progress): Promise<void> {
  const distributions = await listed(stack)
  for (const stream of ['income', 'liquidity'] as const) {
    const own = distributions.filter((each) => each.stream === stream).map(({ period }) => period)
    const last = own.at(-1)
    if (last === undefined) throw new StackError(`nothing of ${stream} was published`)
    progress.step(`prorata verify: ${own.length} payouts of ${stream}, off one replay`)
    const said = await issuing.verify({ stream, period: last })
    const missed = own.slice(0, -1).filter((period) => !said.includes(period))
    if (missed.length > 0) throw new StackError(`verify did not say anything of ${missed.join(', ')}`)
  }
}

/** Whose statements are written: everybody who was paid something. */
const PAID = [...BUYERS.map(({ name }) => name), 'office', HEIR]

/** A statement a holder, as CSV, for the tax return. @returns how many there are */
export async function writeStatements(stack: Stack, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true })
  for (const name of PAID) {
    const path = `/v1/accounts/${person(name).address}/statement?format=csv`
    const response = await fetch(stack.urls.api + path)
    if (!response.ok) throw new StackError(`the API answered ${response.status} for ${name}'s statement`)
    writeFileSync(join(folder, `${name}.csv`), await response.text())
  }
  return PAID.length
}

/** What of an asset lies in the distributor, and what all its distributions together still have to pay. */
export async function inDistributor(
  stack: Stack,
  token: Listed['asset']['address'],
): Promise<{ balance: bigint; remaining: bigint }> {
  const chain = connectChain(stack.urls.rpc)
  const { distributor } = stack.deployment
  const own = (await listed(stack)).filter(({ asset }) => asset.address === token)
  let remaining = 0n
  for (const { id } of own) {
    const word = await chain.readContract({
      address: distributor,
      abi: merkleDistributorAbi,
      functionName: 'wordOf',
      args: [id],
    })
    remaining += word & ((1n << 128n) - 1n)
  }
  const balance = await chain.readContract({
    address: token,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [distributor],
  })
  return { balance, remaining }
}
