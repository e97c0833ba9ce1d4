// The fields of which requests and answers are made.
import { z } from '@hono/zod-openapi'
import type { Address, Hex } from 'viem'

const ADDRESS = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const HASH = '0x9c22ff5f21f0b81b113e63f7db6da94fedef11b2119b4088b89664fb9a3cb658'

/** An address in a request: any case is read, lower case is kept. */
export const addressParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, { error: 'must be an address: 0x and 40 hexadecimal digits' })
  .transform((text) => text.toLowerCase() as Address)
  .openapi({ type: 'string', pattern: '^0x[0-9a-fA-F]{40}$', example: ADDRESS })

/** 32 bytes in a request: any case is read, lower case is kept. */
export const hashParam = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, { error: 'must be a hash: 0x and 64 hexadecimal digits' })
  .transform((text) => text.toLowerCase() as Hex)
  .openapi({ type: 'string', pattern: '^0x[0-9a-fA-F]{64}$', example: HASH })

/** A whole number written in digits, from `least` to `most`. */
export const numberParam = (least: number, most: number, example: number) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,9})$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `must be from ${least} to ${most}` })
    .openapi({ type: 'integer', minimum: least, maximum: most, example })

/** A day of the UTC calendar, as the unix seconds of its beginning. */
export const dayParam = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, { error: 'must be a day such as 2026-12-31', abort: true })
  .transform((text, context) => {
    const milliseconds = Date.parse(`${text}T00:00:00Z`)
    // Not every date that can be written is one: 31 April would be read as 1 May.
    const isDay = milliseconds >= 0 && new Date(milliseconds).toISOString().startsWith(text)
    if (!isDay) context.addIssue({ code: 'custom', message: 'must be a day of the calendar, from 1970 on' })
    return milliseconds / 1000
  })
  .openapi({ type: 'string', format: 'date', example: '2026-12-31' })

/** graph-node counts blocks in 32 bits. */
export const blockParam = numberParam(0, 2 ** 31 - 1, 19_000_000)

/** In answers. */
export const address = z
  .string()
  .openapi({ description: 'An address in lower case', pattern: '^0x[0-9a-f]{40}$', example: ADDRESS })
export const hash = z
  .string()
  .openapi({ description: '32 bytes in lower-case hexadecimal', pattern: '^0x[0-9a-f]{64}$', example: HASH })
export const amount = z.string().openapi({
  description: 'Base units, a decimal string',
  pattern: '^(0|[1-9][0-9]*)$',
  example: '1800000000',
})
export const signedAmount = z
  .string()
  .openapi({ description: 'Base units, a decimal string', pattern: '^(0|-?[1-9][0-9]*)$', example: '-5000' })
export const block = z.int().nonnegative().openapi({ description: 'A block number', example: 19_000_000 })
export const seconds = z.int().nonnegative().openapi({ description: 'Unix seconds', example: 1_775_001_600 })
