/** What a claim's transaction would cost the sender. Loaded when somebody may claim. */
import { encodeFunctionData, isAddressEqual, parseAbi, zeroAddress } from 'viem'
import type { Config } from 'wagmi'
import { estimateGas, getGasPrice, readContract } from 'wagmi/actions'
import type { Deployment } from '../api.ts'
import { type ClaimOrder, claimingCall } from './send.ts'

export interface Fee {
  readonly gas: bigint
  /** In wei, at the present gas price. */
  readonly wei: bigint
  /** Base units of the program's currency, at the present reserves of the chain's own pair; null where it has none. */
  readonly inCurrency: bigint | null
}

const uniswap = parseAbi([
  'function WETH() view returns (address)',
  'function getPair(address, address) view returns (address)',
  'function getReserves() view returns (uint112, uint112, uint32)',
])

/** @throws what `failureOf` recognises, also where the call would be refused */
export async function feeOf(
  config: Config,
  order: Omit<ClaimOrder, 'deployment'> & { deployment: Deployment },
): Promise<Fee> {
  const { deployment, sender } = order
  const { chainId } = deployment
  const { address: to, ...call } = claimingCall(order)
  const [gas, price, rate] = await Promise.all([
    estimateGas(config, { chainId, account: sender, to, data: encodeFunctionData(call) }),
    getGasPrice(config, { chainId }),
    rateOf(config, deployment),
  ])
  const wei = gas * price
  return { gas, wei, inCurrency: rate === null ? null : (wei * rate.currency) / rate.coin }
}

/** Currency and wrapped coin in their Uniswap V2 pair. */
async function rateOf(
  config: Config,
  { chainId, router, factory, currency }: Deployment,
): Promise<{ currency: bigint; coin: bigint } | null> {
  const read = { abi: uniswap, chainId } as const
  const coin = await readContract(config, { ...read, address: router, functionName: 'WETH' })
  const pair = await readContract(config, {
    ...read,
    address: factory,
    functionName: 'getPair',
    args: [coin, currency],
  })
  if (isAddressEqual(pair, zeroAddress)) return null
  const [one, other] = await readContract(config, { ...read, address: pair, functionName: 'getReserves' })
  // A pair's tokens stand in the order of their addresses.
  const isFirst = BigInt(currency) < BigInt(coin)
  const reserves = isFirst ? { currency: one, coin: other } : { currency: other, coin: one }
  return reserves.coin === 0n ? null : reserves
}
