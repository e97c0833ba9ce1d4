/** Sends claims and reads what arrived. Loaded when somebody claims: viem's contract calls are half of the page's code. */
import { type Abi, encodeFunctionData, erc20Abi, isAddressEqual, parseEventLogs } from 'viem'
import { waitForTransactionReceipt } from 'viem/actions'
import type { Config } from 'wagmi'
import { readContract, simulateContract, writeContract } from 'wagmi/actions'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { type ClaimCall, planClaims } from '../../../disbursement/claimCalls.ts'
import type { Address, Asset, Claim, Deployment, Hex } from '../api.ts'
import { ReplacedError, RevertedError } from '../failures.ts'

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
  readonly deployment: Deployment
  readonly sender: Address
  readonly claims: readonly Claim[]
}

/**
 * Tries the claims on the chain, asks the wallet, waits for the receipt. All or nothing: one transaction.
 * @throws what `failureOf` recognises
 */
export async function sendClaims(
  config: Config,
  { deployment, sender, claims }: ClaimOrder,
  report: (stage: { stage: 'asking' } | { stage: 'waiting'; transaction: Hex }) => void,
): Promise<ClaimReceipt> {
  const { chainId, distributor } = deployment
  const call = { ...callOf(planClaims(claims)), address: distributor, chainId, account: sender }
  const simulate = () => simulateContract(config, call)

  const befores = await Promise.all(destinations(claims).map((to) => balanceOf(config, chainId, to)))
  await simulate()
  report({ stage: 'asking' })
  const sent = await writeContract(config, call)
  report({ stage: 'waiting', transaction: sent })

  let cancelled = false
  const receipt = await waitForTransactionReceipt(config.getClient({ chainId }), {
    hash: sent,
    timeout: 180_000,
    onReplaced: ({ reason, transaction }) => {
      cancelled = reason !== 'repriced'
      report({ stage: 'waiting', transaction: transaction.hash })
    },
  })
  if (cancelled) throw new ReplacedError('another transaction took the place of the claim')
  if (receipt.status === 'reverted') {
    // The same call now usually fails for the same reason, and this time says which.
    await simulate()
    throw new RevertedError('the transaction failed in its block, and would succeed now')
  }

  const transfers = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs: receipt.logs })
  const arrivals = await Promise.all(
    destinations(claims).map(async ({ asset, account }, index) => {
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

/** One call of the distributor; several go into its `multicall`. Their encoding is what checks them against the ABI. */
function callOf(calls: readonly ClaimCall[]): { abi: Abi; functionName: string; args: readonly unknown[] } {
  const [only] = calls
  if (only !== undefined && calls.length === 1) return { abi: merkleDistributorAbi, ...only }
  const data = calls.map((call) => encodeFunctionData({ abi: merkleDistributorAbi, ...call }))
  return { abi: merkleDistributorAbi, functionName: 'multicall', args: [data] }
}

interface Destination {
  readonly asset: Asset
  readonly account: Address
}

function destinations(claims: readonly Claim[]): Destination[] {
  const unique = new Map(
    claims.map(({ asset, account }) => [`${asset.address}/${account}`.toLowerCase(), { asset, account }]),
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
