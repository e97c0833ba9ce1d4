// Where manifests and records come from. None is trusted: everything is named by hashes that are on chain.
import { type Hex, keccak256 } from 'viem'
import { mirroredRecords, mirrorPaths, type Payment } from '../disbursement/index.ts'
import { MissingData, shownUrl } from './errors.ts'

/** What a server says stands for a period: where to look, not what to believe. */
export type Hint = { id: Hex; manifestHash: Hex }

/** A place that may have a program's public documents. */
export type Source = {
  /** The bytes it has under a manifest's hash; whether they are right is for the reader to check. */
  manifest(hash: Hex): Promise<Uint8Array | null>
  /** The records file of a manifest, or null. */
  records(manifestHash: Hex): Promise<Uint8Array | null>
  /** Manifests that were handed over without being asked for by hash, the one to verify first. */
  given: readonly Uint8Array[]
  /** Distributions it lists for a period. */
  hints(stream: string, period: string): Promise<Hint[]>
  /** A distribution's leaves themselves, where the source has nothing else of it. */
  leaves?(id: Hex): readonly Payment[] | null
  /** Whether records are to be expected there; else they are made of the manifest. */
  hasRecords: boolean
}

/** Records files begin with this. */
const RECORDS_MAGIC = 'prorata\n'
const isRecords = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, RECORDS_MAGIC.length)) === RECORDS_MAGIC

/**
 * Documents at hand, in any order: manifests are found by their hash, records by what they are. Of several records files,
 * the one whose root (bytes 20 to 52) a manifest states is its own.
 * @param documents manifests and records files
 */
export const bytesSource = (documents: readonly Uint8Array[]): Source => {
  const manifests = documents.filter((each) => !isRecords(each))
  const records = documents.filter(isRecords)
  const byHash = new Map(manifests.map((each) => [keccak256(each), each]))
  const rootOf = (manifest: Uint8Array | undefined): string | null => {
    try {
      return JSON.parse(new TextDecoder().decode(manifest)).root
    } catch {
      return null
    }
  }
  return {
    given: manifests,
    hasRecords: records.length > 0,
    manifest: async (hash) => byHash.get(hash) ?? null,
    records: async (manifestHash) => {
      const root = rootOf(byHash.get(manifestHash) ?? manifests[0])
      const own = records.find((each) => `0x${hexOf(each.subarray(20, 52))}` === root)
      return own ?? (records.length === 1 ? (records[0] ?? null) : null)
    },
    hints: async () => [],
  }
}

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Several places, asked one after the other. One that is away is passed over, and told of only where no other has an answer. */
export const sourceOf = (...sources: readonly Source[]): Source => {
  const orNext = async <Answer>(ask: () => Promise<Answer>, away: MissingData[]): Promise<Answer | null> => {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof MissingData)) throw error
      away.push(error)
      return null
    }
  }
  const first = async (ask: (source: Source) => Promise<Uint8Array | null>) => {
    const away: MissingData[] = []
    for (const source of sources) {
      const found = await orNext(() => ask(source), away)
      if (found !== null) return found
    }
    if (away[0] !== undefined) throw away[0]
    return null
  }
  return {
    given: sources.flatMap(({ given }) => given),
    hasRecords: sources.some(({ hasRecords }) => hasRecords),
    manifest: (hash) => first((source) => source.manifest(hash)),
    records: (hash) => first((source) => source.records(hash)),
    hints: async (stream, period) => {
      const away: MissingData[] = []
      const asked = sources.map((source) => orNext(() => source.hints(stream, period), away))
      const found = (await Promise.all(asked)).flatMap((hints) => hints ?? [])
      if (found.length === 0 && away[0] !== undefined) throw away[0]
      return found
    },
  }
}

const TIMEOUT = 30_000

/** Reads a document; null where there is none. */
async function read(url: string): Promise<Uint8Array | null> {
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) })
  } catch (cause) {
    throw new MissingData(`nothing answers at ${shownUrl(url)}: try another place for the manifest`, {
      cause,
    })
  }
  if (response.status === 404 || response.status === 410) return null
  // A static server's page for whatever it does not have.
  if (/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) return null
  if (!response.ok) throw new MissingData(`${shownUrl(url)} answered with HTTP ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

const HASH = /^0x[0-9a-f]{64}$/

/** The program's API, or any server with its paths. */
export const apiSource = (apiUrl: string): Source => ({
  given: [],
  hasRecords: true,
  manifest: (hash) => read(`${apiUrl}/v1/manifests/${hash}`),
  records: (manifestHash) => read(`${apiUrl}/v1/records/${manifestHash}`),
  hints: async (stream, period) => hintsFrom(`${apiUrl}/v1/distributions`, stream, period),
})

/** The distributions of a period in the list at an address. */
async function hintsFrom(url: string, stream: string, period: string): Promise<Hint[]> {
  const bytes = await read(url)
  const list: unknown = bytes === null ? [] : JSON.parse(new TextDecoder().decode(bytes))
  if (!Array.isArray(list)) throw new MissingData(`what answers at ${shownUrl(url)} is not a program's list`)
  return (list as Record<string, unknown>[])
    .filter((each) => each.stream === stream && each.period === period)
    .map(({ id, manifestHash }) => ({ id: String(id) as Hex, manifestHash: String(manifestHash) as Hex }))
    .filter(({ id, manifestHash }) => HASH.test(id) && HASH.test(manifestHash))
}

/**
 * Static files as `prorata export` writes them: records are put together again from their parts.
 * @param place the folder's address, ending in a slash
 */
export const mirrorSource = (place: string): Source => ({
  given: [],
  hasRecords: true,
  manifest: (hash) => read(place + mirrorPaths.manifest(hash)),
  records: (manifestHash) => mirroredRecords(manifestHash, (path) => read(place + path)),
  hints: (stream, period) => hintsFrom(place + mirrorPaths.distributions, stream, period),
})

/** A public gateway, for those who run no IPFS node; what it serves is checked by hash like everything. */
export const IPFS_GATEWAY = 'https://ipfs.io'

/**
 * The address of a document: http(s) as it stands, `ipfs://CID` or `ipfs://CID/path` by a gateway.
 * @throws MissingData when it is neither
 */
export const documentUrl = (where: string, gateway: string = IPFS_GATEWAY): string => {
  const ipfs = /^ipfs:\/\/(?:ipfs\/)?([A-Za-z0-9]{32,}(?:\/[^?#\s]*)?)$/.exec(where)
  if (ipfs?.[1] !== undefined) return `${gateway.replace(/\/+$/, '')}/ipfs/${ipfs[1]}`
  if (/^https?:\/\//.test(where) && URL.canParse(where)) return where
  throw new MissingData(`${where} is no address of a document: give a file, http(s)://… or ipfs://CID`)
}

/**
 * Fetches a document by http(s) or from IPFS.
 * @throws MissingData when nothing is there
 */
export async function fetchDocument(where: string, gateway?: string): Promise<Uint8Array> {
  const bytes = await read(documentUrl(where, gateway))
  if (bytes === null) throw new MissingData(`there is no document at ${where}`)
  return bytes
}
