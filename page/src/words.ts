/** Every sentence a reader meets. English; one place, so that another language is one more file like this. */
import type { FailureKind } from './failures.ts'

export interface FailureWords {
  readonly title: string
  readonly text: string
}

/** What a failure's sentence may name. */
export interface FailureFacts {
  readonly network: string
  readonly detail: string
}

type FailureTable = Readonly<Record<FailureKind, (facts: FailureFacts) => FailureWords>>

const failures: FailureTable = {
  wrongChain: ({ network }) => ({
    title: 'Your wallet is on another network',
    text: `This program lives on ${network}. Switch your wallet there to claim; reading works as it is.`,
  }),
  rejected: () => ({
    title: 'You declined in your wallet',
    text: 'Nothing was sent and nothing changed. You can claim whenever you like.',
  }),
  walletBusy: () => ({
    title: 'Your wallet is waiting for an answer',
    text: 'A request is already open there. Open the wallet, answer it, then try again.',
  }),
  walletGone: () => ({
    title: 'The wallet is no longer connected to this page',
    text: 'Its account changed or access was withdrawn, so nothing was sent. Connect it again to claim.',
  }),
  alreadyClaimed: () => ({
    title: 'This was already claimed',
    text: 'The contract has paid it before, perhaps from another device or by somebody for you. The list is up to date now.',
  }),
  notOpen: () => ({
    title: 'Claims are not open yet',
    text: 'The payout is published and funded, but its challenge window still runs. Its opening time stands in the list.',
  }),
  ended: () => ({
    title: 'This payout is no longer there',
    text: 'The issuer cancelled it before it opened, or it was swept after its deadline. The list is being read again.',
  }),
  proofRefused: () => ({
    title: 'The contract did not accept the proof',
    text: 'Nothing was paid. Reload the page; if it happens again, tell the issuer which period it was.',
  }),
  assetRefused: () => ({
    title: 'The asset refused the transfer',
    text: 'The token’s own contract does not pay this address. Your claim stays open, and can be paid once that changes.',
  }),
  noGas: ({ network }) => ({
    title: 'Not enough for the network fee',
    text: `The connected wallet holds too little of ${network}’s own coin to pay for the transaction. Anybody may send it for you.`,
  }),
  replaced: () => ({
    title: 'Another transaction took its place',
    text: 'The claim was cancelled or replaced in your wallet before it was included. The list shows what is still open.',
  }),
  slow: () => ({
    title: 'No receipt after three minutes',
    text: 'The transaction was sent but is not included yet. It may still be: look at your wallet before you send another.',
  }),
  serverAway: () => ({
    title: 'The server does not answer',
    text: 'Your tokens and claims are on the chain and safe. Try again in a moment.',
  }),
  serverRefused: ({ detail }) => ({
    title: 'The server could not answer this',
    text: detail,
  }),
  answerUnreadable: ({ detail }) => ({
    title: 'The server answered something this page does not understand',
    text: `Reload the page: it may be older than the server. (${detail})`,
  }),
  rpcAway: ({ network }) => ({
    title: 'The chain does not answer',
    text: `No node of ${network} could be reached, so nothing was sent. Try again, or connect a wallet on that network.`,
  }),
  reverted: ({ detail }) => ({
    title: 'The contract refused',
    text: `Nothing was paid. Its reason: ${detail}.`,
  }),
  unknown: ({ detail }) => ({
    title: 'Something else went wrong',
    text: detail,
  }),
}

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

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

export const words = {
  brand: 'Prorata',
  skip: 'Skip to content',
  loading: 'Reading…',
  retry: 'Try again',
  dismiss: 'Dismiss',
  never: 'none',
  copied: 'Copied',
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
  },

  wallet: {
    connect: 'Connect a wallet',
    connectTo: (name: string) => `Connect ${name}`,
    connecting: 'Waiting for your wallet…',
    none: 'No wallet found in this browser. Looking up an address works without one.',
    choose: 'Wallets in this browser',
    connected: (name: string) => `Connected with ${name}`,
    mine: 'Show mine',
    disconnect: 'Disconnect',
    switchTo: (network: string) => `Switch to ${network}`,
  },

  finder: {
    headline: (token: string) => `What ${token} owes you, to the unit`,
    lead: (token: string) =>
      `A share of ${token}’s income goes to those who bought first and still hold. Look up any address to see its share, ` +
      `and why; connect a wallet to claim it.`,
    label: 'Wallet address',
    placeholder: '0x…',
    submit: 'Look up',
    bad: 'An address is 0x followed by 40 characters from 0–9 and a–f.',
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
    next: (period: string, end: string) => `${period} runs until ${end}.`,
  },

  holder: {
    title: 'Holder',
    another: 'Look up another address',
    linked: 'Linked wallets',
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
    paidTo: 'Paid to',
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

  dashboard: {
    title: 'Dashboard',
    lead: (token: string) => `${token} as the chain has it, through the program’s own index.`,
    asOf: (block: string, when: string) =>
      when === '' ? `As of block ${block}` : `As of block ${block}, ${when}`,
    away: 'The index does not answer, so there are no figures to show.',
    noGraph: 'This deployment names no public index, so there are no figures to show.',
    figures: 'Key figures',
    supply: 'Supply',
    holders: 'Holders',
    accounts: (count: string) => `${count} addresses ever seen`,
    sold: 'Sold in the offering',
    soldNote: (share: string) => `${share} of the supply`,
    entitled: 'Still entitled',
    entitledNote: (share: string) => `${share} of what was sold`,
    price: 'Price',
    priceNote: (token: string) => `for one ${token}, in the pool`,
    poolToken: (token: string) => `${token} in the pool`,
    poolOther: (token: string) => `${token} in the pool`,
    staked: 'Staked tokens',
    lpSupply: 'Pool shares',
    lpStaked: 'Pool shares staked',
    ofAll: (share: string) => `${share} of all`,
    swaps: (count: string) => `${count} swaps so far`,
    payouts: {
      title: 'Payouts',
      caption: 'What was paid out in each period, and how much of it was claimed',
      empty: 'No payout has been published yet.',
      period: 'Period',
      total: 'Paid out',
      claimed: 'Claimed',
      open: 'Unclaimed',
      share: 'Claimed share',
      count: 'Claims',
      status: 'State',
      states: { ACTIVE: 'Active', CANCELLED: 'Cancelled', SWEPT: 'Swept' } as Readonly<
        Record<string, string>
      >,
      unnamed: 'Unnamed',
    },
    entitlement: {
      title: 'Entitlement by holder',
      caption: 'Holders of record, by what they still hold of what they bought first',
      empty: 'Nobody bought in the offering yet.',
      holder: 'Holder',
      share: 'Kept',
      entitlement: 'Entitlement',
      lots: 'Bought',
      more: (count: number) => `${plural(count, 'more holder is', 'more holders are')} not shown.`,
      kept: 'kept',
      gone: 'given up',
    },
    pool: { title: 'Pool and staking', caption: 'What is in the pool and in staking' },
    drops: {
      title: 'Entitlement given up',
      caption: 'Holders of record whose entitlement fell, latest first',
      empty: 'Nobody has given up any entitlement.',
      when: 'When',
      holder: 'Holder',
      what: 'What happened',
      lost: 'Given up',
      after: 'Left',
    },
  },
} as const
