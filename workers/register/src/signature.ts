// Whether a wallet agreed to a message: by its key, or as a contract (ERC-1271, and ERC-6492 before it is deployed).
import {
  type Address,
  createPublicClient,
  custom,
  type Hex,
  RpcRequestError,
  recoverMessageAddress,
} from 'viem'
import { z } from 'zod'
import type { Env, Settings } from './env.ts'
import { ProblemError } from './problem.ts'

const DEFAULT_TIMEOUT_MS = '10000'

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})

const away = () => new ProblemError('chain-failed', 'The chain gave no usable answer; try again later')

/** One JSON-RPC call. @throws RpcRequestError for an answer that is an error, ProblemError where there is no answer */
const ask = async (env: Env, method: string, params: unknown): Promise<unknown> => {
  const body = { jsonrpc: '2.0', id: 1, method, params }
  let answer: unknown
  try {
    const response = await fetch(env.RPC_URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(Number(env.UPSTREAM_TIMEOUT_MS ?? DEFAULT_TIMEOUT_MS)),
    })
    answer = await response.json()
  } catch {
    throw away()
  }
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) throw away()
  const { result, error } = parsed.data
  if (error !== undefined) throw new RpcRequestError({ body, error, url: 'the chain' })
  return result
}

const signedByKey = async (wallet: Address, message: string, signature: Hex): Promise<boolean> => {
  try {
    return (await recoverMessageAddress({ message, signature })).toLowerCase() === wallet
  } catch {
    return false
  }
}

/**
 * Asks the wallet's contract. viem takes every failure for a no; here a chain that did not answer is told apart, so that
 * nobody is sent away for a fault that is not theirs.
 */
const signedByContract = async (
  env: Env,
  { chainId }: Settings,
  wallet: Address,
  message: string,
  signature: Hex,
): Promise<boolean> => {
  const faults: ProblemError[] = []
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    try {
      return await ask(env, method, params ?? [])
    } catch (error) {
      if (error instanceof ProblemError) faults.push(error)
      throw error
    }
  }
  const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) })
  try {
    const actual = await client.getChainId()
    if (actual !== chainId) {
      throw new ProblemError(
        'misconfigured',
        `RPC_URL of this Worker serves chain ${actual}, but CHAIN_ID is ${chainId}`,
      )
    }
    const isValid = await client.verifyMessage({ address: wallet, message, signature })
    if (!isValid && faults[0] !== undefined) throw faults[0]
    return isValid
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw faults[0] ?? away()
  }
}

/**
 * Whether the wallet signed the message (EIP-191). A key's signature is checked here; only for another is the chain asked.
 * @throws ProblemError chain-failed, misconfigured
 */
export const isSignedBy = async (
  env: Env,
  settings: Settings,
  wallet: Address,
  message: string,
  signature: Hex,
): Promise<boolean> =>
  (await signedByKey(wallet, message, signature)) ||
  signedByContract(env, settings, wallet, message, signature)
