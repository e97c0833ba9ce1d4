// A poll counted again by anybody, from its ballots file and a node of the chain (SPEC section 13).
import type { Hex } from 'viem'
import { type Deployment, hashTerms, type Terms } from '../disbursement/index.ts'
import {
  type Ballot,
  type BallotsFile,
  ballotHash,
  count,
  documentHash,
  examineBallots,
  hashesIn,
  isReceipt,
  type Leaves,
  type Receipt,
  type Result,
  sameResult,
  type Weight,
} from '../polls/index.ts'
import { walletAt } from './contractWallet.ts'
import { MissingData, whyMissing } from './errors.ts'
import type { ChainClient } from './examination.ts'
import { noticesOf } from './notices.ts'
import { pollWeights } from './pollWeights.ts'
import { blockAt, finalBlock, lastBlockBefore } from './recordBlock.ts'
import type { ReplayOptions } from './replayChain.ts'

/** What a voter kept: a ballot, and what was signed in return. */
export type KeptReceipt = { ballot: Ballot; receivedAt: bigint; signature: Hex }

/** What is looked at, in this order. */
export const RECOUNT_STEPS = {
  poll: 'the poll is this program’s, and was announced on chain after its record block',
  ballots: 'the file is the one whose hash the issuer put up at the close',
  'record block': 'the record block is on this chain and final',
  weights: 'every holder weighs what the replay of the chain says',
  'closing block': 'the closing block is the last before the close, and final',
  signatures: 'every ballot is its voter’s, received in time, and stood by at the close',
  receipts: 'every receipt that was kept is of a ballot in the file',
  result: 'the ballots come to the result that the file states',
} as const

type RecountStepName = keyof typeof RECOUNT_STEPS
export type RecountStep = {
  name: RecountStepName
  outcome: 'ok' | 'different' | 'missing'
  detail: string
}
export type Recount = {
  poll: Hex
  ballots: Hex
  steps: RecountStep[]
  /** As counted here; null where something is missing for it. */
  result: Result | null
  /** 0: all is equal. 2: something differs. 3: something could not be had. */
  exitCode: 0 | 2 | 3
}

export type RecountInput = {
  client: ChainClient
  terms: Terms
  deployment: Deployment
  file: BallotsFile
  receipts?: readonly KeptReceipt[]
  options?: ReplayOptions
}

/** Counts again. Of the file nothing is believed but what the chain or a signature says too. */
export async function recount(input: RecountInput): Promise<Recount> {
  const { file } = input
  const steps: RecountStep[] = []
  const [poll, ballots] = [documentHash(file.poll), documentHash(file)]
  const take = async (name: RecountStepName, look: () => Promise<string[] | string>): Promise<void> => {
    try {
      const found = await look()
      if (typeof found === 'string') steps.push({ name, outcome: 'ok', detail: found })
      else steps.push({ name, outcome: 'different', detail: sentence(found) })
    } catch (error) {
      steps.push({ name, outcome: 'missing', detail: whyMissing(error) })
    }
  }
  await take('poll', () => announced(input, poll))
  await take('ballots', () => putUp(input, poll, ballots))
  await take('record block', () => onChain(input))
  await take('weights', () => weighed(input))
  await take('closing block', () => closed(input))
  let result: Result | null = null
  await take('signatures', async () => {
    const { poll: document, weights, closingBlock } = file
    const ask = walletAt(input.client, closingBlock.number)
    const { casts, refused, faults } = await examineBallots(document, weights, file.ballots, ask)
    result = count(document.options.length, weights, casts)
    return signaturesOf(file, refused, faults)
  })
  await take('receipts', () => keptReceipts(input, poll))
  await take('result', async () => {
    if (result === null) return ['nothing could be counted']
    if (sameResult(result, file.result))
      return `${result.holders} holders voted with ${result.voted} of ${result.eligible}`
    return [`the file states ${told(file.result)}, but its ballots come to ${told(result)}`]
  })
  const bad = steps.some(({ outcome }) => outcome === 'different')
  const short = steps.some(({ outcome }) => outcome === 'missing')
  return { poll, ballots, steps, result, exitCode: bad ? 2 : short ? 3 : 0 }
}

const MOST_TOLD = 5
const sentence = (found: readonly string[]): string =>
  found.length <= MOST_TOLD
    ? found.join('; ')
    : `${found.slice(0, MOST_TOLD).join('; ')}; and ${found.length - MOST_TOLD} more`

const told = ({ options, voted }: Result): string => `${options.join(' / ')} of ${voted}`

async function announced({ client, terms, deployment, file }: RecountInput, id: Hex) {
  const { poll } = file
  const { chainId, noticeboard, issuer, token } = deployment
  const own = { chainId, noticeboard, issuer, token, program: terms.name, terms: hashTerms(terms) }
  const wrong = (Object.keys(own) as (keyof typeof own)[])
    .filter((name) => poll[name] !== own[name])
    .map((name) => `its ${name} is ${poll[name]}, not ${own[name]}`)
  if (wrong.length > 0) return wrong
  const final = await finalBlock(client)
  const [first] = await noticesOf(client, deployment, id, final.number)
  if (first?.notice !== id) return [`the issuer never announced the poll ${id} (or it is not final yet)`]
  if (first.block <= poll.recordBlock.number)
    return [`it was announced in block ${first.block}, not after its record block ${poll.recordBlock.number}`]
  // Which block was the last final one then, no later count can tell: how far back the record block lies is for people to judge.
  const since = first.block - poll.recordBlock.number
  return `announced in block ${first.block}, ${since} after its record block, transaction ${first.transaction}`
}

async function putUp({ client, deployment }: RecountInput, id: Hex, ballots: Hex) {
  const final = await finalBlock(client)
  const [, close] = await noticesOf(client, deployment, id, final.number)
  if (close === undefined)
    throw new MissingData("the issuer has not put up the ballots' hash, or it is not final yet: try again")
  if (close.notice !== ballots)
    return [
      `the file's hash is ${ballots}, but the issuer put up ${close.notice}: it is another file, or was changed`,
    ]
  return `hash ${ballots}, put up in block ${close.block}`
}

async function onChain({ client, file }: RecountInput) {
  const { number, hash } = file.poll.recordBlock
  const there = await blockAt(client, number)
  if (there?.hash !== hash) return [`block ${number} has the hash ${there?.hash ?? 'of none'}, not ${hash}`]
  const final = await finalBlock(client)
  return final.number < number ? [`block ${number} is not final`] : `block ${number}, ${hash}`
}

async function weighed({ client, terms, deployment, file, options }: RecountInput) {
  const leaves = new Map<Hex, Leaves>(file.leaves.map((each) => [each.distribution, each]))
  const source = {
    records: async () => null,
    manifest: async () => null,
    leaves: (id: Hex) => leaves.get(id)?.payments ?? null,
  }
  const block = file.poll.recordBlock.number
  const { weights } = await pollWeights(client, { terms, deployment }, block, source, options)
  const differences = weightDifferences(file.weights, weights)
  return differences.length > 0 ? differences : `${weights.length} holders, ${file.poll.eligible} together`
}

/** Every holder on whom two lists of weights differ. */
export function weightDifferences(stated: readonly Weight[], computed: readonly Weight[]): string[] {
  const text = (each: Weight | undefined) =>
    each === undefined ? 'nothing' : `${each.weight} by ${each.wallets.join(' ')}`
  const [one, other] = [stated, computed].map((list) => new Map(list.map((each) => [each.holder, each])))
  return [...new Set([...stated, ...computed].map(({ holder }) => holder))]
    .sort()
    .map((holder) => ({ holder, stated: text(one?.get(holder)), computed: text(other?.get(holder)) }))
    .filter((each) => each.stated !== each.computed)
    .map((each) => `holder ${each.holder} is stated with ${each.stated}, and has ${each.computed}`)
}

async function closed({ client, deployment, file }: RecountInput) {
  const { poll, closingBlock } = file
  const block = await lastBlockBefore(client, BigInt(deployment.genesisBlock), poll.closesAt)
  if (block === null) return ['no final block has reached the close']
  if (block.hash !== closingBlock.hash || block.number !== closingBlock.number)
    return [`it is block ${block.number} ${block.hash}, not ${closingBlock.number} ${closingBlock.hash}`]
  return `block ${block.number}, ${block.hash}`
}

function signaturesOf(
  file: BallotsFile,
  refused: readonly Hex[],
  faults: readonly { hash: Hex; voter: string; fault: string }[],
): string[] | string {
  const stated = new Set(file.refused)
  const voters = new Map(hashesIn(file).map((hash, at) => [hash, file.ballots[at]?.voter]))
  const named = (hash: Hex) => `ballot ${hash} of ${voters.get(hash) ?? 'nobody in the file'}`
  const wrong = [
    ...faults.map(({ hash, fault }) => `${named(hash)}: ${fault}`),
    ...refused.filter((hash) => !stated.has(hash)).map((hash) => `${named(hash)} is not signed by it`),
    ...file.refused
      .filter((hash) => !refused.includes(hash))
      .map((hash) => `${named(hash)} is said to be refused, but its voter stands by it`),
  ]
  if (wrong.length > 0) return wrong
  return `${file.ballots.length} ballots${refused.length > 0 ? `, ${refused.length} of them not stood by at the close` : ''}`
}

async function keptReceipts({ file, receipts = [] }: RecountInput, id: Hex) {
  if (receipts.length === 0) return 'none was given'
  const there = new Set(hashesIn(file))
  const wrong: string[] = []
  for (const { ballot, receivedAt, signature } of receipts) {
    const hash = ballotHash(file.poll, ballot)
    const isSigned =
      ballot.poll === id &&
      (await isReceipt(
        file.poll,
        { poll: id, ballot: hash, receivedAt } satisfies Receipt,
        signature,
        file.poll.receiptSigner,
      ))
    if (!isSigned) wrong.push(`the receipt for ballot ${hash} is not one of this poll's signer`)
    else if (!there.has(hash))
      wrong.push(`ballot ${hash} of ${ballot.voter} was received at ${receivedAt} and is not in the file`)
  }
  return wrong.length > 0 ? wrong : `${receipts.length} kept, all of ballots in the file`
}

const MARK = { ok: '✓', different: '✗', missing: '?' } as const

/** A recount as people read it. */
export function recountText({ steps, poll, result, exitCode }: Recount, options: readonly string[]): string {
  const lines = steps.map(({ name, outcome, detail }) => `${MARK[outcome]} ${name.padEnd(13)} ${detail}`)
  const sums = result === null ? [] : options.map((option, at) => `  ${result.options[at]}  ${option}`)
  const end = {
    0: `Equal: the result of poll ${poll} follows from its ballots and the chain.`,
    2: `Different: the result of poll ${poll} does not follow.`,
    3: 'Not counted: something could not be had.',
  }[exitCode]
  return [...lines, '', ...sums, end].join('\n')
}
