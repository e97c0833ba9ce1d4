// Manifests and records, in R2. Objects are named by the manifest's hash and are what that name says, or are not served.
import type { Hex } from 'viem'
import { bytesToHex } from 'viem'
import {
  decodeRecordsHead,
  RECORDS_PREFIX_LENGTH,
  RecordsError,
  type RecordsHead,
  recordsHeadLength,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { manifestKey, recordsKey } from '../keys.ts'
import { logged } from './log.ts'
import { ProblemError } from './problem.ts'

/** Bytes that are held in memory at once; a manifest of more than 16,384 holders names them in pages of 2.5 MB. */
export const MOST_BYTES = 48 * 1024 * 1024

const asked = async <Value>(key: string, reading: () => Promise<Value>): Promise<Value> => {
  try {
    return await reading()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    logged('error', 'r2', { message: error instanceof Error ? error.message : String(error), key })
    throw new ProblemError('store-away', 'The store of manifests and records cannot be read now')
  }
}

const whole = (store: R2Bucket, key: string): Promise<Uint8Array | null> =>
  asked(key, async () => {
    const object = await store.get(key)
    if (object === null) return null
    if (object.size > MOST_BYTES) {
      await object.body.cancel()
      throw new ProblemError(
        'store-broken',
        `${key} has ${object.size} bytes, more than the ${MOST_BYTES} read here`,
      )
    }
    return new Uint8Array(await object.arrayBuffer())
  })

const part = (store: R2Bucket, key: string, offset: number, length: number): Promise<Uint8Array | null> =>
  asked(key, async () => {
    const object = await store.get(key, { range: { offset, length } })
    return object === null ? null : new Uint8Array(await object.arrayBuffer())
  })

/** keccak256 by the kernel: a page of a manifest is millions of bytes, for which plain JavaScript takes seconds. */
export const hashOf = (bytes: Uint8Array): Hex => {
  const sponge = workerKernel().sponge()
  sponge.update(bytes)
  return bytesToHex(sponge.digest())
}

/** Writes an object that is named by its own hash. */
export const putObject = (store: R2Bucket, key: string, bytes: Uint8Array): Promise<void> =>
  asked(key, async () => {
    await store.put(key, bytes)
  })

/** An object as it comes, or null when none is stored. Nothing is checked. */
export const objectBody = (store: R2Bucket, key: string): Promise<R2ObjectBody | null> =>
  asked(key, () => store.get(key))

/**
 * A manifest's bytes, or null when none is stored.
 * @throws ProblemError store-broken when they do not hash to their name
 */
export const readManifest = async (store: R2Bucket, manifestHash: Hex): Promise<Uint8Array | null> => {
  const bytes = await whole(store, manifestKey(manifestHash))
  if (bytes !== null && hashOf(bytes) !== manifestHash) {
    throw new ProblemError('store-broken', `What is stored as manifest ${manifestHash} does not hash to it`)
  }
  return bytes
}

/** Whether a manifest, or a page of one, is stored. */
export const hasManifest = (store: R2Bucket, hash: Hex): Promise<boolean> =>
  asked(manifestKey(hash), async () => (await store.head(manifestKey(hash))) !== null)

/** A publication's whole records file, or null when none is stored; the caller decodes and so checks it. */
export const readRecords = (store: R2Bucket, manifestHash: Hex): Promise<Uint8Array | null> =>
  whole(store, recordsKey(manifestHash))

/** What is stored under a prefix, by its key, with its length. */
export const storedUnder = (store: R2Bucket, prefix: string): Promise<Map<string, number>> =>
  asked(prefix, async () => {
    const sizes = new Map<string, number>()
    let cursor: string | undefined
    do {
      const page: R2Objects = await store.list({ prefix, ...(cursor !== undefined && { cursor }) })
      for (const { key, size } of page.objects) sizes.set(key, size)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
    return sizes
  })

/** How many bytes a publication's records file has, or null when none is stored. */
export const recordsSize = (store: R2Bucket, manifestHash: Hex): Promise<number | null> =>
  asked(recordsKey(manifestHash), async () => (await store.head(recordsKey(manifestHash)))?.size ?? null)

/** A publication's records file as it comes, whole or a part of it, or null when none is stored. Nothing is checked. */
export const recordsBody = (
  store: R2Bucket,
  manifestHash: Hex,
  range: { offset: number; length: number } | null,
): Promise<R2ObjectBody | null> =>
  asked(recordsKey(manifestHash), () => store.get(recordsKey(manifestHash), range === null ? {} : { range }))

const broken = (error: unknown, manifestHash: Hex): never => {
  if (!(error instanceof RecordsError)) throw error
  throw new ProblemError(
    'store-broken',
    `The records of manifest ${manifestHash} are damaged: ${error.message}`,
  )
}

/** Read first: holds the whole head of some 60,000 accounts; a longer one takes a second read. */
const FIRST_READ = 2048

const MOST_HEADS = 64
const heads = new Map<string, RecordsHead>()

/**
 * The head of a records file as it is stored now, or null when none is.
 * @throws ProblemError store-broken when it is damaged
 */
export const readHead = async (store: R2Bucket, manifestHash: Hex): Promise<RecordsHead | null> => {
  const key = recordsKey(manifestHash)
  let bytes = await part(store, key, 0, FIRST_READ)
  if (bytes === null) return null
  try {
    const length = bytes.length < RECORDS_PREFIX_LENGTH ? 0 : recordsHeadLength(bytes)
    if (length > bytes.length) bytes = await part(store, key, 0, length)
    return bytes && decodeRecordsHead(bytes, workerKernel())
  } catch (error) {
    return broken(error, manifestHash)
  }
}

/**
 * The head of a records file with this root: from memory, where the isolate has it already.
 * @throws ProblemError store-broken when it is missing, damaged, or of another root
 */
export const recordsHead = async (store: R2Bucket, manifestHash: Hex, root: Hex): Promise<RecordsHead> => {
  // The root names everything in a head, so a head kept in memory cannot be out of date.
  const kept = heads.get(root)
  if (kept !== undefined) return kept
  const head = await readHead(store, manifestHash)
  if (head === null)
    throw new ProblemError('store-broken', `The records of manifest ${manifestHash} are missing`)
  if (head.root !== root) {
    throw new ProblemError('store-broken', `The records of manifest ${manifestHash} lead to another root`)
  }
  if (heads.size >= MOST_HEADS) heads.delete(heads.keys().next().value ?? '')
  heads.set(root, head)
  return head
}

/** The same, only where this isolate has it in memory. */
export const keptHead = (root: Hex): RecordsHead | undefined => heads.get(root)

/** The bytes of one part of a records file. */
export const recordsPart = async (
  store: R2Bucket,
  manifestHash: Hex,
  { offset, length }: { offset: number; length: number },
): Promise<Uint8Array> => {
  const bytes = await part(store, recordsKey(manifestHash), offset, length)
  if (bytes === null)
    throw new ProblemError('store-broken', `The records of manifest ${manifestHash} are missing`)
  return bytes
}
