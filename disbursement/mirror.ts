// A program's public data as static files, from which every proof is made without any server of ours. The folder's layout is
// in README.md; whoever has the records can write it, and any web server or disk can hold it.
import type { Address, Hex } from 'viem'
import { RecordsError } from './errors.ts'
import { type Hasher, portableHasher } from './hasher.ts'
import { type ProvenDistribution, proofText } from './proofText.ts'
import { findInShards, type OpenedShard, openShard } from './recordsClaim.ts'
import { decodeRecordsHead, type RecordsHead, shardRange } from './recordsHead.ts'
import type { ClaimProof } from './shards.ts'

/** Shards a file: some 70 kB, and ten million accounts take 4,883 files. */
export const MIRROR_SHARDS = 16

/** Where everything lies, below the mirror's own folder. */
export const mirrorPaths = {
  /** The API's GET /v1/program and GET /v1/distributions, as they were answered. */
  program: 'program.json',
  distributions: 'distributions.json',
  manifest: (manifestHash: Hex): string => `manifests/${manifestHash}.json`,
  /** The first bytes of the records file, up to its blocks. */
  head: (manifestHash: Hex): string => `records/${manifestHash}/head.bin`,
  /** The blocks of {@link MIRROR_SHARDS} consecutive shards. */
  blocks: (manifestHash: Hex, file: number): string => `records/${manifestHash}/${file}.bin`,
} as const

/** How many files of blocks a distribution has. */
const mirrorFiles = (head: RecordsHead): number => Math.ceil(head.shards / MIRROR_SHARDS)

/** Which bytes of the records file a file of blocks holds. */
const mirrorRange = (head: RecordsHead, file: number): { offset: number; length: number } => {
  const first = file * MIRROR_SHARDS
  return shardRange(head, first, Math.min(MIRROR_SHARDS, head.shards - first))
}

/**
 * The mirror's files of one distribution, from its records file; the head comes last, so that where it is, all are.
 * @param read the bytes of the records file at an offset
 */
export function* mirrorRecords(
  manifestHash: Hex,
  head: RecordsHead,
  read: (range: { offset: number; length: number }) => Uint8Array,
): Generator<{ path: string; bytes: Uint8Array }> {
  for (let file = 0; file < mirrorFiles(head); file++) {
    yield { path: mirrorPaths.blocks(manifestHash, file), bytes: read(mirrorRange(head, file)) }
  }
  yield { path: mirrorPaths.head(manifestHash), bytes: read({ offset: 0, length: head.bodyOffset }) }
}

/**
 * The records file of a manifest, put together again from a mirror's files; null where the mirror has none of it. What comes
 * back is as unchecked as a file from anywhere.
 * @throws RecordsError when its head is damaged, or a file of blocks is missing
 */
export async function mirroredRecords(
  manifestHash: Hex,
  read: MirrorRead,
  hasher: Hasher = portableHasher,
): Promise<Uint8Array | null> {
  const first = await read(mirrorPaths.head(manifestHash))
  if (first === null) return null
  const parts = [first]
  const files = mirrorFiles(decodeRecordsHead(first, hasher))
  for (let file = 0; file < files; file++) {
    const path = mirrorPaths.blocks(manifestHash, file)
    const bytes = await read(path)
    if (bytes === null) throw new RecordsError(`The mirror has no file ${path}`)
    parts.push(bytes)
  }
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** What a mirror's list says of a distribution, as far as proofs need it. */
export type MirroredDistribution = ProvenDistribution & { manifestHash: Hex }

/** Reads a file below the mirror's folder; null where there is none. */
export type MirrorRead = (path: string) => Promise<Uint8Array | null>

/** Answers from a mirror's files what the API answers. */
export class Mirror {
  readonly #read: MirrorRead
  readonly #hasher: Hasher
  readonly #heads = new Map<Hex, Promise<RecordsHead>>()

  constructor(read: MirrorRead, hasher: Hasher = portableHasher) {
    this.#read = read
    this.#hasher = hasher
  }

  /** The list of distributions, unchecked: what pays or not is between their roots and the chain. */
  async distributions<Distribution extends MirroredDistribution>(): Promise<Distribution[]> {
    return JSON.parse(new TextDecoder().decode(await this.#file(mirrorPaths.distributions)))
  }

  /**
   * An account's claim on a distribution: its head, which is read once, and one file of blocks.
   * @returns null when the distribution has no leaf for it
   * @throws RecordsError when a file is missing, damaged, or of another root
   */
  async claim({ manifestHash, root }: MirroredDistribution, account: Address): Promise<ClaimProof | null> {
    const head = await this.#head(manifestHash, root)
    return findInShards(head, account, (shard) => this.#open(head, manifestHash, shard))
  }

  /** The API's GET /v1/distributions/{id}/proofs/{address}, byte for byte; null where that is not found. */
  async proof(id: Hex, account: Address): Promise<string | null> {
    const distribution = (await this.distributions()).find((each) => each.id === id)
    if (distribution === undefined) return null
    const claim = await this.claim(distribution, account)
    return claim && proofText(distribution, claim)
  }

  async #file(path: string): Promise<Uint8Array> {
    const bytes = await this.#read(path)
    if (bytes === null) throw new RecordsError(`The mirror has no file ${path}`)
    return bytes
  }

  #head(manifestHash: Hex, root: Hex): Promise<RecordsHead> {
    const kept = this.#heads.get(root)
    if (kept !== undefined) return kept
    const head = this.#file(mirrorPaths.head(manifestHash)).then((bytes) => {
      const decoded = decodeRecordsHead(bytes, this.#hasher)
      if (decoded.root === root) return decoded
      throw new RecordsError(`The mirror's records of manifest ${manifestHash} lead to another root`)
    })
    this.#heads.set(root, head)
    // One that failed may be asked for again.
    head.catch(() => this.#heads.delete(root))
    return head
  }

  async #open(head: RecordsHead, manifestHash: Hex, shard: number): Promise<OpenedShard> {
    const file = Math.floor(shard / MIRROR_SHARDS)
    const blocks = await this.#file(mirrorPaths.blocks(manifestHash, file))
    const { offset, length } = shardRange(head, shard)
    const from = offset - mirrorRange(head, file).offset
    return openShard(head, shard, blocks.subarray(from, from + length), this.#hasher)
  }
}
