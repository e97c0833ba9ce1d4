// The record block of a period (SPEC section 1), found on the chain itself.
import { BaseError, BlockNotFoundError, type Hex, type PublicClient } from 'viem'
import { MissingData } from './errors.ts'

export type Block = { number: bigint; hash: Hex; timestamp: bigint }
export type BlockClient = Pick<PublicClient, 'getBlock'>

/** A block by its number; null when the chain has none. */
export async function blockAt(client: BlockClient, number: bigint): Promise<Block | null> {
  try {
    const { hash, timestamp } = await client.getBlock({ blockNumber: number })
    return { number, hash, timestamp }
  } catch (error) {
    if (error instanceof BaseError && error.walk((each) => each instanceof BlockNotFoundError) !== null)
      return null
    throw error
  }
}

const requiredAt = async (client: BlockClient, number: bigint): Promise<Block> => {
  const block = await blockAt(client, number)
  if (block === null) throw new MissingData(`the RPC has no block ${number}: try another RPC`)
  return block
}

/** The last block that no reorganization can take away. */
export async function finalBlock(client: BlockClient): Promise<Block> {
  try {
    const { number, hash, timestamp } = await client.getBlock({ blockTag: 'finalized' })
    return { number, hash, timestamp }
  } catch (cause) {
    throw new MissingData('the RPC does not tell which block is final: try another RPC', { cause })
  }
}

/**
 * The last block before a time, final; about twice log2 of the chain's length in questions.
 * @param first a block that is before the time, such as the program's first
 * @param time unix seconds
 * @returns null while no final block has reached the time, or when the first one has already
 */
export async function lastBlockBefore(
  client: BlockClient,
  first: bigint,
  time: bigint,
): Promise<Block | null> {
  const final = await finalBlock(client)
  if (final.timestamp < time || final.number < first) return null
  let low = await requiredAt(client, first)
  if (low.timestamp >= time) return null
  let high = final
  while (high.number - low.number > 1n) {
    const middle = await requiredAt(client, (low.number + high.number) / 2n)
    if (middle.timestamp < time) low = middle
    else high = middle
  }
  return low
}
