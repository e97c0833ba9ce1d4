import type { Buyer, Step } from './steps.ts'

/**
 * The ALEX story: one person's income-share token over a year. Everything the demo plays and the tests expect
 * stands here; nothing in it is random but the market's trades, and those come from one seed (market.ts).
 */
export const ALEX = {
  program: 'programs/alex.json',
  name: 'Alex',
  symbol: 'ALEX',
  supply: 10_000_000,
  genesis: '2025-10-01T00:00:00Z',
  end: '2026-09-30T00:00:00Z',
  offering: {
    opens: '2025-10-05T00:00:00Z',
    closes: '2025-12-15T00:00:00Z',
    tokens: 1_000_000,
    /** Base units of USDC (6 decimals) for one whole token: 0.02 USDC. */
    price: 20_000n,
  },
  /** The issuer opens the pair: whole tokens and ether. */
  pair: { at: '2025-12-20T12:00:00Z', tokens: 2_400_000, ether: 60 },
  market: { seed: 20_251_001, from: '2025-12-22', to: '2026-09-29', traders: 8, trades: 160 },
} as const

export type QuarterName = '2026-Q1' | '2026-Q2'

/** What the issuer does for each quarter. Incomes are USDC as the issuer types them. */
export const QUARTERS: readonly {
  name: QuarterName
  income: string
  prepareAt: string
  claimsFrom: string
}[] = [
  {
    name: '2026-Q1',
    income: '12000.00',
    prepareAt: '2026-04-02T09:00:00Z',
    claimsFrom: '2026-04-05T09:00:00Z',
  },
  {
    name: '2026-Q2',
    income: '3600.00',
    prepareAt: '2026-07-02T09:00:00Z',
    claimsFrom: '2026-07-05T09:00:00Z',
  },
]

/** Q2 is paid in LP shares: the issuer puts in so much ether, with tokens of their own at the pool's ratio. */
export const LP_FUNDING = { at: '2026-07-01T15:00:00Z', way: 'treasury', ether: '0.75' } as const

/** The reward months that the year holds: 5,000 ALEX each for the pool's providers, those with unclaimed LP shares of Q2 too. */
export const REWARD_MONTHS: readonly { name: string; prepareAt: string }[] = [
  { name: '2026-07', prepareAt: '2026-08-02T09:00:00Z' },
  { name: '2026-08', prepareAt: '2026-09-02T09:00:00Z' },
]

const holds = (name: string, tokens: number): Buyer => ({
  name,
  tokens: [tokens],
  story: 'holds',
  entitled: { '2026-Q1': tokens, '2026-Q2': tokens },
  steps: [],
})

const buyer = (
  name: string,
  tokens: number | readonly number[],
  story: string,
  q1: number,
  q2: number,
  steps: Buyer['steps'],
): Buyer => ({
  name,
  tokens: typeof tokens === 'number' ? [tokens] : tokens,
  story,
  entitled: { '2026-Q1': q1, '2026-Q2': q2 },
  steps,
})

/** The thirty who bought in the offering: 1,000,000 tokens together. */
export const BUYERS: readonly Buyer[] = [
  holds('ada', 50_000),
  holds('bruno', 50_000),
  holds('clara', 40_000),
  holds('dmitri', 40_000),
  holds('elena', 40_000),
  holds('farid', 40_000),
  buyer('gita', 20_000, 'sells 5,000 and buys them back', 15_000, 15_000, [
    { at: '2026-01-12', do: 'sell', tokens: 5_000 },
    { at: '2026-01-20', do: 'buy', tokens: 5_000 },
  ]),
  buyer('hugo', 60_000, 'sells half and buys it back', 30_000, 30_000, [
    { at: '2026-02-03', do: 'sell', tokens: 30_000 },
    { at: '2026-03-03', do: 'buy', tokens: 30_000 },
  ]),
  buyer('ines', 20_000, 'buys 5,000 on the market, then sells 5,000', 20_000, 20_000, [
    { at: '2026-01-15', do: 'buy', tokens: 5_000 },
    { at: '2026-02-15', do: 'sell', tokens: 5_000 },
  ]),
  buyer('jonas', 20_000, 'sends everything away and has it back in the same block', 20_000, 20_000, [
    { at: '2026-02-20', block: 'round trip', do: 'send', to: 'nell', tokens: 'all' },
    { at: '2026-02-20', block: 'round trip', by: 'nell', do: 'send', to: 'jonas', tokens: 20_000 },
  ]),
  buyer('kira', 30_000, 'pools 10,000 and stays while the price doubles', 30_000, 30_000, [
    { at: '2026-01-08', do: 'pool', tokens: 10_000 },
  ]),
  buyer('liam', 40_000, 'pools 20,000 and stakes the LP units', 40_000, 40_000, [
    { at: '2026-01-09', do: 'pool', tokens: 20_000 },
    { at: '2026-01-10', do: 'stakeLp', part: [1, 1] },
  ]),
  buyer('mina', 30_000, 'stakes all her tokens', 30_000, 30_000, [
    { at: '2026-01-11', do: 'stake', tokens: 30_000 },
  ]),
  buyer('noor', 25_000, 'pools 10,000, buys 10,000 and then leaves the pool', 25_000, 25_000, [
    { at: '2026-01-13', do: 'pool', tokens: 10_000 },
    { at: '2026-04-20', do: 'buy', tokens: 10_000 },
    { at: '2026-05-04', do: 'unpool', part: [1, 1] },
  ]),
  buyer('olga', 30_000, 'links a second wallet and moves everything to it', 30_000, 30_000, [
    { at: '2026-01-18', do: 'link', wallet: 'olga2' },
    { at: '2026-01-19', do: 'send', to: 'olga2', tokens: 'all' },
  ]),
  buyer('pavel', 25_000, 'moves everything to a wallet that he links too late', 0, 0, [
    { at: '2026-01-21', do: 'send', to: 'pavel2', tokens: 'all' },
    { at: '2026-05-11', do: 'link', wallet: 'pavel2' },
  ]),
  buyer(
    'quinn',
    45_000,
    'moves 20,000 to a linked wallet, which sells 15,000 in the second quarter',
    45_000,
    30_000,
    [
      { at: '2026-02-05', do: 'link', wallet: 'quinn2' },
      { at: '2026-02-06', do: 'send', to: 'quinn2', tokens: 20_000 },
      { at: '2026-04-28', by: 'quinn2', do: 'sell', tokens: 15_000 },
    ],
  ),
  buyer('rosa', 30_000, 'pools 8,000 and gives the LP units away', 22_000, 22_000, [
    { at: '2026-01-23', do: 'pool', tokens: 8_000 },
    { at: '2026-03-10', do: 'sendLp', to: 'nell', part: [1, 1] },
  ]),
  buyer('sami', 24_000, 'sells everything', 0, 0, [{ at: '2026-03-15', do: 'sell', tokens: 24_000 }]),
  buyer('tara', 36_000, 'sells 6,000 in the second quarter', 36_000, 30_000, [
    { at: '2026-05-20', do: 'sell', tokens: 6_000 },
  ]),
  buyer('umar', [10_000, 20_000], 'buys twice and is paid at a family office', 30_000, 30_000, [
    { at: '2026-01-25', do: 'nameRecipient', recipient: 'office' },
  ]),
  buyer('vera', 35_000, 'pools 15,000, stakes the LP units and takes a third back', 35_000, 35_000, [
    { at: '2026-01-26', do: 'pool', tokens: 15_000 },
    { at: '2026-01-27', do: 'stakeLp', part: [1, 1] },
    { at: '2026-06-01', do: 'unstakeLp', part: [1, 3] },
  ]),
  buyer('wim', 30_000, 'stakes 20,000, takes them back and sells 10,000', 30_000, 20_000, [
    { at: '2026-02-01', do: 'stake', tokens: 20_000 },
    { at: '2026-05-01', do: 'unstake', tokens: 20_000 },
    { at: '2026-05-02', do: 'sell', tokens: 10_000 },
  ]),
  holds('xena', 30_000),
  holds('yuri', 30_000),
  holds('zoe', 30_000),
  buyer('amir', 30_000, 'is paid at the same family office as Umar', 30_000, 30_000, [
    { at: '2026-01-25', do: 'nameRecipient', recipient: 'office' },
  ]),
  buyer('bea', 20_000, 'sells everything in the second quarter', 20_000, 0, [
    { at: '2026-06-10', do: 'sell', tokens: 20_000 },
  ]),
  buyer('cyrus', 35_000, 'sends tokens to himself, and nothing to others', 35_000, 35_000, [
    { at: '2026-02-10', do: 'send', to: 'cyrus', tokens: 35_000 },
    { at: '2026-02-11', do: 'send', to: 'nell', tokens: 0 },
  ]),
  holds('dora', 35_000),
]

/** Those who bought in no offering: whatever they hold, nothing is owed to them. */
export const MARKET_STEPS: readonly Step[] = [
  { at: '2026-01-06', who: 'nell', do: 'buy', tokens: 40_000 },
  { at: '2026-02-24', who: 'whale', do: 'buy', tokens: 700_000 },
  { at: '2026-03-01', who: 'whale', do: 'pool', tokens: 100_000 },
  { at: '2026-03-02', who: 'whale', do: 'stakeLp', part: [1, 2] },
  { at: '2026-06-15', who: 'whale', do: 'sell', tokens: 250_000 },
  { at: '2026-08-15', who: 'whale', do: 'unstakeLp', part: [1, 1] },
]

/** Who claims during the story; everybody else's claims wait for the page. */
export const CLAIM_STEPS: readonly Step[] = [
  { at: '2026-04-06', who: 'ada', do: 'claim', period: '2026-Q1' },
  { at: '2026-04-07', who: 'bruno', do: 'claim', period: '2026-Q1' },
  { at: '2026-04-09', who: 'gita', do: 'claim', period: '2026-Q1' },
  { at: '2026-04-15', who: 'office', do: 'claim', period: '2026-Q1' },
  { at: '2026-07-08', who: 'ada', do: 'claim', period: '2026-Q2' },
  { at: '2026-07-20', who: 'liam', do: 'claim', period: '2026-Q2' },
]

/** Everybody in the story in the order of their accounts: the chain's first account is the issuer's. */
export const PEOPLE: readonly string[] = [
  'issuer',
  'treasury',
  ...BUYERS.map(({ name }) => name),
  'olga2',
  'pavel2',
  'quinn2',
  'office',
  'nell',
  'whale',
  ...Array.from({ length: ALEX.market.traders }, (_, i) => `trader${i + 1}`),
  'xena2',
  'heir',
  'dmitri2',
]
