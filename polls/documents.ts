// The public documents of a poll: canonical JSON (RFC 8785), integers as decimal strings, named by their keccak256.
import { type Address, type Hex, keccak256 } from 'viem'
import * as z from 'zod'
import { canonicalBytes, canonicalHash } from '../disbursement/index.ts'
import { MOST_SEQUENCE } from './ballot.ts'
import type { Result } from './count.ts'
import { PollError } from './errors.ts'
import { eligibleOf, type Weight } from './weights.ts'

/** What a poll may have at most. More holders than these are not served yet. */
export const MOST = { options: 16, question: 500, option: 200, reason: 4000, holders: 16_384, ballots: 32 }
/** A signature of a contract wallet may be long; this is enough for a dozen owners. */
export const MOST_SIGNATURE = 4096

const integer = (below: bigint, what: string) =>
  z
    .string({ error: `must be ${what}, as a decimal string` })
    .regex(/^(0|[1-9][0-9]{0,77})$/, { error: `must be ${what}, as a decimal string`, abort: true })
    .transform((text) => BigInt(text))
    .refine((value) => value < below, { error: `must be ${what} below ${below}` })
const uint256 = integer(2n ** 256n, 'an amount')
const seconds = integer(2n ** 40n, 'unix seconds')
const number = integer(2n ** 63n, 'a block number')
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/, { error: 'must be an address in lower case' })
  .transform((text) => text as Address)
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, { error: 'must be a hash in lower case' })
  .transform((text) => text as Hex)
const signature = z
  .string()
  .regex(/^0x([0-9a-f]{2})*$/, { error: 'must be bytes in lower-case hexadecimal' })
  .max(2 + 2 * MOST_SIGNATURE)
  .transform((text) => text as Hex)
// Text that another program could take for something else, or that hides what it says, has no place in a question.
const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u, { error: 'must be one line without control characters' })
    .refine((text) => text === text.trim(), { error: 'must not begin or end with a space' })
const block = z.strictObject({ number, hash, timestamp: seconds })

const pollSchema = z
  .strictObject({
    kind: z.literal('poll'),
    version: z.literal(1),
    chainId: z.int().positive(),
    noticeboard: address,
    program: z.string().min(1).max(64),
    terms: hash,
    issuer: address,
    token: address,
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
      error: 'must be a name of lower-case letters, digits and hyphens, such as 2026-moving',
    }),
    question: line(MOST.question),
    options: z.array(line(MOST.option)).min(2).max(MOST.options),
    recordBlock: block,
    opensAt: seconds,
    closesAt: seconds,
    weights: hash,
    holders: z.int().positive().max(MOST.holders),
    eligible: uint256,
    receiptSigner: address,
  })
  .refine(({ options }) => new Set(options).size === options.length, {
    error: 'must all be different',
    path: ['options'],
  })
  .refine(({ opensAt, closesAt }) => closesAt > opensAt, {
    error: 'must be after opensAt',
    path: ['closesAt'],
  })
  .refine(({ recordBlock, opensAt }) => recordBlock.timestamp <= opensAt, {
    error: 'must be no later than opensAt',
    path: ['recordBlock', 'timestamp'],
  })

/** A poll, all of it: its id is the hash of this document. */
export type Poll = z.output<typeof pollSchema>

const weightSchema = z.strictObject({ holder: address, wallets: z.array(address).min(1), weight: uint256 })
const weightsSchema = z
  .array(weightSchema)
  .min(1)
  .max(MOST.holders)
  .superRefine((weights, context) => {
    const fail = (at: number, message: string) => context.addIssue({ code: 'custom', path: [at], message })
    const seen = new Set<Address>()
    weights.forEach(({ holder, wallets, weight }, at) => {
      const before = weights[at - 1]
      if (before !== undefined && before.holder >= holder) fail(at, 'holders must ascend')
      if (weight === 0n) fail(at, 'a weight must be above zero')
      if (!wallets.includes(holder)) fail(at, 'the holder must be one of its wallets')
      wallets.forEach((wallet, place) => {
        if (seen.has(wallet)) fail(at, `the wallet ${wallet} stands there twice`)
        seen.add(wallet)
        const previous = wallets[place - 1]
        if (previous !== undefined && previous >= wallet) fail(at, 'wallets must ascend')
      })
    })
  })

const storedBallot = z.strictObject({
  voter: address,
  option: z
    .int()
    .nonnegative()
    .max(MOST.options - 1),
  sequence: integer(MOST_SEQUENCE + 1n, 'a sequence'),
  signature,
  receivedAt: seconds,
  receipt: signature,
})

/** A ballot as it was received, with its receipt's time and signature. */
export type StoredBallot = z.output<typeof storedBallot>

const leavesSchema = z.strictObject({
  distribution: hash,
  payments: z.array(z.strictObject({ account: address, amount: uint256 })).min(1),
})
/** Who a distribution paid in tokens or LP units: what was unclaimed at the record block weighs too. */
export type Leaves = z.output<typeof leavesSchema>

const resultSchema = z.strictObject({
  options: z.array(uint256),
  holders: z.int().nonnegative(),
  voted: uint256,
  eligible: uint256,
})

const ballotsSchema = z.strictObject({
  kind: z.literal('ballots'),
  version: z.literal(1),
  poll: pollSchema,
  weights: weightsSchema,
  leaves: z.array(leavesSchema),
  closingBlock: block,
  ballots: z.array(storedBallot),
  refused: z.array(hash),
  result: resultSchema,
})

/**
 * Everything a poll came to: whoever has this file and a node of the chain can count again. `ballots` are in ascending
 * order of their hashes; `refused` are the hashes of those whose contract wallets did not stand by them at the closing block.
 */
export type BallotsFile = z.output<typeof ballotsSchema>

const paragraph = z
  .string()
  .min(1)
  .max(MOST.reason)
  // Line feeds are fine here.
  .regex(/^(?:[^\p{Cc}\p{Cf}\p{Cs}]|\n)*$/u, { error: 'must be text without control characters' })

const answerSchema = z.strictObject({
  kind: z.literal('answer'),
  version: z.literal(1),
  poll: hash,
  ballots: hash,
  accepted: z.boolean(),
  reason: paragraph,
})
/** The issuer's answer to what a poll came to: accepted, or declined with a reason. */
export type Answer = z.output<typeof answerSchema>

const evidenceSchema = z.strictObject({
  kind: z.literal('evidence'),
  version: z.literal(1),
  poll: hash,
  text: paragraph,
  link: z
    .url({ protocol: /^https$/ })
    .max(2000)
    .nullable(),
  /** keccak256 of a file that shows it, or null. */
  file: hash.nullable(),
})
/** An entry of the log of what was kept. */
export type Evidence = z.output<typeof evidenceSchema>

/** What the issuer puts up on the board under a poll's id after the poll itself. */
export type PollDocument = BallotsFile | Answer | Evidence

const texts = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(texts)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, texts(each)]))
}

/** The JSON of a document: integers as decimal strings. */
export const documentJson = (document: Poll | PollDocument | readonly Weight[]): unknown => texts(document)
/** Its one spelling. */
export const documentBytes = (document: Poll | PollDocument | readonly Weight[]): Uint8Array =>
  canonicalBytes(texts(document))
/** keccak256 of {@link documentBytes}: its name on chain. */
export const documentHash = (document: Poll | PollDocument | readonly Weight[]): Hex =>
  canonicalHash(texts(document))

const parsed = <T>(schema: z.ZodType<T>, what: string, json: unknown): T => {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, 20)
  throw new PollError(
    what,
    issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`),
  )
}

/** @throws PollError naming every field that is wrong */
export const parsePoll = (json: unknown): Poll => parsed(pollSchema, 'poll', json)

/**
 * Weights that are those a poll was announced with.
 * @throws PollError
 */
export const parseWeights = (
  json: unknown,
  poll: Pick<Poll, 'weights' | 'holders' | 'eligible'>,
): Weight[] => {
  const weights = parsed(weightsSchema, 'list of weights', json)
  const problems: string[] = []
  const own = documentHash(weights)
  if (own !== poll.weights) problems.push(`its hash is ${own}, but the poll names ${poll.weights}`)
  if (weights.length !== poll.holders) problems.push(`it has ${weights.length} holders, not ${poll.holders}`)
  const eligible = eligibleOf(weights)
  if (eligible !== poll.eligible) problems.push(`it sums up to ${eligible}, not ${poll.eligible}`)
  if (problems.length > 0) throw new PollError('list of weights', problems)
  return weights
}

const SCHEMAS = { ballots: ballotsSchema, answer: answerSchema, evidence: evidenceSchema }

/**
 * A document that is put up under a poll's id.
 * @throws PollError where it is none, or contradicts itself
 */
export const parseDocument = (json: unknown): PollDocument => {
  const kind = z.object({ kind: z.enum(['ballots', 'answer', 'evidence']) }).safeParse(json)
  if (!kind.success) throw new PollError('document', ['kind: must be ballots, answer or evidence'])
  const document = parsed<PollDocument>(SCHEMAS[kind.data.kind], kind.data.kind, json)
  if (document.kind === 'ballots') parseWeights(documentJson(document.weights), document.poll)
  return document
}

/**
 * A document from its bytes, which must be its one spelling.
 * @throws PollError
 */
export const decodeDocument = (bytes: Uint8Array): PollDocument => {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw new PollError('document', ['it is not JSON'])
  }
  const document = parseDocument(json)
  if (keccak256(bytes) !== documentHash(document)) {
    throw new PollError(document.kind, ['it is not written canonically (RFC 8785)'])
  }
  return document
}

/** Is what a file says it comes to what its own ballots come to? */
export const sameResult = (one: Result, other: Result): boolean =>
  documentHashOf(one) === documentHashOf(other)
const documentHashOf = (result: Result): Hex => canonicalHash(texts(result))
