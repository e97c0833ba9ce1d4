// What an account can claim: rows of D1 say where to look, records in R2 say what, and the proof is made on the spot.
import type { Address, Hex } from 'viem'
import {
  type ClaimProof,
  claimFromShard,
  distributionId,
  RecordsError,
  SHARD_SIZE,
  shardKey,
  shardRange,
} from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { type Distribution, type Entry, entriesOf } from './distributions.ts'
import type { Env } from './env.ts'
import { logged } from './log.ts'
import { type Paid, paidStates } from './paid.ts'
import { ProblemError } from './problem.ts'
import { recordsHead, recordsPart } from './store.ts'

/** Where a claim stands: before its opening, payable, paid, or ended without being paid. */
export type ClaimStatus = 'waiting' | 'open' | 'claimed' | 'ended'

/** `leafId`: the distribution that pays it, which is the shard where there is more than one. */
export type Claim = {
  distribution: Distribution
  claim: ClaimProof
  leafId: Hex
  /** Null while the chain is away. */
  status: ClaimStatus | null
} & Paid

/** A distribution that pays the account, but whose proof cannot be made now; the others still can. */
export type Unavailable = { id: Hex; period: string; reason: string }

const proofFor = async (store: R2Bucket, account: Address, entry: Entry): Promise<ClaimProof> => {
  const { manifestHash, root } = entry.distribution
  const head = await recordsHead(store, manifestHash, root)
  const shard = Math.floor(entry.place / SHARD_SIZE)
  const damaged = (what: string) =>
    new ProblemError('store-broken', `The records of manifest ${manifestHash} ${what}`)
  try {
    const bytes = await recordsPart(store, manifestHash, shardRange(head, shard))
    const claim = claimFromShard(head, shard, bytes, account, workerKernel())
    if (claim === null || claim.amount.toString() !== entry.amount) {
      throw damaged('do not have the leaf that was registered for this account')
    }
    return claim
  } catch (error) {
    if (error instanceof RecordsError) throw damaged(`are damaged: ${error.message}`)
    throw error
  }
}

const leafOf = (
  account: Address,
  { distribution, claim }: { distribution: Distribution; claim: ClaimProof },
) => {
  const { id, issuer, token, terms, root, block } = distribution
  if (claim.shard === undefined) return { id, parent: null, index: claim.index, account, block }
  const shardId = distributionId(shardKey({ issuer, token, terms, root }, claim.shard.root))
  return { id: shardId, parent: id, index: claim.index, account, block }
}

const statusOf = (
  { claimed, ended }: Paid,
  opensAt: number,
  chainTime: number | null,
): ClaimStatus | null => {
  if (claimed === null) return null
  if (claimed) return 'claimed'
  if (ended) return 'ended'
  // The chain's clock decides, whatever this server's says.
  return chainTime === null ? null : chainTime < opensAt ? 'waiting' : 'open'
}

/**
 * Everything published for an account, oldest first, with proofs and what the chain says of each.
 * @param only one distribution's claim alone
 */
export const claimsOf = async (
  env: Env,
  distributor: Address,
  account: Address,
  only?: Hex,
): Promise<{ claims: Claim[]; unavailable: Unavailable[] }> => {
  const all = await entriesOf(env.DB, account)
  const entries = only === undefined ? all : all.filter(({ distribution }) => distribution.id === only)
  const unavailable: Unavailable[] = []
  const proven = await Promise.all(
    entries.map(async (entry) => {
      const { distribution } = entry
      try {
        return [{ distribution, claim: await proofFor(env.STORE, account, entry) }]
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error
        logged('error', 'claims', { message: error.message, distribution: distribution.id })
        unavailable.push({ id: distribution.id, period: distribution.period, reason: error.message })
        return []
      }
    }),
  )
  const found = proven.flat()
  const leaves = found.map((each) => leafOf(account, each))
  const { states, chainTime } = await paidStates(env, distributor, leaves)
  const claims = found.map((each, at): Claim => {
    const state = states[at] ?? { claimed: null, ended: null }
    const status = statusOf(state, each.distribution.opensAt, chainTime)
    return { ...each, leafId: leaves[at]?.id ?? each.distribution.id, ...state, status }
  })
  return { claims, unavailable }
}
