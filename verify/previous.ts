// The manifests before one, back to the stream's first: what a period carries in is only as good as they are.
import { keccak256 } from 'viem'
import { manifestHash as hashOf, type Manifest, periodsOf } from '../disbursement/index.ts'
import type { Examiner, Program } from './examination.ts'
import { examine } from './examine.ts'
import { readManifest } from './locate.ts'
import type { Publication } from './publications.ts'
import type { Source } from './source.ts'
import { type Difference, type Findings, stepsOf } from './steps.ts'

/** Earlier manifests, the first period's first; `isWhole` when they reach back to it. */
export type Earlier = { manifests: Manifest[]; isWhole: boolean }

const none = (what: string, stated: string, computed: string): Difference => ({ what, stated, computed })

/** Follows the hashes back, each to the manifest of the period before. What is wrong is told as step `previous`. */
export async function manifestsBefore(
  manifest: Manifest,
  { terms, source }: Program & { source: Source },
  findings: Findings,
): Promise<Earlier> {
  const manifests: Manifest[] = []
  const stop = (isWhole: boolean): Earlier => ({ manifests: manifests.toReversed(), isWhole })
  const periods = periodsOf(terms, manifest.stream).map(({ name }) => name)
  for (let current = manifest; ; ) {
    const position = periods.indexOf(current.period.name)
    // A period the terms do not have has none before it either; the terms step tells.
    if (position < 0) return stop(false)
    if (position === 0) return stop(true)
    const wanted = periods[position - 1] ?? ''
    const hash = current.previous
    if (hash === null) {
      findings.different('previous', [
        none(`the manifest before ${current.period.name}`, 'none', `that of ${wanted}`),
      ])
      return stop(false)
    }
    const bytes = await source.manifest(hash)
    if (bytes === null) {
      findings.missing('previous', `nobody has the manifest ${hash} of ${wanted}: give it too`)
      return stop(false)
    }
    const read = await readManifest(bytes, source)
    const actual = keccak256(bytes)
    if (actual !== hash || 'problem' in read) {
      const computed = 'problem' in read ? read.problem : actual
      findings.different('previous', [none(`the hash of the manifest of ${wanted}`, hash, computed)])
      return stop(false)
    }
    const { stream, period } = read.manifest
    if (period.name !== wanted || stream !== manifest.stream) {
      const what = `the manifest before ${current.period.name}`
      findings.different('previous', [none(what, `one of ${stream} ${period.name}`, `that of ${wanted}`)])
      return stop(false)
    }
    manifests.push(read.manifest)
    current = read.manifest
  }
}

export type EarlierExamined = { differences: readonly Difference[]; detail: string }[]

/**
 * Examines earlier manifests as the one in question is, in one pass through the chain.
 * @param earlier as {@link manifestsBefore} found them
 * @returns what differs
 */
export async function examineEarlier(
  { manifests, isWhole }: Earlier,
  examiner: Examiner,
  publications: readonly Publication[],
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<EarlierExamined> {
  const result: EarlierExamined = []
  for (const [at, manifest] of manifests.entries()) {
    const { name } = manifest.period
    const published = await publicationOf(manifest, publications, isStanding)
    if (published !== null) {
      result.push({ differences: [published], detail: `${name}: ${published.computed}` })
    }
    const before = at === 0 ? (isWhole ? null : undefined) : manifests[at - 1]
    const { findings } = await examine(examiner, manifest, before)
    for (const step of findings.steps('it could not be taken', stepsOf(manifest.stream, 'chain'))) {
      if (step.outcome === 'different') {
        const differences = step.differences.map((each) => ({ ...each, what: `${name}: ${each.what}` }))
        result.push({ differences, detail: `${name}, ${step.name}: ${step.detail}` })
      }
    }
    const purchase = manifest.stream === 'income' ? manifest.lp : null
    for (const hash of purchase?.transactions ?? []) examiner.usedBefore.set(hash, name)
  }
  return result
}

/** An earlier manifest counts only if it was published and stands, or if it paid nobody. */
async function publicationOf(
  manifest: Manifest,
  publications: readonly Publication[],
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<Difference | null> {
  const { period, root, totals, payout } = manifest
  if (root === null) return null
  const what = `the publication of ${period.name}`
  const hash = hashOf(manifest)
  const own = publications.filter(({ manifestHash }) => manifestHash === hash)
  for (const each of own) {
    if (!(await isStanding(each))) continue
    const isSame = each.root === root && each.total === totals.paid && each.token === payout.asset
    if (isSame) return null
    return none(what, `root ${root}, total ${totals.paid}`, `root ${each.root}, total ${each.total} on chain`)
  }
  const computed = own.length === 0 ? 'it was never published' : 'it was cancelled'
  return none(what, `manifest ${hash}`, computed)
}
