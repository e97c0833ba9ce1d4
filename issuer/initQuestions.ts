// Every parameter of SPEC section 2 as a question: its flag, what may be answered, and a default where the specification has one.
import { monthName, monthNumber, monthStart } from '../disbursement/months.ts'

export interface Question {
  /** As commander names the flag's value. */
  name: string
  flag: string
  ask: string
  /** Only what SPEC section 2 gives a default; everything else the issuer must decide. */
  fallback?: string
  /** Asked only if these answers say so. */
  when?: (answers: Answers) => boolean
}

export type Answers = Record<string, string>

const rewards = ({ reward }: Answers) => reward !== undefined && reward !== 'none'

/** In the order of asking. */
export const questions: readonly Question[] = [
  { name: 'name', flag: '--name <name>', ask: "the program's name in lower case, such as alex" },
  { name: 'tokenName', flag: '--token-name <name>', ask: "the token's name, such as Alex" },
  { name: 'tokenSymbol', flag: '--token-symbol <symbol>', ask: "the token's symbol, such as ALEX" },
  { name: 'tokenDecimals', flag: '--token-decimals <number>', ask: "the token's decimals, such as 18" },
  {
    name: 'currencySymbol',
    flag: '--currency-symbol <symbol>',
    ask: "the income currency's symbol, such as USDC",
  },
  {
    name: 'currencyDecimals',
    flag: '--currency-decimals <number>',
    ask: "the income currency's decimals, such as 6",
  },
  {
    name: 'firstMonth',
    flag: '--first-month <month>',
    ask: 'the first month whose income counts, such as 2026-01',
  },
  { name: 'quarters', flag: '--quarters <number>', ask: 'how many quarters, such as 12' },
  {
    name: 'incomeShareBps',
    flag: '--income-share-bps <bps>',
    ask: 'the share of income in basis points (1500 is 15%): one for all quarters, or one each, separated by commas',
  },
  {
    name: 'asset',
    flag: '--asset <asset>',
    ask: 'paid in "currency" or "lp": one for all quarters, or one each, separated by commas',
  },
  {
    name: 'minPayout',
    flag: '--min-payout <units>',
    ask: 'the least that is paid out, in base units of the asset; less accrues. One for all quarters, or one each',
    fallback: '0',
  },
  {
    name: 'forfeit',
    flag: '--forfeit <rule>',
    ask: '"proportional" (who sold half keeps half) or "all-or-nothing"',
    fallback: 'proportional',
  },
  {
    name: 'denominator',
    flag: '--denominator <rule>',
    ask: '"eligible" (forfeited shares go to those who stayed) or "sold" (they return to the issuer)',
    fallback: 'eligible',
  },
  {
    name: 'cap',
    flag: '--cap <units>',
    ask: '"none", or the most that all quarters together pay (a debt), in base units of the currency',
  },
  {
    name: 'lpTreatment',
    flag: '--lp-treatment <rule>',
    ask: '"deposit-basis" (pooled tokens count as deposited) or "none" (they count as sold)',
    fallback: 'deposit-basis',
  },
  {
    name: 'expiryDays',
    flag: '--expiry-days <days>',
    ask: '"none", or after how many days unclaimed money may be taken back (365 or more)',
  },
  {
    name: 'challengeHours',
    flag: '--challenge-hours <hours>',
    ask: 'hours between publishing and the first claim, in which a mistake can be taken back, such as 48',
  },
  {
    name: 'reward',
    flag: '--reward <units>',
    ask: '"none", or what all liquidity providers together get a month, in base units',
  },
  {
    name: 'rewardAsset',
    flag: '--reward-asset <asset>',
    ask: 'the reward is paid in "token" or "currency"',
    when: rewards,
  },
  {
    name: 'rewardMinPayout',
    flag: '--reward-min-payout <units>',
    ask: 'the least reward that is paid out, in base units',
    fallback: '0',
    when: rewards,
  },
  {
    name: 'rewardFirstMonth',
    flag: '--reward-first-month <month>',
    ask: 'the first reward month, such as 2026-01',
    when: rewards,
  },
  {
    name: 'rewardLastMonth',
    flag: '--reward-last-month <month>',
    ask: 'the last reward month, such as 2028-12',
    when: rewards,
  },
]

/** The terms file that the answers make, still to be read by parseTerms. What is no number stays as it was typed. */
export function termsOf(answers: Answers): unknown {
  const of = (name: string) => answers[name] ?? ''
  const count = Number(of('quarters'))
  const quarters = Number.isSafeInteger(count) && count > 0 && count <= 400 ? count : 0
  const each = (name: string) => eachOf(of(name), quarters)
  const [bps, assets, least] = [each('incomeShareBps'), each('asset'), each('minPayout')]
  const first = monthNumber(of('firstMonth'))
  const hours = numberOf(of('challengeHours'))
  const periods =
    first === null
      ? []
      : Array.from({ length: quarters }, (_, i) => ({
          ...spanOf(first + 3 * i),
          incomeShareBps: numberOf(bps[i] ?? ''),
          asset: assets[i],
          minPayout: least[i],
        }))
  const liquidity = {
    asset: of('rewardAsset'),
    reward: of('reward'),
    minPayout: of('rewardMinPayout'),
    firstMonth: of('rewardFirstMonth'),
    lastMonth: of('rewardLastMonth'),
  }
  return {
    spec: 1,
    name: of('name'),
    token: {
      name: of('tokenName'),
      symbol: of('tokenSymbol'),
      decimals: numberOf(of('tokenDecimals')),
    },
    currency: { symbol: of('currencySymbol'), decimals: numberOf(of('currencyDecimals')) },
    custody: { lpTreatment: of('lpTreatment') },
    expiryDays: of('expiryDays') === 'none' ? null : numberOf(of('expiryDays')),
    challengeWindowSeconds: typeof hours === 'number' ? hours * 3600 : hours,
    streams: {
      income: {
        forfeit: of('forfeit'),
        denominator: of('denominator'),
        ...(of('cap') !== 'none' && { cap: of('cap') }),
        periods,
      },
      ...(rewards(answers) && { liquidity }),
    },
  }
}

/** A whole number; anything else as it is, for parseTerms to say what would be right. */
const numberOf = (text: string): number | string => (/^\d{1,15}$/.test(text) ? Number(text) : text)

function eachOf(text: string, count: number): (string | undefined)[] {
  const given = text.split(',').map((one) => one.trim())
  return Array.from({ length: count }, (_, i) => (given.length === 1 ? given[0] : given[i]))
}

/** A quarter is named for the calendar's where it is one, else for its first month. */
function spanOf(month: number): { name: string; start: string; end: string } {
  const start = monthName(month)
  const [year, of] = start.split('-')
  const isCalendars = (Number(of) - 1) % 3 === 0
  return {
    name: isCalendars ? `${year}-Q${(Number(of) - 1) / 3 + 1}` : `${start}-quarter`,
    start: monthStart(month),
    end: monthStart(month + 3),
  }
}
