// What it takes to examine a manifest, whatever its stream.
import type { Hex, PublicClient } from 'viem'
import type { Deployment, Disbursement, Manifest, Period, Terms } from '../disbursement/index.ts'
import type { Differences } from './compare.ts'
import type { FundingClient } from './funding.ts'
import type { LpLeaves } from './lpLeaves.ts'
import { type Block, type BlockClient, blockAt, lastBlockBefore } from './recordBlock.ts'
import type { ChainReplay } from './replayChain.ts'
import type { Difference, Findings } from './steps.ts'

export type ChainClient = BlockClient &
  FundingClient &
  Pick<PublicClient, 'request' | 'readContract' | 'getChainId'>

export type Program = { terms: Terms; deployment: Deployment }

/** Who examines the manifests of one stream, the first period's first. */
export type Examiner = Program & {
  client: ChainClient
  /** On its way through the chain, not yet beyond the record block of the manifest to come. */
  replay: ChainReplay
  /** Transactions that funded earlier periods, each with its period. */
  usedBefore: Map<Hex, string>
  /** The leaves of the issuer's distributions of LP units; null where the stream does not need them. */
  lp: LpLeaves | null
}

/** The true record block of the period, or null when the chain has none yet; the stated one is held against it. */
export async function judgeRecordBlock(
  { client, deployment }: Pick<Examiner, 'client' | 'deployment'>,
  { recordBlock: stated }: Manifest,
  period: Period,
  findings: Findings,
): Promise<Block | null> {
  const there = await blockAt(client, stated.number)
  if (there?.hash !== stated.hash) {
    const what = `the hash of block ${stated.number}`
    const computed = there === null ? 'no such block' : there.hash
    findings.different(
      'record block',
      [{ what, stated: stated.hash, computed }],
      `the record block ${stated.number} ${stated.hash} is not on this chain (${computed}): it vanished in a reorganization, or the manifest is of another chain`,
    )
  }
  const block = await lastBlockBefore(client, BigInt(deployment.genesisBlock), period.endsAt)
  if (block === null) {
    findings.different('record block', [
      {
        what: `the record block of ${period.name}`,
        stated: `${stated.number}`,
        computed: `none that is final: no final block has reached the period’s end ${period.end}`,
      },
    ])
    return null
  }
  return block
}

/** Tells every difference under its step. */
export const tellDifferences = (
  differences: Differences,
  computed: Disbursement | null,
  findings: Findings,
): void => {
  for (const [step, list] of differences) {
    findings.different(
      step,
      list.map((each) => explained(each, computed)),
    )
  }
}

/** A share is told with its computation. */
const explained = (difference: Difference, computed: Disbursement | null): Difference => {
  const { what, holder } = difference
  if (what !== 'share' || computed === null) return difference
  const { payout, totals, holders } = computed.manifest
  const shares: readonly { holder: string; weight: bigint }[] = holders
  const weight = shares.find((each) => each.holder === holder)?.weight ?? 0n
  const all = 'denominator' in totals ? totals.denominator : totals.weight
  const formula = `floor(${payout.funded + payout.carryIn} · ${weight} / ${all})`
  return { ...difference, computed: `${difference.computed} = ${formula}` }
}
