import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  isAddressEqual,
  type PrivateKeyAccount,
  type TransactionReceipt,
} from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { decodeTerms, periodOf } from '../disbursement/index.ts'
import { manifestKey, recordsKey } from '../workers/api/keys.ts'
import { formatAmount } from './amounts.ts'
import { register } from './api.ts'
import { blockAt, type Chain, latestBlock, nonceOf } from './chain.ts'
import { findPublished, isCancelled, type Published, publishedOf, receiptOf, wordOf } from './events.ts'
import { lpPurchase } from './funding.ts'
import { loadAccount } from './key.ts'
import { jsonText, type Outcome, type Say } from './output.ts'
import { type Prepared, readPrepared } from './prepared.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import {
  fixPublication,
  type Publication,
  publicationOf,
  readPublication,
  readReceipt,
  readSigned,
  replacePublication,
  unlike,
  writeClosed,
  writeReceipt,
  writeSigned,
} from './publication.ts'
import { differs, missing, refused } from './refusal.ts'
import { FailedOnChain, refusalOf, seeThrough, sign } from './sending.ts'
import type { Secrets, Settings } from './settings.ts'
import { lockFolder, periodFolder } from './state.ts'
import { closedKey, openStore, requireStorage } from './storage.ts'

/** Everything one run of publish works with. */
interface Run extends Surroundings {
  account: PrivateKeyAccount
  apiSecret: string
  folder: string
  prepared: Prepared
  say: Say
}

/**
 * Publishes a prepared period: store, approve, send, wait, check, register. Every step looks first whether it was done, so
 * that a run may end anywhere and another one goes on. The distribution's id is fixed before the first of them, and the
 * contract takes an id once: however often this runs, the period is funded once.
 */
export async function publish(
  settings: Settings,
  secrets: Secrets,
  periodName: string,
  say: Say,
): Promise<Outcome> {
  requireStorage(settings)
  const account = loadAccount(secrets)
  const { apiSecret } = secrets
  if (apiSecret === undefined) {
    throw refused(
      "PRORATA_API_SECRET is not set: it must be the API's bearer secret, to register what is published",
    )
  }
  const surroundings = await openSurroundings(settings)
  const { terms, deployment } = surroundings
  const period = periodOf(terms, 'income', periodName)
  checkKey(account, deployment.issuer)
  const folder = periodFolder(settings.state, deployment.network, terms.name, period.name)
  const prepared = readPrepared(folder, period.name, surroundings)
  if (prepared === null) {
    throw refused(
      `${period.name} is not prepared: nothing lies in ${folder}; run prepare --period ${period.name} first`,
    )
  }
  const run: Run = { ...surroundings, account, apiSecret, folder, prepared, say }
  const unlock = lockFolder(folder)
  try {
    await checkRecordBlock(run)
    const { root } = prepared.manifest
    return root === null ? await close(run) : await carryOut(run, root)
  } finally {
    unlock()
  }
}

function checkKey(account: PrivateKeyAccount, issuer: Address): void {
  if (isAddressEqual(account.address, issuer)) return
  throw refused(
    `the key is that of ${account.address.toLowerCase()}, but only the program's issuer ${issuer} can publish: set PRORATA_KEY or PRORATA_KEYSTORE to the issuer's`,
  )
}

/** A manifest speaks of one block of one chain; after a deep reorganization, or on a chain made anew, it speaks of none. */
async function checkRecordBlock({ chain, prepared: { manifest } }: Run): Promise<void> {
  const { number, hash } = manifest.recordBlock
  const latest = await latestBlock(chain)
  const actual = latest.number < number ? null : (await blockAt(chain, number)).hash
  if (actual === hash) return
  throw differs(
    `${manifest.period.name} was prepared at block ${number} of hash ${hash}, which is not on this chain (${actual ?? `it ends at ${latest.number}`}): prepare it again with --replace`,
  )
}

/** A period that pays nobody: nothing goes on chain, but its manifest is kept, for the next period carries over from it. */
async function close(run: Run): Promise<Outcome> {
  const { settings, terms, deployment, folder, prepared, say } = run
  const { manifest, manifestHash, manifestBytes } = prepared
  const { stream, period, payout } = manifest
  const store = await openStore(settings)
  try {
    await store.put(manifestKey(manifestHash), manifestBytes)
    const key = closedKey(deployment.network, terms.name, stream, period.name)
    await store.put(key, Buffer.from(jsonText({ manifestHash })))
  } finally {
    await store.close()
  }
  writeClosed(folder, manifestHash)
  say('manifest stored')
  return {
    json: { period: period.name, published: false, manifestHash, carryOut: payout.carryOut },
    text: `Nobody is paid for ${period.name}, so nothing was published; ${formatAmount(payout.carryOut, payout.decimals)} ${payout.symbol} carry over (manifest ${manifestHash}).`,
  }
}

async function carryOut(run: Run, root: Hex): Promise<Outcome> {
  const { say } = run
  const publication = await fixedPublication(run, root)
  say(`distribution ${publication.id}`)
  const done = await publishedAlready(run, publication)
  if (done === null) await checkFunds(run, publication)
  await storeFiles(run)
  const receipt = done ?? (await send(run, publication))
  checkEvent(run, publication, receipt)
  writeReceipt(run.folder, {
    transaction: receipt.transactionHash,
    block: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  })
  await register(run.settings.apiUrl, run.apiSecret, publication.manifestHash, receipt.transactionHash)
  say('registered with the API')
  return outcomeOf(run, publication, receipt, done !== null)
}

/** A publication that was not sent within this time (seconds) is dated anew, lest it shorten the challenge window. */
const STALE = 600n

/**
 * The distribution to be: what an earlier run fixed, or what the chain has of these very files (their state may have been
 * lost, or another machine's), or a new one.
 */
async function fixedPublication(run: Run, root: Hex): Promise<Publication> {
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
async function publishedAlready(run: Run, publication: Publication): Promise<TransactionReceipt | null> {
  const { chain, prepared, say } = run
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
    throw refused(
      `distribution ${id} was cancelled: run prepare --period ${prepared.manifest.period.name} again for a new one`,
    )
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

/** Looks at the money before anything is stored: the balance, and that the LP units are still those of the purchase. */
async function checkFunds(
  { chain, deployment, prepared }: Run,
  { token, issuer, total }: Publication,
): Promise<void> {
  const { payout, lp } = prepared.manifest
  const balance = await chain.readContract({
    abi: erc20Abi,
    address: token,
    functionName: 'balanceOf',
    args: [issuer],
  })
  if (balance < total) {
    const amount = (value: bigint) => `${formatAmount(value, payout.decimals)} ${payout.symbol}`
    throw refused(
      `the issuer ${issuer} has ${amount(balance)} and ${amount(total)} are to be paid: ${amount(total - balance)} are missing`,
    )
  }
  if (lp === null) return
  const again = await lpPurchase(chain, deployment, lp.transactions)
  if (jsonText(again) === jsonText(lp)) return
  throw differs(
    `the funding transactions brought ${again.received} LP units, and ${lp.received} were prepared with: prepare the period again with --replace`,
  )
}

/** Manifest and records are public before the root is: nobody needs to take a root on trust. */
async function storeFiles({ settings, prepared, say }: Run): Promise<void> {
  const { manifestHash, manifestBytes, records } = prepared
  const store = await openStore(settings)
  try {
    const wroteManifest = await store.put(manifestKey(manifestHash), manifestBytes)
    const wroteRecords = records !== null && (await store.put(recordsKey(manifestHash), records))
    say(
      wroteManifest || wroteRecords
        ? 'manifest and records stored'
        : 'manifest and records are stored already',
    )
  } finally {
    await store.close()
  }
}

async function send(run: Run, publication: Publication): Promise<TransactionReceipt> {
  const { chain, account, folder, say } = run
  const pending = readSigned(folder)
  if (pending !== null) {
    say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
    const receipt = await attempt(() => seeThrough(chain, account.address, pending))
    if (receipt !== null) return receipt
    say('it can no longer be mined: signing another one')
  }
  await approve(run, publication)
  const { token, terms, root, total, manifestHash, distributor } = publication
  const call = {
    abi: merkleDistributorAbi,
    functionName: 'publish',
    args: [token, terms, root, total, manifestHash],
  } as const
  await simulated(account.address, () => chain.simulateContract({ ...call, address: distributor, account }))
  const signed = await sign(run.settings, publication.chainId, account, {
    to: distributor,
    data: encodeFunctionData(call),
  })
  writeSigned(folder, signed)
  say(`sending transaction ${signed.hash}`)
  const receipt = await seeThrough(chain, account.address, signed)
  if (receipt !== null) return receipt
  throw missing(
    `transaction ${signed.hash} lost its nonce ${signed.nonce} to another transaction of the issuer: run publish again`,
  )
}

/** An earlier run's transaction that failed on chain is over, and another may be signed. */
async function attempt(action: () => Promise<TransactionReceipt | null>): Promise<TransactionReceipt | null> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FailedOnChain) return null
    throw error
  }
}

/** Allows the distributor exactly what it will pull, where it is not allowed that much already. */
async function approve({ chain, account, settings, say }: Run, publication: Publication): Promise<void> {
  const { token, distributor, issuer, total, chainId } = publication
  const allowance = await allowanceOf(chain, publication)
  if (allowance >= total) return
  const call = { abi: erc20Abi, functionName: 'approve', args: [distributor, total] } as const
  await simulated(issuer, () => chain.simulateContract({ ...call, address: token, account }))
  const signed = await sign(settings, chainId, account, { to: token, data: encodeFunctionData(call) })
  say(`approving ${total} in transaction ${signed.hash}`)
  await seeThrough(chain, account.address, signed)
  if ((await allowanceOf(chain, publication)) < total) {
    throw missing(`the approval in transaction ${signed.hash} has no effect yet: run publish again`)
  }
}

function allowanceOf(chain: Chain, { token, issuer, distributor }: Publication): Promise<bigint> {
  return chain.readContract({
    abi: erc20Abi,
    address: token,
    functionName: 'allowance',
    args: [issuer, distributor],
  })
}

async function simulated(account: Address, simulate: () => Promise<unknown>): Promise<void> {
  try {
    await simulate()
  } catch (error) {
    throw refusalOf(error, account)
  }
}

function checkEvent({ deployment }: Run, publication: Publication, receipt: TransactionReceipt): void {
  const published = publishedOf(receipt, deployment.distributor).find(
    ({ id }: Published) => id === publication.id,
  )
  const different = published === undefined ? ['there is no such event'] : unlike(publication, published)
  if (different.length === 0) return
  throw differs(
    `the Published event of transaction ${receipt.transactionHash} is not the prepared one (${different.join('; ')}): cancel the distribution before it opens`,
  )
}

function outcomeOf(
  run: Run,
  publication: Publication,
  receipt: TransactionReceipt,
  wasThere: boolean,
): Outcome {
  const { period, payout, totals } = run.prepared.manifest
  const { id, root, total, manifestHash, opensAt, deadline } = publication
  const json = {
    period: period.name,
    published: true,
    alreadyPublished: wasThere,
    id,
    root,
    total,
    manifestHash,
    transaction: receipt.transactionHash,
    block: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
    opensAt,
    deadline,
  }
  const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString()
  const text = [
    `${period.name} ${wasThere ? 'was published already' : 'is published'}.`,
    `distribution  ${id}`,
    `root          ${root}`,
    `total         ${formatAmount(total, payout.decimals)} ${payout.symbol} for ${totals.leaves} accounts`,
    `manifest      ${manifestHash}`,
    `transaction   ${receipt.transactionHash} in block ${receipt.blockNumber}, ${receipt.gasUsed} gas`,
    `claims open   ${time(opensAt)}; until then it can be cancelled`,
    `deadline      ${deadline === 0n ? 'none' : time(deadline)}`,
  ].join('\n')
  return { json, text }
}
