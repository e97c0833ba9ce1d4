// Is a publication what it says? Everything is read back, from R2 and from the chain, before a row is written.
import { type Address, type Hex, parseEventLogs } from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import {
  checkManifestHead,
  DisbursementError,
  decodeManifestHead,
  decodeTerms,
  distributionId,
  type Manifest,
  ManifestError,
  parseManifest,
  recordsOf,
  SHARD_SIZE,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { paymentsOfShards } from './allocations.ts'
import { receiptOf, timestampOf } from './chain.ts'
import type { Distribution } from './distributions.ts'
import { type Env, settingsOf } from './env.ts'
import { ProblemError } from './problem.ts'
import { beginRegistration, completeRegistration, registerLeaves } from './registration.ts'
import { hasManifest, readManifest, readRecords, recordsHead, recordsSize } from './store.ts'

/** What can be wrong, for the issuer's command to act on. */
export type Check =
  | 'manifest-missing'
  | 'manifest-invalid'
  | 'nothing-to-pay'
  | 'records-missing'
  | 'records-differ'
  | 'transaction-unknown'
  | 'transaction-failed'
  | 'event-missing'
  | 'event-differs'

const refuse = (check: Check, detail: string): never => {
  throw new ProblemError('publication-refused', detail, { check })
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

/** The manifest before, to check what was carried over; a first one has none, and one that cannot be read here checks nothing. */
const previousOf = async (env: Env, { previous }: Manifest): Promise<{ previous?: Manifest | null }> => {
  if (previous === null) return { previous: null }
  const bytes = await readManifest(env.STORE, previous)
  if (bytes === null) return {}
  const { manifest, pages } = decodeManifestHead(bytes)
  return pages.length === 0 ? { previous: manifest } : {}
}

/** A manifest, and the hashes of its pages: it was checked without those. */
type Checked = { manifest: Manifest; pages: Hex[] }

const checkedManifest = async (env: Env, bytes: Uint8Array): Promise<Checked> => {
  const { terms, deployment } = settingsOf(env)
  const { manifest, pages } = decodeManifestHead(bytes)
  if (pages.length === 0) {
    const previous = await previousOf(env, manifest)
    return { manifest: parseManifest(bytes, { terms, deployment, ...previous }), pages }
  }
  const problems = checkManifestHead(manifest, { terms, deployment })
  if (problems.length > 0) throw new ManifestError(problems.map(({ message }) => message))
  return { manifest, pages }
}

const storedManifest = async (env: Env, manifestHash: Hex): Promise<Checked> => {
  const bytes = await readManifest(env.STORE, manifestHash)
  if (bytes === null)
    return refuse('manifest-missing', `Store the manifest first: ${manifestHash} is not there`)
  try {
    return await checkedManifest(env, bytes)
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    return refuse('manifest-invalid', error.message)
  }
}

const RECORDS_DIFFER = 'The stored records are not those that the manifest makes; store them again'

/** Are the stored records the file that the manifest makes? */
const checkRecords = async (env: Env, manifestHash: Hex, manifest: Manifest): Promise<void> => {
  const expected = recordsOf(manifest, workerKernel())
  const records = await readRecords(env.STORE, manifestHash)
  if (records === null)
    return refuse('records-missing', `Store the records first: those of ${manifestHash} are not there`)
  if (expected === null || !sameBytes(records, expected)) return refuse('records-differ', RECORDS_DIFFER)
}

/**
 * The same as far as one request goes, for a manifest in pages: root, total and number of leaves. Each request checks the
 * leaves that it writes, and in the end their sum.
 */
const checkRecordsHead = async (env: Env, manifestHash: Hex, manifest: Manifest): Promise<void> => {
  if ((await recordsSize(env.STORE, manifestHash)) === null)
    return refuse('records-missing', `Store the records first: those of ${manifestHash} are not there`)
  const head = await recordsHead(env.STORE, manifestHash, manifest.root ?? '0x')
  const { paid, leaves } = manifest.totals
  if (head.total !== paid || head.leaves !== leaves) refuse('records-differ', RECORDS_DIFFER)
}

type Published = {
  id: Hex
  issuer: Address
  token: Address
  terms: Hex
  root: Hex
  total: bigint
  manifestHash: Hex
}

/** What the event must say, field by field. */
const checkEvent = (event: Published, manifest: Manifest): void => {
  const { contracts, payout, totals, root } = manifest
  const expected = { issuer: contracts.issuer, token: payout.asset, root, total: totals.paid }
  for (const [field, value] of Object.entries(expected)) {
    const said = event[field as keyof typeof expected]
    const same = typeof said === 'string' ? said.toLowerCase() === value : said === value
    if (!same) refuse('event-differs', `${field} is ${said} on chain and ${value} in the manifest`)
  }
  if (event.id !== distributionId(event))
    refuse('event-differs', 'The id on chain is not that of its own fields')
}

const publishedIn = async (env: Env, transaction: Hex, manifestHash: Hex) => {
  const { distributor } = settingsOf(env).deployment
  const receipt = await receiptOf(env, transaction)
  if (receipt === null) {
    return refuse(
      'transaction-unknown',
      `The chain has no transaction ${transaction} in any block; wait for it, then try again`,
    )
  }
  if (BigInt(receipt.status) !== 1n)
    return refuse('transaction-failed', `Transaction ${transaction} was reverted`)
  const own = receipt.logs.filter((log) => log.address === distributor)
  const events = parseEventLogs({
    abi: merkleDistributorAbi,
    eventName: 'Published',
    logs: own as Parameters<typeof parseEventLogs>[0]['logs'],
  })
  const event = events.find(({ args }) => args.manifestHash === manifestHash)
  if (event === undefined) {
    return refuse(
      'event-missing',
      `Transaction ${transaction} published nothing with manifest ${manifestHash} on ${distributor}`,
    )
  }
  return { event: event.args, blockNumber: receipt.blockNumber }
}

/**
 * Checks a publication through and through; one whose manifest lies in pages but for those, which are too many for a
 * Worker: whoever makes, publishes or verifies it checks who gets what.
 * @returns the row to write, and the pages that must be stored too
 * @throws ProblemError publication-refused with the check that failed; store-* or chain-* where it could not be made
 */
export const verifiedPublication = async (
  env: Env,
  manifestHash: Hex,
  transaction: Hex,
): Promise<{ distribution: Distribution; pages: readonly Hex[] }> => {
  const { manifest, pages } = await storedManifest(env, manifestHash)
  if (manifest.root === null)
    return refuse('nothing-to-pay', 'The manifest pays nobody; it has nothing to publish')
  await (pages.length === 0 ? checkRecords : checkRecordsHead)(env, manifestHash, manifest)
  const { event, blockNumber } = await publishedIn(env, transaction, manifestHash)
  checkEvent(event, manifest)
  const { opensAt, deadline } = decodeTerms(event.terms)
  const token = manifest.payout.asset
  const distribution: Distribution = {
    id: event.id,
    issuer: manifest.contracts.issuer,
    token,
    terms: event.terms,
    root: event.root,
    total: event.total.toString(),
    manifestHash,
    accounts: manifest.totals.leaves,
    stream: manifest.stream,
    period: manifest.period.name,
    asset: { symbol: manifest.payout.symbol, decimals: manifest.payout.decimals, address: token },
    opensAt: Number(opensAt),
    deadline: Number(deadline),
    publishedAt: await timestampOf(env, blockNumber),
    block: Number(blockNumber),
    transaction,
  }
  return { distribution, pages }
}

/** Leaves that one request writes: 128 shards, read at once. */
export const LEAVES_A_REQUEST = 128 * SHARD_SIZE

/**
 * Writes a checked publication, or the next part of it.
 * @returns how far it is, and whether it became complete by this
 * @throws ProblemError publication-refused when a page is missing or the leaves pay another total; store-*
 */
export const registerNext = async (
  env: Env,
  { distribution, pages }: { distribution: Distribution; pages: readonly Hex[] },
): Promise<{ registered: number; isComplete: boolean; isNew: boolean }> => {
  const { id, accounts } = distribution
  let progress = await beginRegistration(env.DB, distribution)
  const from = progress.registered
  if (progress.complete) return { registered: from, isComplete: true, isNew: false }
  if (from < accounts) {
    const leaves = Math.min(LEAVES_A_REQUEST, accounts - from)
    const placeOf = (leaf: number) => Math.floor((leaf * pages.length) / accounts)
    await requirePages(env, pages.slice(placeOf(from), placeOf(from + leaves)))
    const shards = Math.ceil(leaves / SHARD_SIZE)
    const payments = await paymentsOfShards(env.STORE, distribution, from / SHARD_SIZE, shards)
    progress = await registerLeaves(env.DB, id, progress, payments)
  }
  const { registered, total } = progress
  if (registered < accounts) return { registered, isComplete: false, isNew: false }
  if (total.toString() !== distribution.total) refuse('records-differ', RECORDS_DIFFER)
  return { registered, isComplete: true, isNew: await completeRegistration(env.DB, id) }
}

/** Each request looks for its part of the pages, so that none asks for thousands. */
const requirePages = async ({ STORE }: Env, pages: readonly Hex[]): Promise<void> => {
  for (const page of pages) {
    if (!(await hasManifest(STORE, page)))
      refuse('manifest-missing', `Store the manifest's pages first: ${page} is not there`)
  }
}
