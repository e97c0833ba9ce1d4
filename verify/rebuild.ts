// A manifest nobody has any more, made again: from the chain, and from the income as its issuer states it.
import { type Hex, keccak256 } from 'viem'
import { due, type Manifest, type Period, periodsOf, prepareDisbursement } from '../disbursement/index.ts'
import { MissingData } from './errors.ts'
import type { ChainClient, Program } from './examine.ts'
import { byPeriod, readManifest } from './locate.ts'
import type { Publication } from './publications.ts'
import { lastBlockBefore } from './recordBlock.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'
import type { Source } from './source.ts'

type RebuildInput = Program & { client: ChainClient; source: Source; options?: ReplayOptions | undefined }

/**
 * The bytes of a period's manifest. Whether it is the published one, its hash will tell.
 * @throws MissingData for a period paid in LP units (only its manifest names the purchase), one that is not over, and one
 *   whose predecessor's manifest nobody has
 */
export async function rebuild(
  { client, terms, deployment, source, options }: RebuildInput,
  period: Period,
  income: { amount: bigint; statementHash: Hex | null },
  publications: readonly Publication[],
  isStanding: (publication: Publication) => Promise<boolean>,
): Promise<Uint8Array> {
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
    terms,
    deployment,
    stream: period.stream,
    period: period.name,
    positions: ledger.positions(),
    lots: ledger.lots,
    recordBlock,
    income: income.amount,
    statementHash: income.statementHash,
    funded: due(income.amount, period.incomeShareBps),
    lp: null,
    previous,
  }).manifestBytes

  async function manifestOf(other: Period): Promise<Manifest> {
    const { publication, bytes } = await byPeriod(publications, source, other, isStanding)
    const read = bytes === null ? null : readManifest(bytes)
    const isIt = bytes !== null && publication?.manifestHash === keccak256(bytes)
    if (read !== null && 'manifest' in read && (isIt || read.manifest.root === null)) return read.manifest
    throw new MissingData(
      `nobody has the manifest of ${other.name}, which holds what is carried over: give it too`,
    )
  }
}
