// The fields of which requests and answers are made.
import { z } from '@hono/zod-openapi'
import { type Address, type Hex, maxUint256 } from 'viem'
import { STATUSES } from './env.ts'

const WALLET = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const HASH = '0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658'
const ID = '0b1f7a52-6a0e-4d3c-9a51-54a8a1f3b6d2'

/**
 * An object with these fields and no others. An unknown field is not named in the refusal: it is what was sent, and could be
 * anything.
 */
export const fields = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `only ${Object.keys(shape).join(', ')} are known here` : undefined,
  })

/** A query without fields. */
export const noQuery = z.strictObject({}, { error: 'no query is known here' })

export const walletParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: 'must be a wallet: 0x and 40 hexadecimal digits' })
  .transform((text) => text.toLowerCase() as Address)
  .openapi({ type: 'string', pattern: '^0x[0-9a-fA-F]{40}$', example: WALLET })

export const rootParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, { error: 'must be a root: 0x and 64 hexadecimal digits' })
  .transform((text) => text.toLowerCase() as Hex)
  .openapi({ type: 'string', pattern: '^0x[0-9a-fA-F]{64}$', example: HASH })

export const idParam = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
    error: "must be an entry's id, a UUID in lower case",
  })
  .openapi({ example: ID })

export const numberParam = (least: number, most: number, example: number) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `must be from ${least} to ${most}` })
    .openapi({ type: 'integer', minimum: least, maximum: most, example })

export const MOST_A_PAGE = 200
/** Keyset pages: `after` is the `next` of the page before. */
export const pageQuery = {
  after: numberParam(0, Number.MAX_SAFE_INTEGER, 0).optional(),
  limit: numberParam(1, MOST_A_PAGE, 100).optional(),
}

export const statusParam = z
  .enum(STATUSES, { error: `must be one of ${STATUSES.join(', ')}` })
  .openapi({ example: 'declined' })

/** One line of text as a person writes it: no control characters, nothing that turns the direction of what stands around it. */
const line = (least: number, most: number) =>
  z
    .string({ error: 'must be text' })
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(least, { error: `must have at least ${least} character${least === 1 ? '' : 's'}` })
        .max(most, { error: `may have ${most} characters` })
        .regex(/^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, {
          error: 'must be one line of ordinary text',
        }),
    )

export const nameField = line(1, 200).openapi({
  type: 'string',
  minLength: 1,
  maxLength: 200,
  example: 'Ada Example',
})
export const emailField = z
  .string({ error: 'must be text' })
  .max(254, { error: 'may have 254 characters' })
  .pipe(z.email({ error: 'must be an e-mail address' }))
  .openapi({ type: 'string', format: 'email', maxLength: 254, example: 'ada@example.com' })
export const pledgeField = z
  .string({ error: 'must be a decimal string' })
  .regex(/^[1-9][0-9]{0,77}$/, {
    error: 'must be base units of the currency, more than 0, as a decimal string',
  })
  .refine((text) => !/^[0-9]{1,78}$/.test(text) || BigInt(text) <= maxUint256, {
    error: 'must fit into 256 bits',
  })
  .openapi({ type: 'string', pattern: '^[1-9][0-9]{0,77}$', example: '1800000000' })
export const consentField = z
  .string({ error: 'must be the version of the privacy text' })
  .max(40)
  .openapi({ description: 'The version of the privacy text that was agreed to', example: '2026-03' })
export const reasonField = line(1, 500).openapi({
  type: 'string',
  minLength: 1,
  maxLength: 500,
  example: 'We could not reach you',
})
export const revisionField = z
  .int({ error: 'must be the revision that was read, a whole number' })
  .positive()
  .openapi({ description: 'Counts changes of the entry', example: 1 })

/** In answers. */
export const wallet = z
  .string()
  .openapi({ description: 'A wallet in lower case', pattern: '^0x[0-9a-f]{40}$', example: WALLET })
export const hash = z.string().openapi({ pattern: '^0x[0-9a-f]{64}$', example: HASH })
export const id = z.string().openapi({ description: 'Names an entry', example: ID })
export const seconds = z
  .int()
  .nonnegative()
  .openapi({ description: 'Unix time in seconds', example: 1_775_027_200 })
export const status = z.enum(STATUSES).openapi({ example: 'pending' })
export const next = z
  .int()
  .nullable()
  .openapi({ description: '`after` of the next page; null on the last', example: null })

export const proofSchema = z
  .object({
    root: hash.openapi({ description: "An offering's allowListRoot" }),
    wallet,
    proof: z.array(hash).openapi({ description: 'What Offering.buy takes for this wallet', example: [HASH] }),
    sealedAt: seconds,
  })
  .openapi('AllowListProof')

export const listSchema = z
  .object({
    root: hash,
    wallets: z
      .int()
      .positive()
      .openapi({ description: 'How many were on it when it was sealed', example: 30 }),
    sealedAt: seconds,
  })
  .openapi('AllowList')
