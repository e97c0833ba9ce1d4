import { z } from '@hono/zod-openapi'
import { type Address, type Hex, isHex, toHex } from 'viem'
import { briefly, type Env, timeoutOf } from './env.ts'
import { ProblemError } from './problem.ts'
import { postJson } from './upstream.ts'

const CHAIN = { name: 'The chain', failed: 'chain-failed', slow: 'chain-slow' } as const

/** Public endpoints refuse longer batches. */
const BATCH = 50

export type Call = { method: string; params: unknown[] }

/** Asks a contract, as it is at the latest block. */
export const callTo = (to: Address, data: Hex): Call => ({
  method: 'eth_call',
  params: [{ to, data }, 'latest'],
})

const answers = z.array(
  z.object({
    id: z.int(),
    result: z.unknown().optional(),
    error: z.object({ message: z.string().optional() }).optional(),
  }),
)

const unusable = () => new ProblemError('chain-failed', 'The chain answered something that is not JSON-RPC')

const batch = async (env: Env, calls: readonly Call[]): Promise<unknown[]> => {
  const body = calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call }))
  const parsed = answers.safeParse(await postJson(env.RPC_URL, body, CHAIN, timeoutOf(env)))
  if (!parsed.success) throw unusable()
  // Batches come back in any order.
  const byId = new Map(parsed.data.map((answer) => [answer.id, answer]))
  return calls.map((_, id) => {
    const answer = byId.get(id)
    if (answer === undefined || answer.error !== undefined) throw unusable()
    return answer.result
  })
}

/**
 * JSON-RPC calls in as few requests as may be; results in the order of the calls, unchecked.
 * @throws ProblemError chain-failed when any call fails, chain-slow
 */
export const askChain = async (env: Env, calls: readonly Call[]): Promise<unknown[]> => {
  const batches: Promise<unknown[]>[] = []
  for (let at = 0; at < calls.length; at += BATCH) batches.push(batch(env, calls.slice(at, at + BATCH)))
  return (await Promise.all(batches)).flat()
}

const quantity = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]+$/.test(value))
const blockAnswer = z.object({ number: quantity, timestamp: quantity, hash: quantity })

/** Asks for the latest block. */
export const LATEST: Call = { method: 'eth_getBlockByNumber', params: ['latest', false] }

/** The unix seconds at which an answered block was made. */
export const timestampIn = (block: unknown): number => {
  const parsed = blockAnswer.safeParse(block)
  if (!parsed.success) throw unusable()
  return Number(parsed.data.timestamp)
}

/** A block by its number, or null where the chain has none. */
export const blockOnChain = async (
  env: Env,
  number: number,
): Promise<{ hash: Hex; timestamp: number } | null> => {
  const [block] = await askChain(env, [{ method: 'eth_getBlockByNumber', params: [toHex(number), false] }])
  const parsed = blockAnswer.nullable().safeParse(block)
  if (!parsed.success) throw unusable()
  return parsed.data && { hash: parsed.data.hash, timestamp: Number(parsed.data.timestamp) }
}

export type Head = { number: number; timestamp: number; hash: string; chainId: number }

/** The latest block, and which chain it is of. */
export const chainHead = async (env: Env): Promise<Head> => {
  const [block, chainId] = await askChain(env, [LATEST, { method: 'eth_chainId', params: [] }])
  const parsed = z.tuple([blockAnswer, quantity]).safeParse([block, chainId])
  if (!parsed.success) throw unusable()
  const [{ number, timestamp, hash }, chain] = parsed.data
  return { number: Number(number), timestamp: Number(timestamp), hash, chainId: Number(chain) }
}

/** The chain's clock, by which openings and deadlines count; null while the chain is away. */
export const chainTimeOf = async (env: Env): Promise<number | null> => {
  try {
    return (await chainHead(briefly(env))).timestamp
  } catch (error) {
    if (error instanceof ProblemError) return null
    throw error
  }
}

const receiptAnswer = z
  .object({
    status: quantity,
    blockNumber: quantity,
    logs: z.array(
      z.object({
        address: quantity,
        topics: z.array(quantity),
        data: z.custom<Hex>((value) => isHex(value)),
      }),
    ),
  })
  .nullable()

export type Receipt = NonNullable<z.output<typeof receiptAnswer>>

/** The receipt of a transaction, or null while it is in no block. */
export const receiptOf = async (env: Env, transaction: Hex): Promise<Receipt | null> => {
  const [receipt] = await askChain(env, [{ method: 'eth_getTransactionReceipt', params: [transaction] }])
  const parsed = receiptAnswer.safeParse(receipt ?? null)
  if (!parsed.success) throw unusable()
  return parsed.data
}

/** The hash of the block with this number, or null where the chain has none yet. @throws ProblemError chain-* */
export const blockHashAt = async (env: Env, number: number): Promise<string | null> => {
  const [block] = await askChain(env, [{ method: 'eth_getBlockByNumber', params: [toHex(number), false] }])
  const parsed = blockAnswer.nullable().safeParse(block ?? null)
  if (!parsed.success) throw unusable()
  return parsed.data?.hash ?? null
}

/** How nodes say that the called code itself failed. */
const CODE_FAILED =
  /revert|out of gas|invalid opcode|invalid jump|stack (under|over)flow|gas required exceeds/i

/**
 * What a contract answers now; null where its code fails.
 * @throws ProblemError chain-failed, chain-slow
 */
export const answerOf = async (env: Env, to: Hex, data: Hex): Promise<Hex | null> => {
  const body = [{ jsonrpc: '2.0', id: 0, ...callTo(to, data) }]
  const parsed = answers.safeParse(await postJson(env.RPC_URL, body, CHAIN, timeoutOf(env)))
  const answer = parsed.data?.[0]
  if (answer === undefined) throw unusable()
  if (answer.error !== undefined) {
    if (CODE_FAILED.test(answer.error.message ?? '')) return null
    throw unusable()
  }
  if (!isHex(answer.result)) throw unusable()
  return answer.result
}

/** When a block was made, in unix seconds. */
export const timestampOf = async (env: Env, blockNumber: Hex): Promise<number> => {
  const [block] = await askChain(env, [{ method: 'eth_getBlockByNumber', params: [blockNumber, false] }])
  return timestampIn(block)
}
