// Polls as requests and answers have them.
import { z } from '@hono/zod-openapi'
import { MOST, MOST_SEQUENCE, MOST_SIGNATURE } from '../../../../polls/index.ts'
import { address, addressParam, amount, hash, hashParam } from '../schema.ts'

const decimal = (description: string, example: string) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,77})$/, { error: 'must be a whole number, as a decimal string' })
    .openapi({ description, example })
const seconds = (description: string, example: string) => decimal(`${description}, in unix seconds`, example)

const blockSchema = z
  .strictObject({
    number: decimal('Its number', '19000000'),
    hash: hash,
    timestamp: seconds('When it was made', '1775001590'),
  })
  .openapi('PollBlock')

export const pollDocument = z
  .strictObject({
    kind: z.literal('poll').openapi({ example: 'poll' }),
    version: z.literal(1).openapi({ example: 1 }),
    chainId: z.int().openapi({ example: 1 }),
    noticeboard: address.openapi({ description: 'The contract on which everything of the poll is put up' }),
    program: z.string().openapi({ example: 'alex' }),
    terms: hash,
    issuer: address,
    token: address,
    name: z.string().openapi({ example: '2026-moving' }),
    question: z.string().openapi({ example: 'Shall I move to the coast?' }),
    options: z.array(z.string().openapi({ example: 'Yes' })).openapi({ example: ['Yes', 'No'] }),
    recordBlock: blockSchema.openapi({ description: 'The block at which holders are weighed' }),
    opensAt: seconds('The first moment at which ballots are taken', '1775001600'),
    closesAt: seconds('The first moment at which they are not', '1775606400'),
    weights: hash.openapi({ description: 'The hash of the list of weights' }),
    holders: z.int().openapi({ description: 'How many weigh something', example: 30 }),
    eligible: amount.openapi({ description: 'What all holders weigh together' }),
    receiptSigner: address.openapi({ description: 'Who signs receipts' }),
  })
  .openapi('PollDocument', { description: 'Its hash as canonical JSON (RFC 8785) is the poll’s id' })

export const weightSchema = z
  .strictObject({
    holder: address.openapi({ description: 'The root wallet' }),
    wallets: z.array(address).openapi({ description: 'Any of them votes for all; ascending' }),
    weight: amount,
  })
  .openapi('PollWeight')

const result = {
  options: z.array(amount).openapi({ description: 'The weight behind each option' }),
  holders: z.int().nonnegative().openapi({ description: 'How many voted', example: 12 }),
  voted: amount.openapi({ description: 'What they weigh together' }),
  eligible: amount.openapi({ description: 'What everybody weighs' }),
}

/** Who said what to a poll, and where on chain. */
const putUp = { hash, transaction: hash }

export const statusField = z
  .enum(['announced', 'open', 'closed', 'counted'])
  .nullable()
  .openapi({ description: 'By the chain’s clock; null while the chain is away', example: 'open' })

export const pollSchema = z
  .object({
    id: hash,
    status: statusField,
    chainTime: z.int().nullable().openapi({ description: 'The chain’s clock', example: 1_775_088_000 }),
    transaction: hash.openapi({ description: 'In which it was announced' }),
    poll: pollDocument,
    received: z
      .object({
        holders: z.int().nonnegative().openapi({ example: 12 }),
        voted: amount,
      })
      .openapi('PollTurnout', { description: 'Whose ballots have been received so far' }),
    result: z
      .object({ ...result, ...putUp })
      .nullable()
      .openapi('PollResult', { description: 'With the hash of the ballots file; null until it is counted' }),
    answer: z
      .object({
        ...putUp,
        accepted: z.boolean().openapi({ example: true }),
        reason: z.string().openapi({ example: 'I have given notice for my flat.' }),
      })
      .nullable()
      .openapi('PollAnswer', { description: 'The issuer’s; null until it is given' }),
    evidence: z
      .array(
        z
          .object({
            ...putUp,
            text: z.string().openapi({ example: 'The lease is signed.' }),
            link: z.string().nullable().openapi({ example: 'https://example.org/lease' }),
            file: hash.nullable(),
          })
          .openapi('PollEvidence'),
      )
      .openapi({ description: 'What was kept, oldest first' }),
  })
  .openapi('Poll')

const SIGNATURE = `0x${'1b'.repeat(65)}`
const bytes = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/, { error: 'must be bytes: 0x and an even number of hexadecimal digits' })
  .max(2 + 2 * MOST_SIGNATURE, { error: `must be at most ${MOST_SIGNATURE} bytes` })
  .openapi({ example: SIGNATURE })

export const signedBallot = z
  .strictObject({
    voter: addressParam.openapi({ description: 'The wallet that signed' }),
    option: z
      .int()
      .min(0)
      .max(MOST.options - 1)
      .openapi({ description: 'Counted from 0', example: 0 }),
    sequence: z.int().min(0).max(Number(MOST_SEQUENCE)).openapi({
      description: 'Greater than that of the holder’s last ballot, such as milliseconds of the clock',
      example: 1_775_088_000_123,
    }),
    signature: bytes.openapi({ description: 'EIP-712, of a key or of a contract wallet (ERC-1271)' }),
  })
  .openapi('SignedBallot')

export const receiptSchema = z
  .object({
    poll: hash,
    ballot: hash.openapi({ description: 'The ballot’s EIP-712 hash' }),
    voter: address,
    option: z.int().nonnegative().openapi({ example: 0 }),
    sequence: z.int().nonnegative().openapi({ example: 1_775_088_000_123 }),
    receivedAt: z
      .int()
      .openapi({ description: 'By the chain’s clock, in unix seconds', example: 1_775_088_000 }),
    signer: address,
    signature: z.string().openapi({
      description: 'EIP-712 Receipt(poll, ballot, receivedAt) by the signer',
      example: SIGNATURE,
    }),
  })
  .openapi('BallotReceipt', { description: 'Proves that this ballot was received: keep it' })

export const storedBallot = z
  .object({
    hash,
    voter: address,
    option: z.int().nonnegative().openapi({ example: 0 }),
    sequence: z.string().openapi({ example: '1775088000123' }),
    signature: z.string().openapi({ example: SIGNATURE }),
    receivedAt: z.string().openapi({ example: '1775088000' }),
    receipt: z.string().openapi({ example: SIGNATURE }),
  })
  .openapi('ReceivedBallot')

export const pollParams = z.object({ id: hashParam })
