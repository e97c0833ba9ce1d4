// Has every root its manifest and its records in R2, and do they hash to it? What is there is seen at once in every run; what is
// in it is read and hashed bit by bit, so that a run stays within a Worker's time and memory however long a file is.
import type { Hex } from 'viem'
import { decodeBlocks, decodeManifestHead, RecordsError, shardRange } from '../../../../disbursement/index.ts'
import { workerKernel } from '../../../../keccak/worker.ts'
import { manifestKey, recordsKey } from '../../keys.ts'
import { asked } from '../database.ts'
import type { Env } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readHead, readManifest, recordsPart, recordsSize, storedUnder } from '../store.ts'
import { type Finding, problem } from './finding.ts'

/** A payout as it should be stored. */
export type Payout = { manifestHash: Hex; root: Hex; total: string }

/** 20 MB of a long manifest; one of its pages is in memory at once. */
const PAGES_A_RUN = 8

/** 32,768 accounts, about 1 MB and 50 ms; some of the shards are in memory at once. */
const SHARDS_A_RUN = 256
const SHARDS_AT_ONCE = 64

/** `next_step` counts the manifest's pages, then the shards of the records. */
type Check = { manifest_hash: Hex; root: Hex; checked_at: number; next_step: number; fault: string | null }

const nameOf = ({ manifestHash, root }: Payout): string => `${manifestHash}/${root}`

const missingIn = async (env: Env, payouts: readonly Payout[]): Promise<Finding[]> => {
  const [manifests, records] = await Promise.all([
    storedUnder(env.STORE, 'manifests/'),
    storedUnder(env.STORE, 'records/'),
  ])
  return payouts.flatMap(({ manifestHash, root }) => [
    ...(manifests.has(manifestKey(manifestHash))
      ? []
      : [problem(`store.manifest-missing:${manifestHash}`, `No manifest ${manifestHash} is stored`)]),
    ...(records.has(recordsKey(manifestHash))
      ? []
      : [
          problem(
            `store.records-missing:${manifestHash}`,
            `The records of root ${root} (manifest ${manifestHash}) are not stored`,
          ),
        ]),
  ])
}

/** Reads and hashes the next pages of a manifest. @returns how many pages it has, and the step to go on with */
const checkPages = async (
  store: R2Bucket,
  manifestHash: Hex,
  from: number,
): Promise<{ pages: number; next: number }> => {
  const bytes = await readManifest(store, manifestHash)
  // That it is missing is told of elsewhere; its records are worth a look all the same.
  const pages = bytes === null ? [] : decodeManifestHead(bytes).pages
  const next = Math.min(pages.length, from + PAGES_A_RUN)
  for (const page of pages.slice(from, next)) {
    if ((await readManifest(store, page)) !== null) continue
    throw new ProblemError('store-broken', `Page ${page} of manifest ${manifestHash} is not stored`)
  }
  return { pages: pages.length, next: Math.max(from, next) }
}

/** Reads the next shards of a records file. @returns the shard to go on with, 0 at the end */
const checkShards = async (
  store: R2Bucket,
  { manifestHash, root, total }: Payout,
  from: number,
): Promise<number> => {
  const head = await readHead(store, manifestHash)
  const wrong = (what: string) => new ProblemError('store-broken', what)
  if (head === null) return 0
  if (head.root !== root) throw wrong(`The records of manifest ${manifestHash} lead to another root`)
  if (head.total !== BigInt(total)) {
    throw wrong(`The records of manifest ${manifestHash} pay ${head.total}, and ${total} was published`)
  }
  const size = await recordsSize(store, manifestHash)
  if (size !== null && size !== head.length) {
    throw wrong(`The records of manifest ${manifestHash} have ${size} bytes instead of ${head.length}`)
  }
  const end = Math.min(head.shards, from + SHARDS_A_RUN)
  for (let first = from; first < end; first += SHARDS_AT_ONCE) {
    const count = Math.min(SHARDS_AT_ONCE, end - first)
    const bytes = await recordsPart(store, manifestHash, shardRange(head, first, count))
    decodeBlocks(head, first, count, bytes, workerKernel())
  }
  return end === head.shards ? 0 : end
}

/** Takes the next step with one payout. @returns the step to go on with, 0 at the end */
const checkPart = async ({ STORE: store }: Env, payout: Payout, from: number): Promise<number> => {
  const { pages, next } = await checkPages(store, payout.manifestHash, from)
  if (next < pages) return next
  const shard = await checkShards(store, payout, next - pages)
  return shard === 0 ? 0 : pages + shard
}

const faultOf = async (env: Env, payout: Payout, from: number): Promise<[number, string | null]> => {
  try {
    return [await checkPart(env, payout, from), null]
  } catch (error) {
    if (error instanceof RecordsError)
      return [0, `The records of manifest ${payout.manifestHash} are damaged: ${error.message}`]
    // Storage that is away says nothing about what is stored.
    if (error instanceof ProblemError && error.problem === 'store-broken') return [0, error.message]
    throw error
  }
}

/** The one in which a fault was seen is read again in every run, and of the others the one that waited longest. */
const dueOf = (payouts: readonly Payout[], checks: ReadonlyMap<string, Check>): Payout[] => {
  const byAge = payouts.toSorted(
    (a, b) => (checks.get(nameOf(a))?.checked_at ?? 0) - (checks.get(nameOf(b))?.checked_at ?? 0),
  )
  const faulty = byAge.find((each) => checks.get(nameOf(each))?.fault)
  const sound = byAge.find((each) => !checks.get(nameOf(each))?.fault)
  return [faulty, sound].filter((each) => each !== undefined)
}

/**
 * What is missing, and what was ever found damaged and not yet whole again.
 * @throws ProblemError store-away
 */
export const storedFindings = async (
  env: Env,
  payouts: readonly Payout[],
  now: number,
): Promise<Finding[]> => {
  const unique = [...new Map(payouts.map((each) => [nameOf(each), each])).values()]
  const { results } = await asked(() => env.DB.prepare('SELECT * FROM records_checks').all<Check>())
  const checks = new Map(
    results.map((each) => [nameOf({ manifestHash: each.manifest_hash, root: each.root, total: '' }), each]),
  )
  const missing = await missingIn(env, unique)
  for (const payout of dueOf(unique, checks)) {
    const own = checks.get(nameOf(payout))
    const [next, fault] = await faultOf(env, payout, own?.next_step ?? 0)
    const row: Check = {
      manifest_hash: payout.manifestHash,
      root: payout.root,
      checked_at: now,
      next_step: next,
      // A fault stays until the whole file was found sound.
      fault: fault ?? (next === 0 ? null : (own?.fault ?? null)),
    }
    checks.set(nameOf(payout), row)
    await asked(() =>
      env.DB.prepare(
        `INSERT INTO records_checks (manifest_hash, root, checked_at, next_step, fault) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET checked_at = ?3, next_step = ?4, fault = ?5`,
      )
        .bind(row.manifest_hash, row.root, row.checked_at, row.next_step, row.fault)
        .run(),
    )
  }
  const damaged = unique.flatMap((payout) => {
    const fault = checks.get(nameOf(payout))?.fault
    return fault ? [problem(`store.damaged:${payout.manifestHash}`, fault)] : []
  })
  return [...missing, ...damaged]
}
