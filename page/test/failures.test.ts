import {
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  encodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
  InternalRpcError,
  ProviderDisconnectedError,
  TransactionExecutionError,
  UnknownRpcError,
  UserRejectedRequestError,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'
import { getContractError } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import { ConnectorChainMismatchError } from 'wagmi'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { ApiError } from '../src/asking.ts'
import { type FailureKind, failureOf, ReplacedError, RevertedError } from '../src/failures.ts'
import { NoReaderError } from '../src/wallet.ts'
import { RelayAwayError } from '../src/walletConnect/connector.ts'
import { words } from '../src/words/all.ts'

const id = `0x${'1'.repeat(64)}` as const
const account = `0x${'a'.repeat(40)}` as const

/** A failed call as viem throws it: the revert is the cause of what the caller sees. */
function reverted(data: `0x${string}`): Error {
  const cause = new ContractFunctionRevertedError({ abi: merkleDistributorAbi, data, functionName: 'claim' })
  return new ContractFunctionExecutionError(cause, {
    abi: merkleDistributorAbi,
    functionName: 'multicall',
    args: [[]],
  })
}

const encode = (errorName: string, args: readonly unknown[]) =>
  encodeErrorResult({ abi: merkleDistributorAbi as readonly unknown[], errorName, args } as never)

describe('the distributor’s reasons', () => {
  const cases: readonly (readonly [string, readonly unknown[], FailureKind])[] = [
    ['AlreadyClaimed', [id, 3n], 'alreadyClaimed'],
    ['NotOpenYet', [id, 1_000n], 'notOpen'],
    ['NotPublished', [id], 'ended'],
    ['ExceedsRemaining', [id, 5n, 0n], 'ended'],
    ['InvalidProof', [id, id], 'proofRefused'],
    ['BadIndex', [128n], 'proofRefused'],
    ['ZeroAmount', [3n], 'proofRefused'],
    ['BadRecipient', [account], 'assetRefused'],
    ['SafeERC20FailedOperation', [account], 'assetRefused'],
  ]
  test.each(cases)('%s', (name, args, kind) => {
    expect(failureOf(reverted(encode(name, args)))).toEqual({ kind })
  })

  test('one without a sentence of its own is named', () => {
    expect(failureOf(reverted(encode('BadRoot', [])))).toEqual({ kind: 'reverted', detail: 'BadRoot' })
  })

  test('one that the ABI does not know shows its signature', () => {
    expect(failureOf(reverted('0xdeadbeef'))).toEqual({ kind: 'reverted', detail: '0xdeadbeef' })
  })
})

describe('wallets and the chain', () => {
  /** viem wraps whatever a wallet throws, also what is no Error. */
  const unknownRpc = (thrown: object) => new UnknownRpcError(thrown as Error)
  const rejection = new UserRejectedRequestError(new Error('no'))
  const cases: readonly (readonly [string, unknown, FailureKind])[] = [
    ['a rejection', rejection, 'rejected'],
    [
      'a rejection inside a transaction',
      new TransactionExecutionError(rejection, { account: null }),
      'rejected',
    ],
    ['a plain object with a code', { code: 4001, message: 'denied' }, 'rejected'],
    ['a wallet with an open request', { code: -32002, message: 'pending' }, 'walletBusy'],
    [
      'another chain',
      new ConnectorChainMismatchError({ connectionChainId: 1, connectorChainId: 2 }),
      'wrongChain',
    ],
    ['too little for the fee', new InsufficientFundsError(), 'noGas'],
    ['a node that is away', new HttpRequestError({ url: 'http://localhost' }), 'rpcAway'],
    ['nobody to ask', new NoReaderError('nobody'), 'rpcAway'],
    ['a receipt that does not come', new WaitForTransactionReceiptTimeoutError({ hash: id }), 'slow'],
    ['a wallet on a phone that declines', { code: 5000, message: 'User rejected.' }, 'rejected'],
    ['a code that nobody scanned', { code: 0, message: 'Proposal expired' }, 'codeExpired'],
    ['a request that lay', new Error('Request expired. Please try again.'), 'unanswered'],
    ['a relay that is away', new RelayAwayError('no code'), 'relayAway'],
    ['a relay that takes no request', new Error('Failed to publish payload, please try again.'), 'relayAway'],
    ['a phone that leaves', unknownRpc({ code: 6000, message: 'User disconnected.' }), 'walletGone'],
    ['a session that has ended', new ProviderDisconnectedError(new Error('over')), 'walletGone'],
    ['a replaced transaction', new ReplacedError('cancelled'), 'replaced'],
  ]
  test.each(cases)('%s', (_, error, kind) => {
    expect(failureOf(error)).toEqual({ kind })
  })

  test.each([
    'insufficient funds for gas * price + value',
    'The total cost (gas * gas fee + value) of executing this transaction exceeds the balance of the account.',
  ])('a wallet that says “%s” in its own words', (message) => {
    const wallet = Object.assign(new Error(message), { code: -32603 })
    const thrown = getContractError(new InternalRpcError(wallet), {
      abi: merkleDistributorAbi,
      address: account,
      args: [],
      functionName: 'claim',
    })
    expect(failureOf(thrown)).toEqual({ kind: 'noGas' })
    expect(failureOf(wallet)).toEqual({ kind: 'noGas' })
  })

  test('a failed transaction without a reason says so', () => {
    expect(failureOf(new RevertedError('would succeed now'))).toEqual({
      kind: 'reverted',
      detail: 'would succeed now',
    })
  })
})

describe('the server', () => {
  test('absent or broken is away; a refusal is shown; nonsense is named', () => {
    expect(failureOf(new ApiError(0, 'no answer'))).toEqual({ kind: 'serverAway' })
    expect(failureOf(new ApiError(503, 'down'))).toEqual({ kind: 'serverAway' })
    expect(failureOf(new ApiError(400, 'not an address'))).toEqual({
      kind: 'serverRefused',
      detail: 'not an address',
    })
    expect(failureOf(new ApiError(-1, 'id should be bytes'))).toEqual({
      kind: 'answerUnreadable',
      detail: 'id should be bytes',
    })
  })

  test('what nobody foresaw keeps its message', () => {
    expect(failureOf(new Error('surprise'))).toEqual({ kind: 'unknown', detail: 'surprise' })
    expect(failureOf('a string')).toEqual({ kind: 'unknown', detail: 'a string' })
  })
})

test('every failure has a title and a sentence, and no two the same', () => {
  const told = Object.values(words.failures).map((say) => say({ network: 'local', detail: 'this' }))
  for (const { title, text } of told) {
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(text.length).toBeGreaterThan(0)
  }
  expect(new Set(told.map(({ title }) => title)).size).toBe(told.length)
})
