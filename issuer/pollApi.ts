// What the issuer's commands ask of the API about polls, and tell it.
import type { Address, Hex } from 'viem'
import { z } from 'zod'
import {
  documentJson,
  type Poll,
  type PollDocument,
  parsePoll,
  parseWeights,
  type StoredBallot,
  type Weight,
} from '../polls/index.ts'
import { call, problemOf } from './api.ts'
import { missing, refused, shownUrl } from './refusal.ts'

const hex = z.string().regex(/^0x[0-9a-f]*$/) as unknown as z.ZodType<Hex>
const integer = z.string().regex(/^\d+$/).transform(BigInt)

const listSchema = z.object({
  receiptSigner: hex.nullable(),
  polls: z.array(
    z.object({
      id: hex,
      name: z.string(),
      question: z.string(),
      status: z.string().nullable(),
      opensAt: z.int(),
      closesAt: z.int(),
    }),
  ),
})

const pollSchema = z.object({
  id: hex,
  status: z.string().nullable(),
  poll: z.unknown(),
  result: z.object({ hash: hex }).nullable(),
  answer: z.object({ hash: hex }).nullable(),
})

/** A poll as the API tells of it. */
export type ToldPoll = {
  id: Hex
  poll: Poll
  status: string | null
  /** Of the ballots file and of the answer, where they were put up. */
  ballots: Hex | null
  answer: Hex | null
}

const get = async <T>(apiUrl: string, path: string, schema: z.ZodType<T>, what: string): Promise<T> => {
  const response = await call(apiUrl, path)
  if (!response.ok) throw missing(await problemOf(response, what))
  const answer = schema.safeParse(await response.json().catch(() => null))
  if (answer.success) return answer.data
  const issue = answer.error.issues[0]
  throw missing(
    `what answers at ${shownUrl(apiUrl)} is not this program's API (${issue?.path.join('.')}: ${issue?.message}): set PRORATA_API_URL to it`,
  )
}

/** Every poll, and who signs receipts. */
export const fetchPolls = (apiUrl: string) => get(apiUrl, '/v1/polls', listSchema, 'list the polls')

/**
 * A poll by its name or id.
 * @throws Refusal naming those there are
 */
export async function fetchPoll(apiUrl: string, which: string): Promise<ToldPoll> {
  const { polls } = await fetchPolls(apiUrl)
  const found = polls.find(({ id, name }) => name === which || id === which.toLowerCase())
  if (found === undefined) {
    const names = polls.map(({ name }) => name).join(', ')
    throw refused(`there is no poll ${which}: ${names === '' ? 'none was opened' : `there are ${names}`}`)
  }
  const told = await get(apiUrl, `/v1/polls/${found.id}`, pollSchema, `tell of the poll ${which}`)
  return {
    id: told.id,
    poll: parsePoll(told.poll),
    status: told.status,
    ballots: told.result?.hash ?? null,
    answer: told.answer?.hash ?? null,
  }
}

export const fetchWeights = async (apiUrl: string, { id, poll }: ToldPoll): Promise<Weight[]> =>
  parseWeights(await get(apiUrl, `/v1/polls/${id}/weights`, z.unknown(), 'tell the weights'), poll)

const pageSchema = z.object({
  ballots: z.array(
    z.object({
      voter: hex as z.ZodType<Address>,
      option: z.int(),
      sequence: integer,
      signature: hex,
      receivedAt: integer,
      receipt: hex,
    }),
  ),
  next: hex.nullable(),
})

/** Every ballot that was received; the API shows them once the poll is over. */
export async function fetchBallots(apiUrl: string, id: Hex): Promise<StoredBallot[]> {
  const all: StoredBallot[] = []
  for (let after = ''; ; ) {
    const page = await get(apiUrl, `/v1/polls/${id}/ballots${after}`, pageSchema, 'show the ballots')
    all.push(...page.ballots)
    if (page.next === null) return all
    after = `?after=${page.next}`
  }
}

/** The ballots file's bytes; null where the poll was not counted yet. */
export async function fetchBallotsFile(apiUrl: string, id: Hex): Promise<Uint8Array | null> {
  const response = await call(apiUrl, `/v1/polls/${id}/file`)
  if (response.status === 404) return null
  if (!response.ok) throw missing(await problemOf(response, 'serve the ballots file'))
  return new Uint8Array(await response.arrayBuffer())
}

async function tell(
  apiUrl: string,
  secret: string,
  path: string,
  body: unknown,
  what: string,
): Promise<void> {
  const response = await call(apiUrl, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  })
  if (response.ok) return
  if (response.status === 401) {
    throw refused(
      "the API refused the bearer secret: PRORATA_API_SECRET must be the API's; then run this again",
    )
  }
  const problem = await problemOf(response, what)
  throw response.status === 422 ? refused(problem) : missing(`${problem}; run this again once it is mended`)
}

export const tellPoll = (
  apiUrl: string,
  secret: string,
  poll: Poll,
  weights: readonly Weight[],
  transaction: Hex,
): Promise<void> =>
  tell(
    apiUrl,
    secret,
    '/v1/polls',
    { poll: documentJson(poll), weights: documentJson(weights), transaction },
    'take the poll',
  )

export const tellDocument = (
  apiUrl: string,
  secret: string,
  id: Hex,
  document: PollDocument,
  transaction: Hex,
): Promise<void> =>
  tell(
    apiUrl,
    secret,
    `/v1/polls/${id}/documents`,
    { document: documentJson(document), transaction },
    `take the ${document.kind}`,
  )
