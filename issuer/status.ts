import type { Address, Hex } from 'viem'
import { z } from 'zod'
import {
  type Asset,
  assetOf,
  decodeTerms,
  type Period,
  periodsOf,
  type StreamName,
  streamsOf,
} from '../disbursement/index.ts'
import { formatAmount } from './amounts.ts'
import { type Listed, listDistributions } from './api.ts'
import { type Block, type Chain, connect, finalizedBlock, latestBlock } from './chain.ts'
import { isCancelled, remainingOf, wordOf } from './events.ts'
import { describe } from './failure.ts'
import { openSubgraph, type Subgraph, subgraphHead } from './graph.ts'
import { nextStep, type PeriodState } from './nextStep.ts'
import type { Outcome } from './output.ts'
import { readPrepared } from './prepared.ts'
import { loadProgram, type Program } from './program.ts'
import { readClosed, readPublication } from './publication.ts'
import { exitCodes } from './refusal.ts'
import type { Settings } from './settings.ts'
import { periodFolder } from './state.ts'
import { table } from './table.ts'

interface DistributionStatus {
  id: Hex
  total: bigint
  /** From the chain, opened shards included; null while it is away. */
  remaining: bigint | null
  /** From the subgraph; null while it is away. */
  claims: number | null
  opensAt: bigint
  deadline: bigint
}

interface PeriodStatus {
  stream: StreamName
  name: string
  endsAt: bigint
  asset: Asset
  state: PeriodState
  manifestHash: Hex | null
  distribution: DistributionStatus | null
}

/** What could be found out; `null` stands for a part that is away, which `problems` then tells. */
interface Sight extends Program {
  settings: Settings
  chain: Chain | null
  latest: Block | null
  finalized: Block | null
  subgraph: Subgraph | null
  registered: Listed[] | null
  problems: string[]
}

/** Looks at everything and changes nothing. A part that is away costs its own lines only, and exit code 3. */
export async function status(settings: Settings): Promise<Outcome> {
  const program = loadProgram(settings)
  const problems: string[] = []
  const attempt = async <T>(look: () => Promise<T>): Promise<T | null> => {
    try {
      return await look()
    } catch (error) {
      problems.push(describe(error).message)
      return null
    }
  }
  const chain = await attempt(() => connect(settings.rpcUrl, program.deployment.chainId))
  const subgraph = openSubgraph(settings.graphUrl)
  const head = await attempt(() => subgraphHead(subgraph))
  if (head?.hasIndexingErrors)
    problems.push('the subgraph stopped at an indexing error: mend and redeploy it')
  const latest = chain && (await attempt(() => latestBlock(chain)))
  const sight: Sight = {
    ...program,
    settings,
    chain,
    latest,
    finalized: chain && (await attempt(() => finalizedBlock(chain))),
    subgraph: head === null ? null : subgraph,
    registered: await attempt(() => listDistributions(settings.apiUrl)),
    problems,
  }
  const periods: PeriodStatus[] = []
  for (const stream of streamsOf(program.terms)) {
    const all: readonly Period[] = periodsOf(program.terms, stream)
    for (const period of all) periods.push(await periodStatus(sight, period))
  }
  const lag = latest && head ? latest.number - head.number : null
  const next = nextStep(periods)
  return {
    json: {
      program: program.terms.name,
      network: program.deployment.network,
      chain: latest && { ...latest, finalized: sight.finalized?.number ?? null },
      subgraph: head && { block: head.number, lag, hasIndexingErrors: head.hasIndexingErrors },
      api: sight.registered && { distributions: sight.registered.length },
      periods,
      problems,
      next,
    },
    text: [
      ...surroundingsText(sight, head?.number ?? null, lag),
      '',
      periodsText(periods),
      '',
      ...problems.map((problem) => `Problem: ${problem}`),
      `Next: ${next}`,
    ].join('\n'),
    exitCode: problems.length === 0 ? exitCodes.ok : exitCodes.missing,
  }
}

async function periodStatus(sight: Sight, period: Period): Promise<PeriodStatus> {
  const { terms, deployment, settings, problems } = sight
  const { stream, name, endsAt } = period
  const common = { stream, name, endsAt, asset: assetOf(terms, deployment, period.asset) }
  const folder = periodFolder(settings.state, deployment.network, terms.name, period)
  try {
    const listed = await standing(sight, period)
    if (listed !== null) {
      const distribution = await distributionStatus(sight, listed)
      return { ...common, state: 'published', manifestHash: listed.manifestHash, distribution }
    }
    return { ...common, ...(await localStatus(sight, period, folder)) }
  } catch (error) {
    problems.push(describe(error).message)
    return { ...common, state: 'damaged', manifestHash: null, distribution: null }
  }
}

/** The registered distribution of a period, but for those that were taken back. */
async function standing({ registered, chain, deployment }: Sight, period: Period): Promise<Listed | null> {
  for (const listed of registered ?? []) {
    if (listed.stream !== period.stream || listed.period !== period.name) continue
    if (chain === null || !(await isCancelled(chain, deployment.distributor, listed))) return listed
  }
  return null
}

/** What the files on this machine say of a period that the API does not list. */
async function localStatus(
  sight: Sight,
  period: Period,
  folder: string,
): Promise<Pick<PeriodStatus, 'state' | 'manifestHash' | 'distribution'>> {
  const { chain, deployment } = sight
  const prepared = readPrepared(folder, period, sight)
  if (prepared === null) return { state: timeState(sight, period), manifestHash: null, distribution: null }
  const { manifestHash } = prepared
  if (readClosed(folder)?.manifestHash === manifestHash)
    return { state: 'closed', manifestHash, distribution: null }
  const publication = readPublication(folder, prepared)
  if (publication === null) return { state: 'prepared', manifestHash, distribution: null }
  const isOnChain = chain !== null && (await wordOf(chain, deployment.distributor, publication.id)) !== 0n
  if (!isOnChain) {
    const state = publication.executeBy === null ? 'publishing' : 'signing'
    return { state, manifestHash, distribution: null }
  }
  const block = prepared.manifest.recordBlock.number
  if (chain !== null && (await isCancelled(chain, deployment.distributor, { ...publication, block }))) {
    return { state: 'ended', manifestHash: null, distribution: null }
  }
  return { state: 'unregistered', manifestHash, distribution: await distributionStatus(sight, publication) }
}

function timeState({ latest, finalized }: Sight, { endsAt }: Period): PeriodState {
  if (latest === null) return 'unknown'
  if (latest.timestamp < endsAt) return 'running'
  return finalized === null || finalized.timestamp < endsAt ? 'ending' : 'ended'
}

const claimsSchema = z.object({
  distribution: z.object({ claims: z.int() }).nullable(),
  shards: z.array(z.object({ id: z.string().transform((id) => id as Hex), claims: z.int() })),
})

async function distributionStatus(
  sight: Sight,
  { id, total, terms }: { id: Hex; total: bigint; terms: Hex },
): Promise<DistributionStatus> {
  const { chain, deployment, subgraph } = sight
  const indexed =
    subgraph &&
    (await subgraph.query(
      claimsSchema,
      `query ($id: Bytes!) {
        distribution(id: $id) { claims }
        shards: distributions(where: { parent: $id }, first: 1000) { id claims }
      }`,
      { id },
    ))
  const ids = [id, ...(indexed?.shards.map((shard) => shard.id) ?? [])]
  const claims =
    indexed?.shards.reduce((sum, shard) => sum + shard.claims, indexed.distribution?.claims ?? 0) ?? null
  return {
    id,
    total,
    claims,
    remaining: chain && (await remainingOn(chain, deployment.distributor, ids)),
    ...decodeTerms(terms),
  }
}

async function remainingOn(chain: Chain, distributor: Address, ids: readonly Hex[]): Promise<bigint> {
  const words = await Promise.all(ids.map((id) => wordOf(chain, distributor, id)))
  return words.reduce((sum, word) => sum + remainingOf(word), 0n)
}

function surroundingsText(
  { latest, finalized, registered }: Sight,
  indexed: bigint | null,
  lag: bigint | null,
): string[] {
  const chain = latest
    ? `block ${latest.number} of ${time(latest.timestamp)}, final up to ${finalized?.number ?? 'none'}`
    : 'away'
  const subgraph = indexed === null ? 'away' : `block ${indexed}${lag === null ? '' : `, ${lag} behind`}`
  return [
    `chain     ${chain}`,
    `subgraph  ${subgraph}`,
    `api       ${registered === null ? 'away' : `${registered.length} distributions`}`,
  ]
}

function periodsText(periods: readonly PeriodStatus[]): string {
  return table(
    [
      { title: 'period' },
      { title: 'ends' },
      { title: 'state' },
      { title: 'total', align: 'right' },
      { title: 'remaining', align: 'right' },
      { title: 'asset' },
      { title: 'claims', align: 'right' },
      { title: 'opens' },
    ],
    periods.map(({ name, endsAt, asset, state, distribution }) => {
      const amount = (value: bigint | null | undefined) =>
        value == null ? '' : formatAmount(value, asset.decimals)
      return [
        name,
        time(endsAt),
        state,
        amount(distribution?.total),
        amount(distribution?.remaining),
        asset.symbol,
        distribution?.claims?.toString() ?? '',
        distribution === null ? '' : time(distribution.opensAt),
      ]
    }),
  )
}

function time(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}
