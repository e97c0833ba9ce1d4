// What is said where the pool moved between the look at it and the purchase (SPEC section 12): what moved, by how much, what to do.
import { BaseError, ContractFunctionRevertedError } from 'viem'
import { formatAmount } from './amounts.ts'
import { percent, type Quotation } from './lpPool.ts'
import { missing, type Refusal } from './refusal.ts'

const LATER = 'nothing was bought; run buy-shares again when it has calmed'

/** By the helper's own errors, each with what it found and the bound: amounts in base units, prices as SPEC section 12 counts them. */
const sentences: Record<string, (found: bigint, bound: bigint) => string> = {
  PriceMoved: (price, average) =>
    `it is ${percent(price, average)} of its average over the last half hour, and must be within 1% of it`,
  TooFewUnits: (units, least) =>
    `${formatAmount(units, 18)} UNI-V2 would be received, and ${formatAmount(least, 18)} are the least that is accepted`,
  TooMuchNeeded: (needed, most) =>
    `${needed} base units of the issuer's own tokens would go with it, and ${most} are the most`,
}

/**
 * Of a purchase that was tried before it is signed.
 * @returns null where something else is the reason
 */
export function movedBeforeSigning(error: unknown, looked: Quotation): Refusal | null {
  const revert =
    error instanceof BaseError ? error.walk((each) => each instanceof ContractFunctionRevertedError) : null
  if (!(revert instanceof ContractFunctionRevertedError) || revert.data === undefined) return null
  const sentence = sentences[revert.data.errorName]
  const [found, bound] = revert.data.args ?? []
  if (sentence === undefined || typeof found !== 'bigint' || typeof bound !== 'bigint') return null
  return missing(
    `the pool's price moved after it was looked at, when it was ${percent(looked.price, looked.average)} of its average: ${sentence(found, bound)}; ${LATER}`,
    { cause: error },
  )
}

/**
 * Of a purchase that was mined and failed. The chain keeps no reason, so it is the likely one, with the price of now.
 * @param now null where it could not be asked for
 */
export function movedBeforeMining(error: Error, looked: Quotation, now: Quotation | null): Refusal {
  const stands =
    now === null
      ? ''
      : `; it was ${percent(looked.price, looked.average)} of its average when it was signed, is ${percent(now.price, now.average)} now, and must be within 1% of it`
  return missing(
    `${error.message}, most likely because the pool's price moved before it was mined: ${LATER}${stands}`,
    { cause: error },
  )
}
