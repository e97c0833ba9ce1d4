// The leaves of a distribution that was published and paid in one transaction: the chain itself has them.
import {
  decodeFunctionData,
  type Hex,
  type PublicClient,
  parseEventLogs,
  TransactionReceiptNotFoundError,
} from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import type { Deployment, Payment } from '../disbursement/index.ts'
import { MissingData } from './errors.ts'

/**
 * The payments of a `distribute`, from its calldata; where the call went through another contract (a multisig, a
 * batch), from the distributor's own event, which repeats them.
 * @throws MissingData when the transaction is none
 */
export async function distributedIn(
  client: Pick<PublicClient, 'getTransaction' | 'getTransactionReceipt'>,
  { distributor }: Deployment,
  transaction: Hex,
): Promise<{ id: Hex; payments: Payment[] }> {
  let receipt: Awaited<ReturnType<typeof client.getTransactionReceipt>>
  try {
    receipt = await client.getTransactionReceipt({ hash: transaction })
  } catch (cause) {
    if (!(cause instanceof TransactionReceiptNotFoundError)) throw cause
    throw new MissingData(`the chain has no transaction ${transaction}`, { cause })
  }
  const logs = receipt.logs.filter(({ address }) => address.toLowerCase() === distributor)
  const [pushed] = parseEventLogs({ abi: merkleDistributorAbi, eventName: 'Pushed', logs, strict: true })
  if (pushed === undefined) {
    throw new MissingData(`transaction ${transaction} distributes nothing: name one that called distribute`)
  }
  const { input, to } = await client.getTransaction({ hash: transaction })
  const direct = to?.toLowerCase() === distributor ? listOf(input) : null
  return { id: pushed.args.id, payments: (direct ?? pushed.args.payments).map(inLowerCase) }
}

function listOf(input: Hex): readonly Payment[] | null {
  try {
    const call = decodeFunctionData({ abi: merkleDistributorAbi, data: input })
    return call.functionName === 'distribute' ? call.args[2] : null
  } catch {
    return null
  }
}

const inLowerCase = ({ account, amount }: Payment): Payment => ({
  account: account.toLowerCase() as Payment['account'],
  amount,
})
