// A snapshot as it lies in R2: everybody's rows of the subgraph at one block. Shared with the issuer's command, which reads
// what the Worker writes.
import { z } from 'zod'

const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/)
const integer = z.string().regex(/^-?[0-9]+$/)

/** The lists of a snapshot in the order in which they are read: of the subgraph's rows, the fields kept. */
export const SNAPSHOT_LISTS = {
  accounts: {
    collection: 'accounts',
    row: z.object({
      id: bytes,
      holder: bytes,
      balance: integer,
      staked: integer,
      lp: integer,
      lpStaked: integer,
      lots: integer,
      custody: integer,
      basis: integer,
      settled: integer,
      units: integer,
      recipient: bytes.nullable(),
    }),
    /** The field that sums up to something that the subgraph knows: the token's supply, the lots sold. */
    summed: 'balance',
  },
  lots: {
    collection: 'primaryLots',
    row: z.object({
      id: bytes,
      holder: bytes,
      buyer: bytes,
      amount: integer,
      transaction: bytes,
      logIndex: z.union([integer, z.int().transform(String)]),
    }),
    summed: 'amount',
  },
} as const

export type SnapshotList = keyof typeof SNAPSHOT_LISTS
export const SNAPSHOT_LIST_NAMES = Object.keys(SNAPSHOT_LISTS) as SnapshotList[]

/** Rows of the subgraph that one page holds at most, and of one answer of it. */
export const ANSWER_ROWS = 1000
export const PAGE_ROWS = 32 * ANSWER_ROWS

/** A page's first line; then a line a row, ascending by id. There is no field in which a comma could stand. */
export const pageHeader = (list: SnapshotList): string =>
  `${Object.keys(SNAPSHOT_LISTS[list].row.shape).join(',')}\n`

/** A row's line; null is an empty field. */
export const pageLine = (list: SnapshotList, row: Readonly<Record<string, unknown>>): string =>
  `${Object.keys(SNAPSHOT_LISTS[list].row.shape)
    .map((field) => row[field] ?? '')
    .join(',')}\n`

/** A page's rows as text, unchecked. @throws Error when it does not begin as a page of that list does */
export const pageRows = (list: SnapshotList, text: string): Record<string, string | null>[] => {
  const header = pageHeader(list)
  if (!text.startsWith(header))
    throw new Error(`this is no page of ${list}: its first line must be ${header}`)
  const fields = header.trimEnd().split(',')
  return text
    .slice(header.length)
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const values = line.split(',')
      return Object.fromEntries(fields.map((field, at) => [field, values[at] || null]))
    })
}

const hash = z.string().regex(/^0x[0-9a-f]{64}$/)
const list = z.strictObject({ rows: integer, sum: integer, pages: z.array(hash) })

/** What names a snapshot's pages: canonical JSON, stored under its keccak256. */
export const snapshotIndex = z.strictObject({
  snapshot: z.literal('1'),
  chainId: integer,
  token: bytes,
  block: z.strictObject({ number: integer, hash, timestamp: integer }),
  /** The last block with an event of the program: its hash says which history the rows are of. */
  lastBlock: z.strictObject({ number: integer, hash }),
  accounts: list,
  lots: list,
})

export type SnapshotIndex = z.output<typeof snapshotIndex>

/** Where an index and a page lie in R2, each under its own keccak256. */
export const snapshotKey = (indexHash: string): string => `snapshots/${indexHash}.json`
export const snapshotPageKey = (pageHash: string): string => `snapshots/${pageHash}.csv`
