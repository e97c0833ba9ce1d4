// Which distribution and which manifest are meant: what is on chain decides, what is handed over is held against it.
import { type Hex, keccak256 } from 'viem'
import {
  decodeManifest,
  gatherPages,
  type Manifest,
  ManifestError,
  type Period,
} from '../disbursement/index.ts'
import type { Publication } from './publications.ts'
import type { Source } from './source.ts'

export type Located = {
  /** The publication on chain that it is about; null when there is none. */
  publication: Publication | null
  /** The manifest's bytes; null when nobody has them. */
  bytes: Uint8Array | null
}

/** The manifest in some bytes, a large one with its pages from the source, or what is wrong with them. */
export const readManifest = async (
  bytes: Uint8Array,
  source: Source,
): Promise<{ manifest: Manifest } | { problem: string }> => {
  const pages = await gatherPages(bytes, (hash) => source.manifest(hash))
  try {
    return { manifest: decodeManifest(bytes, pages) }
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    return { problem: error.problems[0] ?? error.message }
  }
}

/** What some bytes say of themselves, even where they are no good manifest any more. */
const claimed = (
  bytes: Uint8Array,
): { stream?: unknown; period?: { name?: unknown }; payout?: { asset?: unknown }; root?: unknown } => {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes))
    return typeof json === 'object' && json !== null ? json : {}
  } catch {
    return {}
  }
}

/** By a distribution's id: the chain names the manifest. */
export async function byId(publications: readonly Publication[], source: Source, id: Hex): Promise<Located> {
  const publication = publications.find((each) => each.id === id) ?? null
  if (publication === null) return { publication, bytes: null }
  const { manifestHash } = publication
  const own = source.given.find((each) => keccak256(each) === manifestHash)
  return { publication, bytes: own ?? (await source.manifest(manifestHash)) ?? source.given[0] ?? null }
}

/**
 * By a period: a manifest that was handed over is found on chain by its hash, else what a server lists by its id.
 * @param isStanding whether a publication was not taken back; one that stands goes before one that does not
 */
export async function byPeriod(
  publications: readonly Publication[],
  source: Source,
  period: Pick<Period, 'stream' | 'name'>,
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<Located> {
  const own = source.given.filter((each) => {
    const { stream, period: of } = claimed(each)
    return of?.name === period.name && stream === period.stream
  })
  const found: Publication[] = []
  for (const bytes of own) {
    const hash = keccak256(bytes)
    found.push(...publications.filter(({ manifestHash }) => manifestHash === hash))
  }
  if (own.length === 0) {
    const ids = new Set((await source.hints(period.stream, period.name)).map(({ id }) => id))
    found.push(...publications.filter(({ id }) => ids.has(id)))
  }
  let chosen = found[0] ?? null
  for (const each of found) {
    if (!(await isStanding(each))) continue
    chosen = each
    break
  }
  if (chosen !== null) return byId(publications, source, chosen.id)
  const [bytes] = own
  if (bytes === undefined) return { publication: null, bytes: null }
  return { publication: likeliest(publications, source, bytes), bytes }
}

/** For a manifest whose hash is not on chain: the publication it was probably made from, of its root or else of its asset. */
const likeliest = (
  publications: readonly Publication[],
  source: Source,
  bytes: Uint8Array,
): Publication | null => {
  const { root, payout } = claimed(bytes)
  if (root === null) return null
  const others = new Set(source.given.map((each) => keccak256(each)))
  const free = publications.filter(({ manifestHash }) => !others.has(manifestHash))
  const alike = free.filter(({ token }) => token === payout?.asset)
  return free.find((each) => each.root === root) ?? alike.at(-1) ?? null
}
