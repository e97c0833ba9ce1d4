/**
 * The static copy of the program's public data, as `prorata export` writes it (layout: disbursement/README.md), for when the
 * API is away: in the page's own folder, or in one of those that its build names.
 */
import { useSyncExternalStore } from 'react'

let places: readonly string[] = []

/** Where copies may be, each ending in a slash; none until the page has said so. */
export const copyPlaces = (): readonly string[] => places

/** @param given told once, as the page begins: the page's own folder first */
export function askCopiesAt(given: readonly string[]): void {
  places = given
}

/** A place that takes longer has nothing. */
const PATIENCE_MS = 10_000

let answering: string | null = null
const listeners = new Set<() => void>()

/** Notes who answered last: the copy at a place, or with null the API itself. */
export function noteAnswer(place: string | null): void {
  if (place === answering) return
  answering = place
  for (const changed of listeners) changed()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** The copy that stands in for the API now; null while the API answers. */
export function useCopy(): string | null {
  return useSyncExternalStore(subscribe, () => answering)
}

/** Where a manifest lies: at the API, or in the copy that answers. */
export const manifestLink = (hash: string, copy: string | null): string =>
  copy === null ? `v1/manifests/${hash}` : `${copy}manifests/${hash}.json`

/** Where terms and addresses lie. */
export const programLink = (copy: string | null): string =>
  copy === null ? 'v1/program' : `${copy}program.json`

/** A file of the first copy that has it; null where none has. */
export async function readCopied(path: string, signal?: AbortSignal): Promise<Uint8Array | null> {
  for (const place of places) {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      const response = await fetch(place + path, {
        signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      })
      // Some servers answer whatever they do not have with a page.
      const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false
      if (!response.ok || isPage) continue
      const bytes = new Uint8Array(await response.arrayBuffer())
      noteAnswer(place)
      return bytes
    } catch (error) {
      if (signal?.aborted) throw error
    }
  }
  return null
}

/** The same as JSON; undefined where no copy has it, or it is none. */
export async function readCopiedJson(path: string, signal?: AbortSignal): Promise<unknown> {
  const bytes = await readCopied(path, signal)
  if (bytes === null) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
