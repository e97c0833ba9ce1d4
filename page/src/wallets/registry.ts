/** Calls of the holder registry, and the consent that both wallets of a link sign (EIP-712). Loaded with the view. */
import type { Abi } from 'viem'
import type { Config } from 'wagmi'
import { readContract, signTypedData } from 'wagmi/actions'
import { holderRegistryAbi } from '../../../contracts/abi.ts'
import { linkConsent } from '../../../disbursement/linkConsent.ts'
import type { Address, Deployment, Hex } from '../api.ts'
import type { Call } from '../claim/transact.ts'

type Place = Pick<Deployment, 'chainId' | 'registry'>

const abi: Abi = holderRegistryAbi

export interface LinkPair {
  /** Any wallet of the holder. */
  readonly existing: Address
  /** The wallet that joins it. */
  readonly wallet: Address
}

/** One side's signature on a link. */
export function signLink(config: Config, place: Place, pair: LinkPair, signer: Address): Promise<Hex> {
  return signTypedData(config, {
    account: signer,
    ...linkConsent(place, pair.existing, pair.wallet),
  })
}

export function linkCall(
  { registry }: Place,
  { existing, wallet }: LinkPair,
  signatures: { readonly existing: Hex; readonly wallet: Hex },
): Call {
  const args = [existing, wallet, signatures.existing, signatures.wallet]
  return { abi, address: registry, functionName: 'link', args }
}

/** @param recipient the zero address: the holder itself again */
export function recipientCall({ registry }: Place, recipient: Address): Call {
  return { abi, address: registry, functionName: 'nameRecipient', args: [recipient] }
}

/** The root wallet of a wallet's holder, and who is paid for it; null: the root itself. */
export async function holderOn(
  config: Config,
  { chainId, registry }: Place,
  wallet: Address,
): Promise<{ root: Address; recipient: Address | null }> {
  const read = { abi: holderRegistryAbi, address: registry, chainId, args: [wallet] } as const
  const [root, recipient] = await Promise.all([
    readContract(config, { ...read, functionName: 'holderOf' }),
    readContract(config, { ...read, functionName: 'recipientOf' }),
  ])
  return { root, recipient: /^0x0{40}$/.test(recipient) ? null : recipient }
}
