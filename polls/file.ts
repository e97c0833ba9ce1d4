// The ballots file: made at the close, read by whoever counts again.
import { type Hex, hexToBigInt } from 'viem'
import { type Ballot, ballotHash, isReceipt, isSignedByKey } from './ballot.ts'
import { type Cast, count } from './count.ts'
import { type BallotsFile, documentHash, type Poll, type StoredBallot } from './documents.ts'

/** Asks a contract wallet whether it stands by a ballot, at the closing block (ERC-1271). */
export type AskWallet = (ballot: Ballot, hash: Hex, signature: Hex) => Promise<boolean>

/** What is wrong with one ballot of a file. */
export type BallotFault = { hash: Hex; voter: StoredBallot['voter']; fault: string }

/** A received ballot under its poll's id. */
export const ballotOf = (poll: Hex, { voter, option, sequence }: StoredBallot): Ballot => ({
  poll,
  voter,
  option,
  sequence,
})

const castOf = (poll: Poll, id: Hex, stored: StoredBallot): Cast => {
  const { voter, option, sequence } = stored
  return { voter, option, sequence, hash: ballotHash(poll, ballotOf(id, stored)) }
}

/** Does this ballot belong into the poll's file? The sentence says why not. */
const faultOf = async (
  poll: Poll,
  id: Hex,
  stored: StoredBallot,
  hash: Hex,
  wallets: ReadonlySet<string>,
): Promise<string | null> => {
  if (!wallets.has(stored.voter)) return 'its voter weighs nothing in this poll'
  if (stored.option >= poll.options.length) return `there is no option ${stored.option}`
  if (stored.receivedAt < poll.opensAt) return 'it was received before the poll opened'
  if (stored.receivedAt >= poll.closesAt) return 'it was received after the close'
  const receipt = { poll: id, ballot: hash, receivedAt: stored.receivedAt }
  if (!(await isReceipt(poll, receipt, stored.receipt, poll.receiptSigner)))
    return "its receipt is not the poll's signer's"
  return null
}

export type Examined = {
  casts: Cast[]
  /** Those whose wallets do not stand by them at the close. */
  refused: Hex[]
  faults: BallotFault[]
}

/**
 * Looks at every ballot of a poll. A ballot's own key is enough; where there is none, the wallet is asked as it is at the
 * close, so that one that changed its mind is heard.
 * @returns what counts, what was refused at the close, and what does not belong there at all
 */
export const examineBallots = async (
  poll: Poll,
  weights: BallotsFile['weights'],
  ballots: readonly StoredBallot[],
  ask: AskWallet,
): Promise<Examined> => {
  const id = documentHash(poll)
  const wallets = new Set<string>(weights.flatMap((each) => each.wallets))
  const examined: Examined = { casts: [], refused: [], faults: [] }
  const seen = new Set<Hex>()
  for (const stored of ballots) {
    const cast = castOf(poll, id, stored)
    const { hash } = cast
    const { voter } = stored
    const fault = seen.has(hash) ? 'it stands there twice' : await faultOf(poll, id, stored, hash, wallets)
    seen.add(hash)
    if (fault !== null) {
      examined.faults.push({ hash, voter, fault })
      continue
    }
    const ballot = ballotOf(id, stored)
    const stands =
      (await isSignedByKey(poll, ballot, stored.signature)) || (await ask(ballot, hash, stored.signature))
    if (stands) examined.casts.push(cast)
    else examined.refused.push(hash)
  }
  examined.refused.sort()
  return examined
}

/** The ballots in the order in which a file has them. */
export const inOrder = (poll: Poll, ballots: readonly StoredBallot[]): StoredBallot[] => {
  const id = documentHash(poll)
  return ballots
    .map((stored) => ({ stored, at: hexToBigInt(ballotHash(poll, ballotOf(id, stored))) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ stored }) => stored)
}

/** What a file's own ballots come to, believing what it says of contract wallets. */
export const resultOf = ({ poll, weights, ballots, refused }: BallotsFile): BallotsFile['result'] => {
  const id = documentHash(poll)
  const away = new Set(refused)
  const casts = ballots.map((stored) => castOf(poll, id, stored)).filter(({ hash }) => !away.has(hash))
  return count(poll.options.length, weights, casts)
}

/** The hashes of a file's ballots, in its order. */
export const hashesIn = ({ poll, ballots }: Pick<BallotsFile, 'poll' | 'ballots'>): Hex[] => {
  const id = documentHash(poll)
  return ballots.map((stored) => ballotHash(poll, ballotOf(id, stored)))
}
