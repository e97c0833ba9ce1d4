/** A sentence for every way in which something fails; `../failures.ts` says which it is. */
import type { FailureKind } from '../failures.ts'

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

export const failures: FailureTable = {
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
  outOfGas: () => ({
    title: 'The transaction ran out of gas',
    text: 'Its gas limit was too low: nothing was paid, and the fee is spent. Try again with the limit your wallet proposes.',
  }),
  alreadyLinked: () => ({
    title: 'This wallet belongs to a holder already',
    text: 'A wallet can be linked once, and there is no unlink. Choose another wallet.',
  }),
  hasOwnWallets: () => ({
    title: 'This wallet has linked wallets of its own',
    text: 'Two holders who both have linked wallets cannot become one. Link from that wallet instead, if yours has none.',
  }),
  signatureRefused: () => ({
    title: 'A signature is not the right one',
    text: 'It is another account’s, or of something else. Sign once more with the account that is named.',
  }),
  signatureExpired: () => ({
    title: 'The signature has expired',
    text: 'Its time is over, so nothing was sent. Whoever signed it can sign again.',
  }),
  unsupported: () => ({
    title: 'Your wallet cannot do this',
    text: 'It does not know the request. Another wallet may, or there is another way on this page.',
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
  codeExpired: () => ({
    title: 'The connection code has expired',
    text: 'No wallet used it within five minutes. Choose WalletConnect again for a new one.',
  }),
  unanswered: () => ({
    title: 'Your wallet did not answer in time',
    text: 'The request has expired. Open the wallet, see that nothing was sent there, and try again.',
  }),
  relayAway: () => ({
    title: 'WalletConnect does not answer',
    text: 'Its relay could not be reached, so nothing was sent. Try again, or use a wallet in this browser.',
  }),
  stalePage: () => ({
    title: 'This page has been replaced by a newer one',
    text: 'A part of it could not be loaded any more. Reload the page; nothing was sent.',
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
