// Do the chain, the subgraph and this API know of the same payouts, and which of their moments are near?
import { z } from '@hono/zod-openapi'
import type { Hex } from 'viem'
import type { Distribution } from '../distributions.ts'
import { type Env, settingsOf } from '../env.ts'
import { queryGraph } from '../graph.ts'
import { bytes } from '../graph-fields.ts'
import { chainStandings, remainders } from '../paid.ts'
import type { ChainRoot } from './chainRoots.ts'
import { type Finding, notice, problem } from './finding.ts'

const DAY = 86_400
/** Claims that end within this time are worth a word, and so is the issuer's last day to cancel. */
const DEADLINE_NEAR = 30 * DAY
const OPENING_NEAR = DAY

const INDEXED = `query Published($issuer: Bytes!) {
  distributions(first: 1000, where: { issuer: $issuer, parent: null }) { id root publishedBlock }
}`
const indexed = z.object({
  distributions: z.array(z.object({ id: bytes, root: bytes, publishedBlock: z.int() })),
})
export type IndexedRoot = z.output<typeof indexed>['distributions'][number]

/** What the subgraph has of the issuer's publications. @throws ProblemError index-* */
export const indexedRoots = async (env: Env): Promise<IndexedRoot[]> =>
  (await queryGraph(env, INDEXED, { issuer: settingsOf(env).deployment.issuer }, indexed)).distributions

type Known = {
  onChain: readonly ChainRoot[]
  /** The last block in which they were searched. */
  scannedTo: number
  here: readonly Distribution[]
  /** Null while the subgraph does not answer. */
  index: { roots: readonly IndexedRoot[]; block: number } | null
}

/** Roots that nobody here knows: while they are not cancelled they can pay what was never computed. */
export const unknownFindings = async (env: Env, { onChain, here }: Known): Promise<Finding[]> => {
  const ids = new Set(here.map(({ id }) => id))
  const unknown = onChain.filter(({ id }) => !ids.has(id))
  const standings = await chainStandings(env, settingsOf(env).deployment.distributor, unknown)
  return unknown.flatMap(({ id, root, block }, at) => {
    if (standings[at] === 'cancelled' || standings[at] === 'swept') return []
    const text = `The issuer's key published root ${root} in block ${block} (distribution ${id}), and nobody registered it here: register it, or cancel it before it opens`
    return [problem(`root.unknown:${id}`, text)]
  })
}

/** Where the three tell different things. */
export const differenceFindings = ({ onChain, scannedTo, here, index }: Known): Finding[] => {
  const byId = new Map<Hex, ChainRoot>(onChain.map((each) => [each.id, each]))
  const found: Finding[] = []
  for (const { id, block, manifestHash, period } of here) {
    if (block > scannedTo) continue
    const root = byId.get(id)
    if (root === undefined) {
      found.push(
        problem(
          `root.not-on-chain:${id}`,
          `${period} (distribution ${id}) is published here and not on chain`,
        ),
      )
    } else if (root.manifestHash !== manifestHash) {
      found.push(
        problem(
          `root.manifest:${id}`,
          `Distribution ${id} has manifest ${root.manifestHash} on chain and ${manifestHash} here`,
        ),
      )
    }
  }
  if (index === null) return found
  const inIndex = new Set<string>(index.roots.map(({ id }) => id))
  for (const { id, block } of onChain) {
    if (block > index.block || inIndex.has(id)) continue
    found.push(
      problem(
        `index.missing:${id}`,
        `The subgraph is past block ${block} and does not know distribution ${id}`,
      ),
    )
  }
  for (const { id, publishedBlock } of index.roots) {
    if (publishedBlock > scannedTo || byId.has(id as Hex)) continue
    found.push(
      problem(`index.unknown:${id}`, `The subgraph knows distribution ${id}, and the chain does not`),
    )
  }
  return found
}

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** Openings and deadlines of what still holds money, by the chain's clock. @throws ProblemError chain-* */
export const momentFindings = async (env: Env, here: readonly Distribution[]): Promise<Finding[]> => {
  if (here.length === 0) return []
  const ids = here.map(({ id }) => id)
  const { byId, chainTime } = await remainders(env, settingsOf(env).deployment.distributor, ids)
  return here.flatMap(({ id, period, opensAt, deadline }) => {
    const left = byId.get(id) ?? 0n
    if (left === 0n) return []
    const opening = opensAt - chainTime
    if (opening > 0) {
      const text = `${period}: claims open at ${dateOf(opensAt)}; until then it can be cancelled`
      return opening > OPENING_NEAR ? [] : [notice(`moment.opening:${id}`, text)]
    }
    if (deadline === 0 || deadline - chainTime > DEADLINE_NEAR) return []
    const over = deadline <= chainTime
    const text = over
      ? `${period}: the deadline of ${dateOf(deadline)} has passed; what is not claimed may be swept`
      : `${period}: what is not claimed by ${dateOf(deadline)} may be swept`
    return [notice(`moment.${over ? 'over' : 'deadline'}:${id}`, text)]
  })
}
