import type { Stack } from '../stack.ts'
import { decimal, layOut, type Published, published } from './account.ts'
import { BUYERS } from './alex.ts'
import { LATER_ENTITLED } from './later.ts'
import { person } from './people.ts'
import type { Told } from './storyPolls.ts'
import { ALL_QUARTERS, type Ending, entitledIn } from './years.ts'

/** What came of three years: a line a buyer, and below it what lapsed and what was asked. */
export async function yearsTable(stack: Stack, ending: Ending): Promise<string> {
  const [quarters, months] = await Promise.all([published(stack, 'income'), published(stack, 'liquidity')])
  const inDollars = quarters.filter(({ asset }) => asset.symbol === stack.terms.currency.symbol)
  const inShares = quarters.filter(({ asset }) => asset.symbol !== stack.terms.currency.symbol)
  const last = ALL_QUARTERS.at(-1) ?? ''
  const stories = new Map(BUYERS.map(({ name, story }) => [name, story]))
  for (const { name, from } of LATER_ENTITLED) stories.set(name, `sells or gives away in ${from}`)
  const head = ['', `keeps in ${last}`, ...[inDollars, inShares, months].map(symbolOf), '']
  const rows = BUYERS.map(({ name }) => {
    const holder = person(name).address.toLowerCase()
    return [
      name,
      String(entitledIn(name, last)),
      ...[inDollars, inShares, months].map((all) => allottedTo(all, (each) => each === holder)),
      stories.get(name) ?? '',
    ]
  })
  const everybody = [inDollars, inShares, months].map((all) => allottedTo(all, () => true))
  const counted = `${quarters.length} quarters, ${months.length} reward months`
  const swept = [...ending.swept].map(([symbol, amount]) => {
    const asset = [...quarters, ...months].find((each) => each.asset.symbol === symbol)?.asset
    return `  swept after two years: ${decimal(amount, asset?.decimals ?? 0)} ${symbol}\n`
  })
  const polls = ending.polls.map((told) => pollLine(told, stack))
  return `${layOut([head, ...rows, ['everybody', '', ...everybody, counted]])}\n${swept.join('')}${polls.join('')}`
}

/** Whole tokens are enough here: every figure to the unit is in the ballots file. */
function pollLine({ poll, result }: Told, { terms }: Stack): string {
  const whole = (weight: bigint) => (weight / 10n ** BigInt(terms.token.decimals)).toLocaleString('en')
  const chosen = result.options.map(({ option, weight }) => `${option} ${whole(weight)}`).join(', ')
  const answer = poll.answer.accept ? 'accepted' : 'declined'
  return `  ${poll.question} ${chosen} ${terms.token.symbol} of ${result.holders} holders: ${answer}\n`
}

const symbolOf = (all: readonly Published[]): string => all[0]?.asset.symbol ?? ''

function allottedTo(all: readonly Published[], isMeant: (holder: string) => boolean): string {
  let total = 0n
  for (const { holders } of all) {
    for (const [holder, { amount }] of holders) if (isMeant(holder)) total += BigInt(amount)
  }
  return decimal(total, all[0]?.asset.decimals ?? 0)
}
