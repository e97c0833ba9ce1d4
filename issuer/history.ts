import type { Hash, Hex } from 'viem'
import { z } from 'zod'
import {
  decodeManifestHead,
  gatherPages,
  type IncomeManifest,
  type Manifest,
  type ManifestOf,
  type ManifestPages,
  manifestHash,
  type Period,
  parseManifest,
  periodsOf,
  type StreamName,
} from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { manifestKey } from '../workers/api/keys.ts'
import { fetchManifest, fetchPages, type Listed, listDistributions } from './api.ts'
import { findPublished, isCancelled, type Published, publishedIn } from './events.ts'
import { flagsOf, type Surroundings } from './program.ts'
import { differs, missing, refused } from './refusal.ts'
import { closedKey, openStore } from './storage.ts'

/** A period's distribution as it stands: registered with the API, published on chain, not cancelled. */
export interface Standing {
  listed: Listed
  published: Published
}

/**
 * The distribution of a period, null when there is none that stands. What the API lists is believed only as far as the
 * chain says the same.
 * @throws Refusal when list and chain differ, or two distributions stand for one period
 */
export async function standingDistribution(
  { settings, chain, deployment }: Surroundings,
  period: Period,
): Promise<Standing | null> {
  const listed = await listDistributions(settings.apiUrl)
  const standing: Standing[] = []
  for (const each of listed.filter(
    ({ stream, period: name }) => stream === period.stream && name === period.name,
  )) {
    const published = (await publishedIn(chain, deployment.distributor, each.transaction as Hash))?.find(
      ({ id }) => id === each.id,
    )
    if (published === undefined || published.manifestHash !== each.manifestHash) {
      throw differs(
        `the API lists the distribution ${each.id} for ${period.name}, but transaction ${each.transaction} did not publish it with manifest ${each.manifestHash}: the API's database does not belong to this chain`,
      )
    }
    if (await isCancelled(chain, deployment.distributor, published)) continue
    standing.push({ listed: each, published })
  }
  const [first, second] = standing
  if (first !== undefined && second !== undefined) {
    throw differs(
      `two distributions stand for ${period.name}, ${first.listed.id} and ${second.listed.id}: cancel one before anything is built upon them`,
    )
  }
  return first ?? null
}

/**
 * A publication of the period that the API has no row of, because it was interrupted before it was registered and its
 * files are elsewhere. Manifests are stored before anything is sent, so the API can tell whose they are.
 */
export async function unregisteredPublication(
  { settings, chain, deployment }: Surroundings,
  period: Period,
  asset: `0x${string}`,
  fromBlock: bigint,
): Promise<Published | null> {
  const { issuer, distributor } = deployment
  const found = await findPublished(chain, distributor, { issuer, token: asset }, fromBlock)
  const known = new Set((await listDistributions(settings.apiUrl)).map(({ id }) => id))
  for (const published of found.filter(({ id }) => !known.has(id))) {
    const bytes = await fetchManifest(settings.apiUrl, published.manifestHash)
    if (bytes === null) continue
    const { manifest } = decodeManifestHead(bytes)
    const isThis = manifest.stream === period.stream && manifest.period.name === period.name
    const isOurs = manifest.contracts.token === deployment.token
    if (isThis && isOurs && !(await isCancelled(chain, distributor, published))) return published
  }
  return null
}

/**
 * The manifest of the period before, which holds what waits for this one; null for a stream's first period.
 * @throws Refusal when the period before was neither published nor closed, for its carry-over would be lost
 */
export async function previousManifest<Stream extends StreamName>(
  surroundings: Surroundings,
  period: Period & { stream: Stream },
): Promise<ManifestOf<Stream> | null> {
  const { settings, terms, deployment } = surroundings
  const periods: readonly Period[] = periodsOf(terms, period.stream)
  const before = periods[period.position - 1]
  if (before === undefined) return null
  const standing = await standingDistribution(surroundings, before)
  const { bytes, pages } =
    standing === null
      ? await closedManifest(surroundings, before)
      : await registeredManifest(settings.apiUrl, standing.published.manifestHash)
  if (bytes === null && standing === null) {
    throw refused(
      `${before.name} was not published yet: prepare and publish it first, for what it leaves over goes into ${period.name}`,
    )
  }
  if (bytes === null) {
    throw missing(
      `the API has no manifest ${standing?.published.manifestHash} of ${before.name}, which holds what is carried over: run publish ${flagsOf(before)} again to store it`,
    )
  }
  const manifest = parseManifest(bytes, { terms, deployment, pages, hasher: nodeKernel() })
  if (manifest.stream !== before.stream || manifest.period.name !== before.name) {
    throw differs(
      `the manifest registered for ${before.name} is one of ${manifest.stream} ${manifest.period.name}`,
    )
  }
  return manifest as ManifestOf<Stream>
}

/**
 * Asks once more, before money moves, whether prepared files that are not on chain still are what is due: somebody else may
 * have published the period meanwhile, or have cancelled and published anew the one it carries over from.
 */
export async function checkStillDue(
  surroundings: Surroundings,
  period: Period,
  manifest: Manifest,
): Promise<void> {
  const other =
    (await standingDistribution(surroundings, period))?.published ??
    (await unregisteredPublication(surroundings, period, manifest.payout.asset, manifest.recordBlock.number))
  if (other !== null) {
    throw refused(
      `${period.name} is published already, as distribution ${other.id} with manifest ${other.manifestHash}: the files prepared here are of no use any more`,
    )
  }
  const previous = await previousManifest(surroundings, period)
  const hash = previous === null ? null : manifestHash(previous, nodeKernel())
  if (hash !== manifest.previous) {
    throw differs(
      `${period.name} was prepared upon the manifest ${manifest.previous ?? 'of no period'}, but the one before it is now ${hash ?? 'of no period'}: prepare it again with --replace`,
    )
  }
}

const closedSchema = z.object({ manifestHash: z.string().regex(/^0x[0-9a-f]{64}$/) })

/** A manifest's bytes with the pages that it names; null bytes where there are none. */
type Stored = { bytes: Uint8Array | null; pages?: ManifestPages }

async function registeredManifest(apiUrl: string, hash: Hex): Promise<Stored> {
  const bytes = await fetchManifest(apiUrl, hash)
  return bytes === null ? { bytes } : { bytes, pages: await fetchPages(apiUrl, bytes) }
}

/** The manifest of a period that paid nobody. Nothing on chain speaks of it, so the store does. */
async function closedManifest(
  { settings, terms, deployment }: Surroundings,
  period: Period,
): Promise<Stored> {
  const store = await openStore(settings)
  try {
    const note = await store.get(closedKey(deployment.network, terms.name, period.stream, period.name))
    if (note === null) return { bytes: null }
    const closed = closedSchema.parse(JSON.parse(new TextDecoder().decode(note)))
    const bytes = await store.get(manifestKey(closed.manifestHash as Hex))
    if (bytes === null) return { bytes }
    return { bytes, pages: await gatherPages(bytes, (hash) => store.get(manifestKey(hash))) }
  } finally {
    await store.close()
  }
}

/** Transactions that earlier periods were funded by, each with its period: none may fund another. */
export async function earlierFunding(
  { settings }: Surroundings,
  previous: IncomeManifest | null,
): Promise<Map<Hash, string>> {
  const used = new Map<Hash, string>()
  for (let manifest: Manifest | null = previous; manifest !== null; ) {
    const purchase = manifest.stream === 'income' ? manifest.lp : null
    for (const transaction of purchase?.transactions ?? []) used.set(transaction, manifest.period.name)
    if (manifest.previous === null) break
    const bytes: Uint8Array | null = await fetchManifest(settings.apiUrl, manifest.previous)
    if (bytes === null) {
      throw missing(
        `the API has no manifest ${manifest.previous}, the one before ${manifest.period.name}: store it again with publish`,
      )
    }
    manifest = decodeManifestHead(bytes).manifest
  }
  return used
}
