// What a verdict says beside its steps.
import { type Manifest, manifestHash } from '../disbursement/index.ts'
import type { Publication } from './publications.ts'

/** What no chain can prove. Of liquidity rewards it can prove everything. */
export const unprovable = (manifest: Manifest | null): string[] => {
  if (manifest?.stream !== 'income') return []
  const { amount, currency, statementHash } = manifest.income
  const statement = statementHash === null ? 'without a statement' : `statement ${statementHash}`
  return [
    `No chain can prove the income itself: ${amount} base units of ${currency.symbol}, ${statement}, is the issuer’s word.`,
  ]
}

/** What a check without a replay leaves open. */
export const WITHOUT_REPLAY =
  'Who held what is taken from the manifest here; a replay of the logs from the first block on checks that too.'

/**
 * Standing publications after a manifest's record block that no manifest here accounts for: perhaps a second payout.
 * @param manifests the one that is verified first, then those before it
 */
export async function otherPublications(
  own: Publication | null,
  publications: readonly Publication[],
  manifests: readonly Manifest[],
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<string[]> {
  const [manifest] = manifests
  if (own === null || manifest === undefined) return []
  const known = new Set([own.manifestHash, ...manifests.map((each) => manifestHash(each))])
  const notes: string[] = []
  for (const each of publications) {
    const isNear = each.block > manifest.recordBlock.number && each.block <= own.block
    if (!isNear || each.token !== own.token || known.has(each.manifestHash)) continue
    if (!(await isStanding(each))) continue
    notes.push(
      `The issuer has also published ${each.id} in the same asset, in ${each.transaction}: ask what it is for.`,
    )
  }
  return notes
}
