// The manifest of a large program: its long lists lie in pages of their own, named by their hashes, so that the manifest
// itself stays small however many holders there are, and its hash still names every one of them.
import { bytesToHex, type Hex } from 'viem'
import { canonicalBytes, integersAsText } from './canonical.ts'
import { ManifestError } from './errors.ts'
import { isDecimal } from './fields.ts'
import { type Hasher, portableHasher } from './hasher.ts'

/** A list with more entries than this lies in pages: beyond it a manifest would have more than some 10 MB. */
export const LONGEST_LIST = 16_384

/** Entries of a page, but for the last one's: some 2.5 MB of holders. */
export const PAGE_ENTRIES = 4096

/** The pages of a manifest by their hashes. */
export type ManifestPages = ReadonlyMap<Hex, Uint8Array>

/** What stands in a list's place. */
type Paged = { count: string; pages: Hex[] }

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPaged = (value: unknown): value is Paged =>
  isObject(value) &&
  typeof value.count === 'string' &&
  isDecimal(value.count) &&
  Array.isArray(value.pages) &&
  value.pages.every((page) => typeof page === 'string' && /^0x[0-9a-f]{64}$/.test(page))

/** A manifest's JSON with each list that may be long changed: its holders, and what accrues to each of them. */
const changeLists = (json: unknown, change: (list: unknown) => unknown): unknown => {
  if (!isObject(json)) return json
  const { holders, carried } = json
  return {
    ...json,
    ...(holders !== undefined && { holders: change(holders) }),
    ...(Array.isArray(carried) && {
      carried: carried.map((each) =>
        isObject(each) && each.accrued !== undefined ? { ...each, accrued: change(each.accrued) } : each,
      ),
    }),
  }
}

/**
 * A manifest's canonical bytes (RFC 8785), and the pages of those of its lists that are long: canonical JSON too.
 * @param manifest with its lists whole; integers may be text already
 */
export const pagedBytes = (
  manifest: unknown,
  hasher: Hasher = portableHasher,
): { bytes: Uint8Array; pages: Map<Hex, Uint8Array> } => {
  const pages = new Map<Hex, Uint8Array>()
  const short = changeLists(manifest, (list): unknown => {
    if (!Array.isArray(list) || list.length <= LONGEST_LIST) return list
    const names: Hex[] = []
    for (let from = 0; from < list.length; from += PAGE_ENTRIES) {
      // Page by page: the whole list as text would be several times the manifest.
      const page = canonicalBytes(integersAsText(list.slice(from, from + PAGE_ENTRIES)))
      const name = new Uint8Array(32)
      hasher.hash(page, page.length, name)
      names.push(bytesToHex(name))
      pages.set(bytesToHex(name), page)
    }
    return { count: `${list.length}`, pages: names } satisfies Paged
  })
  return { bytes: canonicalBytes(integersAsText(short)), pages }
}

/** The hashes of all pages that a manifest's JSON names, in order; none where its lists are whole. */
export const pagesNamed = (json: unknown): Hex[] => {
  const names: Hex[] = []
  changeLists(json, (list) => {
    if (isPaged(list)) names.push(...list.pages)
    return list
  })
  return names
}

/** The manifest's JSON with lists that lie in pages empty: everything but the holders one by one. */
export const withoutPages = (json: unknown): unknown =>
  changeLists(json, (list) => (isPaged(list) ? [] : list))

const entriesIn = (name: Hex, pages: ManifestPages): unknown[] => {
  const bytes = pages.get(name)
  if (bytes === undefined) {
    throw new ManifestError([`its page ${name} is missing: a manifest of this size needs its pages too`])
  }
  let entries: unknown
  try {
    entries = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    throw new ManifestError([`its page ${name} is not JSON in UTF-8`])
  }
  if (!Array.isArray(entries)) throw new ManifestError([`its page ${name} is no list`])
  return entries
}

/**
 * The manifest's JSON with its lists whole again. That pages are what their names say shows when it is written again.
 * @throws ManifestError when a page is missing or is none
 */
export const withPages = (json: unknown, pages: ManifestPages): unknown =>
  changeLists(json, (list) => {
    if (!isPaged(list)) return list
    const whole: unknown[] = []
    for (const name of list.pages) for (const entry of entriesIn(name, pages)) whole.push(entry)
    return whole
  })

/**
 * Gathers the pages that a manifest names; none for one whose lists are whole, or for bytes that are no JSON.
 * @param read the bytes under a page's hash, or null where there are none
 * @returns what was found: reading the manifest will say what is missing
 */
export const gatherPages = async (
  bytes: Uint8Array,
  read: (hash: Hex) => Promise<Uint8Array | null>,
): Promise<ManifestPages> => {
  const pages = new Map<Hex, Uint8Array>()
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return pages
  }
  for (const name of pagesNamed(json)) {
    const page = await read(name)
    if (page !== null) pages.set(name, page)
  }
  return pages
}
