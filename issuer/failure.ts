import { BaseError } from 'viem'
import { DisbursementError, InconsistentDataError } from '../disbursement/index.ts'
import { MissingData } from '../verify/index.ts'
import { isAway } from './chain.ts'
import { exitCodes, Refusal } from './refusal.ts'
import { FailedOnChain } from './sending.ts'

/** Any error as one line and an exit code: what the user reads of it. */
export function describe(error: unknown): { message: string; exitCode: number } {
  if (error instanceof Refusal) return { message: oneLine(error.message), exitCode: error.exitCode }
  if (error instanceof InconsistentDataError) {
    return {
      message: `the subgraph contradicts itself: ${oneLine(error.message)}`,
      exitCode: exitCodes.differs,
    }
  }
  if (error instanceof MissingData) return { message: oneLine(error.message), exitCode: exitCodes.missing }
  if (error instanceof DisbursementError)
    return { message: oneLine(error.message), exitCode: exitCodes.refused }
  if (error instanceof FailedOnChain) {
    return {
      message: `${error.message} and changed nothing: see why with that transaction, then run publish again`,
      exitCode: exitCodes.refused,
    }
  }
  if (isAway(error)) {
    return {
      message:
        'the chain does not answer: start it, or set PRORATA_RPC_URL to one that does; then run this again',
      exitCode: exitCodes.missing,
    }
  }
  // viem's full messages quote the request with its URL; the short one does not.
  const text =
    error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error)
  return {
    message: `unexpected: ${oneLine(text)} (PRORATA_DEBUG=1 shows where)`,
    exitCode: exitCodes.refused,
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim()
}
