// Ballots in D1, and how one is taken.
import { z } from '@hono/zod-openapi'
import { type Address, encodeFunctionData, type Hex, parseAbi } from 'viem'
import {
  type Ballot,
  ballotHash,
  isSignedByKey,
  MOST,
  type StoredBallot,
  type Weight,
} from '../../../../polls/index.ts'
import { answerOf, chainHead } from '../chain.ts'
import { asked } from '../database.ts'
import type { Env } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { type KeptPoll, weightOfWallet } from './polls.ts'
import { signReceipt } from './signer.ts'

export type KeptBallot = StoredBallot & { hash: Hex; holder: Address }

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/.test(value))
const row = z
  .object({
    hash: hex,
    holder: hex,
    voter: hex,
    option: z.int(),
    sequence: z.int(),
    signature: hex,
    received_at: z.int(),
    receipt: hex,
  })
  .transform(
    ({ received_at, sequence, ...fields }): KeptBallot => ({
      ...fields,
      sequence: BigInt(sequence),
      receivedAt: BigInt(received_at),
    }),
  )
const COLUMNS = 'hash, holder, voter, option, sequence, signature, received_at, receipt'

const findBallot = (db: D1Database, poll: Hex, hash: Hex): Promise<KeptBallot | null> =>
  asked(async () => {
    const found = await db
      .prepare(`SELECT ${COLUMNS} FROM poll_ballots WHERE poll = ? AND hash = ?`)
      .bind(poll, hash)
      .first()
    return found === null ? null : row.parse(found)
  })

/** The ballot of a holder that replaces all others it has cast, or null. */
export const lastBallotOf = (db: D1Database, poll: Hex, holder: Address): Promise<KeptBallot | null> =>
  asked(async () => {
    const found = await db
      .prepare(
        `SELECT ${COLUMNS} FROM poll_ballots WHERE poll = ? AND holder = ? ORDER BY sequence DESC, hash DESC LIMIT 1`,
      )
      .bind(poll, holder)
      .first()
    return found === null ? null : row.parse(found)
  })

/** A page of ballots, ascending by hash. */
export const ballotsAfter = (
  db: D1Database,
  poll: Hex,
  after: Hex | null,
  limit: number,
): Promise<KeptBallot[]> =>
  asked(async () => {
    const { results } = await db
      .prepare(`SELECT ${COLUMNS} FROM poll_ballots WHERE poll = ? AND hash > ? ORDER BY hash LIMIT ?`)
      .bind(poll, after ?? '', limit)
      .all()
    return results.map((each) => row.parse(each))
  })

export const hashesOf = (db: D1Database, poll: Hex): Promise<Hex[]> =>
  asked(async () => {
    const { results } = await db
      .prepare('SELECT hash FROM poll_ballots WHERE poll = ?')
      .bind(poll)
      .all<{ hash: Hex }>()
    return results.map(({ hash }) => hash)
  })

/** How many holders have voted, and what they weigh together. */
export const turnoutOf = (db: D1Database, poll: Hex): Promise<{ holders: number; voted: bigint }> =>
  asked(async () => {
    const { results } = await db
      .prepare(
        `SELECT weight FROM poll_weights
         WHERE poll = ?1 AND holder IN (SELECT holder FROM poll_ballots WHERE poll = ?1)`,
      )
      .bind(poll)
      .all<{ weight: string }>()
    const voted = results.reduce((sum, { weight }) => sum + BigInt(weight), 0n)
    return { holders: results.length, voted }
  })

const refused = (check: string, detail: string) => new ProblemError('ballot-refused', detail, { check })

const ERC1271 = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
const YES = `0x1626ba7e${'0'.repeat(56)}`

const isSigned = async (env: Env, { poll }: KeptPoll, ballot: Ballot, hash: Hex, signature: Hex) => {
  if (await isSignedByKey(poll, ballot, signature)) return true
  const data = encodeFunctionData({ abi: ERC1271, functionName: 'isValidSignature', args: [hash, signature] })
  return (await answerOf(env, ballot.voter, data))?.slice(0, 66) === YES
}

/** What a voter sends. */
export type SignedBallot = Omit<Ballot, 'poll'> & { signature: Hex }

/**
 * Takes a ballot: in time by the chain's clock, of somebody who weighs, signed, and newer than the holder's last one. The same
 * again gets the same receipt, at any time.
 * @param wrong counts what is not signed as it says
 * @throws ProblemError ballot-refused with the failed check
 */
export const takeBallot = async (
  env: Env,
  kept: KeptPoll,
  { signature, ...fields }: SignedBallot,
  wrong: () => Promise<void>,
): Promise<{ ballot: KeptBallot; isNew: boolean }> => {
  const { id, poll } = kept
  const ballot: Ballot = { poll: id, ...fields }
  if (ballot.option >= poll.options.length) {
    throw refused('option', `This poll has the options 0 to ${poll.options.length - 1}`)
  }
  const weight = await weightOfWallet(env.DB, id, ballot.voter)
  if (weight === null) {
    throw refused('weight', `This wallet held nothing at the record block ${poll.recordBlock.number}`)
  }
  const hash = ballotHash(poll, ballot)
  const known = await findBallot(env.DB, id, hash)
  if (known !== null) return { ballot: known, isNew: false }
  const receivedAt = BigInt((await chainHead(env)).timestamp)
  if (receivedAt < poll.opensAt) throw refused('time', 'This poll is not open yet')
  if (receivedAt >= poll.closesAt) throw refused('time', 'This poll is closed')
  if (!(await isSigned(env, kept, ballot, hash, signature))) {
    await wrong()
    throw refused('signature', 'The signature is not the voter’s, or not of this ballot of this poll')
  }
  const receipt = await signReceipt(env, poll, { poll: id, ballot: hash, receivedAt })
  const taken = { hash, holder: weight.holder, ...fields, signature, receivedAt, receipt }
  if (await insert(env.DB, id, taken)) return { ballot: taken, isNew: true }
  // Somebody else was quicker: with the same ballot, or with a newer one.
  const same = await findBallot(env.DB, id, hash)
  if (same !== null) return { ballot: same, isNew: false }
  throw await whyNot(env.DB, id, weight)
}

/** In one statement, so that two at once cannot both be the last. @returns whether it was written */
const insert = (db: D1Database, poll: Hex, taken: KeptBallot): Promise<boolean> =>
  asked(async () => {
    const { meta } = await db
      .prepare(
        `INSERT INTO poll_ballots (poll, hash, holder, voter, option, sequence, signature, received_at, receipt)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
         WHERE NOT EXISTS (SELECT 1 FROM poll_ballots WHERE poll = ?1 AND holder = ?3 AND sequence >= ?6)
           AND (SELECT count(*) FROM poll_ballots WHERE poll = ?1 AND holder = ?3) < ${MOST.ballots}
         ON CONFLICT DO NOTHING`,
      )
      .bind(
        poll,
        taken.hash,
        taken.holder,
        taken.voter,
        taken.option,
        Number(taken.sequence),
        taken.signature,
        Number(taken.receivedAt),
        taken.receipt,
      )
      .run()
    return meta.changes > 0
  })

const whyNot = async (db: D1Database, poll: Hex, { holder }: Weight): Promise<ProblemError> => {
  const last = await lastBallotOf(db, poll, holder)
  const count = await asked(() =>
    db
      .prepare('SELECT count(*) AS count FROM poll_ballots WHERE poll = ? AND holder = ?')
      .bind(poll, holder)
      .first<number>('count'),
  )
  if ((count ?? 0) >= MOST.ballots) {
    return refused('count', `This holder has cast ${MOST.ballots} ballots, which is the most there may be`)
  }
  return refused(
    'sequence',
    `A ballot of this holder with the sequence ${last?.sequence} is here already: sign another with a greater one`,
  )
}
