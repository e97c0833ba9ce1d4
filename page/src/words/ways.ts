import { plural } from './plural.ts'

/** Sentences of what a holder can do beside claiming: pay elsewhere, sign, relay, link wallets, name a recipient. */
export const waysWords = {
  addressBad: 'An address is 0x followed by 40 characters from 0–9 and a–f.',
  checked: 'I have checked the address',
  warnings: {
    title: 'Before you go on',
    forGood: 'It is sent there for good: nobody can bring it back.',
    contract: 'This address is a contract. Make sure that it can hold the asset and send it on.',
    own: 'This is the account itself: an ordinary claim pays it there, and costs less.',
    program: 'This is one of the program’s own contracts: what it receives is lost.',
    zero: 'This address belongs to nobody: what it receives is lost.',
  },

  other: {
    onlyAccount: 'Only the account itself can decide this. Connect it:',
    to: 'Pay to this address instead',
    claim: (count: number) => `Claim ${plural(count, 'period', 'periods')} to this address`,
  },

  sign: {
    title: 'Sign, and let somebody else send it',
    text: 'Your signature costs nothing. Whoever sends it pays the fee; the money goes where you sign, and nowhere else.',
    to: 'Paid to the address above, or without one to the account itself.',
    until: 'The signature holds for',
    days: (count: number) => plural(count, 'day', 'days'),
    sign: (count: number) => `Sign ${plural(count, 'claim', 'claims')}`,
    signing: (at: number, count: number) => `Sign in your wallet: ${at} of ${count}.`,
    done: 'Signed. Hand this to whoever sends it:',
    output: 'Signed claims as JSON',
    copy: 'Copy the JSON',
    relay: 'It can be sent from here:',
  },

  relay: {
    title: 'Send for somebody',
    lead: 'Somebody signed a claim and asked you to send it. You pay the network fee; the money goes where they signed.',
    paste: 'Signed claims as JSON',
    bad: 'This is no signed claim of this page: paste the whole JSON as it was copied.',
    otherChain: (chainId: number) => `It was signed for chain ${chainId}, which is not this program’s.`,
    otherContract: 'It was signed for another distributor than this program’s.',
    what: 'What it does',
    pays: 'Pays',
    to: 'to',
    of: 'of',
    until: 'until',
    send: (count: number) => `Send ${plural(count, 'claim', 'claims')}`,
    done: 'Sent and confirmed',
    connect: 'Connect any wallet to send it.',
  },

  wallets: {
    title: 'Wallets and payouts',
    lead: 'Everything here is recorded on chain, in the holder registry, and counts from its block on.',
    connect: 'Connect one of your wallets first.',
    registry: 'Holder registry',
  },

  link: {
    title: 'Link a second wallet',
    text: 'Linked wallets are one holder: what one of them holds counts for all. Both must sign.',
    warnings: [
      'Link first, then move. Tokens that went to a wallet which is not linked count as sold, and linking it later does not bring that back.',
      'There is no unlink: the wallets stay one holder for good.',
      'Each of them can name who is paid for both.',
    ],
    existing: 'A wallet of the holder',
    wallet: 'The wallet to link',
    ownLots: 'This wallet bought in the offering itself: its lots and entitlement become the holder’s too.',
    heldTokens: 'It holds tokens already. If they came from you, they count as sold, and stay so.',
    alreadyYours: 'This wallet is linked to this holder already.',
    alreadyOthers: 'This wallet belongs to another holder, and there is no unlink.',
    excluded:
      'One of the two belongs to the issuer or is a contract of the program: what such an address holds never counts.',
    itself: 'This is the wallet itself: choose another.',
    steps: {
      existing: 'The holder’s wallet signs',
      wallet: 'The new wallet signs',
      send: 'Either of them sends it',
    },
    sign: (short: string) => `Sign with ${short}`,
    switchTo: (short: string) => `Choose ${short} in your wallet now; this page follows.`,
    signed: 'signed',
    send: 'Link the wallets',
    done: 'Linked',
    doneText: 'From this block on they are one holder. Now tokens can be moved.',
    understood: 'I understand that this cannot be undone',
  },

  recipient: {
    title: 'Name who is paid',
    text: 'Payouts published from now on are made out to this address. What was published before stays where it is.',
    warnings: [
      'Only that address can then claim, or have it claimed to itself. It does not become yours: its tokens do not count.',
      'An exchange’s deposit address may never show you the money. Name a wallet whose key you have.',
      'Any of your linked wallets can change it again, for later payouts.',
    ],
    now: 'Named at present',
    none: 'nobody: each payout goes to the holder’s first wallet',
    label: 'Who is paid',
    name: 'Name this address',
    reset: 'Pay the holder itself again',
    done: 'Recorded',
    doneText: 'It counts for every payout whose record block comes after this one.',
  },
} as const
