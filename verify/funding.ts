// What a purchase of LP units brought and cost, from the Transfer events of its transactions alone (SPEC section 12).
import {
  type Address,
  type Hex,
  type PublicClient,
  TransactionReceiptNotFoundError,
  toEventSelector,
} from 'viem'
import type { Deployment, LpPurchase } from '../disbursement/index.ts'

const TRANSFER = toEventSelector('Transfer(address,address,uint256)')

export type FundingClient = Pick<PublicClient, 'getTransactionReceipt' | 'getTransaction'>

/** A purchase as the chain tells it, or why it tells of none. */
export type Purchase = { purchase: LpPurchase; problem: null } | { purchase: null; problem: string }

type Move = { asset: Address; from: Address; to: Address; amount: bigint }

const lower = (text: string): Address => text.toLowerCase() as Address
const none = (problem: string): Purchase => ({ purchase: null, problem })

/**
 * Adds up over all the transactions what reached the issuer of the pair's LP token, and what left issuer and treasury for
 * it. Ether counts as the wrapped ether that the router brought the pair for it.
 */
export async function purchaseOf(
  client: FundingClient,
  { issuer, treasury, pair, token, counterAsset, router }: Deployment,
  transactions: readonly Hex[],
): Promise<Purchase> {
  if (new Set(transactions).size !== transactions.length) return none('it names a transaction twice')
  let received = 0n
  const costs = new Map<Address, bigint>()
  const cost = (asset: Address, amount: bigint) => costs.set(asset, (costs.get(asset) ?? 0n) + amount)
  const isOurs = (address: Address) => address === issuer || address === treasury
  for (const hash of transactions) {
    const moves = await movesOf(client, hash)
    if (moves === null) return none(`the chain has no successful transaction ${hash}`)
    const { from: sender, value } = await client.getTransaction({ hash })
    for (const { asset, from, to, amount } of moves) {
      if (asset === pair) received += (to === issuer ? amount : 0n) - (from === issuer ? amount : 0n)
      else cost(asset, (isOurs(from) ? amount : 0n) - (isOurs(to) ? amount : 0n))
      const isWrapped = value > 0n && asset === counterAsset && from === router && to === pair
      if (isWrapped && isOurs(lower(sender))) cost(asset, amount)
    }
  }
  if (received <= 0n) return none(`its transactions brought the issuer ${issuer} no LP units`)
  const spent = [...costs]
    .filter(([, amount]) => amount > 0n)
    .map(([asset, amount]) => ({ asset, amount }))
    .sort((a, b) => (a.asset < b.asset ? -1 : 1))
  const ownTokens = spent.find(({ asset }) => asset === token)?.amount ?? 0n
  return {
    purchase: {
      // LP units that cost nothing were the treasury's own before.
      method: ownTokens > 0n || spent.length === 0 ? 'treasury' : 'swap',
      transactions: [...transactions],
      spent,
      ownTokens,
      received,
      heldAt: issuer,
    },
    problem: null,
  }
}

async function movesOf(client: FundingClient, hash: Hex): Promise<Move[] | null> {
  try {
    const { status, logs } = await client.getTransactionReceipt({ hash })
    if (status !== 'success') return null
    return logs
      .filter(({ topics, data }) => topics[0] === TRANSFER && topics.length === 3 && data.length === 66)
      .map(({ address, topics, data }) => ({
        asset: lower(address),
        from: lower(`0x${topics[1]?.slice(26)}`),
        to: lower(`0x${topics[2]?.slice(26)}`),
        amount: BigInt(data),
      }))
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null
    throw error
  }
}
