import { existsSync } from 'node:fs'
import type { Hex, TransactionReceipt } from 'viem'
import { decodeTerms, type Period } from '../disbursement/index.ts'
import { latestBlock, nonceOf } from './chain.ts'
import { findPublished, isCancelled, publishedOf, receiptOf, wordOf } from './events.ts'
import { checkFunds } from './funding.ts'
import type { Say } from './output.ts'
import type { Prepared } from './prepared.ts'
import { flagsOf, type Surroundings } from './program.ts'
import {
  batchFile,
  fixPublication,
  type Manner,
  type Publication,
  publicationOf,
  readAsked,
  readPublication,
  readReceipt,
  readSigned,
  replacePublication,
  unlike,
} from './publication.ts'
import { differs, missing, refused } from './refusal.ts'
import type { Signer } from './signer.ts'
import type { Store } from './storage.ts'

/** Everything one run of publish works with. */
export interface Run extends Surroundings {
  /** Null where a Safe's owners sign. */
  signer: Signer | null
  /** How the flags want it; null where they leave it as it was begun. */
  manner: Manner | null
  apiSecret: string
  period: Period
  folder: string
  prepared: Prepared
  say: Say
  /** One that is open already, and stays open: whoever publishes much in one process opens it once. */
  store?: Store
}

/** A run that signs itself, or has a wallet sign. */
export type SigningRun = Run & { signer: Signer }

/** A publication that was not sent within this time (seconds) is dated anew, lest it shorten the challenge window. */
export const STALE = 600n

/**
 * The distribution to be: what an earlier run fixed, or what the chain has of these very files (their state may have been
 * lost, or another machine's), or a new one.
 */
export async function fixedPublication(run: Run, root: Hex): Promise<Publication> {
  const { chain, terms, folder, prepared } = run
  const { timestamp } = await latestBlock(chain)
  const fixed = readBegun(folder, prepared)
  const manner = run.manner ?? (fixed === null ? CLAIMED : mannerOf(fixed))
  const fresh = publicationOf(prepared, root, terms, timestamp, manner)
  if (fixed !== null) {
    const isAsWanted = run.manner === null || isAlike(fixed, manner)
    if (isAsWanted && !isStale(fixed, fresh, timestamp)) return fixed
    const onItsWay = await mayBeOnItsWay(run, fixed)
    if (onItsWay === 'arrived' || (onItsWay === 'maybe' && isAsWanted)) return fixed
    if (onItsWay === 'maybe') {
      throw refused(
        `publishing was begun in another manner, and that transaction may still be mined: run publish ${flagsOf(run.period)} without flags to see it through`,
      )
    }
    requireNoBatch(run, fixed)
  }
  const found = await publicationOnChain(run, fresh)
  if (found !== null) {
    replacePublication(folder, found)
    return found
  }
  await checkFunds(run, prepared.manifest)
  const own = await untaken(run, fresh, (later) =>
    publicationOf(prepared, root, terms, timestamp + later, manner),
  )
  if (fixed === null && readPublication(folder, prepared) === null) {
    return fixPublication(folder, own, prepared)
  }
  replacePublication(folder, own)
  return own
}

/**
 * Two periods that pay the same accounts the same, published within one second, would have one id: the later one opens a second
 * later.
 * @param after the publication dated so many seconds later
 */
async function untaken(
  { chain }: Run,
  fresh: Publication,
  after: (later: bigint) => Publication,
): Promise<Publication> {
  let own = fresh
  for (let later = 1n; (await wordOf(chain, own.distributor, own.id)) !== 0n; later++) own = after(later)
  return own
}

/** What publishing began with. A batch that was never written out nobody can have, and its publication counts for nothing. */
export function readBegun(folder: string, prepared: Prepared): Publication | null {
  const publication = readPublication(folder, prepared)
  return publication?.executeBy != null && !existsSync(batchFile(folder)) ? null : publication
}

const CLAIMED: Manner = { mask: null, room: null }

const mannerOf = ({ mask }: Publication): Manner => ({ mask, room: null })

const isAlike = (fixed: Publication, { mask, room }: Manner) =>
  fixed.mask === mask && (fixed.executeBy !== null) === (room !== null)

function isStale(fixed: Publication, fresh: Publication, now: bigint): boolean {
  if (fixed.executeBy !== null) return now > fixed.executeBy
  return fixed.mask === null && fixed.opensAt + STALE < fresh.opensAt
}

async function mayBeOnItsWay(
  { chain, folder }: Run,
  { distributor, id, issuer }: Publication,
): Promise<'arrived' | 'maybe' | 'no'> {
  const nonces = [readSigned(folder)?.nonce, readAsked(folder)?.nonce].filter((each) => each !== undefined)
  // The nonce before the word: in the other order the transaction could be mined in between.
  const next = nonces.length === 0 ? 0 : await nonceOf(chain, issuer)
  if ((await wordOf(chain, distributor, id)) !== 0n) return 'arrived'
  return nonces.some((nonce) => next <= nonce) ? 'maybe' : 'no'
}

/** Whoever has a batch may execute it at any time, so no other publication is made beside it. */
function requireNoBatch({ folder, period }: Run, { executeBy }: Publication): void {
  if (executeBy === null) return
  const until = new Date(Number(executeBy) * 1000).toISOString()
  throw refused(
    `${batchFile(folder)} was written for the Safe's owners, to be executed until ${until}: execute it, or have every one of them throw it away (in the Safe too, where it was proposed) and then run publish ${flagsOf(period)} --discard-batch`,
  )
}

/** These files' publication under any opening time, unless it was taken back. */
async function publicationOnChain(run: Run, fresh: Publication): Promise<Publication | null> {
  const { chain, prepared, terms } = run
  const { issuer, token, distributor, root, manifestHash } = fresh
  const from = prepared.manifest.recordBlock.number
  for (const published of await findPublished(chain, distributor, { issuer, token }, from)) {
    if (published.manifestHash !== manifestHash || (await isCancelled(chain, distributor, published)))
      continue
    const { opensAt } = decodeTerms(published.terms)
    const found = publicationOf(prepared, root, terms, opensAt - BigInt(terms.challengeWindowSeconds))
    const different = unlike(found, published)
    if (different.length === 0) return found
    throw differs(
      `these files were published in transaction ${published.transaction}, but differently (${different.join('; ')}): cancel that distribution before it opens`,
    )
  }
  return null
}

/** The receipt of a publication that is on chain already; null when it is not. */
export async function publishedAlready(
  run: Run,
  publication: Publication,
): Promise<TransactionReceipt | null> {
  const { chain, say } = run
  const { distributor, id } = publication
  if ((await wordOf(chain, distributor, id)) === 0n) return null
  const receipt = await publishingReceipt(run, publication)
  if (receipt === null) {
    throw missing(
      `distribution ${id} is published, but the RPC does not find its Published event: try another RPC`,
    )
  }
  const published = publishedOf(receipt, distributor).find((each) => each.id === id)
  if (published !== undefined && (await isCancelled(chain, distributor, published))) {
    throw refused(`distribution ${id} was cancelled: run prepare ${flagsOf(run.period)} again for a new one`)
  }
  say(`already published in transaction ${receipt.transactionHash}: nothing is sent`)
  return receipt
}

/** The receipt with the publication's event: of the transaction this folder knows, or of the one the chain has. */
async function publishingReceipt(
  { chain, folder, prepared }: Run,
  publication: Publication,
): Promise<TransactionReceipt | null> {
  const { distributor, id, issuer, token } = publication
  const transaction = readReceipt(folder)?.transaction ?? readSigned(folder)?.hash
  const near = transaction === undefined ? null : await receiptOf(chain, transaction)
  if (isOf(near, publication)) return near
  const all = await findPublished(chain, distributor, { issuer, token }, prepared.manifest.recordBlock.number)
  const found = all.find((each) => each.id === id)
  return found === undefined ? null : receiptOf(chain, found.transaction)
}

function isOf(receipt: TransactionReceipt | null, { distributor, id }: Publication): boolean {
  return receipt !== null && publishedOf(receipt, distributor).some((each) => each.id === id)
}
