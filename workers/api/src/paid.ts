// What the distributor contract says of a claim: paid, still there, or nothing left to be had.

import { z } from '@hono/zod-openapi'
import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  parseAbi,
  toEventSelector,
  toHex,
} from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { askChain } from './chain.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** A leaf as the contract knows it: `id` is the distribution's, or its shard's with the parent beside it. */
export type Leaf = { id: Hex; parent: Hex | null; index: number; account: Address; block: number }

/**
 * `claimed`: the leaf was paid. `ended`: cancelled by the issuer or swept after the deadline, so that nothing more is paid.
 * Null where the chain cannot be asked, or does not know the distribution.
 */
export type Paid = { claimed: boolean | null; ended: boolean | null }

const UNKNOWN: Paid = { claimed: null, ended: null }
const FLAGS = (1n << 128n) - 1n

const wordCall = (distributor: Address, id: Hex) => ({
  method: 'eth_call',
  params: [
    {
      to: distributor,
      data: encodeFunctionData({ abi: merkleDistributorAbi, functionName: 'wordOf', args: [id] }),
    },
    'latest',
  ],
})

const wordOf = (data: unknown): bigint => {
  try {
    return decodeFunctionResult({ abi: merkleDistributorAbi, functionName: 'wordOf', data: data as Hex })
  } catch {
    throw new ProblemError('chain-failed', 'The distributor contract did not answer; is it on this chain?')
  }
}

const [CLAIMED, CANCELLED, SWEPT] = parseAbi([
  'event Claimed(bytes32 indexed id, address indexed account, uint256 index, address to, uint256 amount)',
  'event Cancelled(bytes32 indexed id, uint256 amount)',
  'event Swept(bytes32 indexed id, uint256 amount)',
]).map(toEventSelector) as [Hex, Hex, Hex]

const logs = z.array(z.object({ topics: z.array(z.string()) }))

/**
 * A word with every flag set is that of a distribution that ended, and of one whose 128 leaves were all paid: only the
 * events tell which, and who was paid before the end.
 */
const fromEvents = async (env: Env, distributor: Address, leaf: Leaf): Promise<Paid> => {
  const filter = { address: distributor, fromBlock: toHex(leaf.block), toBlock: 'latest' }
  const [answer] = await askChain(env, [
    { method: 'eth_getLogs', params: [{ ...filter, topics: [[CLAIMED, CANCELLED, SWEPT], leaf.id] }] },
  ])
  const parsed = logs.safeParse(answer)
  if (!parsed.success)
    throw new ProblemError('chain-failed', 'The chain answered something that is no list of logs')
  const account = `0x${leaf.account.slice(2).padStart(64, '0')}`
  return {
    claimed: parsed.data.some(({ topics }) => topics[0] === CLAIMED && topics[2] === account),
    ended: parsed.data.some(({ topics }) => topics[0] === CANCELLED || topics[0] === SWEPT),
  }
}

const paidOf = async (
  env: Env,
  distributor: Address,
  leaf: Leaf,
  word: bigint,
  parentWord: bigint | null,
): Promise<Paid> => {
  if (word === 0n) {
    if (parentWord === null || parentWord === 0n) return UNKNOWN
    // A shard that was never opened has its budget in the parent, unless the parent ended.
    return { claimed: false, ended: parentWord >> 128n === FLAGS && (parentWord & FLAGS) === 0n }
  }
  if (word >> 128n === FLAGS && (word & FLAGS) === 0n) return fromEvents(env, distributor, leaf)
  return { claimed: ((word >> 128n) & (1n << BigInt(leaf.index))) !== 0n, ended: false }
}

/** The state of each leaf, in order. Never fails: what the chain does not tell is null. */
export const paidStates = async (
  env: Env,
  distributor: Address,
  leaves: readonly Leaf[],
): Promise<Paid[]> => {
  if (leaves.length === 0) return []
  try {
    const ids = [...new Set(leaves.flatMap(({ id, parent }) => (parent === null ? [id] : [id, parent])))]
    const answers = await askChain(
      env,
      ids.map((id) => wordCall(distributor, id)),
    )
    const words = new Map(ids.map((id, at) => [id, wordOf(answers[at])]))
    return await Promise.all(
      leaves.map((leaf) => {
        const parentWord = leaf.parent === null ? null : (words.get(leaf.parent) ?? 0n)
        return paidOf(env, distributor, leaf, words.get(leaf.id) ?? 0n, parentWord).catch(
          (error: unknown) => {
            if (error instanceof ProblemError) return UNKNOWN
            throw error
          },
        )
      }),
    )
  } catch (error) {
    if (error instanceof ProblemError) return leaves.map(() => UNKNOWN)
    throw error
  }
}
