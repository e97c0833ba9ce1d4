import { encodeFunctionData, type Hex } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { distributionId, readRecords, type ShardProof, shardKey } from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import { type Chain, latestBlock } from './chain.ts'
import { wordOf } from './events.ts'
import type { Outcome, Say } from './output.ts'
import { readPrepared } from './prepared.ts'
import { flagsOf, openSurroundings, periodNamed } from './program.ts'
import { progressOf } from './progress.ts'
import { type Publication, readPublication } from './publication.ts'
import { missing, refused } from './refusal.ts'
import type { Secrets, Settings } from './settings.ts'
import { anySigner, keyIfSet, type Signer } from './signer.ts'
import { periodFolder } from './state.ts'
import { transact } from './transact.ts'

/** Shards a transaction: some 6 million gas, below the 16.7 million that one may have (EIP-7825). */
export const SHARDS_A_TRANSACTION = 128

/**
 * Opens the shards of a published period, so that none of its holders pays for it with a first claim. Anybody may; which are
 * open the chain tells, so that a run may end anywhere and another one goes on.
 */
export async function open(
  settings: Settings,
  secrets: Secrets,
  options: { period: string; stream?: string },
  say: Say,
): Promise<Outcome> {
  const key = keyIfSet(secrets, settings)
  const surroundings = await openSurroundings(settings)
  const { terms, deployment, chain } = surroundings
  const period = periodNamed(terms, options.stream, options.period)
  const folder = periodFolder(settings.state, deployment.network, terms.name, period)
  const prepared = readPrepared(folder, period, surroundings)
  const publication = prepared === null ? null : readPublication(folder, prepared)
  if (prepared?.records == null || publication === null) {
    throw refused(`${period.name} was not published from here: nothing of it lies in ${folder}`)
  }
  if (prepared.manifest.totals.shards === 1) {
    return outcomeOf(period.name, { shards: 1, opened: 0, already: 1, gasUsed: 0n })
  }
  if ((await wordOf(chain, deployment.distributor, publication.id)) === 0n) {
    throw refused(`${period.name} is not on chain: run publish ${flagsOf(period)} first`)
  }
  if ((await latestBlock(chain)).timestamp < publication.opensAt) {
    const time = new Date(Number(publication.opensAt) * 1000).toISOString()
    throw missing(
      `the shards of ${period.name} can be opened from ${time} on, when its challenge window ends`,
    )
  }
  const shards = shardsIn(prepared.records)
  const signer = await anySigner(key, settings, deployment)
  return outcomeOf(period.name, await openShards({ settings, chain, signer, publication, say }, shards))
}

/** Every shard of a records file, with the way to its root; everything in the file is checked. */
export function shardsIn(records: Uint8Array): ShardProof[] {
  const read = ({ offset, length }: { offset: number; length: number }) =>
    records.subarray(offset, offset + length)
  return [...readRecords(records.length, read, nodeKernel())].flatMap(({ shards }) => shards)
}

interface Opening {
  settings: Pick<Settings, 'rpcUrl'>
  chain: Chain
  signer: Signer
  publication: Publication
  say: Say
}

interface Opened {
  shards: number
  opened: number
  already: number
  gasUsed: bigint
}

/** Opens what is not open yet, a transaction after the other. */
export async function openShards(
  { settings, chain, signer, publication, say }: Opening,
  shards: readonly ShardProof[],
): Promise<Opened> {
  const { distributor, chainId, issuer, token, terms, root } = publication
  const parent = { issuer: issuer, token: token, terms, root }
  const closed = await closedShards(chain, publication, shards)
  const already = shards.length - closed.length
  const tell = progressOf(say, { what: 'opened shards', total: shards.length, first: already })
  let gasUsed = 0n
  for (let from = 0; from < closed.length; from += SHARDS_A_TRANSACTION) {
    const calls = closed.slice(from, from + SHARDS_A_TRANSACTION).map((each) =>
      encodeFunctionData({
        abi: merkleDistributorAbi,
        functionName: 'open',
        args: [parent, BigInt(each.shard), each.root, each.total, each.proof],
      }),
    )
    const data = encodeFunctionData({ abi: merkleDistributorAbi, functionName: 'multicall', args: [calls] })
    const by = { rpcUrl: settings.rpcUrl, chain, chainId, signer }
    const receipt = await transact(by, { to: distributor, data }, 'open')
    gasUsed += receipt.gasUsed
    tell(already + Math.min(closed.length, from + SHARDS_A_TRANSACTION))
  }
  return { shards: shards.length, opened: closed.length, already, gasUsed }
}

/** Words asked for at once. */
const QUESTIONS = 500

async function closedShards(
  chain: Chain,
  { distributor, issuer, token, terms, root }: Publication,
  shards: readonly ShardProof[],
): Promise<ShardProof[]> {
  const parent = { issuer: issuer, token: token, terms, root }
  const closed: ShardProof[] = []
  for (let from = 0; from < shards.length; from += QUESTIONS) {
    const some = shards.slice(from, from + QUESTIONS)
    const words = await Promise.all(
      some.map((each): Promise<bigint> => {
        const id: Hex = distributionId(shardKey(parent, each.root))
        return wordOf(chain, distributor, id)
      }),
    )
    closed.push(...some.filter((_, at) => words[at] === 0n))
  }
  return closed
}

function outcomeOf(period: string, { shards, opened, already, gasUsed }: Opened): Outcome {
  const text =
    shards === 1
      ? `${period} has one shard, which needs no opening.`
      : `${period}: ${opened} shards opened for ${gasUsed} gas, ${already} were open already.`
  return { json: { period, shards, opened, alreadyOpen: already, gasUsed }, text }
}
