// The leaves of the issuer's distributions of LP units: units unclaimed in the distributor earn for them (SPEC section 11).
import type { Address, Hex } from 'viem'
import {
  type Deployment,
  DisbursementError,
  decodeManifest,
  decodeRecords,
  distributionTree,
  type Payment,
  paymentsOf,
} from '../disbursement/index.ts'
import { distributedIn } from './calldata.ts'
import { MissingData } from './errors.ts'
import type { ChainClient } from './examination.ts'
import type { Publication } from './publications.ts'
import type { Source } from './source.ts'

/** Distributions of LP units with their leaves. */
export type LpLeaves = {
  /** All leaves, in order. */
  leavesOf: (id: Hex) => readonly Payment[]
  /** What had been published up to a block, cancelled and swept ones too, ascending by id. */
  publishedBy: (block: bigint) => { id: Hex; manifestHash: Hex }[]
}

/**
 * Finds the leaves of every distribution of LP units that the issuer published up to a block. They are believed because
 * they lead to root and total on chain, wherever they come from: records, a manifest, or the chain itself where the
 * distribution was paid at once.
 * @param assets what the distributions pay, where it is not LP units alone
 * @throws MissingData naming the first distribution whose leaves nobody has
 */
export async function lpLeaves(
  client: Pick<ChainClient, 'getTransaction' | 'getTransactionReceipt'>,
  deployment: Deployment,
  publications: readonly Publication[],
  source: Pick<Source, 'records' | 'manifest' | 'leaves'>,
  to: bigint,
  assets: readonly Address[] = [deployment.pair],
): Promise<LpLeaves> {
  const { issuer } = deployment
  const own = publications.filter(
    ({ token, issuer: by, block }) => assets.includes(token) && by === issuer && block <= to,
  )
  const leaves = new Map<Hex, readonly Payment[]>()
  for (const publication of own) leaves.set(publication.id, await leavesOf(publication))
  return {
    leavesOf: (id) => {
      const found = leaves.get(id)
      if (found === undefined) throw new MissingData(`the leaves of distribution ${id} were not asked for`)
      return found
    },
    publishedBy: (block) =>
      own
        .filter((each) => each.block <= block)
        .map(({ id, manifestHash }) => ({ id, manifestHash }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
  }

  async function leavesOf(publication: Publication): Promise<readonly Payment[]> {
    const { id, manifestHash, transaction } = publication
    const places = [
      async () => source.leaves?.(id) ?? null,
      async () => paymentsIn(await source.records(manifestHash), (bytes) => decodeRecords(bytes).payments),
      async () =>
        paymentsIn(await source.manifest(manifestHash), (bytes) => paymentsOf(decodeManifest(bytes))),
      () => paidAtOnce(transaction, id),
    ]
    for (const look of places) {
      const found = await look()
      if (found !== null && leadsTo(found, publication)) return found
    }
    throw new MissingData(
      `nobody has the leaves of distribution ${id}, whose unclaimed amounts count: give its records or its manifest ${manifestHash}`,
    )
  }

  async function paidAtOnce(transaction: Hex, id: Hex): Promise<readonly Payment[] | null> {
    try {
      const paid = await distributedIn(client, deployment, transaction)
      return paid.id === id ? paid.payments : null
    } catch (error) {
      if (error instanceof MissingData) return null
      throw error
    }
  }
}

/** The payments in some bytes; null where there are none, or they are no such document. */
function paymentsIn(
  bytes: Uint8Array | null,
  read: (bytes: Uint8Array) => readonly Payment[],
): readonly Payment[] | null {
  try {
    return bytes === null ? null : read(bytes)
  } catch (error) {
    if (error instanceof DisbursementError) return null
    throw error
  }
}

function leadsTo(payments: readonly Payment[], { root, total }: Publication): boolean {
  if (payments.length === 0) return false
  try {
    const tree = distributionTree(payments)
    return tree.root === root && tree.total === total
  } catch (error) {
    if (error instanceof DisbursementError) return false
    throw error
  }
}
