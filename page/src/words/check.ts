import type { StepName } from '../../../verify/index.ts'
import { plural } from './plural.ts'

/** What each step says where it holds; `documents` where it says less without a replay of the chain. */
const steps: Readonly<Record<StepName, { readonly chain: string; readonly documents?: string }>> = {
  chain: { chain: 'The node serves this program’s chain' },
  published: { chain: 'The payout is published on chain and was not taken back' },
  manifest: { chain: 'The manifest is the one whose hash is on chain' },
  records: { chain: 'The records hold the manifest’s payments and lead to the root on chain' },
  terms: { chain: 'The rules applied are the terms whose hash the sale contract holds' },
  deployment: { chain: 'Contracts and excluded addresses are the program’s' },
  'record block': { chain: 'The record block is the last one before the period’s end, and final' },
  replay: { chain: 'Every log since the first block makes one ledger' },
  lots: { chain: 'Primary lots are what the sale delivered' },
  holders: {
    chain: 'Nobody is left out and nobody is added',
    documents: 'Every holder is listed once, in order',
  },
  wallets: {
    chain: 'Wallets are linked and recipients named as on chain',
    documents: 'No wallet counts twice, and no excluded one counts',
  },
  units: {
    chain: 'Everybody’s pool shares were where they are stated, for just as long',
    documents: 'What everybody’s pool shares gathered adds up',
  },
  custody: {
    chain: 'Everybody held exactly what is stated',
    documents: 'What everybody held adds up',
  },
  entitlement: {
    chain: 'Every entitlement follows from what was held, block by block',
    documents: 'No entitlement is more than was bought or held',
  },
  previous: { chain: 'Every earlier payout holds in the same way' },
  income: { chain: 'What is due follows from the income as stated' },
  funding: { chain: 'What was paid in is what is due, or what the purchase of pool shares brought' },
  'carry-over': { chain: 'What was carried in is what the period before left over' },
  allocations: { chain: 'Every share follows from the weights, and not a unit is lost' },
  leaves: { chain: 'Every payment has its place in the tree' },
  root: { chain: 'The root made here is the root on chain' },
  total: { chain: 'The total made here is the total on chain' },
}

/** Sentences of the view that checks a payout. */
export const checkWords = {
  title: 'Check the payouts',
  lead:
    'Your own browser makes a payout’s root again and holds it against the chain, step by step. It believes nobody but ' +
    'the node you choose.',
  titleOf: (period: string) => `Check ${period}`,
  choose: 'Which payout?',
  chooseText: 'Each of them can be checked, by anybody, as often as they like.',
  checkOne: (period: string) => `Check ${period}`,
  all: 'All payouts',
  unknown: {
    title: 'No payout of this program has this name',
    text: 'The server lists none. If you have its manifest, pick the file below.',
  },
  listAway: {
    title: 'The server’s list of payouts cannot be read',
    text: 'Checking needs only the documents: pick manifest and records from your files below.',
  },
  facts: {
    title: 'What it is about',
    period: 'Period',
    total: 'Paid out',
    terms: 'Terms',
    manifest: 'Manifest',
    records: 'Records',
    recordsFile: 'records file',
    root: 'Root',
    recordBlock: 'Record block',
    transaction: 'Published in',
    distributor: 'Distributor',
    token: 'Token',
    issuer: 'Issuer',
    opens: 'Claims open',
    id: 'Distribution',
    block: (number: string) => `block ${number}`,
    later: 'after the check has read the manifest',
  },
  quick: {
    title: 'From the records',
    text:
      'Hash, rules, record block, every share, every leaf, root and total. A few requests; who held what is taken from ' +
      'the manifest.',
    run: 'Check this payout',
    again: 'Check again',
  },
  replay: {
    title: 'From the first block',
    text:
      'Reads every log of the program’s contracts from the node you name and works out who held what, block by block. ' +
      'Nothing of the server is used but the documents whose hashes are on chain.',
    url: 'RPC URL of a node',
    urlHint: 'Your own node or a provider’s address; it stays in this tab.',
    urlBad: 'An address begins with http:// or https://.',
    run: 'Replay the whole chain',
    again: 'Replay again',
    cancel: 'Cancel',
    cancelled: 'Cancelled. Nothing was kept.',
    publications: 'Looking for the payout on the chain…',
    progress: 'How far the replay is',
    blocks: (done: string, all: string) => `block ${done} of ${all}`,
    logs: (count: string) => `${count} logs`,
    rate: (logs: string) => `${logs} logs a second`,
    remaining: (time: string) => `about ${time} left`,
    seconds: (count: number) => plural(count, 'second', 'seconds'),
    minutes: (count: number) => plural(count, 'minute', 'minutes'),
    hours: (count: number) => plural(count, 'hour', 'hours'),
  },
  files: {
    title: 'From your own files',
    text:
      'The manifest (.json) and the records (.bin) as you keep them, those of earlier periods too. With a manifest among ' +
      'them, the server is asked for nothing.',
    pick: 'Pick files',
    chosen: (count: number) => `${plural(count, 'file is', 'files are')} used for both checks`,
    drop: 'Use the server’s again',
    size: (bytes: string) => `${bytes} bytes`,
  },
  noRpc: 'This deployment names no public node. Enter the address of one.',
  steps,
  outcomes: { ok: 'holds', different: 'differs', missing: 'could not be checked', waiting: 'not yet' },
  stepList: 'Steps',
  verdict: {
    running: 'Checking…',
    equal: {
      documents: 'Everything in the records follows, and root and total are those on the chain',
      chain: 'This payout follows from the chain alone, to the unit',
    },
    different: (step: string) => `This payout does not follow: “${step}” is not true`,
    missing: (step: string) => `Not checked to the end: “${step}” could not be looked at`,
    count: (ok: number, all: number) => `${ok} of ${all} steps hold`,
  },
  difference: {
    holder: 'First holder who differs',
    what: 'What',
    stated: 'The manifest states',
    computed: 'Computed here',
    more: (count: number) => `and ${count} more`,
    units: 'Amounts in base units.',
  },
  unprovable: 'What no chain can prove is the income itself: it is the issuer’s word.',
  shallow: 'Who held what was taken from the manifest; the replay below checks that too.',
  workerGone: 'The part of the page that checks could not be loaded',
} as const
