import type { Hex } from 'viem'
import { keccak256 } from 'viem'
import { z } from 'zod'
import { gatherPages, type ManifestPages } from '../disbursement/index.ts'
import type { Say } from './output.ts'
import { progressOf } from './progress.ts'
import { differs, missing, refused, shownUrl } from './refusal.ts'

const TIMEOUT = 30_000

const hex = z
  .string()
  .regex(/^0x[0-9a-f]*$/i)
  .transform((text) => text.toLowerCase() as Hex)
const amount = z.string().regex(/^\d+$/).transform(BigInt)

const listedSchema = z.object({
  id: hex,
  manifestHash: hex,
  stream: z.string(),
  period: z.string(),
  terms: hex,
  root: hex,
  total: amount,
  block: z.int().nonnegative().transform(BigInt),
  transaction: hex,
})

/** A distribution as the API lists it: only what the issuer's commands look at. */
export type Listed = z.infer<typeof listedSchema>

/** Every distribution that was registered with the API. */
export async function listDistributions(apiUrl: string): Promise<Listed[]> {
  const response = await call(apiUrl, '/v1/distributions')
  if (!response.ok) throw missing(await problemOf(response, 'list the distributions'))
  const list = z.array(listedSchema).safeParse(await response.json().catch(() => null))
  if (list.success) return list.data
  const issue = list.error.issues[0]
  throw missing(
    `what answers at ${shownUrl(apiUrl)} is not this program's API (${issue?.path.join('.')}: ${issue?.message}): set PRORATA_API_URL to it`,
  )
}

/** A manifest's bytes by its hash, and nothing but them; null where the API has none. */
export async function fetchManifest(apiUrl: string, hash: Hex): Promise<Uint8Array | null> {
  const response = await call(apiUrl, `/v1/manifests/${hash}`)
  if (response.status === 404) return null
  if (!response.ok) throw missing(await problemOf(response, `fetch the manifest ${hash}`))
  const bytes = new Uint8Array(await response.arrayBuffer())
  const actual = keccak256(bytes)
  if (actual !== hash) {
    throw differs(
      `the API served other bytes for the manifest ${hash} (they hash to ${actual}): nothing is built upon them`,
    )
  }
  return bytes
}

/** The pages that a large program's manifest names; none for a small one's. */
export function fetchPages(apiUrl: string, manifest: Uint8Array): Promise<ManifestPages> {
  return gatherPages(manifest, (hash) => fetchManifest(apiUrl, hash))
}

/** A publication's records file, unchecked; null where the API has none. */
export async function fetchRecords(apiUrl: string, manifestHash: Hex): Promise<Uint8Array | null> {
  const response = await call(apiUrl, `/v1/records/${manifestHash}`)
  if (response.status === 404) return null
  if (!response.ok) throw missing(await problemOf(response, `fetch the records of ${manifestHash}`))
  return new Uint8Array(await response.arrayBuffer())
}

/** What the API answers at a path, as it stands. */
export async function fetchText(apiUrl: string, path: string): Promise<string> {
  const response = await call(apiUrl, path)
  if (!response.ok) throw missing(await problemOf(response, `answer ${path}`))
  return response.text()
}

/** What the API answers at a path, as bytes. */
export async function fetchBytes(apiUrl: string, path: string): Promise<Uint8Array> {
  const response = await call(apiUrl, path)
  if (!response.ok) throw missing(await problemOf(response, `answer ${path}`))
  return new Uint8Array(await response.arrayBuffer())
}

const listStatus = z.object({ rows: z.int().nonnegative() })
const snapshotStatus = z.object({
  hash: hex,
  state: z.enum(['reading', 'failed', 'complete']),
  index: hex.nullable(),
  accounts: listStatus,
  expected: z.int().nullable(),
  lots: listStatus,
  rate: z.int().nullable(),
  remaining: z.int().nullable(),
  failures: z.int(),
  problem: z.string().nullable(),
})

/** How far the API is with reading everybody's rows at a block. */
export type SnapshotStatus = z.infer<typeof snapshotStatus>

/** Has the API read everybody's rows at a block; what it reads or has read already stays. */
export async function beginSnapshot(apiUrl: string, secret: string, block: bigint): Promise<SnapshotStatus> {
  const response = await call(apiUrl, '/v1/snapshots', write(secret, { block: Number(block) }))
  if (response.status === 401 || response.status === 403) {
    throw refused("the API refused the bearer secret: PRORATA_API_SECRET must be the API's")
  }
  return snapshotStatusIn(apiUrl, response)
}

/** How far that is. */
export async function snapshotStatusOf(apiUrl: string, block: bigint): Promise<SnapshotStatus> {
  return snapshotStatusIn(apiUrl, await call(apiUrl, `/v1/snapshots/${block}`))
}

async function snapshotStatusIn(apiUrl: string, response: Response): Promise<SnapshotStatus> {
  if (!response.ok) throw missing(await problemOf(response, 'read a snapshot'))
  const status = snapshotStatus.safeParse(await response.json().catch(() => null))
  if (status.success) return status.data
  throw missing(`what answers at ${shownUrl(apiUrl)} is no API that reads snapshots: deploy this version's`)
}

const write = (secret: string, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
  body: JSON.stringify(body),
})

const underWay = z.object({ registered: z.int().nonnegative(), accounts: z.int().positive() })

/**
 * Tells the API of a published distribution; doing it again changes nothing. The API writes the accounts of a large one
 * some at a time, so it is told until all are there.
 */
export async function register(
  apiUrl: string,
  secret: string,
  manifestHash: Hex,
  transaction: Hex,
  say: Say,
): Promise<void> {
  let tell: ((done: number) => void) | null = null
  for (let before = -1; ; ) {
    const response = await call(apiUrl, '/v1/distributions', write(secret, { manifestHash, transaction }))
    if (response.status === 202) {
      const { registered, accounts } = underWay.parse(await response.json())
      if (registered <= before) {
        throw missing(
          `the API registered ${registered} of ${accounts} accounts and no more: run publish again`,
        )
      }
      before = registered
      tell ??= progressOf(say, { what: 'registered accounts', total: accounts, first: registered })
      tell(registered)
      continue
    }
    if (response.ok) return
    if (response.status === 401 || response.status === 403) {
      throw refused(
        "the API refused the bearer secret: PRORATA_API_SECRET must be the API's; then run publish again",
      )
    }
    throw missing(
      `${await problemOf(response, 'register the distribution')}; run publish again once it is mended`,
    )
  }
}

/** One request, asked again where the server had ended an idle connection. */
export async function call(apiUrl: string, path: string, init: RequestInit = {}): Promise<Response> {
  const attempt = () =>
    fetch(apiUrl + path, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) })
  try {
    // A server ends a connection that was idle while this program was at work; everything asked here may be asked twice.
    return await attempt().catch((error) => (isClosed(error) ? attempt() : Promise.reject(error)))
  } catch (cause) {
    throw missing(
      `the API does not answer at ${shownUrl(apiUrl)}: start it, or set PRORATA_API_URL to one that answers`,
      {
        cause,
      },
    )
  }
}

function isClosed(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_SOCKET'
}

/** A sentence from a problem document (RFC 9457), or from the status alone. */
export async function problemOf(response: Response, what: string): Promise<string> {
  const body = z
    .object({ title: z.string().optional(), detail: z.string().optional() })
    .safeParse(await response.json().catch(() => ({})))
  const reason = body.data?.detail ?? body.data?.title
  return `the API could not ${what}: HTTP ${response.status}${reason ? `, ${reason.slice(0, 400)}` : ''}`
}
