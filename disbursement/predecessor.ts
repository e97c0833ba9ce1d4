// What holds for a disbursement of any stream: its record block is of its period, and it follows the one before it.
import type { Hex } from 'viem'
import type { Deployment } from './deployment.ts'
import { DisbursementError } from './errors.ts'
import type { Manifest } from './manifest.ts'
import { type Period, periodOf } from './periods.ts'
import { hashTerms, type Terms } from './terms.ts'

/** A block, its time in unix seconds. */
export type Block = { number: bigint; hash: Hex; timestamp: bigint }

export const refuse: (message: string) => never = (message) => {
  throw new DisbursementError('DISBURSEMENT_INPUT', message)
}

/** @throws DisbursementError when the block is not before the period's end */
export const checkRecordBlock = ({ number, timestamp }: Block, period: Period): void => {
  if (timestamp >= period.endsAt) {
    refuse(`the record block ${number} is of ${timestamp}, not before the period's end ${period.endsAt}`)
  }
}

/** @throws DisbursementError when the previous manifest is not one that this period can carry over from */
export const checkPrevious = (
  input: { terms: Terms; deployment: Deployment; recordBlock: Block; previous: Manifest | null },
  period: Period,
): void => {
  const { previous, terms, deployment, recordBlock } = input
  if (previous === null) return
  const { contracts, chainId, stream, termsHash } = previous
  if (chainId !== deployment.chainId || contracts.token !== deployment.token || stream !== period.stream) {
    refuse(`the previous manifest is of another program or stream: ${chainId} ${contracts.token} ${stream}`)
  }
  if (termsHash !== hashTerms(terms)) {
    refuse(`the previous manifest was made under terms ${termsHash}; these are ${hashTerms(terms)}`)
  }
  if (periodOf(terms, period.stream, previous.period.name).position >= period.position) {
    refuse(`the previous manifest is of ${previous.period.name}, which is not before ${period.name}`)
  }
  if (previous.recordBlock.number > recordBlock.number) {
    refuse(
      `the record block ${recordBlock.number} is before that of ${previous.period.name}, ${previous.recordBlock.number}`,
    )
  }
}
