import { z } from 'zod'
import type { IndexedLiquidity, RewardMonth } from '../disbursement/index.ts'
import { lastBlockBefore } from '../verify/index.ts'
import type { Block } from './chain.ts'
import { allRows, type Where } from './graph.ts'
import type { Surroundings } from './program.ts'

const bytes = z.string().regex(/^0x[0-9a-f]+$/)
/** A negative sum would be the subgraph's bug; it comes through here and is refused where it is used. */
const integer = z.union([z.string().regex(/^-?\d+$/), z.int().transform(String)])

const providerSchema = z.object({
  id: bytes,
  lp: integer,
  lpStaked: integer,
  lpSeconds: integer,
  stakedSeconds: integer,
  since: integer,
})
const distributionSchema = z.object({
  id: bytes,
  root: bytes,
  manifestHash: bytes,
  parent: bytes.nullable(),
  publishedAt: integer,
  endedAt: integer.nullable(),
})
const claimSchema = z.object({ id: bytes, distribution: bytes, account: bytes, timestamp: integer })

/** Ids asked for in one question. */
const IDS = 200

/**
 * What the subgraph says of LP units over a month. The caller has checked that it stands on this very chain.
 * @param block the month's record block
 */
export async function readLiquidity(
  { chain, subgraph, deployment }: Pick<Surroundings, 'chain' | 'subgraph' | 'deployment'>,
  month: RewardMonth,
  block: Block,
): Promise<IndexedLiquidity> {
  const rows = <T extends { id: string }>(
    collection: string,
    schema: z.ZodObject & z.ZodType<T>,
    at: bigint,
    where?: Where,
  ) => allRows(subgraph, collection, Object.keys(schema.shape).join(' '), schema, at, where)
  const start = await lastBlockBefore(chain, BigInt(deployment.genesisBlock), month.startsAt)
  const distributions = await rows('distributions', distributionSchema, block.number, {
    token: deployment.pair,
  })
  const claims = []
  for (let at = 0; at < distributions.length; at += IDS) {
    const own = distributions.slice(at, at + IDS).map(({ id }) => id)
    claims.push(...(await rows('claims', claimSchema, block.number, { distribution_in: own })))
  }
  return {
    before: start === null ? [] : await rows('liquidityProviders', providerSchema, start.number),
    after: await rows('liquidityProviders', providerSchema, block.number),
    distributions,
    claims,
  }
}
