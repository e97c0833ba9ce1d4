// The public document from which anyone can recompute a root (SPEC section 8): its fields, its bytes, its hash.
import { type Hex, keccak256 } from 'viem'
import * as z from 'zod'
import { canonicalBytes, integersAsText } from './canonical.ts'
import { ManifestError } from './errors.ts'
import { addressField, hashField, isDecimal, problemsOf, utcSeconds } from './fields.ts'
import type { Hasher } from './hasher.ts'
import { type ManifestPages, pagedBytes, pagesNamed, withoutPages, withPages } from './manifestPages.ts'

/** The version of the specification a manifest follows, and of the engine that computed it. */
export const SPEC_VERSION = 1
export const ENGINE_VERSION = '0.1.0'

const DECIMAL = 'must be a non-negative integer as a decimal string, such as "0" or "1800000000"'
const decimalText = z.string({ error: DECIMAL }).refine(isDecimal, { error: DECIMAL, abort: true })
/** Amounts, block numbers and times: bigint here, a decimal string in JSON. */
const amount = decimalText.transform(BigInt)
/** Small whole numbers: number here, a decimal string in JSON. */
const count = decimalText
  .refine((text) => Number.isSafeInteger(Number(text)), { error: 'must be below 2^53' })
  .transform(Number)
const text = z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' })
const time = z
  .string({ error: 'must be a time in UTC, such as 2026-01-01T00:00:00Z' })
  .refine((value) => utcSeconds(value) !== null, {
    error: 'must be a time in UTC, such as 2026-01-01T00:00:00Z',
  })

const custody = z.strictObject({
  balance: amount,
  staked: amount,
  basis: amount,
  lp: amount,
  lpStaked: amount,
  total: amount,
})

/** What a manifest of either stream says of a holder. */
const holderFields = {
  holder: addressField,
  account: addressField,
  wallets: z.array(addressField),
  weight: amount,
  share: amount,
  accruedBefore: amount,
  accruedAfter: amount,
  amount,
  shard: count.nullable(),
  index: count.nullable(),
}

const carried = z.strictObject({
  asset: addressField,
  carryOut: amount,
  accrued: z.array(z.strictObject({ holder: addressField, amount })),
})

const payoutFields = {
  asset: addressField,
  symbol: text,
  decimals: count,
  funded: amount,
  carryIn: amount,
  carryOut: amount,
  accruedBefore: amount,
  accruedAfter: amount,
}

const totalFields = { holders: count, weight: amount, paid: amount, leaves: count, shards: count }

const last = z.boolean({ error: 'must be true or false' })

/** What a manifest of either stream says. */
const commonFields = {
  spec: count,
  engine: text,
  chainId: count,
  genesisBlock: amount,
  program: text,
  termsHash: hashField,
  period: z.strictObject({ name: text, start: time, end: time }),
  recordBlock: z.strictObject({ number: amount, hash: hashField, timestamp: amount }),
  contracts: z.strictObject({
    issuer: addressField,
    token: addressField,
    pair: addressField,
    tokenVault: addressField,
    lpVault: addressField,
    registry: addressField,
    distributor: addressField,
    saleAddresses: z.array(addressField),
  }),
  excluded: z.array(addressField),
  carried: z.array(carried),
  root: hashField.nullable(),
  previous: hashField.nullable(),
}

const lpPurchase = z.strictObject({
  method: z.enum(['swap', 'treasury'], { error: 'must be "swap" or "treasury"' }),
  transactions: z.array(hashField),
  spent: z.array(z.strictObject({ asset: addressField, amount })),
  ownTokens: amount,
  received: amount,
  heldAt: addressField,
})

const incomeSchema = z.strictObject({
  ...commonFields,
  stream: z.literal('income'),
  lotsHash: hashField,
  parameters: z.strictObject({
    incomeShareBps: count,
    cap: amount.optional(),
    forfeit: z.enum(['proportional', 'all-or-nothing']),
    denominator: z.enum(['eligible', 'sold']),
    lpTreatment: z.enum(['deposit-basis', 'none']),
    minPayout: amount,
    last,
  }),
  income: z.strictObject({
    amount,
    currency: z.strictObject({ address: addressField, symbol: text, decimals: count }),
    bps: count,
    dueBefore: amount.optional(),
    due: amount,
    statementHash: hashField.nullable(),
  }),
  payout: z.strictObject({ kind: z.enum(['currency', 'lp']), ...payoutFields, returned: amount }),
  lp: lpPurchase.nullable(),
  holders: z.array(
    z.strictObject({
      ...holderFields,
      lots: amount,
      custody,
      settled: amount,
      entitlement: amount,
      status: z.enum(['paid', 'accrued', 'forfeited', 'nothing'], {
        error: 'must be "paid", "accrued", "forfeited" or "nothing"',
      }),
    }),
  ),
  totals: z.strictObject({ ...totalFields, lots: amount, entitlement: amount, denominator: amount }),
})

const rewardSchema = z.strictObject({
  ...commonFields,
  stream: z.literal('liquidity'),
  parameters: z.strictObject({ reward: amount, minPayout: amount, last }),
  payout: z.strictObject({ kind: z.enum(['token', 'currency']), ...payoutFields }),
  lpDistributions: z.array(z.strictObject({ id: hashField, manifestHash: hashField })),
  holders: z.array(
    z.strictObject({
      ...holderFields,
      unitSeconds: z.strictObject({ lp: amount, lpStaked: amount, unclaimed: amount }),
      status: z.enum(['paid', 'accrued', 'nothing'], { error: 'must be "paid", "accrued" or "nothing"' }),
    }),
  ),
  totals: z.strictObject(totalFields),
})

const schema = z.discriminatedUnion('stream', [incomeSchema, rewardSchema], {
  error: (issue) => (issue.code === 'invalid_union' ? 'must be "income" or "liquidity"' : undefined),
})

/**
 * A manifest in memory: amounts, blocks and seconds as bigint, small whole numbers as number. README.md tells every
 * field. In JSON all integers are decimal strings ({@link ManifestJson}).
 */
export type Manifest = IncomeManifest | RewardManifest
export type ManifestJson = z.input<typeof schema>
/** The manifests of a stream. */
export type ManifestOf<Stream extends Manifest['stream']> = Extract<Manifest, { stream: Stream }>
/** A quarter's: who is owed what of the income. */
export type IncomeManifest = z.output<typeof incomeSchema>
export type IncomeHolder = IncomeManifest['holders'][number]
/** A reward month's: who provided how much liquidity for how long (SPEC section 11). */
export type RewardManifest = z.output<typeof rewardSchema>
export type RewardHolder = RewardManifest['holders'][number]
/** How the LP units of a payout were come by, and where they were until funding (SPEC section 12). */
export type LpPurchase = IncomeManifest['lp'] & object
/** What of one asset waits for later periods: the carry-over, and each holder's accrual. */
export type Carried = Manifest['carried'][number]

/** The manifest as plain JSON. */
export const manifestJson = (manifest: Manifest): ManifestJson => integersAsText(manifest) as ManifestJson

/** The manifest's canonical bytes (RFC 8785): what is stored, and what is hashed. Long lists are named in them by their pages. */
export const manifestBytes = (manifest: Manifest, hasher?: Hasher): Uint8Array =>
  pagedBytes(manifest, hasher).bytes

/** keccak256 of {@link manifestBytes}: goes on chain with the root. */
export const manifestHash = (manifest: Manifest, hasher?: Hasher): Hex =>
  keccak256(manifestBytes(manifest, hasher))

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

const NOT_CANONICAL = 'its bytes are not canonical JSON (RFC 8785), so its hash names another document'

const jsonIn = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch (error) {
    throw new ManifestError([
      `it is not JSON in UTF-8: ${error instanceof Error ? error.message : String(error)}`,
    ])
  }
}

const manifestIn = (json: unknown): Manifest => {
  const result = schema.safeParse(json)
  if (!result.success) throw new ManifestError(problemsOf(result.error))
  return result.data
}

/**
 * Reads a manifest's form, and from bytes also that they are the canonical ones. Whether its numbers follow from each
 * other is for `checkManifest` to say.
 * @param input the stored bytes, or parsed JSON
 * @param pages those that the bytes name, which only a large program's do
 * @throws ManifestError naming every malformed field, or a page that is missing
 */
export const decodeManifest = (
  input: unknown,
  pages: ManifestPages = new Map(),
  hasher?: Hasher,
): Manifest => {
  const json = input instanceof Uint8Array ? jsonIn(input) : input
  const manifest = manifestIn(withPages(json, pages))
  if (!(input instanceof Uint8Array)) return manifest
  const again = pagedBytes(manifest, hasher)
  if (sameBytes(input, again.bytes)) return manifest
  const wrong = pagesNamed(json).find((name) => !again.pages.has(name))
  throw new ManifestError([
    wrong === undefined ? NOT_CANONICAL : `its page ${wrong} is not what its name says: get it again`,
  ])
}

/**
 * Reads a manifest without its pages: everything in it but lists that are long, which come out empty.
 * @param bytes the stored bytes, which must be canonical
 * @returns `pages`: the hashes of its pages, in order; none when the manifest is whole as it stands
 * @throws ManifestError naming every malformed field
 */
export const decodeManifestHead = (bytes: Uint8Array): { manifest: Manifest; pages: Hex[] } => {
  const json = jsonIn(bytes)
  const manifest = manifestIn(withoutPages(json))
  if (!sameBytes(bytes, canonicalBytes(json))) throw new ManifestError([NOT_CANONICAL])
  return { manifest, pages: pagesNamed(json) }
}
