// Which block a request about holders is of: one it names, a distribution's record block, or the subgraph's last.
import type { Hex } from 'viem'
import { findDistribution } from './distributions.ts'
import type { Env } from './env.ts'
import { pinnedBlock } from './holders.ts'
import { ProblemError } from './problem.ts'
import { blockParam, hashParam } from './schema.ts'
import { statedBy } from './stated.ts'

/** The fields of a query that name a block. */
export const atBlock = {
  block: blockParam.optional().openapi({ description: "The subgraph's last block when not given" }),
  record: hashParam.optional().openapi({
    description: 'The id of a distribution: its record block is taken. Not together with `block`',
  }),
}

/**
 * The block to read at.
 * @throws ProblemError invalid-request where both are given, not-found for an unknown distribution, and what reading throws
 */
export const blockOf = async (
  env: Env,
  { block, record }: { block?: number | undefined; record?: Hex | undefined },
): Promise<number> => {
  if (record === undefined) return pinnedBlock(env, block)
  if (block !== undefined) {
    const message = 'Name a block, or a distribution whose record block is meant, not both'
    throw new ProblemError('invalid-request', message, { errors: [{ at: 'query.record', message }] })
  }
  const distribution = await findDistribution(env.DB, record)
  if (distribution === null)
    throw new ProblemError('not-found', 'No distribution with this id is published here')
  return (await statedBy(env, distribution.manifestHash)).recordBlock.number
}
