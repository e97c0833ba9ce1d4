// Every root that the issuer's key has published, read from the distributor's events in final blocks, a stretch a run.
import { z } from '@hono/zod-openapi'
import { decodeEventLog, getAbiItem, type Hex, isHex, pad, toEventSelector, toHex } from 'viem'
import { merkleDistributorAbi } from '../../../../contracts/abi.ts'
import { askChain } from '../chain.ts'
import { asked } from '../database.ts'
import { type Env, settingsOf } from '../env.ts'
import { ProblemError } from '../problem.ts'

/** Public endpoints refuse longer ranges; forty of them go in one request. */
const BLOCKS_A_RANGE = 1000
const RANGES_A_RUN = 40

/** Where a chain does not tell what is final: two epochs of Ethereum. */
const FINAL_AFTER = 64

export type ChainRoot = { id: Hex; root: Hex; total: string; manifestHash: Hex; block: number }

/** Names what is watched: another deployment has another history. */
export const sourceOf = (env: Env): string => {
  const { chainId, distributor, issuer } = settingsOf(env).deployment
  return `${chainId}:${distributor}:${issuer}`
}

const hex = z.custom<Hex>((value) => isHex(value))
const block = z.object({ number: hex })
const logs = z.array(z.object({ address: hex, topics: z.array(hex), data: hex, blockNumber: hex }))

const finalBlock = async (env: Env, head: number): Promise<number> => {
  try {
    const [answer] = await askChain(env, [{ method: 'eth_getBlockByNumber', params: ['finalized', false] }])
    return Number(block.parse(answer).number)
  } catch (error) {
    if (!(error instanceof ProblemError) && !(error instanceof z.ZodError)) throw error
    return Math.max(0, head - FINAL_AFTER)
  }
}

const PUBLISHED = toEventSelector(getAbiItem({ abi: merkleDistributorAbi, name: 'Published' }))

const rootsIn = (answer: unknown): ChainRoot[] => {
  const parsed = logs.safeParse(answer)
  if (!parsed.success)
    throw new ProblemError('chain-failed', 'The chain answered something that is no list of logs')
  return parsed.data.map(({ topics, data, blockNumber }) => {
    try {
      const { args } = decodeEventLog({
        abi: merkleDistributorAbi,
        eventName: 'Published',
        topics: topics as [Hex, ...Hex[]],
        data,
      })
      const { id, root, total, manifestHash } = args
      return { id, root, total: total.toString(), manifestHash, block: Number(blockNumber) }
    } catch {
      throw new ProblemError('chain-failed', 'The chain answered logs that are not the distributor’s')
    }
  })
}

/** How far the chain has been searched, creating the watch where there is none. */
export const scannedTo = async (env: Env): Promise<number> => {
  const { genesisBlock } = settingsOf(env).deployment
  const row = await asked(() =>
    env.DB.prepare(
      `INSERT INTO watches (source, scanned_to) VALUES (?1, ?2)
       ON CONFLICT (source) DO UPDATE SET source = excluded.source RETURNING scanned_to`,
    )
      .bind(sourceOf(env), Number(genesisBlock) - 1)
      .first<number>('scanned_to'),
  )
  return row ?? Number(genesisBlock) - 1
}

/**
 * Searches the next stretch of final blocks and keeps what it finds. May be repeated, and run twice at once.
 * @returns the last block searched so far
 * @throws ProblemError chain-*, store-away
 */
export const scanRoots = async (env: Env, head: number): Promise<number> => {
  const { distributor, issuer } = settingsOf(env).deployment
  const from = (await scannedTo(env)) + 1
  const final = Math.min(await finalBlock(env, head), head)
  const to = Math.min(final, from + BLOCKS_A_RANGE * RANGES_A_RUN - 1)
  if (to < from) return from - 1
  const topics = [PUBLISHED, null, pad(issuer, { size: 32 })]
  const ranges = Array.from({ length: Math.ceil((to - from + 1) / BLOCKS_A_RANGE) }, (_, at) => {
    const fromBlock = from + at * BLOCKS_A_RANGE
    const toBlock = Math.min(to, fromBlock + BLOCKS_A_RANGE - 1)
    const filter = { address: distributor, fromBlock: toHex(fromBlock), toBlock: toHex(toBlock), topics }
    return { method: 'eth_getLogs', params: [filter] }
  })
  const found = (await askChain(env, ranges)).flatMap(rootsIn)
  const source = sourceOf(env)
  const rows = found.map((each) => [each.id, each.root, each.total, each.manifestHash, each.block])
  await asked(() =>
    env.DB.batch([
      env.DB.prepare(
        `INSERT INTO chain_roots (source, id, root, total, manifest_hash, block)
         SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
         FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
      ).bind(source, JSON.stringify(rows)),
      env.DB.prepare('UPDATE watches SET scanned_to = max(scanned_to, ?2) WHERE source = ?1').bind(
        source,
        to,
      ),
    ]),
  )
  return to
}

/** Everything found so far. */
export const chainRoots = async (env: Env): Promise<ChainRoot[]> => {
  const { results } = await asked(() =>
    env.DB.prepare(
      `SELECT id, root, total, manifest_hash AS manifestHash, block FROM chain_roots WHERE source = ?1 ORDER BY block, id`,
    )
      .bind(sourceOf(env))
      .all<ChainRoot>(),
  )
  return results
}
