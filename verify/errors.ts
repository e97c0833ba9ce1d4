import { BaseError } from 'viem'
import { DisbursementError } from '../disbursement/index.ts'
import { wordsOf } from './reaction.ts'

/** Something that verifying needs could not be had: it says what, and nothing about whether the figures are right. */
export class MissingData extends Error {
  override name = 'MissingData'
}

/** What may be shown of a URL: its origin, for providers put their keys into the path and the query. */
export const shownUrl = (url: string): string =>
  URL.canParse(url) && new URL(url).origin !== 'null' ? new URL(url).origin : (url.split('?')[0] ?? '')

/** Turns what stops a verification into a sentence; anything that is no want of data is a bug and goes on. */
export const whyMissing = (error: unknown): string => {
  if (error instanceof MissingData) return error.message
  if (error instanceof BaseError)
    return `the RPC does not answer as it must (${wordsOf(error).slice(0, 200)})`
  // The replay met logs that cannot be all of them, or not these contracts'.
  if (error instanceof DisbursementError) return error.message
  throw error
}
