// One leaf's proof: a ranged read of one block of the records, however many there are, and nothing where that shard was asked
// for lately.
import type { Address, Hex } from 'viem'
import {
  type ClaimProof,
  findInKept,
  findInShards,
  type OpenedShard,
  openShard,
  type ProofWriter,
  proofText,
  proofWriter,
  RecordsError,
  shardRange,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { type Distribution, findDistribution } from './distributions.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { keptHead, recordsHead, recordsPart } from './store.ts'

/** What the proof of a leaf needs to know of its distribution; none of it can change. */
export type Proven = Pick<Distribution, 'id' | 'issuer' | 'token' | 'terms' | 'root' | 'manifestHash'>

/** What an isolate has asked for lately. */
class Recent<Key, Value> {
  readonly #most: number
  readonly #values = new Map<Key, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)
  }

  /** What came first goes first. */
  keep(key: Key, value: Value): Value {
    const [oldest] = this.#values.keys()
    if (this.#values.size >= this.#most && oldest !== undefined) this.#values.delete(oldest)
    this.#values.set(key, value)
    return value
  }
}

/** A program has a handful of distributions a year. */
const known = new Recent<Hex, Proven>(512)

/** 12 kB each: the shards of 65,000 accounts take 6 MB of an isolate's 128. */
const shards = new Recent<string, OpenedShard>(512)

const provenOf = async (db: D1Database, id: Hex): Promise<Proven | null> => {
  const kept = known.get(id)
  if (kept !== undefined) return kept
  const found = await findDistribution(db, id)
  if (found === null) return null
  const { issuer, token, terms, root, manifestHash } = found
  return known.keep(id, { id, issuer, token, terms, root, manifestHash })
}

/** The root names everything below it, so what is kept under it cannot be out of date. */
const nameOf = (root: Hex, shard: number): string => `${root}/${shard}`

/**
 * An account's claim on a distribution, by one ranged read (two where shards begin with accounts that agree in four bytes).
 * @returns null when the distribution has no leaf for it
 * @throws ProblemError store-broken, store-away
 */
export const claimIn = async (
  store: R2Bucket,
  { manifestHash, root }: Pick<Proven, 'manifestHash' | 'root'>,
  account: Address,
): Promise<ClaimProof | null> => {
  const head = await recordsHead(store, manifestHash, root)
  const open = async (shard: number): Promise<OpenedShard> => {
    const kept = shards.get(nameOf(root, shard))
    if (kept !== undefined) return kept
    const bytes = await recordsPart(store, manifestHash, shardRange(head, shard))
    return shards.keep(nameOf(root, shard), openShard(head, shard, bytes, workerKernel()))
  }
  try {
    return await findInShards(head, account, open)
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error
    throw new ProblemError(
      'store-broken',
      `The records of manifest ${manifestHash} are damaged: ${error.message}`,
    )
  }
}

/**
 * The answer about an account's leaf.
 * @returns `distribution` null when it is not known here; `text` null when it has no leaf for the account
 */
export const proofIn = async (
  env: Pick<Env, 'DB' | 'STORE'>,
  id: Hex,
  account: Address,
): Promise<{ distribution: Proven | null; text: string | null }> => {
  const distribution = await provenOf(env.DB, id)
  if (distribution === null) return { distribution, text: null }
  const claim = await claimIn(env.STORE, distribution, account)
  return { distribution, text: claim && proofText(distribution, claim) }
}

/** What the answers about a kept shard have in common. */
const writers = new WeakMap<OpenedShard, Map<Hex, ProofWriter>>()

const writerFor = (distribution: Proven, opened: OpenedShard): ProofWriter => {
  const kept = writers.get(opened)?.get(distribution.id)
  if (kept !== undefined) return kept
  const made = proofWriter(distribution, opened)
  // Two distributions may have one root.
  writers.set(opened, (writers.get(opened) ?? new Map()).set(distribution.id, made))
  return made
}

/** The same answer in UTF-8, where everything it is made of is in memory; else null. */
export const proofAtHand = (id: Hex, account: Address): Uint8Array<ArrayBuffer> | null => {
  const distribution = known.get(id)
  const head = distribution && keptHead(distribution.root)
  if (distribution === undefined || head === undefined) return null
  const place = findInKept(head, account, (shard) => shards.get(nameOf(distribution.root, shard)))
  return place ? writerFor(distribution, place.opened)(place) : null
}

/** Who has an answer with this tag has this very answer: it is made of nothing but the two names. */
export const proofTag = (id: Hex, account: Address): string => `"${id.slice(2, 34)}.${account.slice(2)}"`
