import { plural } from './plural.ts'

/** Sentences of the polls. */
export const pollsWords = {
  title: 'Polls',
  lead: (token: string) =>
    `The issuer asks, holders of ${token} answer, and each weighs what they held at the record block. A poll advises: the issuer answers it in public.`,
  none: 'Nothing was asked yet.',
  all: 'All polls',
  caption: 'Every poll, the one that closes last first',
  question: 'Question',
  state: 'State',
  closes: 'Closes',
  states: {
    announced: 'Announced',
    open: 'Open',
    closed: 'Being counted',
    counted: 'Counted',
    unknown: 'Not known now',
  } as Readonly<Record<string, string>>,
  unknown: {
    title: 'There is no such poll here',
    text: 'The address of this view names a poll that this server does not know.',
  },
  facts: {
    from: 'Ballots from',
    to: 'to',
    record: (block: string) => `weighed at block ${block}`,
    id: 'Poll',
  },

  vote: {
    title: 'Your vote',
    connect: 'Connect a wallet to vote. Voting is a signature: it costs nothing and sends no transaction.',
    weight: 'Your weight',
    ofAll: (share: string) => `${share} of all`,
    wallets: (count: number) => `${plural(count, 'wallet', 'wallets')}, counted once`,
    weightless: {
      title: 'This wallet has no weight in this poll',
      text: 'It held nothing at the record block, or it is one of the program’s own.',
    },
    early: 'Ballots are taken from the opening on.',
    over: 'The poll is closed: no more ballots are taken.',
    choose: 'Your choice',
    sign: 'Sign and send the ballot',
    again: 'Sign another ballot in its place',
    signing: 'Sign the ballot in your wallet.',
    sending: 'Sending the ballot…',
    done: 'Received',
    doneText: 'You may vote again until the close: the last ballot counts.',
    cast: 'A ballot of yours was received on',
    castNote: 'How you voted shows to nobody before the close, not even here.',
  },

  receipt: {
    title: 'Receipt',
    text: 'It proves that this ballot was received, and is kept in this browser. Save it: with it anybody can see whether the ballot was counted.',
    choice: 'Choice',
    received: 'Received',
    ballot: 'Ballot',
    signer: 'Signed by',
    good: 'The signature holds: it is the one that the poll named.',
    bad: 'The signature is not that of the signer whom the poll named. Tell the issuer, and keep what you have.',
    save: 'Save the receipt',
  },

  result: {
    title: 'Result',
    soFar: 'Turnout so far',
    later: 'How the weight is divided shows after the close, so that nobody votes after a trend.',
    counting: 'The ballots are being counted.',
    caption: 'The weight behind each option',
    option: 'Option',
    weight: 'Weight',
    share: 'Of all votes',
    turnout: 'Turnout',
    holders: (voted: number, all: number) => `${voted} of ${plural(all, 'holder', 'holders')}`,
    file: 'Ballots file',
    hash: 'Its hash on chain',
    recount: 'Anybody can count again, with this file and a node of the chain:',
    command: 'the command',
  },

  answer: {
    title: 'The issuer’s answer',
    accepted: 'Accepted',
    declined: 'Declined',
    none: 'The issuer has not answered yet.',
    evidence: 'What was done',
    where: 'Where to see it',
  },
} as const
