import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Hex } from 'viem'
import { decodeRecordsHead, mirrorPaths, mirrorRecords, readRecords } from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { fetchManifest, fetchPages, fetchRecords, fetchText, listDistributions } from './api.ts'
import type { Outcome, Say } from './output.ts'
import { differs, missing, refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { readIfThere, writeFile } from './state.ts'

/**
 * Writes everything public as static files, from which claims are proved when no server of ours is left: program,
 * distributions, manifests, and records cut into files (layout: disbursement/README.md). What is there already stays; each
 * distribution's head comes last, so a run that was cut short is finished by the next.
 * @param page a built page to put beside them
 */
export async function exportMirror(
  { apiUrl }: Pick<Settings, 'apiUrl'>,
  options: { to: string; page?: string },
  say: Say,
): Promise<Outcome> {
  const { to, page } = options
  const write = (path: string, bytes: Uint8Array | string): void => {
    const file = join(to, path)
    const there = readIfThere(file)
    if (there !== null && Buffer.compare(there, Buffer.from(bytes)) === 0) return
    mkdirSync(dirname(file), { recursive: true })
    writeFile(file, bytes)
  }
  mkdirSync(to, { recursive: true })
  if (page !== undefined) {
    if (!existsSync(join(page, 'index.html'))) {
      throw refused(`${page} holds no built page: --page must name a folder with its index.html`)
    }
    cpSync(page, to, { recursive: true })
  }
  const distributions = await listDistributions(apiUrl)
  for (const { manifestHash, root, period } of distributions) {
    if (readIfThere(join(to, mirrorPaths.head(manifestHash))) === null) {
      await exportRecords(apiUrl, manifestHash, root, write)
    }
    const manifest = await fetchManifest(apiUrl, manifestHash)
    if (manifest === null) throw missing(`the API has no manifest ${manifestHash}`)
    for (const [hash, page] of await fetchPages(apiUrl, manifest)) write(mirrorPaths.manifest(hash), page)
    write(mirrorPaths.manifest(manifestHash), manifest)
    say(`${period}: ${root}`)
  }
  write(mirrorPaths.program, await fetchText(apiUrl, '/v1/program'))
  write(mirrorPaths.distributions, await fetchText(apiUrl, '/v1/distributions'))
  return {
    json: { folder: to, distributions: distributions.map(({ id }) => id) },
    text: `${distributions.length} distributions lie in ${to}: put the folder on any web server`,
  }
}

async function exportRecords(
  apiUrl: string,
  manifestHash: Hex,
  root: Hex,
  write: (path: string, bytes: Uint8Array) => void,
): Promise<void> {
  const records = await fetchRecords(apiUrl, manifestHash)
  if (records === null) throw missing(`the API has no records of manifest ${manifestHash}`)
  const kernel = nodeKernel()
  const read = ({ offset, length }: { offset: number; length: number }): Uint8Array =>
    records.subarray(offset, offset + length)
  // Every record is checked before any is written.
  for (const _ of readRecords(records.length, read, kernel));
  const head = decodeRecordsHead(records, kernel)
  if (head.root !== root) {
    throw differs(`the records of manifest ${manifestHash} lead to ${head.root}, and ${root} was published`)
  }
  for (const { path, bytes } of mirrorRecords(manifestHash, head, read)) write(path, bytes)
}
