// The small fields of which terms, deployments and manifests are made, each saying what would be right.
import { type Address, getAddress, type Hex } from 'viem'
import * as z from 'zod'

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

const checksumHolds = (text: string): boolean => {
  const digits = text.slice(2)
  return digits === digits.toLowerCase() || digits === digits.toUpperCase() || getAddress(text) === text
}

/** An address, kept in lower case as the subgraph writes it. A mixed-case one must carry a right checksum (EIP-55). */
export const addressField = z
  .string({ error: 'must be an address: 0x and 40 hexadecimal digits' })
  .regex(ADDRESS, { error: 'must be an address: 0x and 40 hexadecimal digits', abort: true })
  .refine(checksumHolds, {
    error: 'has a wrong checksum (EIP-55): copy the address again, or write it in lower case',
  })
  .transform((text) => text.toLowerCase() as Address)

/** 32 bytes in lower-case hexadecimal. */
export const hashField = z
  .string({ error: 'must be a hash: 0x and 64 hexadecimal digits' })
  .regex(/^0x[0-9a-f]{64}$/, { error: 'must be a hash: 0x and 64 lower-case hexadecimal digits' })
  .transform((text) => text as Hex)

const DECIMAL = /^(0|[1-9][0-9]*)$/

/** Is the text a non-negative integer in its one decimal spelling? */
export const isDecimal = (text: string): boolean => DECIMAL.test(text)

/** The whole second a UTC time names, or null when the text is not an existing `YYYY-MM-DDThh:mm:ssZ`. */
export const utcSeconds = (text: string): bigint | null => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return null
  const milliseconds = Date.parse(text)
  // Date.parse rolls 30 February over into March, so the spelling must survive the way back.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== text.replace('Z', '.000Z'))
    return null
  return BigInt(milliseconds / 1000)
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  )

/** One sentence a problem, each led by the field's path. */
export const problemsOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => {
    const path = pathOf(issue.path)
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`)).join(', ')
      return `${keys}: not a known field; remove it or mend its spelling`
    }
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
