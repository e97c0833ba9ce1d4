import { z } from '@hono/zod-openapi'
import type { Entry } from './entries.ts'
import { id, revisionField, seconds, status, wallet } from './schema.ts'

const own = {
  id,
  wallet,
  status,
  revision: revisionField,
  name: z.string().openapi({ example: 'Ada Example' }),
  email: z.string().openapi({ example: 'ada@example.com' }),
  pledge: z.string().openapi({ description: 'Base units of the currency', example: '1800000000' }),
  reason: z
    .string()
    .nullable()
    .openapi({ description: 'Why the issuer declined, where they said', example: null }),
  consent: z.object({ version: z.string().openapi({ example: '2026-03' }), at: seconds }),
  createdAt: seconds,
  updatedAt: seconds,
  decidedAt: seconds.nullable(),
  deleteAfter: seconds.openapi({ description: 'When the entry is deleted if nothing changes' }),
}

/** An entry as its holder and the issuer see it. */
export const entrySchema = z.object(own).openapi('Entry')

/** An entry in the issuer's list: one that cannot be decrypted is shown as such, and does not hide the others. */
export const listedSchema = z
  .object({
    ...own,
    name: own.name.nullable(),
    email: own.email.nullable(),
    pledge: own.pledge.nullable(),
    readable: z.boolean().openapi({ description: 'false: no key of the Worker opens it', example: true }),
  })
  .openapi('ListedEntry')

/** What is shown of an entry; its number is the database's own. */
export const shown = ({ number: _, ...entry }: Entry) => entry
