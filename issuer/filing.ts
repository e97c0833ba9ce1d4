import { existsSync } from 'node:fs'
import {
  assetOf,
  type Disbursement,
  type Manifest,
  manifestJson,
  type Period,
} from '../disbursement/index.ts'
import { nonceOf } from './chain.ts'
import { findPublished, isCancelled, type Published, wordOf } from './events.ts'
import { standingDistribution, unregisteredPublication } from './history.ts'
import { jsonText, type Outcome } from './output.ts'
import { differencesOf, readPrepared, type Writing, writePrepared } from './prepared.ts'
import { flagsOf, type Surroundings } from './program.ts'
import { batchFile, readAsked, readPublication, readSigned } from './publication.ts'
import { differs, exitCodes, Refusal, refused } from './refusal.ts'
import { lockFolder, periodFolder } from './state.ts'

/**
 * Puts a prepared period into its folder: the same files again change nothing, others take their place only with
 * `replace`, and never while a transaction that publishes them may still be mined.
 * @param summary what is shown of it
 */
export async function file(
  surroundings: Surroundings,
  period: Period,
  disbursement: Disbursement,
  summary: { json: object; text: string },
  replace: boolean,
): Promise<Outcome> {
  const { settings, terms, deployment } = surroundings
  const { manifest, root } = disbursement
  const folder = periodFolder(settings.state, deployment.network, terms.name, period)
  const unlock = lockFolder(folder)
  let state: Writing
  try {
    const isOver = await wasCancelled(surroundings, folder, period)
    state = await writePrepared(folder, disbursement, jsonText(summary.json), isOver, async (old) => {
      if (!replace) throw differs(differenceText(period.name, folder, old, manifest))
      await refuseUnderWay(surroundings, folder)
    })
  } finally {
    unlock()
  }
  const ending = {
    written: `Prepared in ${folder}.`,
    unchanged: `Unchanged: ${folder} holds these very files already.`,
    replaced: `Prepared anew in ${folder}; the files before are kept beside it.`,
  }[state]
  const next =
    root === null
      ? `Nobody is paid: publish ${flagsOf(period)} records what carries over.`
      : `Next: publish ${flagsOf(period)}`
  return {
    json: { ...summary.json, folder, state },
    text: [summary.text, '', ending, next].join('\n'),
  }
}

/**
 * A period is published once; what stands can only be cancelled, and only in its challenge window.
 * @returns a publication that stands but was never registered: preparing the same again leads to its registration
 */
export async function refusePublished(
  surroundings: Surroundings,
  period: Period,
  recordBlock: bigint,
): Promise<Published | null> {
  const standing = await standingDistribution(surroundings, period)
  if (standing !== null) {
    throw refused(
      `${period.name} is published already: distribution ${standing.published.id} in transaction ${standing.published.transaction}`,
    )
  }
  const { address } = assetOf(surroundings.terms, surroundings.deployment, period.asset)
  return unregisteredPublication(surroundings, period, address, recordBlock)
}

/** What is published and not registered is prepared again, not anew. */
export function requireSameAs(
  unregistered: Published | null,
  { name }: Period,
  { manifestHash }: Disbursement,
): void {
  if (unregistered === null || unregistered.manifestHash === manifestHash) return
  throw refused(
    `${name} is published already in transaction ${unregistered.transaction}, with other figures (manifest ${unregistered.manifestHash}) and not registered with the API: prepare it with those, and run publish to register it`,
  )
}

/**
 * Whether the prepared files belong to a distribution that was published and taken back: then they are history, and the
 * period is prepared as if for the first time.
 */
async function wasCancelled(
  { chain, terms, deployment }: Surroundings,
  folder: string,
  period: Period,
): Promise<boolean> {
  const prepared = readIntact(() => readPrepared(folder, period, { terms, deployment }))
  const publication = prepared === null ? null : readIntact(() => readPublication(folder, prepared))
  if (prepared === null || publication === null) return false
  const { issuer, token, id } = publication
  if ((await wordOf(chain, deployment.distributor, id)) === 0n) return false
  const from = prepared.manifest.recordBlock.number
  const published = (await findPublished(chain, deployment.distributor, { issuer, token }, from)).find(
    (each) => each.id === id,
  )
  return published !== undefined && isCancelled(chain, deployment.distributor, published)
}

/** Files may be replaced as long as no transaction that publishes them can still be mined. */
async function refuseUnderWay({ chain, deployment }: Surroundings, folder: string): Promise<void> {
  const asked = readIntact(() => readAsked(folder))
  if (asked !== null && (await nonceOf(chain, deployment.issuer)) <= asked.nonce) {
    throw refused(
      `a wallet was asked to publish the prepared files and may still do so: run publish to see it through, or spend the issuer's nonce ${asked.nonce} on another transaction first`,
    )
  }
  if (existsSync(batchFile(folder))) {
    throw refused(
      `${batchFile(folder)} holds the prepared files' publication for the Safe's owners: have every one of them throw it away, then run publish with --discard-batch`,
    )
  }
  const signed = readIntact(() => readSigned(folder))
  if (signed === null || (await nonceOf(chain, deployment.issuer)) > signed.nonce) return
  throw refused(
    `the transaction ${signed.hash} that publishes the prepared files is signed and may still be mined: run publish to see it through, or spend the issuer's nonce ${signed.nonce} on another transaction first`,
  )
}

/** Damaged files are what --replace is for. */
function readIntact<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Refusal && error.exitCode === exitCodes.differs) return null
    throw error
  }
}

const MOST_DIFFERENCES = 6

/** What was given comes before what follows from it. */
const given = [
  'income',
  'payout.funded',
  'lp',
  'termsHash',
  'parameters',
  'recordBlock',
  'lotsHash',
  'previous',
]

function rank(line: string): number {
  const place = given.findIndex((part) => line.startsWith(part))
  return place < 0 ? given.length : place
}

function differenceText(period: string, folder: string, old: Uint8Array, manifest: Manifest): string {
  let before: unknown
  try {
    before = JSON.parse(new TextDecoder().decode(old))
  } catch {
    return `the manifest in ${folder} is damaged: give --replace to prepare ${period} anew`
  }
  const lines = differencesOf(before, manifestJson(manifest)).sort((a, b) => rank(a) - rank(b))
  if (lines.length === 0)
    return `the files in ${folder} are damaged: give --replace to prepare ${period} anew`
  const more = lines.length > MOST_DIFFERENCES ? ` and ${lines.length - MOST_DIFFERENCES} more` : ''
  return `${period} was prepared differently before (${lines.slice(0, MOST_DIFFERENCES).join('; ')}${more}): give --replace to put the new one in its place`
}
