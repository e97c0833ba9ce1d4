/** What the API tells of polls, and how a ballot gets there. */
import { canonicalHash } from '../../../disbursement/canonical.ts'
import type { Address, Hex } from '../api.ts'
import { ApiError, ask } from '../asking.ts'
import {
  address,
  bytes,
  count,
  list,
  maybe,
  type ReadBy,
  type Reader,
  record,
  text,
  truth,
  units,
} from '../shape.ts'

const listed = record({
  id: bytes,
  name: text,
  question: text,
  status: maybe(text),
  opensAt: count,
  closesAt: count,
})
const polls = record({ polls: list(listed) })

const document = record({
  chainId: count,
  noticeboard: address,
  name: text,
  question: text,
  options: list(text),
  recordBlock: record({ number: count }),
  opensAt: count,
  closesAt: count,
  holders: count,
  eligible: units,
  receiptSigner: address,
})
const anything: Reader<unknown> = (value) => value
const poll = record({
  id: bytes,
  status: maybe(text),
  transaction: bytes,
  poll: document,
  received: record({ holders: count, voted: units }),
  result: maybe(
    record({
      options: list(units),
      holders: count,
      voted: units,
      eligible: units,
      hash: bytes,
      transaction: bytes,
    }),
  ),
  answer: maybe(record({ accepted: truth, reason: text, transaction: bytes })),
  evidence: list(record({ hash: bytes, text, link: maybe(text), transaction: bytes })),
})
const stated = record({ poll: anything })

const voter = record({
  holder: address,
  wallets: list(address),
  weight: units,
  ballot: maybe(record({ sequence: count, receivedAt: count })),
})

export const receiptShape = record({
  poll: bytes,
  ballot: bytes,
  voter: address,
  option: count,
  sequence: count,
  receivedAt: count,
  signer: address,
  signature: bytes,
})

export type ListedPoll = ReadBy<typeof listed>
export type Poll = ReadBy<typeof poll>
export type Voter = ReadBy<typeof voter>
export type BallotReceipt = ReadBy<typeof receiptShape>

export const fetchPolls = async (signal: AbortSignal): Promise<ListedPoll[]> =>
  (await ask('v1/polls', polls, signal)).polls

/** A poll whose document hashes to its id, or it is not shown: what is signed names the id alone. */
export async function fetchPoll(id: Hex, signal: AbortSignal): Promise<Poll> {
  const read: Reader<Poll> = (value, path) => {
    const told = poll(value, path)
    if (told.id !== id.toLowerCase() || canonicalHash(stated(value, path).poll) !== told.id)
      throw new ApiError(-1, 'the poll is not the one whose hash is asked for')
    return told
  }
  return ask(`v1/polls/${id}`, read, signal)
}

/** Null when the wallet weighs nothing. */
export async function fetchVoter(id: Hex, wallet: Address, signal: AbortSignal): Promise<Voter | null> {
  try {
    return await ask(`v1/polls/${id}/voters/${wallet}`, voter, signal)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

export interface SignedBallot {
  readonly voter: Address
  readonly option: number
  readonly sequence: number
  readonly signature: Hex
}

/** Sends a ballot; the same again gets the same receipt. */
export const sendBallot = (id: Hex, ballot: SignedBallot): Promise<BallotReceipt> =>
  ask(`v1/polls/${id}/ballots`, receiptShape, new AbortController().signal, ballot)
