// What an account signs so that somebody else may send its claim (EIP-712; MerkleDistributor's claimBySig).
import type { Address, Hex } from 'viem'
import { type ClaimOrder, leafDistribution } from './claimCalls.ts'
import { distributionId } from './distribution.ts'

const TYPES = {
  Claim: [
    { name: 'id', type: 'bytes32' },
    { name: 'index', type: 'uint256' },
    { name: 'account', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'to', type: 'address' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

/** EIP-712 typed data, as `eth_signTypedData_v4` and viem's `signTypedData` take it. */
export type ClaimConsent = {
  readonly domain: { name: string; version: string; chainId: number; verifyingContract: Address }
  readonly types: typeof TYPES
  readonly primaryType: 'Claim'
  readonly message: {
    readonly id: Hex
    readonly index: bigint
    readonly account: Address
    readonly amount: bigint
    readonly to: Address
    readonly deadline: bigint
  }
}

/**
 * Consent to one claim being paid to `to`, by whoever sends it. It needs no nonce: a leaf is paid once.
 * @param deadline unix seconds after which the contract takes it no more
 */
export const claimConsent = (
  { chainId, distributor }: { chainId: number; distributor: Address },
  claim: ClaimOrder,
  to: Address,
  deadline: bigint,
): ClaimConsent => ({
  domain: { name: 'Prorata MerkleDistributor', version: '1', chainId, verifyingContract: distributor },
  types: TYPES,
  primaryType: 'Claim',
  message: {
    id: distributionId(leafDistribution(claim)),
    index: BigInt(claim.index),
    account: claim.account,
    amount: claim.amount,
    to,
    deadline,
  },
})
