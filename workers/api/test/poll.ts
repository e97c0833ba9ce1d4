// A poll of three holders, one of them with a linked wallet, one a contract wallet.
import { encodeFunctionData, type Hex, pad, parseAbi, toEventSelector, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { hashTerms } from '../../../disbursement/index.ts'
import {
  type Ballot,
  ballotData,
  ballotHash,
  documentHash,
  documentJson,
  eligibleOf,
  type Poll,
  type PollDocument,
  type Weight,
} from '../../../polls/index.ts'
import type { Env } from '../src/env.ts'
import { call, RECEIPT_KEY, SECRET } from './api.ts'
import { chain, HEAD, receipt, TRANSACTION } from './chain.ts'
import { addressOf, deployment, hashOf, terms } from './program.ts'

const key = (digit: string) => privateKeyToAccount(`0x${digit.repeat(64)}`)
export const [ANNA, ANNAS_SECOND, BEN, STRANGER] = [key('1'), key('2'), key('3'), key('4')]
export const lower = (account: { address: string }) => account.address.toLowerCase() as Hex
/** A contract wallet: what it says is what the test's chain answers. */
export const WALLET = addressOf(0xc0ffee)

export const NOW = Number(HEAD.timestamp)
export const OPENS = BigInt(NOW - 100)
export const CLOSES = BigInt(NOW + 1000)

export const weights: Weight[] = [
  { holder: lower(ANNA), wallets: [lower(ANNA), lower(ANNAS_SECOND)].sort(), weight: 500n },
  { holder: lower(BEN), wallets: [lower(BEN)], weight: 300n },
  { holder: WALLET, wallets: [WALLET], weight: 200n },
].sort((a, b) => (a.holder < b.holder ? -1 : 1))

const board = deployment.noticeboard
if (board === null) throw new Error('the program has no noticeboard')

export const poll: Poll = {
  kind: 'poll',
  version: 1,
  chainId: deployment.chainId,
  noticeboard: board,
  program: terms.name,
  terms: hashTerms(terms),
  issuer: deployment.issuer,
  token: deployment.token,
  name: 'moving',
  question: 'Shall I move to the coast?',
  options: ['Yes', 'No'],
  recordBlock: { number: 90n, hash: hashOf('block 90'), timestamp: OPENS - 50n },
  opensAt: OPENS,
  closesAt: CLOSES,
  weights: documentHash(weights),
  holders: weights.length,
  eligible: eligibleOf(weights),
  receiptSigner: lower(privateKeyToAccount(RECEIPT_KEY as Hex)),
}
export const ID = documentHash(poll)

/** A Posted event. */
export const postedLog = (subject: Hex, notice: Hex, changed: { address?: string; author?: Hex } = {}) => ({
  address: changed.address ?? board,
  topics: [
    toEventSelector('Posted(address,bytes32,bytes32)'),
    pad(changed.author ?? deployment.issuer, { size: 32 }),
    subject,
    notice,
  ],
  data: '0x',
})

/** A chain at a time, on which something was put up. */
export const chainAt = (time: number, logs: unknown[] = [], more: Record<string, unknown> = {}) =>
  chain({
    'eth_getBlockByNumber latest': { ...HEAD, timestamp: toHex(time) },
    eth_getTransactionReceipt: receipt(logs),
    ...more,
  })

const issuers = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** The issuer's write that opens it. */
export const open = async (
  changed: Partial<Poll> = {},
  own: readonly Weight[] = weights,
  logs?: unknown[],
  env: Partial<Env> = {},
) => {
  const opened = { ...poll, ...changed }
  const id = documentHash(opened)
  return call(
    '/v1/polls',
    issuers({ poll: documentJson(opened), weights: documentJson(own), transaction: TRANSACTION }),
    { RPC_URL: await chainAt(NOW, logs ?? [postedLog(id, id)]), ...env },
  )
}

/** The issuer's write of a document. */
export const putUp = async (document: PollDocument, time = NOW, logs?: unknown[]) =>
  call(`/v1/polls/${ID}/documents`, issuers({ document: documentJson(document), transaction: TRANSACTION }), {
    RPC_URL: await chainAt(time, logs ?? [postedLog(ID, documentHash(document))]),
  })

type Voter = ReturnType<typeof key>

/** A ballot as its voter's page sends it. */
export const signed = async (
  voter: Voter,
  option: number,
  sequence: number,
  changed: { of?: Poll; as?: Hex; id?: Hex } = {},
) => {
  const own = changed.of ?? poll
  const ballot: Ballot = {
    poll: changed.id ?? documentHash(own),
    voter: changed.as ?? lower(voter),
    option,
    sequence: BigInt(sequence),
  }
  const signature = await voter.signTypedData(ballotData(own, ballot))
  return { voter: ballot.voter, option, sequence, signature }
}

export const send = async (ballot: unknown, time = NOW, more: Record<string, unknown> = {}, id = ID) =>
  call(
    `/v1/polls/${id}/ballots`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(ballot) },
    { RPC_URL: await chainAt(time, [], more) },
  )

/** What the chain answers when the contract wallet is asked about a ballot. */
export const walletSays = (option: number, sequence: number, signature: Hex, yes: boolean) => {
  const hash = ballotHash(poll, { poll: ID, voter: WALLET, option, sequence: BigInt(sequence) })
  const abi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
  const data = encodeFunctionData({ abi, functionName: 'isValidSignature', args: [hash, signature] })
  return { [`eth_call ${data}`]: pad(yes ? '0x1626ba7e' : '0xffffffff', { dir: 'right', size: 32 }) }
}
