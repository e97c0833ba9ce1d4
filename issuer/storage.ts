import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestKey } from '../workers/api/keys.ts'
import type { Say } from './output.ts'
import type { Prepared } from './prepared.ts'
import { progressOf } from './progress.ts'
import { missing, refused } from './refusal.ts'
import type { Settings } from './settings.ts'
import { type Bucket, MOST_AT_ONCE, uploadInParts } from './upload.ts'

/** Which manifest closed a period that paid nobody: there is no distribution on chain that would say so. */
export const closedKey = (network: string, program: string, stream: string, period: string) =>
  `closed/${network}/${program}/${stream}/${period}.json`

export interface Store {
  get(key: string): Promise<Uint8Array | null>
  /** Writes unless these very bytes are there already. @returns whether it wrote */
  put(key: string, bytes: Uint8Array): Promise<boolean>
  /** Writes what is named by its own hash, unless something of that size is there. @returns whether it wrote */
  putNamed(key: string, bytes: Uint8Array): Promise<boolean>
  /** The same for a file of any size. @param stateFile notes how far a large one is */
  putLarge(key: string, bytes: Uint8Array, stateFile: string, say: Say): Promise<boolean>
  close(): Promise<void>
}

const BINDING = 'STORE'

/** Stores a manifest, its pages first: who finds the manifest finds them too. @returns whether anything was written */
export async function storeManifest(
  store: Store,
  {
    manifestBytes,
    manifestPages,
    manifestHash,
  }: Pick<Prepared, 'manifestBytes' | 'manifestPages' | 'manifestHash'>,
  say: Say,
): Promise<boolean> {
  const tell = progressOf(say, { what: 'manifest pages', total: manifestPages.size })
  let wrote = false
  let done = 0
  for (const [hash, page] of manifestPages) {
    wrote = (await store.putNamed(manifestKey(hash), page)) || wrote
    tell(++done)
  }
  return (await store.put(manifestKey(manifestHash), manifestBytes)) || wrote
}

/** Refuses settings that do not say where R2 is: better at the start of a command than in its middle. */
export function requireStorage({ bindings, persist }: StorageSettings): NonNullable<Settings['bindings']> {
  if (bindings === undefined) {
    throw refused(
      'PRORATA_BINDINGS (--bindings) is not set: it must be local or remote, for manifests are kept in R2',
    )
  }
  if (bindings === 'local' && persist === undefined) {
    throw refused(
      'PRORATA_BINDINGS is local, so PRORATA_PERSIST must name the folder wrangler dev persists to',
    )
  }
  return bindings
}

/**
 * Opens the API's bucket through wrangler: the folder that `wrangler dev --persist-to` uses, or the real R2 of the
 * Cloudflare account that wrangler is logged in to. The bucket's name comes from the API's own configuration; the rest
 * of that configuration (its secrets, its page) is none of this program's business, so wrangler is given a small one.
 */
export async function openStore(settings: StorageSettings): Promise<Store> {
  const { bucket, close } = await openBucket(settings)
  return storeOf(bucket, close)
}

/** What of the settings says where R2 is. */
export type StorageSettings = Pick<Settings, 'bindings' | 'persist' | 'wranglerConfig'>

/** The bucket itself. @returns `close` ends what wrangler started */
export async function openBucket(
  settings: StorageSettings,
): Promise<{ bucket: Bucket; close: () => Promise<void> }> {
  const bindings = requireStorage(settings)
  quietWrangler(bindings)
  // Wrangler takes seconds to load, which only the commands that store should cost.
  const { getPlatformProxy, unstable_readConfig: readConfig } = await import('wrangler')
  const bucket = bucketName(settings.wranglerConfig, readConfig)
  const folder = mkdtempSync(join(tmpdir(), 'prorata-'))
  const remote = bindings === 'remote'
  const configPath = join(folder, 'wrangler.json')
  const binding = { binding: BINDING, bucket_name: bucket, ...(remote && { remote }) }
  writeFileSync(
    configPath,
    JSON.stringify({ name: 'prorata-issuer', compatibility_date: '2025-09-01', r2_buckets: [binding] }),
  )
  try {
    const { env, dispose } = await getPlatformProxy<Record<typeof BINDING, Bucket>>({
      configPath,
      persist: remote || settings.persist === undefined ? false : { path: join(settings.persist, 'v3') },
      remoteBindings: remote,
    })
    return { bucket: env[BINDING], close: dispose }
  } catch (cause) {
    throw missing(`the R2 bucket ${bucket} cannot be opened (${bindings} bindings): ${firstLine(cause)}`, {
      cause,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function storeOf(bucket: Bucket, dispose: () => Promise<void>): Store {
  const get = async (key: string) => {
    const object = await bucket.get(key)
    return object === null ? null : new Uint8Array(await object.arrayBuffer())
  }
  const put = async (key: string, bytes: Uint8Array): Promise<boolean> => {
    const there = await get(key)
    if (there !== null && Buffer.compare(there, bytes) === 0) return false
    await bucket.put(key, bytes)
    return true
  }
  return {
    get,
    put,
    async putNamed(key, bytes) {
      if ((await bucket.head(key))?.size === bytes.length) return false
      await bucket.put(key, bytes)
      return true
    },
    putLarge: (key, bytes, stateFile, say) =>
      bytes.length <= MOST_AT_ONCE ? put(key, bytes) : uploadInParts(bucket, key, bytes, stateFile, say),
    close: dispose,
  }
}

function bucketName(
  config: string,
  readConfig: (args: { config: string }) => {
    r2_buckets: { binding: string; bucket_name?: string | undefined }[]
  },
): string {
  let buckets: ReturnType<typeof readConfig>['r2_buckets']
  try {
    buckets = readConfig({ config }).r2_buckets
  } catch (cause) {
    throw refused(
      `the wrangler configuration ${config} cannot be read: PRORATA_WRANGLER_CONFIG must name the API's (${firstLine(cause)})`,
      { cause },
    )
  }
  const name = buckets.find(({ binding }) => binding === BINDING)?.bucket_name
  if (name === undefined) {
    throw refused(
      `the wrangler configuration ${config} has no R2 bucket bound as ${BINDING}: the API's has one`,
    )
  }
  return name
}

/** Wrangler must not ask, phone home, or write into our output. Remotely it may need to ask for a login. */
function quietWrangler(bindings: 'local' | 'remote'): void {
  const quiet = { WRANGLER_LOG: 'error', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' }
  const local = bindings === 'local' ? { CI: '1', CLOUDFLARE_CF_FETCH_ENABLED: 'false' } : {}
  for (const [name, value] of Object.entries({ ...quiet, ...local })) process.env[name] ??= value
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? ''
}
