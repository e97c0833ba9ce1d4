import { join } from 'node:path'
import { bytesToHex, type Hex, keccak256 } from 'viem'
import {
  type Deployment,
  type Disbursement,
  DisbursementError,
  decodeRecords,
  type Hasher,
  type Manifest,
  type ManifestPages,
  type Period,
  parseManifest,
  recordsOf,
  type Terms,
} from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { differs, refused } from './refusal.ts'
import { readIfThere, writeFolder } from './state.ts'

/** The files of a prepared period. What publishing adds to them is in publication.ts. */
const files = {
  manifest: 'manifest.json',
  /** The pages that a large program's manifest names, a line each; there is none of a small one. */
  pages: 'manifest-pages.jsonl',
  records: 'records.bin',
  summary: 'summary.json',
} as const

const LINE_FEED = Buffer.from('\n')

/** A period's prepared files, as bytes and as what they say. Without anybody to pay there is no root and no records. */
export interface Prepared {
  manifest: Manifest
  manifestBytes: Uint8Array
  manifestPages: ManifestPages
  manifestHash: Hex
  records: Uint8Array | null
}

export type Writing = 'written' | 'unchanged' | 'replaced'

/**
 * Puts a computed disbursement into its folder. The same bytes again change nothing.
 * @param isOver the files there belong to a distribution that was taken back: they are put aside whatever they say
 * @param mayReplace asked only when other files are there; it throws when they must stay
 */
export async function writePrepared(
  folder: string,
  disbursement: Disbursement,
  summary: string,
  isOver: boolean,
  mayReplace: (old: Uint8Array) => Promise<void>,
): Promise<Writing> {
  const { manifestBytes, manifestPages, records } = disbursement
  const pages = manifestPages.size === 0 ? null : linesOf(manifestPages)
  const old = readIfThere(join(folder, files.manifest))
  const isSame = (file: string, bytes: Uint8Array | null) => same(readIfThere(join(folder, file)), bytes)
  const areSame =
    isSame(files.manifest, manifestBytes) &&
    isSame(files.pages, pages) &&
    isSame(files.records, records) &&
    isSame(files.summary, Buffer.from(summary))
  if (areSame && !isOver) return 'unchanged'
  if (old !== null && !isOver) await mayReplace(old)
  writeFolder(folder, {
    [files.manifest]: manifestBytes,
    [files.summary]: summary,
    ...(pages !== null && { [files.pages]: pages }),
    ...(records !== null && { [files.records]: records }),
  })
  return old === null ? 'written' : 'replaced'
}

/** Canonical JSON holds no line feed. */
function linesOf(pages: ManifestPages): Uint8Array {
  return Buffer.concat([...pages.values()].flatMap((page) => [page, LINE_FEED]))
}

/** The pages by their hashes, as they are: a changed one is under another name than the manifest has for it. */
function pagesIn(lines: Uint8Array | null, hasher: Hasher): ManifestPages {
  const pages = new Map<Hex, Uint8Array>()
  for (let from = 0; lines !== null && from < lines.length; ) {
    const end = lines.indexOf(LINE_FEED[0] ?? 10, from)
    const page = lines.subarray(from, end < 0 ? lines.length : end)
    const name = new Uint8Array(32)
    hasher.hash(page, page.length, name)
    pages.set(bytesToHex(name), page)
    from += page.length + 1
  }
  return pages
}

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0
}

/**
 * Reads a period's prepared files back and checks everything that follows from their bytes: the hash, canonical form, every
 * figure, the identity, terms and deployment, and that the records are the manifest's own.
 * @returns null when nothing was prepared
 * @throws Refusal when a file was changed or is missing
 */
export function readPrepared(
  folder: string,
  { stream, name: period }: Pick<Period, 'stream' | 'name'>,
  context: { terms: Terms; deployment: Deployment },
): Prepared | null {
  const bytes = readIfThere(join(folder, files.manifest))
  if (bytes === null) return null
  try {
    const hasher = nodeKernel()
    const manifestPages = pagesIn(readIfThere(join(folder, files.pages)), hasher)
    const manifest = parseManifest(bytes, { ...context, pages: manifestPages, hasher })
    if (manifest.period.name !== period || manifest.stream !== stream) {
      throw refused(
        `the files prepared for ${period} in ${folder} are those of ${manifest.stream} ${manifest.period.name}: prepare ${period} again`,
      )
    }
    const manifestHash = keccak256(bytes)
    checkSummary(folder, period, manifestHash)
    const records = readIfThere(join(folder, files.records))
    checkRecords(manifest, records, hasher)
    return { manifest, manifestBytes: bytes, manifestPages, manifestHash, records }
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    throw differs(
      `the files prepared for ${period} in ${folder} do not hold together (${error.message}): prepare ${period} again with --replace`,
      { cause: error },
    )
  }
}

/** A manifest can be changed so that it still holds together; then it is another one than was shown when preparing. */
function checkSummary(folder: string, period: string, manifestHash: Hex): void {
  const summary = readIfThere(join(folder, files.summary))
  let shown: unknown
  try {
    shown = JSON.parse(summary?.toString() ?? '').manifestHash
  } catch {
    throw differs(`${files.summary} is missing or damaged: prepare ${period} again with --replace`)
  }
  if (shown === manifestHash) return
  throw differs(
    `the manifest hashes to ${manifestHash}, but ${shown} was prepared: the file was changed; prepare ${period} again with --replace`,
  )
}

function checkRecords(manifest: Manifest, records: Uint8Array | null, hasher: Hasher): void {
  const again = recordsOf(manifest, hasher)
  if (records === null || again === null) {
    if (records === again) return
    throw differs(
      `${files.records} is ${records === null ? 'missing' : 'there although nobody is paid'}: prepare ${manifest.period.name} again with --replace`,
    )
  }
  const { root, total } = decodeRecords(records, hasher)
  if (root !== manifest.root || total !== manifest.totals.paid) {
    throw differs(
      `the records lead to root ${root} and total ${total}, the manifest to ${manifest.root} and ${manifest.totals.paid}: prepare ${manifest.period.name} again with --replace`,
    )
  }
}

/**
 * What differs between two JSON documents, a line each with the path: "income.amount: 1 → 2". Lists are compared by place.
 */
export function differencesOf(before: unknown, after: unknown, path = ''): string[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) =>
      differencesOf(before[key], after[key], path === '' ? key : `${path}.${key}`),
    )
  }
  const [old, now] = [before, after].map((value) => JSON.stringify(value) ?? 'none')
  return old === now ? [] : [`${path}: ${old} → ${now}`]
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
