// Polls as answers tell of them.
import type { z } from '@hono/zod-openapi'
import { documentJson, type Poll } from '../../../../polls/index.ts'
import type { Env } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { type KeptBallot, turnoutOf } from './ballots.ts'
import { documentsOf, type KeptDocument } from './documents.ts'
import type { pollDocument, pollSchema, receiptSchema } from './poll-schema.ts'
import { findPoll, type KeptPoll } from './polls.ts'

type Told = z.output<typeof pollSchema>

export const pollOf = async (env: Env, id: KeptPoll['id']): Promise<KeptPoll> => {
  const kept = await findPoll(env.DB, id)
  if (kept === null) throw new ProblemError('not-found', 'No poll with this id is announced here')
  return kept
}

export const jsonOf = (poll: Poll) => documentJson(poll) as z.output<typeof pollDocument>

export const statusOf = (poll: Poll, time: number | null, isCounted: boolean): Told['status'] => {
  if (isCounted) return 'counted'
  if (time === null) return null
  if (time < poll.opensAt) return 'announced'
  return time < poll.closesAt ? 'open' : 'closed'
}

const of = (documents: readonly KeptDocument[], kind: KeptDocument['kind']) =>
  documents
    .filter((each) => each.kind === kind)
    .map(({ hash, transaction_hash: transaction, content }) => ({ ...content, hash, transaction }))

/** All of a poll. */
export const told = async (env: Env, kept: KeptPoll, time: number | null): Promise<Told> => {
  const { id, poll, transaction } = kept
  const documents = await documentsOf(env.DB, id)
  const { holders, voted } = await turnoutOf(env.DB, id)
  const [result] = of(documents, 'ballots') as NonNullable<Told['result']>[]
  const [answer] = of(documents, 'answer') as NonNullable<Told['answer']>[]
  return {
    id,
    status: statusOf(poll, time, result !== undefined),
    chainTime: time,
    transaction,
    poll: jsonOf(poll),
    received: { holders, voted: voted.toString() },
    result: result ?? null,
    answer: answer ?? null,
    evidence: of(documents, 'evidence') as Told['evidence'],
  }
}

export const receiptOf = (
  { id, poll }: KeptPoll,
  { hash, voter, option, sequence, receivedAt, receipt }: KeptBallot,
): z.output<typeof receiptSchema> => ({
  poll: id,
  ballot: hash,
  voter,
  option,
  sequence: Number(sequence),
  receivedAt: Number(receivedAt),
  signer: poll.receiptSigner,
  signature: receipt,
})
