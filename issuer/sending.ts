import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  InsufficientFundsError,
  keccak256,
  NonceTooLowError,
  type PrivateKeyAccount,
  type TransactionReceipt,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'
import { type Chain, isAway, nonceOf } from './chain.ts'
import { receiptOf } from './events.ts'
import type { Signed } from './publication.ts'
import { missing, refused } from './refusal.ts'
import type { Settings } from './settings.ts'

/** How long one run waits for a transaction to be mined; the next run goes on waiting. */
const PATIENCE = 180_000

/**
 * Signs a call with the account's next nonce, fees and gas as the chain estimates them. Sends nothing.
 * @param call `spareGas`: a quarter more than estimated, where what others do until it is mined makes it dearer
 */
export async function sign(
  { rpcUrl }: Pick<Settings, 'rpcUrl'>,
  chainId: number,
  account: PrivateKeyAccount,
  { spareGas, ...call }: { to: Address; data: Hex; value?: bigint; spareGas?: boolean },
): Promise<Signed> {
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const wallet = createWalletClient({ account, chain, transport: http(rpcUrl) })
  try {
    const request = await wallet.prepareTransactionRequest({ ...call })
    const gas = spareGas ? (request.gas * 5n) / 4n : request.gas
    const serialized = await wallet.signTransaction({ ...request, gas })
    return { hash: keccak256(serialized), nonce: request.nonce, serialized }
  } catch (error) {
    throw refusalOf(error, account.address)
  }
}

/**
 * Sends a signed transaction, or sends it again, and waits until it is mined.
 * @returns null when its nonce was spent on another transaction, so that it never will be mined
 * @throws Refusal when it failed on chain, or is not mined yet
 */
export async function seeThrough(
  chain: Chain,
  account: Address,
  signed: Signed,
): Promise<TransactionReceipt | null> {
  // The nonce before the receipt: in the other order the transaction could be mined in between and be taken for lost.
  const isSpent = (await nonceOf(chain, account)) > signed.nonce
  const known = await receiptOf(chain, signed.hash)
  if (known !== null) return succeeded(known)
  if (isSpent) return null
  try {
    await chain.sendRawTransaction({ serializedTransaction: signed.serialized })
  } catch (error) {
    // A node that has it already says so in its own words; whether it is there shows below.
    if (isAway(error)) throw error
    if (error instanceof BaseError && error.walk((e) => e instanceof InsufficientFundsError)) {
      throw refusalOf(error, account)
    }
    if (error instanceof BaseError && error.walk((e) => e instanceof NonceTooLowError)) {
      const receipt = await receiptOf(chain, signed.hash)
      return receipt === null ? null : succeeded(receipt)
    }
    if ((await chain.getTransaction({ hash: signed.hash }).catch(() => null)) === null) {
      throw refusalOf(error, account)
    }
  }
  return mined(chain, signed.hash)
}

/** Waits for a transaction that was sent. @throws Refusal when it failed on chain, or is not mined yet */
export async function mined(chain: Chain, hash: Hex): Promise<TransactionReceipt> {
  try {
    return succeeded(await chain.waitForTransactionReceipt({ hash, timeout: PATIENCE }))
  } catch (error) {
    if (!(error instanceof WaitForTransactionReceiptTimeoutError)) throw error
    throw missing(
      `transaction ${hash} was sent but not mined within ${PATIENCE / 60_000} minutes: run the same command again to go on waiting for it`,
      { cause: error },
    )
  }
}

function succeeded(receipt: TransactionReceipt): TransactionReceipt {
  if (receipt.status === 'success') return receipt
  throw new FailedOnChain(receipt)
}

/** A transaction that was mined and did nothing. */
export class FailedOnChain extends Error {
  override name = 'FailedOnChain'
  readonly receipt: TransactionReceipt

  constructor(receipt: TransactionReceipt) {
    super(`transaction ${receipt.transactionHash} failed on chain`)
    this.receipt = receipt
  }
}

/** Why a call was not accepted, by the contract's own error name where there is one. */
export function refusalOf(error: unknown, account: Address): unknown {
  if (!(error instanceof BaseError) || isAway(error)) return error
  if (error.walk((e) => e instanceof InsufficientFundsError)) {
    return refused(`${account} has not enough of the chain's own coin to pay for gas: send it some`, {
      cause: error,
    })
  }
  const revert = error.walk((e) => e instanceof ContractFunctionRevertedError)
  if (revert instanceof ContractFunctionRevertedError) {
    const reason = revert.data
      ? `${revert.data.errorName}(${(revert.data.args ?? []).join(', ')})`
      : (revert.reason ?? 'no reason given')
    return refused(`the contract would refuse the transaction: ${reason}`, { cause: error })
  }
  return refused(`the chain refused the transaction: ${error.shortMessage}`, { cause: error })
}
