/**
 * What a reader meets at once. This folder has every sentence of the page, in English; the parts that a view brings along
 * stand in files of their own, and `all.ts` has them together.
 */
import { failures } from './failures.ts'
import { plural } from './plural.ts'

/** What a holder did, by the kind the index gives it. */
const reasons: Readonly<Record<string, (amount: string, none: boolean) => string>> = {
  LOT: (amount) => `Bought ${amount} in the offering`,
  TRANSFER_IN: (amount) => `Received ${amount}`,
  TRANSFER_OUT: (amount) => `Sent or sold ${amount}`,
  STAKE: (amount) => `Staked ${amount}`,
  UNSTAKE: (amount) => `Took ${amount} out of staking`,
  LP_ADD: (amount) => `Put ${amount} into the pool`,
  LP_REMOVE: (amount) => `Took ${amount} out of the pool`,
  LP_GIVEN: (amount) => `Gave away pool shares that stood for ${amount}`,
  LP_STAKE: (amount) => `Moved pool shares for ${amount} into or out of staking`,
  LINK: (amount, none) => (none ? 'Linked an empty wallet' : `Linked a wallet that held ${amount}`),
}

const standings = {
  claimed: 'Claimed',
  open: 'Ready to claim',
  waiting: 'Not open yet',
  unknown: 'Not known now',
  nothing: 'Nothing for this address',
  unpublished: 'Not published yet',
} as const

export const words = {
  brand: 'Prorata',
  skip: 'Skip to content',
  loading: 'Reading…',
  retry: 'Try again',
  reload: 'Reload the page',
  dismiss: 'Dismiss',
  never: 'none',
  copied: 'Copied',
  excerpt: { all: (count: number) => `Show all ${count}`, fewer: 'Show fewer' },
  staticCopy: {
    title: 'Answered from the static copy',
    text: (host: string) =>
      `The program’s server does not answer. Payouts and proofs come from the copy at ${host}, what is claimed from the ` +
      `chain. What was published after the copy was made is missing, and linked wallets are looked up one by one.`,
  },
  copy: (what: string) => `Copy ${what}`,
  failures,
  standings,
  documentTitle: (view: string, token: string) => `${view} · ${token} income share`,

  masthead: {
    program: (token: string) => `${token} income share`,
    home: 'Front page',
    navigation: 'Views',
    claim: 'Claim',
    dashboard: 'Dashboard',
    check: 'Check',
    polls: 'Polls',
    wallets: 'Wallets',
    relay: 'Send for somebody',
    issuer: 'For the issuer',
    register: 'Register of investors',
  },

  wallet: {
    connect: 'Connect a wallet',
    connectTo: (name: string) => `Connect ${name}`,
    connecting: 'Waiting for your wallet…',
    none: 'No wallet found in this browser. Looking up an address works without one.',
    choose: 'Wallets',
    code: {
      title: 'Scan with your wallet',
      image: 'Connection code for a wallet',
      scan: 'Scan this code with the wallet on your phone, or copy the link into one. It holds for five minutes.',
      open: 'Open a wallet on this device',
      copy: 'Copy the link',
      cancel: 'Connect another way',
      about: 'What an income-share token owes you, and its claims',
    },
    connected: (name: string) => `Connected with ${name}`,
    mine: 'Show mine',
    disconnect: 'Disconnect',
    switchTo: (network: string) => `Switch to ${network}`,
    list: (symbol: string) => `Show ${symbol} in the wallet`,
    listed: (symbol: string) => `${symbol} is in the wallet`,
  },

  finder: {
    headline: (token: string) => `What ${token} owes you, to the unit`,
    lead: (token: string) =>
      `A share of ${token}’s income goes to those who bought first and still hold. Look up any address to see its share, ` +
      `and why; connect a wallet to claim it.`,
    label: 'Wallet address',
    labelNamed: 'Wallet address or name',
    placeholder: '0x…',
    placeholderNamed: '0x… or name.eth',
    submit: 'Look up',
    bad: 'An address is 0x followed by 40 characters from 0–9 and a–f.',
    noNames: (network: string) => `${network} has no names. Enter the address, 0x and 40 characters.`,
    unknownName: (name: string) => `Nobody has the name ${name}, or it leads to no address.`,
    looking: 'Looking the name up…',
    or: 'or',
  },

  agreement: {
    title: 'The agreement',
    share: 'of income',
    shareRange: (least: string, most: string) => `${least} to ${most}`,
    periods: (count: number, from: string, to: string) =>
      `in ${plural(count, 'period', 'periods')}, ${from} – ${to}`,
    strip: (published: number, count: number) => `${published} of ${count} periods published`,
    running: (period: string, end: string) => `${period} runs until ${end}`,
    period: (name: string, share: string, kind: string) => `${name}: ${share} of income, ${kind}`,
    kinds: { published: 'published', running: 'running', ended: 'ended', ahead: 'ahead' },
    who: 'Who shares',
    whoText: (token: string) => `Buyers of the offering, by how much ${token} they still hold of it`,
    selling: 'Selling',
    sellingText: {
      proportional: 'Whoever sells half gives up half, for good',
      'all-or-nothing': 'Whoever sells any of it gives up the whole claim, for good',
    } as Readonly<Record<string, string>>,
    givenUp: {
      eligible: 'and the others share it',
      sold: 'and it returns to the issuer',
    } as Readonly<Record<string, string>>,
    opening: 'Claims open',
    openingText: (hours: string) => `${hours} after publishing, so that anybody can check first`,
    immediately: 'At once',
    expiry: 'Unclaimed',
    never: 'Stays claimable without end',
    expires: (days: number) => `Returns to the issuer after ${days} days`,
    hours: (count: number) => plural(count, 'hour', 'hours'),
    days: (count: number) => plural(count, 'day', 'days'),
  },

  published: {
    title: 'Published payouts',
    empty: 'No payout has been published yet.',
    period: 'Period',
    total: 'Paid out in total',
    opens: 'Claims open',
    manifest: 'Manifest',
    transaction: 'Transaction',
    check: 'Check',
    checkOne: (period: string) => `Check ${period}`,
    next: (period: string, end: string) => `${period} runs until ${end}.`,
  },

  holder: {
    title: 'Holder',
    another: 'Look up another address',
    linked: 'Linked wallets',
    manage: 'Link a wallet, or name who is paid',
    recipient: 'Payouts go to',
    recipientShared: 'It may be paid for several holders: amounts under its address are for all of them.',
    yours: 'Your wallet',
    neverHeld: {
      title: 'This address is no holder of record',
      text:
        'It never bought in the offering, so it carries no share of the income. Tokens bought on the market are welcome ' +
        'to stay, but the claim does not come with them.',
    },
    historyAway: {
      title: 'Lots and entitlement cannot be read just now',
      text: 'The index does not answer. What you can claim does not depend on it.',
    },
  },

  due: {
    title: 'To claim now',
    nothing: 'Nothing to claim now',
    allClaimed: 'Everything that is open has been claimed.',
    waiting: (period: string, when: string, distance: string) => `${period} opens ${when}, ${distance}.`,
    neverDue: 'No published payout has anything for this address.',
    claimOne: (period: string) => `Claim ${period}`,
    claimAll: (count: number) => (count === 1 ? 'Claim it' : `Claim all ${count}`),
    from: (count: number) => `from ${plural(count, 'period', 'periods')}`,
    oneTransaction: 'One transaction. You pay the network fee and nothing else.',
    fee: 'The fee is about',
    paidTo: 'Paid to',
    otherWays: 'Pay it elsewhere, or let somebody else send it',
    forAnother:
      'You may send this for somebody else: the money goes to the address above, never to the sender.',
    connectFirst: 'Connect any wallet to claim.',
  },

  progress: {
    checking: 'Checking with the chain…',
    asking: 'Confirm the transaction in your wallet.',
    waiting: 'Sent. Waiting for the chain to include it…',
    done: 'Claimed and confirmed',
    inBlock: (block: string) => `in block ${block}`,
    arrived: 'Arrived',
    balance: 'Balance',
    from: 'from',
    to: 'to',
    transaction: 'Transaction',
  },

  next: {
    runs: (period: string) => `${period} is running.`,
    begins: (period: string) => `${period} is next.`,
    left: (time: string, end: string) => `${time} until it ends, on ${end}.`,
    counts: (share: string) => `Whoever is entitled at its last block shares ${share} of its income.`,
    over: 'The last period is over: nothing new will be owed.',
    days: (count: number) => plural(count, 'day', 'days'),
    hours: (count: number) => plural(count, 'hour', 'hours'),
    minutes: (count: number) => plural(count, 'minute', 'minutes'),
  },

  soFar: {
    month: (month: string) => `Liquidity rewards of ${month}:`,
    about: 'so far this month about',
    notFinal: 'if it ended now, not final.',
    at: (block: string, moment: string) => `As of block ${block}, ${moment}.`,
  },

  whatIf: {
    title: 'What if I sell?',
    label: (token: string) => `${token} to send or sell`,
    slider: 'Part of the tokens in the wallets',
    bad: 'An amount is digits with at most one decimal point.',
    tooMuch: (balance: string, token: string) =>
      `The wallets hold ${balance} ${token}; staked and pooled tokens come back to them first.`,
    spare: (amount: string, token: string) =>
      `${amount} ${token} carry no claim and could go without losing any of it.`,
    nothing: (what: string) => `If ${what} go, you lose nothing: tokens that carry no claim are spent first.`,
    lose: (what: string, share: string, periods: number) =>
      `If ${what} go, you lose ${share} of the claim, for good: for the ${plural(periods, 'period', 'periods')} still to come.`,
    explain:
      'Staking, adding to the pool, and moving to a wallet that is already linked are not selling. What was published stays yours.',
  },

  entitlement: {
    title: 'Entitlement',
    of: 'of',
    bought: 'bought in the offering',
    kept: 'still carries the income claim',
    gone: 'given up by selling or sending away',
    whole: 'All of it still carries the income claim.',
    explain:
      'Tokens in the wallet, staked, or put into the pool count as held. Once tokens leave, their claim is gone for good: buying back on the market does not restore it.',
    where: 'Where the tokens are',
    wallet: 'In wallets',
    staked: 'Staked',
    pool: 'In the pool',
    custody: 'Held in all',
  },

  periods: {
    title: 'Periods',
    caption: 'Every period of the program and what it paid this address',
    period: 'Period',
    amount: 'Amount',
    status: 'Status',
    action: 'Claim',
    opens: (when: string, distance: string) => `Opens ${when}, ${distance}`,
    ends: (when: string) => `Ends ${when}`,
    sweepable: (when: string) => `Unclaimed amounts return to the issuer from ${when}`,
    upcoming: (count: number) => `${plural(count, 'later period is', 'later periods are')} still to come.`,
    share: (percent: string) => `${percent} of income`,
    to: 'to',
    standsFor: 'stands now for',
    statement: 'Statement of what was paid (CSV)',
    calendar: 'Periods and openings as a calendar (iCal)',
  },

  history: {
    title: 'How the entitlement came to be',
    empty: 'Nothing has moved yet.',
    chart: (first: string, last: string) =>
      `Entitlement over time, from ${first} to ${last}; the list below says the same.`,
    reason: (kind: string, amount: string, none = false) =>
      reasons[kind]?.(amount, none) ?? `${kind}: ${amount}`,
    stays: 'Entitlement stays at',
    rises: 'Entitlement rises to',
    falls: 'Entitlement falls to',
    lost: 'given up',
    cost: (amount: string) => `This cost ${amount} of the claim, for good`,
    incomplete: 'There are too many events to tell them here; the position above is whole.',
    block: (block: string) => `block ${block}`,
    transaction: 'transaction',
  },

  lots: {
    title: 'Primary lots',
    caption: 'Tokens bought in the offering',
    empty: 'No primary lots.',
    amount: 'Amount',
    buyer: 'Bought by',
    when: 'When',
    transaction: 'Transaction',
  },

  footer: {
    chain: (block: string) => `Chain at block ${block}`,
    index: (block: string) => `index at block ${block}`,
    indexAway: 'index away',
    lag: (lag: string) => `${lag} behind`,
    indexErrors: 'the index reports errors',
    away: 'The server does not answer',
    contracts: 'Contracts and terms',
    token: 'Token',
    distributor: 'Distributor',
    pair: 'Pool',
    terms: 'Hash of the terms',
  },
} as const
