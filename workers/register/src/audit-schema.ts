import { z } from '@hono/zod-openapi'
import { ACTIONS, ACTORS } from './audit.ts'
import { id, seconds } from './schema.ts'

export const deedSchema = z
  .object({
    number: z.int().openapi({ example: 1 }),
    at: seconds,
    actor: z.enum(ACTORS).openapi({ example: 'issuer' }),
    action: z.enum(ACTIONS).openapi({ example: 'approved' }),
    entry: id.nullable().openapi({ description: 'The entry it was done to, if to one' }),
    entries: z.int().nullable().openapi({ description: 'To how many, if to many', example: null }),
  })
  .openapi('Deed')
