// Is a publication what it says? Everything is read back, from R2 and from the chain, before a row is written.
import { type Address, type Hex, parseEventLogs } from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import {
  DisbursementError,
  decodeManifest,
  decodeTerms,
  distributionId,
  type Manifest,
  type Payment,
  parseManifest,
  paymentsOf,
  recordsOf,
} from '../../../disbursement/index.ts'
import { receiptOf, timestampOf } from './chain.ts'
import type { Distribution } from './distributions.ts'
import { type Env, settingsOf } from './env.ts'
import { ProblemError } from './problem.ts'
import { readManifest, readRecords } from './store.ts'

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

/** The manifest before, to check what was carried over; a first one has none, and one that is not stored checks nothing. */
const previousOf = async (env: Env, { previous }: Manifest): Promise<{ previous?: Manifest | null }> => {
  if (previous === null) return { previous: null }
  const bytes = await readManifest(env.STORE, previous)
  return bytes === null ? {} : { previous: decodeManifest(bytes) }
}

const storedManifest = async (env: Env, manifestHash: Hex): Promise<Manifest> => {
  const { terms, deployment } = settingsOf(env)
  const bytes = await readManifest(env.STORE, manifestHash)
  if (bytes === null)
    return refuse('manifest-missing', `Store the manifest first: ${manifestHash} is not there`)
  try {
    const previous = await previousOf(env, decodeManifest(bytes))
    return parseManifest(bytes, { terms, deployment, ...previous })
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    return refuse('manifest-invalid', error.message)
  }
}

/** The leaves a manifest makes, once the stored records turn out to be the file they make. */
const storedPayments = async (env: Env, manifestHash: Hex, manifest: Manifest): Promise<Payment[]> => {
  const expected = recordsOf(manifest)
  if (expected === null)
    return refuse('nothing-to-pay', 'The manifest pays nobody; it has nothing to publish')
  const records = await readRecords(env.STORE, manifestHash)
  if (records === null)
    return refuse('records-missing', `Store the records first: those of ${manifestHash} are not there`)
  if (!sameBytes(records, expected)) {
    return refuse(
      'records-differ',
      'The stored records are not those that the manifest makes; store them again',
    )
  }
  return paymentsOf(manifest)
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
 * Checks a publication through and through.
 * @returns the row to write and its leaves in order
 * @throws ProblemError publication-refused with the check that failed; store-* or chain-* where it could not be made
 */
export const verifiedPublication = async (
  env: Env,
  manifestHash: Hex,
  transaction: Hex,
): Promise<{ distribution: Distribution; payments: Payment[] }> => {
  const manifest = await storedManifest(env, manifestHash)
  const payments = await storedPayments(env, manifestHash, manifest)
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
    accounts: payments.length,
    stream: manifest.stream,
    period: manifest.period.name,
    asset: { symbol: manifest.payout.symbol, decimals: manifest.payout.decimals, address: token },
    opensAt: Number(opensAt),
    deadline: Number(deadline),
    publishedAt: await timestampOf(env, blockNumber),
    block: Number(blockNumber),
    transaction,
  }
  return { distribution, payments }
}
