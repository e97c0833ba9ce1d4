// A manifest nobody has any more, made again: from the chain, and for a quarter from the income as its issuer states it.
import { type Hex, keccak256 } from 'viem'
import {
  type Disbursement,
  dueIn,
  type IncomeManifest,
  type IncomePeriod,
  periodsOf,
  prepareDisbursement,
  type RewardManifest,
  type RewardMonth,
} from '../disbursement/index.ts'
import { MissingData } from './errors.ts'
import type { ChainClient, Program } from './examination.ts'
import { byPeriod, readManifest } from './locate.ts'
import type { Publication } from './publications.ts'
import { lastBlockBefore } from './recordBlock.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'
import { rewardReplay } from './rewardReplay.ts'
import type { Source } from './source.ts'

type RebuildInput = Program & { client: ChainClient; source: Source; options?: ReplayOptions | undefined }

/** A manifest that was made again, with its pages where it is a large program's. */
export type Rebuilt = Pick<Disbursement, 'manifestBytes' | 'manifestPages'>

/**
 * The bytes of a period's manifest. Whether it is the published one, its hash will tell.
 * @throws MissingData for a period paid in LP units (only its manifest names the purchase), one that is not over, and one
 *   whose predecessor's manifest nobody has
 */
export async function rebuild(
  { client, terms, deployment, source, options }: RebuildInput,
  period: IncomePeriod,
  income: { amount: bigint; statementHash: Hex | null },
  publications: readonly Publication[],
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<Rebuilt> {
  if (period.asset === 'lp') {
    throw new MissingData(
      `${period.name} is paid in LP units, and only its manifest names the transactions that bought them: give the manifest`,
    )
  }
  const recordBlock = await lastBlockBefore(client, BigInt(deployment.genesisBlock), period.endsAt)
  if (recordBlock === null) throw new MissingData(`${period.name} has no final record block yet`)
  const before = periodsOf(terms, period.stream)[period.position - 1]
  const previous = before === undefined ? null : await manifestOf(before)
  const program = { deployment, lpTreatment: terms.custody.lpTreatment }
  const ledger = await new ChainReplay(client, program, options).advanceTo(recordBlock.number)
  return prepareDisbursement({
    stream: 'income',
    terms,
    deployment,
    period: period.name,
    positions: ledger.positions(),
    lots: ledger.lots,
    recordBlock,
    income: income.amount,
    statementHash: income.statementHash,
    funded: dueIn(period, income.amount, previous),
    lp: null,
    previous,
  })

  async function manifestOf(other: IncomePeriod): Promise<IncomeManifest> {
    const { publication, bytes } = await byPeriod(publications, source, other, isStanding)
    const read = bytes === null ? null : await readManifest(bytes, source)
    const isIt = bytes !== null && publication?.manifestHash === keccak256(bytes)
    if (read !== null && 'manifest' in read && (isIt || read.manifest.root === null)) {
      if (read.manifest.stream === 'income') return read.manifest
    }
    throw new MissingData(
      `nobody has the manifest of ${other.name}, which holds what is carried over: give it too`,
    )
  }
}

/**
 * The bytes of a reward month's manifest, and for it of all the months before: nothing in them is anybody's word.
 * @throws MissingData when the month is not over, or nobody has the leaves of a distribution of LP units
 */
export async function rebuildRewards(
  input: RebuildInput,
  month: RewardMonth,
  publications: readonly Publication[],
): Promise<Rebuilt> {
  const { client, terms, deployment } = input
  const { replay, lp } = await rewardReplay(input, publications, month)
  let previous: RewardManifest | null = null
  for (const each of periodsOf(terms, 'liquidity')) {
    const recordBlock = await lastBlockBefore(client, BigInt(deployment.genesisBlock), each.endsAt)
    if (recordBlock === null) throw new MissingData(`${each.name} has no final record block yet`)
    await replay.advanceTo(recordBlock.number)
    const made: Disbursement<RewardManifest> = prepareDisbursement({
      stream: 'liquidity',
      terms,
      deployment,
      period: each.name,
      providers: replay.providers({ from: each.startsAt, until: each.endsAt }),
      lpDistributions: lp.publishedBy(recordBlock.number),
      recordBlock,
      previous,
    })
    if (each.name === month.name) return made
    previous = made.manifest
  }
  throw new RangeError(`${month.name} is none of the program's months`)
}
