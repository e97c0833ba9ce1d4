/** Sends one transaction from the connected wallet. Loaded when somebody sends: viem's contract calls are half of the page's code. */
import type { Abi, TransactionReceipt } from 'viem'
import { getTransaction, waitForTransactionReceipt } from 'viem/actions'
import type { Config } from 'wagmi'
import { simulateContract, writeContract } from 'wagmi/actions'
import type { Address, Hex } from '../api.ts'
import { OutOfGasError, ReplacedError, RevertedError } from '../failures.ts'

/** A call of a contract, its ABI having every error it may revert with. */
export interface Call {
  readonly abi: Abi
  readonly address: Address
  readonly functionName: string
  readonly args: readonly unknown[]
}

export type SendingReport =
  | { readonly stage: 'asking' }
  | { readonly stage: 'waiting'; readonly transaction: Hex }

/** How long a receipt is waited for, in milliseconds. */
const PATIENCE = 180_000

/**
 * Tries the call on the chain, so that what it would refuse costs no fee; asks the wallet; waits for the receipt.
 * @throws what `failureOf` recognises
 */
export async function transact(
  config: Config,
  { chainId, sender, call }: { chainId: number; sender: Address; call: Call },
  report: (step: SendingReport) => void,
): Promise<TransactionReceipt> {
  const request = { ...call, chainId, account: sender }
  const simulate = () => simulateContract(config, request)
  await simulate()
  report({ stage: 'asking' })
  const sent = await writeContract(config, request)
  report({ stage: 'waiting', transaction: sent })

  let cancelled = false
  const client = config.getClient({ chainId })
  const receipt = await waitForTransactionReceipt(client, {
    hash: sent,
    timeout: PATIENCE,
    onReplaced: ({ reason, transaction }) => {
      cancelled = reason !== 'repriced'
      report({ stage: 'waiting', transaction: transaction.hash })
    },
  })
  if (cancelled) throw new ReplacedError('another transaction took the place of this one')
  if (receipt.status === 'reverted') {
    const { gas } = await getTransaction(client, { hash: receipt.transactionHash })
    // An inner call gets 63 of 64 parts: what ran out there leaves that much at most.
    if (receipt.gasUsed * 64n >= gas * 63n) throw new OutOfGasError(`all of ${gas} gas was used`)
    // The same call now usually fails for the same reason, and this time says which.
    await simulate()
    throw new RevertedError('the transaction failed in its block, and would succeed now')
  }
  return receipt
}
