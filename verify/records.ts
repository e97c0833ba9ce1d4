// The leaves that were published, wherever they come from, against the manifest's and the root on chain.
import {
  DisbursementError,
  decodeRecords,
  distributionTree,
  type Manifest,
  manifestHash,
  type Payment,
  paymentsOf,
} from '../disbursement/index.ts'
import type { Publication } from './publications.ts'
import type { Source } from './source.ts'
import { different, type Findings } from './steps.ts'

type Leaves = {
  manifest: Manifest
  publication: Publication | null
  /** Every distribution of the issuer's, by whose roots records of another one are known. */
  publications: readonly Publication[]
  /** The payments of a `distribute`, where it is that kind of distribution. */
  paid: readonly Payment[] | null
}

/** Tells under step `records` whether the leaves are the manifest's and lead to root and total on chain. */
export async function judgeRecords(leaves: Leaves, source: Source, findings: Findings): Promise<void> {
  const { manifest, publication, publications, paid } = leaves
  const broken = (what: string, computed: string) =>
    findings.different('records', [{ what, stated: 'whole', computed }])
  let own: Payment[]
  try {
    own = paymentsOf(manifest)
    if (own.length === 0 && paid === null) return findings.ok('records', 'nobody is paid, so there are none')
    const bytes =
      paid !== null ? null : await source.records(publication?.manifestHash ?? manifestHash(manifest))
    if (paid !== null) judgePayments('calldata', paid, own, publication, findings)
    else if (bytes !== null) {
      const { root, payments } = decodeRecords(bytes)
      const other = root === manifest.root ? undefined : publications.find((each) => each.root === root)
      if (other !== undefined && other.id !== publication?.id) {
        findings.missing('records', `those at hand are of another distribution, ${other.id}`)
      } else judgePayments('records', payments, own, publication, findings)
    } else if (source.hasRecords) findings.missing('records', 'the manifest is there and its records are not')
    else judgePayments('manifest (no records were given)', own, own, publication, findings)
  } catch (error) {
    if (!(error instanceof DisbursementError)) throw error
    broken(paid === null ? 'the records' : 'the calldata', error.message)
  }
}

/** @throws TreeError when the payments make no tree */
const judgePayments = (
  where: string,
  payments: readonly Payment[],
  own: readonly Payment[],
  publication: Publication | null,
  findings: Findings,
): void => {
  const amounts = new Map(payments.map(({ account, amount }) => [account, amount]))
  const stated = new Map(own.map(({ account, amount }) => [account, amount]))
  const accounts = [...new Set([...amounts.keys(), ...stated.keys()])].sort()
  const unlike = accounts.flatMap((account) =>
    different(`the leaf of ${account}`, stated.get(account) ?? 0n, amounts.get(account) ?? 0n),
  )
  const tree = payments.length === 0 ? null : distributionTree(payments)
  const onChain =
    publication === null
      ? []
      : [
          ...different('the root of the leaves', tree?.root ?? 'none', publication.root),
          ...different('the total of the leaves', tree?.total ?? 0n, publication.total),
        ]
  const detail = `${payments.length} leaves of the ${where} lead to ${tree?.root ?? 'no root'}`
  findings.judge('records', [...unlike, ...onChain], detail)
}
