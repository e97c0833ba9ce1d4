/** From claims to the transaction that pays them, and what arrived. */
import { type Abi, encodeFunctionData, erc20Abi, isAddressEqual, parseEventLogs } from 'viem'
import type { Config } from 'wagmi'
import { readContract } from 'wagmi/actions'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { type ClaimCall, planClaims, planClaimsTo } from '../../../disbursement/claimCalls.ts'
import type { Address, Asset, Claim, Deployment, Hex } from '../api.ts'
import { type Call, type SendingReport, transact } from './transact.ts'

/** One asset that arrived at one account, from the receipt's Transfer events, with the balances around it. */
export interface Arrival {
  readonly asset: Asset
  readonly account: Address
  readonly amount: bigint
  readonly before: bigint
  readonly after: bigint
}

export interface ClaimReceipt {
  readonly transaction: Hex
  readonly block: bigint
  readonly gasUsed: bigint
  readonly arrivals: readonly Arrival[]
}

export interface ClaimOrder {
  readonly deployment: Pick<Deployment, 'chainId' | 'distributor'>
  readonly sender: Address
  readonly claims: readonly Claim[]
  /** Another address to pay to; null: each claim's own account. Only that account can say so. */
  readonly to: Address | null
}

/** The one call that pays the claims: all of them or none. */
export function claimingCall({ deployment, claims, to }: Omit<ClaimOrder, 'sender'>): Call {
  return distributorCall(deployment.distributor, to === null ? planClaims(claims) : planClaimsTo(claims, to))
}

/** One call of the distributor; several go into its `multicall`. Their encoding is what checks them against the ABI. */
export function distributorCall(address: Address, calls: readonly ClaimCall[]): Call {
  const abi: Abi = merkleDistributorAbi
  const [only] = calls
  if (only !== undefined && calls.length === 1) return { abi, address, ...only }
  const data = calls.map((call) => encodeFunctionData({ abi: merkleDistributorAbi, ...call }))
  return { abi, address, functionName: 'multicall', args: [data] }
}

/** @throws what `failureOf` recognises */
export async function sendClaims(
  config: Config,
  order: ClaimOrder,
  report: (step: SendingReport) => void,
): Promise<ClaimReceipt> {
  const { deployment, sender } = order
  const { chainId, distributor } = deployment
  const places = destinations(order)
  const befores = await Promise.all(places.map((to) => balanceOf(config, chainId, to)))
  const receipt = await transact(config, { chainId, sender, call: claimingCall(order) }, report)
  const transfers = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs: receipt.logs })
  const arrivals = await Promise.all(
    places.map(async ({ asset, account }, index) => {
      const paid = transfers.filter(
        (log) =>
          isAddressEqual(log.address, asset.address) &&
          isAddressEqual(log.args.from, distributor) &&
          isAddressEqual(log.args.to, account),
      )
      return {
        asset,
        account,
        amount: paid.reduce((total, log) => total + log.args.value, 0n),
        before: befores[index] ?? 0n,
        after: await balanceOf(config, chainId, { asset, account }),
      }
    }),
  )
  return {
    transaction: receipt.transactionHash,
    block: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
    arrivals,
  }
}

interface Destination {
  readonly asset: Asset
  readonly account: Address
}

function destinations({ claims, to }: ClaimOrder): Destination[] {
  const unique = new Map(
    claims.map(({ asset, account }) => {
      const place = { asset, account: to ?? account }
      return [`${asset.address}/${place.account}`.toLowerCase(), place]
    }),
  )
  return [...unique.values()]
}

function balanceOf(config: Config, chainId: number, { asset, account }: Destination): Promise<bigint> {
  return readContract(config, {
    abi: erc20Abi,
    address: asset.address,
    functionName: 'balanceOf',
    args: [account],
    chainId,
  })
}
