// Large files into R2, part by part: an upload that was cut short goes on with the part after the last one stored.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { z } from 'zod'
import { jsonText, type Say } from './output.ts'
import { progressOf } from './progress.ts'
import { readIfThere, writeFile } from './state.ts'

/** Parts of one upload, all of one size but for the last. R2 takes none below 5 MiB, and a Worker no request above 100 MB. */
export const PART_BYTES = 8 * 1024 * 1024

/** A file up to this size is stored at once. */
export const MOST_AT_ONCE = 2 * PART_BYTES

export interface Part {
  partNumber: number
  etag: string
}

/** The part of an R2 binding that is used here. */
export interface Bucket {
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>
  head(key: string): Promise<{ size: number; customMetadata?: Record<string, string> } | null>
  put(key: string, bytes: Uint8Array): Promise<unknown>
  createMultipartUpload(
    key: string,
    options: { customMetadata: Record<string, string> },
  ): Promise<{ uploadId: string }>
  resumeMultipartUpload(key: string, uploadId: string): Promise<Upload> | Upload
}

interface Upload {
  uploadPart(partNumber: number, bytes: Uint8Array): Promise<Part>
  complete(parts: Part[]): Promise<unknown>
}

const savedSchema = z.object({
  key: z.string(),
  sha256: z.string(),
  uploadId: z.string(),
  parts: z.array(z.object({ partNumber: z.int(), etag: z.string() })),
})
type Saved = z.output<typeof savedSchema>

/**
 * Stores a large file unless it is there already, as its size and the checksum stored beside it say.
 * @param stateFile where it is noted which parts are stored, so that a later run goes on; removed at the end
 * @returns whether anything was written
 */
export async function uploadInParts(
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  stateFile: string,
  say: Say,
): Promise<boolean> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const there = await bucket.head(key)
  if (there?.size === bytes.length && there.customMetadata?.sha256 === sha256) return false
  let saved = readSaved(stateFile, key, sha256)
  for (let attempt = 0; ; attempt++) {
    const from = saved ?? (await begin(bucket, key, sha256, stateFile))
    try {
      await carryOn(bucket, bytes, from, stateFile, say)
      break
    } catch (error) {
      // R2 forgets an upload after a week, and one that was completed or aborted: then it begins anew, once.
      if (attempt > 0 || saved === null || !isForgotten(error)) throw error
      saved = null
    }
  }
  rmSync(stateFile, { force: true })
  return true
}

async function begin(bucket: Bucket, key: string, sha256: string, stateFile: string): Promise<Saved> {
  const { uploadId } = await bucket.createMultipartUpload(key, { customMetadata: { sha256 } })
  const saved = { key, sha256, uploadId, parts: [] }
  writeFile(stateFile, jsonText(saved))
  return saved
}

async function carryOn(
  bucket: Bucket,
  bytes: Uint8Array,
  { key, sha256, uploadId, parts }: Saved,
  stateFile: string,
  say: Say,
): Promise<void> {
  const upload = await bucket.resumeMultipartUpload(key, uploadId)
  const stored = [...parts]
  const first = stored.length * PART_BYTES
  const tell = progressOf(say, { what: 'records', total: bytes.length, first, inBytes: true })
  for (let from = first; from < bytes.length; from += PART_BYTES) {
    const { partNumber, etag } = await upload.uploadPart(
      stored.length + 1,
      bytes.subarray(from, from + PART_BYTES),
    )
    stored.push({ partNumber, etag })
    writeFile(stateFile, jsonText({ key, sha256, uploadId, parts: stored } satisfies Saved))
    tell(Math.min(bytes.length, from + PART_BYTES))
  }
  await upload.complete(stored)
}

/** R2's error 10024: "The specified multipart upload does not exist." */
function isForgotten(error: unknown): boolean {
  return error instanceof Error && /10024|upload does not exist/.test(error.message)
}

function readSaved(file: string, key: string, sha256: string): Saved | null {
  const bytes = readIfThere(file)
  if (bytes === null) return null
  try {
    const saved = savedSchema.parse(JSON.parse(bytes.toString()))
    return saved.key === key && saved.sha256 === sha256 ? saved : null
  } catch {
    return null
  }
}
