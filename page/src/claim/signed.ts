/** Claims that were signed for somebody else to send: made here, and read again where they are sent. */
import { decodeFunctionData, encodeFunctionData } from 'viem'
import type { Config } from 'wagmi'
import { signTypedData } from 'wagmi/actions'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { planSignedClaims, type SignedClaim } from '../../../disbursement/claimCalls.ts'
import { claimConsent } from '../../../disbursement/claimConsent.ts'
import type { Address, Claim, Deployment, Hex } from '../api.ts'
import { distributorCall } from './send.ts'
import type { Call } from './transact.ts'

const KIND = 'prorata claims, signed'

/** What is handed over: a transaction that anybody may send, with the consents it carries, in EIP-712's own terms. */
interface Handover {
  readonly kind: typeof KIND
  readonly chainId: number
  readonly to: Address
  readonly data: Hex
  readonly consents: readonly { readonly message: unknown; readonly signature: Hex }[]
}

/**
 * Has the account sign a consent a claim.
 * @param deadline unix seconds
 * @returns the JSON for whoever sends it
 */
export async function signClaims(
  config: Config,
  { chainId, distributor }: Pick<Deployment, 'chainId' | 'distributor'>,
  {
    account,
    claims,
    to,
    deadline,
  }: { account: Address; claims: readonly Claim[]; to: Address; deadline: bigint },
  tell: (at: number) => void,
): Promise<string> {
  const signed: SignedClaim[] = []
  const consents: Handover['consents'][number][] = []
  for (const [at, claim] of claims.entries()) {
    tell(at + 1)
    const consent = claimConsent({ chainId, distributor }, claim, to, deadline)
    const signature = await signTypedData(config, { account, ...consent })
    signed.push({ claim, to, deadline, signature })
    consents.push({ message: consent.message, signature })
  }
  const { abi, functionName, args } = distributorCall(distributor, planSignedClaims(signed))
  const data = encodeFunctionData({ abi, functionName, args })
  const handover: Handover = { kind: KIND, chainId, to: distributor, data, consents }
  return JSON.stringify(handover, (_, value) => (typeof value === 'bigint' ? value.toString() : value), 2)
}

/** One claim of what was handed over, as its calldata says: the JSON around it is not believed. */
export interface RelayedClaim {
  readonly asset: Address
  readonly account: Address
  readonly to: Address
  readonly amount: bigint
  readonly deadline: bigint
}

export type Relayable =
  | { readonly call: Call; readonly claims: readonly RelayedClaim[] }
  | { readonly problem: 'bad' | 'otherContract' }
  | { readonly problem: 'otherChain'; readonly chainId: number }

/** Reads what was pasted. Only claims by signature, and the opening of their shards, are taken for one. */
export function readSigned(
  text: string,
  { chainId, distributor }: Pick<Deployment, 'chainId' | 'distributor'>,
): Relayable {
  let given: Partial<Handover>
  try {
    given = JSON.parse(text)
  } catch {
    return { problem: 'bad' }
  }
  if (typeof given !== 'object' || given === null || given.kind !== KIND) return { problem: 'bad' }
  if (typeof given.chainId !== 'number' || typeof given.to !== 'string') return { problem: 'bad' }
  if (given.chainId !== chainId) return { problem: 'otherChain', chainId: given.chainId }
  if (given.to.toLowerCase() !== distributor.toLowerCase()) return { problem: 'otherContract' }
  try {
    const data = given.data ?? '0x'
    const outer = decode(data)
    const calls = outer.functionName === 'multicall' ? outer.args[0].map(decode) : [outer]
    const claims = calls.flatMap((call): RelayedClaim[] => {
      if (call.functionName === 'open') return []
      if (call.functionName !== 'claimBySig') throw new RangeError(`${call.functionName} is no signed claim`)
      const [{ token }, , account, amount, to, , deadline] = call.args
      return [{ asset: token, account, to, amount, deadline }]
    })
    if (claims.length === 0) return { problem: 'bad' }
    const { functionName, args } = outer
    return {
      call: { abi: merkleDistributorAbi, address: distributor, functionName, args: args ?? [] },
      claims,
    }
  } catch {
    return { problem: 'bad' }
  }
}

const decode = (data: Hex) => decodeFunctionData({ abi: merkleDistributorAbi, data })
