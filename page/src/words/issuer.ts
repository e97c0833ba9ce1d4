import { plural } from './plural.ts'

/** Sentences of the issuer's view. */
export const issuerWords = {
  title: 'For the issuer',
  lead: 'Every period of the program and what it waits for. This page has no key: the commands run where the issuer’s key is.',
  name: {
    income: (period: string) => period,
    liquidity: (month: string) => `The reward month ${month}`,
  },
  due: {
    title: 'To do now',
    none: 'Nothing is due.',
    some: (count: number) =>
      `${plural(count, 'period has ended and waits', 'periods have ended and wait')} to be paid out.`,
    waiting: {
      due: (period: string, end: string) =>
        `${period} ended on ${end}. Prepare it, look at what was made, then publish it:`,
      prepared: (period: string) => `${period} is prepared. Look at what was made, then publish it:`,
      publishing: (period: string) => `Publishing ${period} was begun and broke off. Run it again:`,
      signing: (period: string) =>
        `${period} is with the Safe’s owners. Once they have executed the batch, run it again:`,
      unregistered: (period: string) =>
        `${period} is on chain, and the server does not know it. Run it again:`,
    },
    income: 'Put the period’s income in the place of 0.00.',
    copy: (period: string) => `commands for ${period}`,
  },
  warnings: {
    title: 'Warnings',
    none: 'Chain and index answer, and nothing is wrong with either.',
    away: 'The server does not answer, so nothing is known of chain and index.',
    figuresAway: 'The index does not answer, so what was claimed is not known now.',
  },
  told: {
    title: 'What is prepared',
    text: 'Files that are prepared and not yet published lie on the issuer’s machine alone. The command below tells of them, and its file is read in this tab alone.',
    command: 'the command that writes the file',
    pick: 'The file status.json',
    bad: 'This is not the status of this program',
    asOf: (when: string) => `As of ${when}.`,
    next: 'Next:',
  },
  register: {
    title: 'Register of investors',
    text: 'This page has no way into the register: the command below writes who is in it and who bought, and the file is read in this tab alone.',
    command: 'the command that writes the file',
    pick: 'The file match.json',
    bad: 'This is not what the command writes',
    nobody: 'Nobody has entered yet.',
    entries: (count: number) => plural(count, 'entry', 'entries'),
    caption: 'Who has entered, and what the issuer decided',
    name: 'Name',
    email: 'E-mail',
    wallet: 'Wallet',
    state: 'State',
    pledge: 'Pledge',
    unreadable: '(no key opens it)',
    decide: {
      approve: (count: number) => `Approve ${plural(count, 'wallet', 'wallets')}:`,
      decline: (count: number) =>
        `Decline ${plural(count, 'wallet', 'wallets')}; the reason is read from standard input:`,
    },
    decision: { approve: 'the command that approves', decline: 'the command that declines' },
    allMatched: 'Everybody who bought is approved.',
    unmatched: (count: number) => `${plural(count, 'holder', 'holders')} bought without an approved entry`,
    unmatchedCaption: 'Who bought and is not approved in the register',
    bought: 'Bought',
    paid: 'Paid',
  },
  months: {
    title: 'Months of the liquidity rewards',
    caption: 'Every month of the liquidity rewards that has begun, and how far it has come',
  },
  periods: {
    title: 'Periods',
    caption: 'Every period of the income, and how far it has come',
    period: 'Period',
    runs: 'Runs',
    stage: 'State',
    total: 'Published',
    opens: 'Claims open',
    claimed: 'Claimed',
    manifest: 'manifest hash',
    stages: {
      ahead: 'Ahead',
      running: 'Running',
      due: 'Due',
      prepared: 'Prepared, not published',
      publishing: 'Publishing broke off',
      signing: 'Waits for the Safe’s owners',
      unregistered: 'On chain, not known here',
      closed: 'Closed: pays nobody',
      damaged: 'Files are damaged',
      opening: 'Published, not open yet',
      open: 'Published, open',
      claimed: 'All claimed',
      expired: 'Past its deadline: may be swept',
      cancelled: 'Cancelled before it opened',
      swept: 'Ended: the rest was swept',
    },
  },
} as const
