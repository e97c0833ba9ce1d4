import type { Step } from './steps.ts'

/**
 * Years two and three of the ALEX story, after the year of alex.ts: ten more quarters, 34 more reward months. What each buyer
 * is entitled to in them was worked out by hand, as for the first two quarters.
 */

const quarter = (name: string, income: string, prepareAt: string, months: readonly string[]) => ({
  name,
  /** USDC as the issuer types them; of each 15% are due. */
  income,
  /** When the issuer prepares and publishes it, and the reward months that ended since the one before. */
  prepareAt,
  months,
})

/** In the order in which the issuer pays them. After the last quarter come months alone. */
export const LATER_QUARTERS = [
  quarter('2026-Q3', '8000.00', '2026-10-02T09:00:00Z', ['2026-09']),
  quarter('2026-Q4', '9400.00', '2027-01-02T09:00:00Z', ['2026-10', '2026-11', '2026-12']),
  quarter('2027-Q1', '15000.00', '2027-04-02T09:00:00Z', ['2027-01', '2027-02', '2027-03']),
  quarter('2027-Q2', '5000.00', '2027-07-02T09:00:00Z', ['2027-04', '2027-05', '2027-06']),
  quarter('2027-Q3', '20000.01', '2027-10-02T09:00:00Z', ['2027-07', '2027-08', '2027-09']),
  quarter('2027-Q4', '11111.11', '2028-01-02T09:00:00Z', ['2027-10', '2027-11', '2027-12']),
  quarter('2028-Q1', '16000.00', '2028-04-02T09:00:00Z', ['2028-01', '2028-02', '2028-03']),
  quarter('2028-Q2', '7777.77', '2028-07-02T09:00:00Z', ['2028-04', '2028-05', '2028-06']),
  quarter('2028-Q3', '24000.00', '2028-10-02T09:00:00Z', ['2028-07', '2028-08', '2028-09']),
  quarter('2028-Q4', '30000.00', '2029-01-02T09:00:00Z', ['2028-10', '2028-11', '2028-12']),
] as const

/** The reward months after the last quarter, and when the issuer shares them. */
export const LAST_MONTHS = [
  { prepareAt: '2029-04-02T09:00:00Z', months: ['2029-01', '2029-02', '2029-03'] },
  { prepareAt: '2029-07-02T09:00:00Z', months: ['2029-04', '2029-05', '2029-06'] },
] as const

/** After the last challenge window: everybody who is going to claim does, and then what lapsed is swept. */
export const LAST_CLAIMS = '2029-07-10T00:00:00Z'
export const SWEEP_AT = '2029-07-20T00:00:00Z'

/** Whole tokens of entitlement from a quarter on, for those whose it changes: a sale's quarter is the first with less. */
export const LATER_ENTITLED: readonly { name: string; from: string; tokens: number }[] = [
  { name: 'elena', from: '2027-Q2', tokens: 30_000 },
  { name: 'farid', from: '2027-Q3', tokens: 0 },
  { name: 'cyrus', from: '2027-Q4', tokens: 20_000 },
  { name: 'mina', from: '2028-Q1', tokens: 18_000 },
  { name: 'dora', from: '2028-Q1', tokens: 0 },
]

/** Nobody has Zoe's key any more, and she had named no recipient. */
export const LOST = 'zoe'
/** Yuri's key is lost too, but he had named his heir before. */
export const HEIR = 'heir'
/** Whom the issuer of the currency blocks, and where that money goes instead. */
export const BLOCKED = { name: 'dmitri', elsewhere: 'dmitri2' } as const
/** Claims nothing by herself: she is left to whoever looks at the page. */
export const GUEST = 'clara'

/** Sales come before the seller has claimed a reward: units of ALEX paid out would be sold first. */
const EVENTS: readonly Step[] = [
  { at: '2026-11-10', who: 'yuri', do: 'nameRecipient', recipient: HEIR },
  { at: '2027-02-03', who: 'xena', do: 'link', wallet: 'xena2' },
  { at: '2027-02-04', who: 'xena', do: 'send', to: 'xena2', tokens: 'all' },
  { at: '2027-05-10', who: 'elena', do: 'sell', tokens: 10_000 },
  { at: '2027-06-01', who: 'treasury', do: 'block', whom: BLOCKED.name },
  { at: '2027-08-20', who: 'farid', do: 'sell', tokens: 40_000 },
  { at: '2027-11-05', who: 'cyrus', do: 'send', to: 'nell', tokens: 15_000 },
  { at: '2028-02-14', who: 'mina', do: 'unstake', tokens: 30_000 },
  { at: '2028-02-15', who: 'mina', do: 'sell', tokens: 12_000 },
  { at: '2028-02-20', who: 'dora', do: 'sell', tokens: 35_000 },
  { at: '2028-03-03', who: 'gita', do: 'buy', tokens: 10_000 },
  { at: '2028-07-07', who: 'gita', do: 'sell', tokens: 10_000 },
  { at: '2028-10-10', who: 'jonas', do: 'pool', tokens: 5_000 },
]

/** Those who sell nothing any more claim every year in spring; the others once they have sold. */
const EVERY_YEAR = [
  'ada',
  'bruno',
  'gita',
  'hugo',
  'ines',
  'jonas',
  'kira',
  'liam',
  'noor',
  'olga',
  'vera',
  'office',
]
const LATER_ON = ['elena', 'farid', 'cyrus', 'mina', 'dora', 'quinn', 'rosa', 'tara', 'wim', 'xena', HEIR]

const claimsOn = (at: string, names: readonly string[]): Step[] =>
  names.map((who) => ({ at, who, do: 'claimOpen' }))

export const LATER_STEPS: readonly Step[] = [
  ...EVENTS,
  ...claimsOn('2027-03-10', EVERY_YEAR),
  ...claimsOn('2028-03-10', [...EVERY_YEAR, ...LATER_ON]),
  { at: '2028-03-11', who: BLOCKED.name, do: 'claimElsewhere', to: BLOCKED.elsewhere },
  ...claimsOn(LAST_CLAIMS, [...EVERY_YEAR, ...LATER_ON, 'bea', 'nell', 'whale']),
  { at: LAST_CLAIMS, who: BLOCKED.name, do: 'claimElsewhere', to: BLOCKED.elsewhere },
]

/** The market of these years; see market.ts. */
export const LATER_MARKET = {
  seed: 20_261_001,
  from: '2026-10-05',
  to: '2029-06-25',
  traders: 8,
  trades: 120,
} as const
