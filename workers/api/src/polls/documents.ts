// What was put up under a poll after its ballots: the ballots file, the issuer's answer, evidence.
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import {
  type BallotsFile,
  documentBytes,
  documentHash,
  documentJson,
  hashesIn,
  type PollDocument,
  resultOf,
  sameResult,
} from '../../../../polls/index.ts'
import { ballotsKey } from '../../keys.ts'
import { chainHead } from '../chain.ts'
import { asked } from '../database.ts'
import { type Env, settingsOf } from '../env.ts'
import { hashesOf } from './ballots.ts'
import type { KeptPoll } from './polls.ts'
import { requirePosted, unfit } from './posted.ts'

/** A poll has a log, not an archive. */
const MOST_EVIDENCE = 200

const row = z.object({
  hash: z.string(),
  kind: z.enum(['ballots', 'answer', 'evidence']),
  content: z.string().transform((text): Record<string, unknown> => JSON.parse(text)),
  transaction_hash: z.string(),
})
export type KeptDocument = z.output<typeof row>

/** Everything put up under a poll, oldest first. */
export const documentsOf = (db: D1Database, poll: Hex): Promise<KeptDocument[]> =>
  asked(async () => {
    const { results } = await db
      .prepare(
        'SELECT hash, kind, content, transaction_hash FROM poll_documents WHERE poll = ? ORDER BY number',
      )
      .bind(poll)
      .all()
    return results.map((each) => row.parse(each))
  })

/** Which polls have their ballots' hash on chain. */
export const countedPolls = (db: D1Database): Promise<Set<string>> =>
  asked(async () => {
    const { results } = await db
      .prepare("SELECT poll FROM poll_documents WHERE kind = 'ballots'")
      .all<{ poll: string }>()
    return new Set(results.map(({ poll }) => poll))
  })

/**
 * Keeps a document that the issuer put up on chain; the same again changes nothing.
 * @returns whether it is new
 * @throws ProblemError poll-refused, naming the check
 */
export const keepDocument = async (
  env: Env,
  kept: KeptPoll,
  document: PollDocument,
  transaction: Hex,
): Promise<{ hash: Hex; isNew: boolean }> => {
  const hash = documentHash(document)
  const before = await documentsOf(env.DB, kept.id)
  if (before.some((each) => each.hash === hash)) return { hash, isNew: false }
  if (document.kind === 'ballots') await checkBallots(env, kept, document, before)
  else checkWords(kept, document, before)
  await requirePosted(env, settingsOf(env), transaction, kept.id, hash)
  if (document.kind === 'ballots') await env.STORE.put(ballotsKey(hash), documentBytes(document))
  const content = document.kind === 'ballots' ? document.result : document
  const { meta } = await asked(() =>
    env.DB.prepare(
      `INSERT INTO poll_documents (poll, hash, kind, content, transaction_hash) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    )
      .bind(kept.id, hash, document.kind, JSON.stringify(plain(content)), transaction)
      .run(),
  )
  return { hash, isNew: meta.changes > 0 }
}

const plain = (content: BallotsFile['result'] | PollDocument): unknown =>
  'kind' in content ? documentJson(content) : JSON.parse(JSON.stringify(content, textOfBigint))
const textOfBigint = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value

const checkBallots = async (
  env: Env,
  { id, poll }: KeptPoll,
  file: BallotsFile,
  before: readonly KeptDocument[],
) => {
  if (before.some(({ kind }) => kind === 'ballots')) {
    throw unfit('once', 'Another ballots file of this poll is here already')
  }
  if (documentHash(file.poll) !== id) throw unfit('poll', 'The file is of another poll')
  if (BigInt((await chainHead(env)).timestamp) < poll.closesAt) {
    throw unfit('time', 'The poll is still open')
  }
  const inFile = new Set(hashesIn(file))
  const received = await hashesOf(env.DB, id)
  const missing = received.find((each) => !inFile.has(each))
  if (missing !== undefined)
    throw unfit('ballots', `The ballot ${missing} was received and is not in the file`)
  if (inFile.size !== received.length || file.ballots.length !== received.length) {
    throw unfit('ballots', `The file has ${file.ballots.length} ballots; ${received.length} were received`)
  }
  if (!sameResult(resultOf(file), file.result)) {
    throw unfit('result', 'The result does not follow from the ballots of the file')
  }
}

const checkWords = (
  { id }: KeptPoll,
  document: Exclude<PollDocument, BallotsFile>,
  before: readonly KeptDocument[],
) => {
  if (document.poll !== id) throw unfit('poll', 'The document is of another poll')
  const ballots = before.find(({ kind }) => kind === 'ballots')
  if (ballots === undefined) throw unfit('ballots', 'The poll has not been counted yet')
  if (document.kind === 'answer') {
    if (document.ballots !== ballots.hash) throw unfit('ballots', 'The answer is to another ballots file')
    if (before.some(({ kind }) => kind === 'answer')) throw unfit('once', 'The poll is answered already')
  } else {
    if (!before.some(({ kind }) => kind === 'answer'))
      throw unfit('answer', 'The poll has not been answered yet')
    if (before.length >= MOST_EVIDENCE) throw unfit('count', `A poll has at most ${MOST_EVIDENCE} documents`)
  }
}
