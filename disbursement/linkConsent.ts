// What the wallets of a link sign (EIP-712; HolderRegistry's link).
import type { Address } from 'viem'

const TYPES = {
  Link: [
    { name: 'existing', type: 'address' },
    { name: 'wallet', type: 'address' },
  ],
} as const

/** EIP-712 typed data, as `eth_signTypedData_v4` and viem's `signTypedData` take it. */
export type LinkConsent = {
  readonly domain: { name: string; version: string; chainId: number; verifyingContract: Address }
  readonly types: typeof TYPES
  readonly primaryType: 'Link'
  readonly message: { readonly existing: Address; readonly wallet: Address }
}

/**
 * Consent to a wallet joining a holder's. Both sides sign the same, but for the one that sends the transaction.
 * @param existing any wallet of the holder
 * @param wallet the one that joins it
 */
export const linkConsent = (
  { chainId, registry }: { chainId: number; registry: Address },
  existing: Address,
  wallet: Address,
): LinkConsent => ({
  domain: { name: 'Prorata HolderRegistry', version: '1', chainId, verifyingContract: registry },
  types: TYPES,
  primaryType: 'Link',
  message: { existing, wallet },
})
