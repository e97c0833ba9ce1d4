/** What an account can claim, from the static copy and the chain. Loaded when the API is away: proofs are made in the tab. */
import { createPublicClient, http } from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { distributionId, shardKey } from '../../../disbursement/distribution.ts'
import { Mirror, mirrorPaths } from '../../../disbursement/mirror.ts'
import type { Address, Hex } from '../api.ts'
import { readCopied, readCopiedJson } from './copy.ts'
import { type Paid, paidFrom } from './paid.ts'

interface Listed {
  readonly id: Hex
  readonly issuer: Address
  readonly token: Address
  readonly terms: Hex
  readonly root: Hex
  readonly manifestHash: Hex
}

const UNKNOWN: Paid = { claimed: null, ended: null }

/**
 * The copy's answer in the API's own form, to be read by the same guards; what is claimed is asked of the chain, and null
 * where that is away.
 * @throws RecordsError when a file is missing, or leads to another root than the one that was published
 */
export async function claimsFromCopy(account: Address, signal: AbortSignal): Promise<unknown> {
  const mirror = new Mirror((path) => readCopied(path, signal))
  const wanted = account.toLowerCase() as Address
  const found = await Promise.all(
    (await mirror.distributions<Listed>()).map(async (listed) => {
      const claim = await mirror.claim(listed, wanted)
      return claim === null ? [] : [{ listed, claim }]
    }),
  )
  const claims = found.flat().map(({ listed, claim }) => {
    const { id, issuer, token, terms, root } = listed
    const { shard } = claim
    const leafId =
      shard === undefined ? id : distributionId(shardKey({ issuer, token, terms, root }, shard.root))
    return { listed, claim, leafId }
  })
  const words = await wordsOf(claims.flatMap(({ listed, leafId }) => [listed.id, leafId]))
  return {
    account: wanted,
    claims: claims.map(({ listed, claim, leafId }) => {
      const { issuer, token, terms, root } = listed
      const { amount, shard, ...leaf } = claim
      const paid =
        words === null ? UNKNOWN : paidFrom(claim.index, words.get(leafId) ?? 0n, words.get(listed.id) ?? 0n)
      return {
        ...listed,
        ...leaf,
        ...paid,
        distribution: { issuer, token, terms, root },
        amount: String(amount),
        shard: shard === undefined ? null : { ...shard, total: String(shard.total) },
      }
    }),
  }
}

/** The distributor's word of each id; null where the chain cannot be asked. */
async function wordsOf(ids: readonly Hex[]): Promise<ReadonlyMap<Hex, bigint> | null> {
  const program = (await readCopiedJson(mirrorPaths.program)) as
    | { deployment?: { rpcUrl?: string | null; distributor?: Address } }
    | undefined
  const { rpcUrl, distributor } = program?.deployment ?? {}
  if (!rpcUrl || distributor === undefined) return null
  const client = createPublicClient({
    transport: http(rpcUrl, { batch: true, retryCount: 1, timeout: 8_000 }),
  })
  const abi = merkleDistributorAbi
  try {
    const unique = [...new Set(ids)]
    const words = await Promise.all(
      unique.map((id) =>
        client.readContract({ abi, address: distributor, functionName: 'wordOf', args: [id] }),
      ),
    )
    return new Map(unique.map((id, at) => [id, words[at] ?? 0n]))
  } catch {
    return null
  }
}
