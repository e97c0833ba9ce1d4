import type { Hex, PrivateKeyAccount, TransactionReceipt } from 'viem'
import { decodeTerms, type Period } from '../disbursement/index.ts'
import { latestBlock, nonceOf } from './chain.ts'
import { findPublished, isCancelled, publishedOf, receiptOf, wordOf } from './events.ts'
import { checkFunds } from './funding.ts'
import type { Say } from './output.ts'
import type { Prepared } from './prepared.ts'
import { flagsOf, type Surroundings } from './program.ts'
import {
  fixPublication,
  type Publication,
  publicationOf,
  readPublication,
  readReceipt,
  readSigned,
  replacePublication,
  unlike,
} from './publication.ts'
import { differs, missing, refused } from './refusal.ts'

/** Everything one run of publish works with. */
export interface Run extends Surroundings {
  account: PrivateKeyAccount
  apiSecret: string
  period: Period
  folder: string
  prepared: Prepared
  say: Say
}

/** A publication that was not sent within this time (seconds) is dated anew, lest it shorten the challenge window. */
const STALE = 600n

/**
 * The distribution to be: what an earlier run fixed, or what the chain has of these very files (their state may have been
 * lost, or another machine's), or a new one.
 */
export async function fixedPublication(run: Run, root: Hex): Promise<Publication> {
  const { chain, terms, folder, prepared } = run
  const { timestamp } = await latestBlock(chain)
  const fresh = publicationOf(prepared, root, terms, timestamp)
  const fixed = readPublication(folder, prepared)
  if (fixed !== null) {
    const isStale = fixed.opensAt + STALE < fresh.opensAt
    if (!isStale || (await mayBeOnItsWay(run, fixed))) return fixed
  }
  const found = await publicationOnChain(run, fresh)
  if (found !== null) {
    replacePublication(folder, found)
    return found
  }
  await checkFunds(run, prepared.manifest)
  if (fixed === null) return fixPublication(folder, fresh, prepared)
  replacePublication(folder, fresh)
  return fresh
}

async function mayBeOnItsWay(
  { chain, folder, account }: Run,
  { distributor, id }: Publication,
): Promise<boolean> {
  const signed = readSigned(folder)
  // The nonce before the word: in the other order the transaction could be mined in between.
  const isSpent = signed === null || (await nonceOf(chain, account.address)) > signed.nonce
  return !isSpent || (await wordOf(chain, distributor, id)) !== 0n
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
