import { type Hex, parseEventLogs, type TransactionReceipt } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import type { Manifest } from '../disbursement/index.ts'
import { recordsKey } from '../workers/api/keys.ts'
import { formatAmount } from './amounts.ts'
import { register } from './api.ts'
import { blockAt, latestBlock } from './chain.ts'
import { send } from './delivery.ts'
import { type Published, publishedOf } from './events.ts'
import { checkFunds } from './funding.ts'
import { requireWitnessed } from './gate.ts'
import { discard, handOver } from './handover.ts'
import { checkStillDue } from './history.ts'
import { mannerWanted, type PublishOptions } from './manner.ts'
import { jsonText, type Outcome, type Say } from './output.ts'
import { openPrepared } from './preparedPeriod.ts'
import { openSurroundings, type Surroundings } from './program.ts'
import { type Publication, unlike, uploadFile, writeClosed, writeReceipt } from './publication.ts'
import { differs, refused } from './refusal.ts'
import { fixedPublication, publishedAlready, type Run, readBegun } from './resume.ts'
import type { Secrets, Settings } from './settings.ts'
import { issuerSigner, keyIfSet } from './signer.ts'
import { lockFolder } from './state.ts'
import { closedKey, openStore, requireStorage, type Store, storeManifest } from './storage.ts'

/**
 * Publishes a prepared period: store, approve, send, wait, check, register. Every step looks first whether it was done, so
 * that a run may end anywhere and another one goes on. The distribution's id is fixed before the first of them, and the
 * contract takes an id once: however often this runs, the period is funded once.
 * @param store see {@link Run}
 */
export async function publish(
  settings: Settings,
  secrets: Secrets,
  options: PublishOptions,
  say: Say,
  store?: Store,
): Promise<Outcome> {
  requireStorage(settings)
  const key = options.safe ? null : keyIfSet(secrets, settings)
  const { apiSecret } = secrets
  if (apiSecret === undefined) {
    throw refused(
      "PRORATA_API_SECRET is not set: it must be the API's bearer secret, to register what is published",
    )
  }
  const surroundings = await openSurroundings(settings)
  const { deployment } = surroundings
  const { period, folder, prepared } = openPrepared(surroundings, options)
  const manner = mannerWanted(options, prepared.manifest)
  const unlock = lockFolder(folder)
  try {
    const begun = readBegun(folder, prepared)
    const isSafe = options.safe === true || (begun !== null && begun.executeBy !== null)
    const signer = isSafe ? null : await issuerSigner(key, settings, deployment)
    const parts = { ...surroundings, signer, manner, apiSecret, period, folder, prepared, say }
    const run: Run = store === undefined ? parts : { ...parts, store }
    if (options.discardBatch) return await discard(run, begun)
    await checkRecordBlock(run, prepared.manifest)
    const { root } = prepared.manifest
    return root === null ? await close(run) : await carryOut(run, root, options)
  } finally {
    unlock()
  }
}

/** A manifest speaks of one block of one chain; after a deep reorganization, or on a chain made anew, it speaks of none. */
export async function checkRecordBlock(
  { chain }: Pick<Surroundings, 'chain'>,
  manifest: Manifest,
): Promise<void> {
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
  const { terms, deployment, folder, prepared, say } = run
  const { manifest, manifestHash } = prepared
  await requireWitnessed(run, manifest, say)
  const { stream, period, payout } = manifest
  await checkStillDue(run, run.period, manifest)
  await storing(run, async (store) => {
    await storeManifest(store, prepared, say)
    const key = closedKey(deployment.network, terms.name, stream, period.name)
    await store.put(key, Buffer.from(jsonText({ manifestHash })))
  })
  writeClosed(folder, manifestHash)
  say('manifest stored')
  return {
    json: { stream, period: period.name, published: false, manifestHash, carryOut: payout.carryOut },
    text: `Nobody is paid for ${period.name}, so nothing was published; ${formatAmount(payout.carryOut, payout.decimals)} ${payout.symbol} carry over (manifest ${manifestHash}).`,
  }
}

async function carryOut(run: Run, root: Hex, options: PublishOptions): Promise<Outcome> {
  const { say } = run
  const publication = await fixedPublication(run, root)
  say(`distribution ${publication.id}`)
  const done = await publishedAlready(run, publication)
  if (done === null) {
    await checkStillDue(run, run.period, run.prepared.manifest)
    await requireWitnessed(run, run.prepared.manifest, say)
    await checkFunds(run, run.prepared.manifest)
  }
  await storeFiles(run)
  if (done !== null) return finish(run, publication, done, true)
  const { signer } = run
  if (signer === null) return handOver(run, publication, options)
  return finish(run, publication, await send({ ...run, signer }, publication), false)
}

/** What is left once it is on chain: check the event, note it, tell the API. */
async function finish(
  run: Run,
  publication: Publication,
  receipt: TransactionReceipt,
  wasThere: boolean,
): Promise<Outcome> {
  const { say } = run
  checkEvent(run, publication, receipt)
  writeReceipt(run.folder, {
    transaction: receipt.transactionHash,
    block: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  })
  await register(run.settings.apiUrl, run.apiSecret, publication.manifestHash, receipt.transactionHash, say)
  say('registered with the API')
  return outcomeOf(run, publication, receipt, wasThere)
}

/** Manifest and records are public before the root is: nobody needs to take a root on trust. */
export async function storeFiles(run: Run): Promise<void> {
  const { prepared, folder, say } = run
  const { manifestHash, records } = prepared
  await storing(run, async (store) => {
    const wroteManifest = await storeManifest(store, prepared, say)
    const wroteRecords =
      records !== null && (await store.putLarge(recordsKey(manifestHash), records, uploadFile(folder), say))
    say(
      wroteManifest || wroteRecords
        ? 'manifest and records stored'
        : 'manifest and records are stored already',
    )
  })
}

/** Works with the run's own store, or with one that is opened for it. */
async function storing(
  { settings, store }: Pick<Run, 'settings' | 'store'>,
  work: (store: Store) => Promise<void>,
): Promise<void> {
  if (store !== undefined) return work(store)
  const opened = await openStore(settings)
  try {
    await work(opened)
  } finally {
    await opened.close()
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
  const { id, root, total, manifestHash, opensAt, deadline, mask } = publication
  const paid = mask === null ? null : paidIn(receipt, id)
  const json = {
    stream: run.period.stream,
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
    ...(paid !== null && { paid, left: totals.leaves - paid }),
  }
  const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString()
  const text = [
    `${period.name} ${wasThere ? 'was published already' : 'is published'}.`,
    `distribution  ${id}`,
    `root          ${root}`,
    `total         ${formatAmount(total, payout.decimals)} ${payout.symbol} for ${totals.leaves} accounts`,
    `manifest      ${manifestHash}`,
    `transaction   ${receipt.transactionHash} in block ${receipt.blockNumber}, ${receipt.gasUsed} gas`,
    paid === null
      ? `claims open   ${time(opensAt)}; until then it can be cancelled`
      : `paid          ${paid} of ${totals.leaves} accounts, without claiming; ${totals.leaves - paid} can claim now`,
    `deadline      ${deadline === 0n ? 'none' : time(deadline)}`,
  ].join('\n')
  return { json, text }
}

/** How many accounts a transaction paid at once. */
function paidIn(receipt: TransactionReceipt, id: Hex): number {
  const pushed = parseEventLogs({
    abi: merkleDistributorAbi,
    eventName: 'Pushed',
    logs: receipt.logs,
    strict: true,
  }).find(({ args }) => args.id === id)
  return [...(pushed?.args.paid ?? 0n).toString(2)].filter((bit) => bit === '1').length
}
