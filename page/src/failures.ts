/**
 * Every way in which reading or claiming fails, and how an error is recognised as one of them. The sentences stand in
 * `words.failures`, one a kind: this file and that table together are complete, and the types keep them so.
 */
import { ApiError } from './asking.ts'

export type Failure =
  | { readonly kind: 'wrongChain' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'walletBusy' }
  | { readonly kind: 'walletGone' }
  | { readonly kind: 'alreadyClaimed' }
  | { readonly kind: 'notOpen' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'proofRefused' }
  | { readonly kind: 'assetRefused' }
  | { readonly kind: 'noGas' }
  | { readonly kind: 'outOfGas' }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'alreadyLinked' }
  | { readonly kind: 'hasOwnWallets' }
  | { readonly kind: 'signatureRefused' }
  | { readonly kind: 'signatureExpired' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'slow' }
  | { readonly kind: 'serverAway' }
  | { readonly kind: 'serverRefused'; readonly detail: string }
  | { readonly kind: 'answerUnreadable'; readonly detail: string }
  | { readonly kind: 'rpcAway' }
  | { readonly kind: 'codeExpired' }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'relayAway' }
  | { readonly kind: 'stalePage' }
  | { readonly kind: 'reverted'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }

export type FailureKind = Failure['kind']

/** The transaction was replaced in the wallet by another one, so nothing is known about the claim. */
export class ReplacedError extends Error {
  override readonly name = 'ReplacedError'
}

/** The transaction was included, and the gas its sender allowed did not suffice. */
export class OutOfGasError extends Error {
  override readonly name = 'OutOfGasError'
}

/** The transaction was included and failed, without a reason that could be read. */
export class RevertedError extends Error {
  override readonly name = 'RevertedError'
}

/** Custom errors of the distributor and the registry, by the name their ABIs give them. */
const BY_REVERT: Readonly<Record<string, FailureKind>> = {
  AlreadyClaimed: 'alreadyClaimed',
  NotOpenYet: 'notOpen',
  NotPublished: 'ended',
  ExceedsRemaining: 'ended',
  InvalidProof: 'proofRefused',
  BadIndex: 'proofRefused',
  ZeroAmount: 'proofRefused',
  BadRecipient: 'assetRefused',
  SafeERC20FailedOperation: 'assetRefused',
  AlreadyLinked: 'alreadyLinked',
  SelfLink: 'alreadyLinked',
  IsHolder: 'hasOwnWallets',
  InvalidSignature: 'signatureRefused',
  WalletNotDeployed: 'signatureRefused',
  SignatureExpired: 'signatureExpired',
}

/** Errors of viem, wagmi and this page, by their name. */
const BY_NAME: Readonly<Record<string, FailureKind>> = {
  UserRejectedRequestError: 'rejected',
  ResourceUnavailableRpcError: 'walletBusy',
  ChainMismatchError: 'wrongChain',
  ConnectorChainMismatchError: 'wrongChain',
  ChainDisconnectedError: 'wrongChain',
  ConnectorNotConnectedError: 'walletGone',
  ConnectorAccountNotFoundError: 'walletGone',
  ConnectorNotFoundError: 'walletGone',
  ProviderDisconnectedError: 'walletGone',
  ProviderNotFoundError: 'walletGone',
  InsufficientFundsError: 'noGas',
  NoReaderError: 'rpcAway',
  RelayAwayError: 'relayAway',
  ReplacedError: 'replaced',
  OutOfGasError: 'outOfGas',
  MethodNotFoundRpcError: 'unsupported',
  MethodNotSupportedRpcError: 'unsupported',
  UnsupportedProviderMethodError: 'unsupported',
  WaitForTransactionReceiptTimeoutError: 'slow',
  HttpRequestError: 'rpcAway',
  SocketClosedError: 'rpcAway',
  TimeoutError: 'rpcAway',
  WebSocketRequestError: 'rpcAway',
}

/** Codes of EIP-1193 and, from 5000 on, of WalletConnect, for wallets whose errors come without a known name. */
const BY_CODE: Readonly<Record<number, FailureKind>> = {
  4001: 'rejected',
  4100: 'walletGone',
  4200: 'unsupported',
  4900: 'walletGone',
  4901: 'wrongChain',
  5000: 'rejected',
  5001: 'rejected',
  5002: 'rejected',
  6000: 'walletGone',
  [-32002]: 'walletBusy',
}

/** WalletConnect has no codes for these: nobody scanned its code, a wallet let a request lie, its relay is away. */
const CODE_EXPIRED = /proposal expired/i
const UNANSWERED = /request expired/i
const RELAY_AWAY = /failed to publish|no internet connection detected/i

/** What browsers say when a part of the page is gone from the server. */
const STALE =
  /dynamically imported module|importing a module script failed|failed to load module script|unable to preload css/i

/** Nodes and wallets have no code for it, and viem takes a wallet's internal error for a revert with that reason. */
const NO_GAS = /insufficient (?:funds|balance)|exceeds the balance of the account/i

type PlainKind = Exclude<FailureKind, 'serverRefused' | 'answerUnreadable' | 'reverted' | 'unknown'>

/** Recognises an error by what it and its causes are; the deepest reason wins only where no outer one is known. */
export function failureOf(error: unknown): Failure {
  const chain = causes(error)
  for (const link of chain) {
    if (link instanceof ApiError) return failureOfApi(link)
    const revert = revertOf(link)
    if (revert !== null) {
      const kind = BY_REVERT[revert] ?? (NO_GAS.test(revert) ? 'noGas' : undefined)
      return kind === undefined ? { kind: 'reverted', detail: revert } : { kind: kind as PlainKind }
    }
  }
  for (const link of chain) {
    const kind = BY_NAME[link.name] ?? BY_CODE[codeOf(link)]
    if (kind !== undefined) return { kind: kind as PlainKind }
    if (link instanceof RevertedError) return { kind: 'reverted', detail: link.message }
  }
  if (chain.some(({ message }) => NO_GAS.test(message))) return { kind: 'noGas' }
  if (chain.some(({ message }) => CODE_EXPIRED.test(message))) return { kind: 'codeExpired' }
  if (chain.some(({ message }) => UNANSWERED.test(message))) return { kind: 'unanswered' }
  if (chain.some(({ message }) => RELAY_AWAY.test(message))) return { kind: 'relayAway' }
  if (chain.some(({ message }) => STALE.test(message))) return { kind: 'stalePage' }
  const [first] = chain
  const short = (first as { shortMessage?: unknown } | undefined)?.shortMessage
  return { kind: 'unknown', detail: typeof short === 'string' ? short : (first?.message ?? String(error)) }
}

function failureOfApi(error: ApiError): Failure {
  if (error.status === 0 || error.status >= 500) return { kind: 'serverAway' }
  if (error.status < 0) return { kind: 'answerUnreadable', detail: error.message }
  return { kind: 'serverRefused', detail: error.message }
}

function causes(error: unknown): Error[] {
  const found: Error[] = []
  let at = error
  for (; at instanceof Error && found.length < 12; at = at.cause) found.push(at)
  // Some wallets throw plain objects with a code and a message, and viem hands them on as a cause.
  if (typeof at === 'object' && at !== null && 'code' in at && !(at instanceof Error)) {
    const { code, message } = at as { code: unknown; message?: unknown }
    found.push(Object.assign(new Error(String(message ?? 'no message')), { code }))
  }
  return found
}

function codeOf(error: Error): number {
  const { code } = error as { code?: unknown }
  return typeof code === 'number' ? code : Number.NaN
}

/** The name of the custom error a call reverted with, its signature where the ABI does not know it; null for another error. */
function revertOf(error: Error): string | null {
  if (error.name !== 'ContractFunctionRevertedError') return null
  const { data, signature, reason } = error as {
    data?: { errorName?: string; args?: readonly unknown[] }
    signature?: string
    reason?: string
  }
  if (data?.errorName === 'Error') return String(data.args?.[0] ?? 'Error')
  return data?.errorName ?? reason ?? signature ?? 'no reason given'
}
