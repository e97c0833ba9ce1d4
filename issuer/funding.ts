import {
  type Address,
  erc20Abi,
  type Hash,
  isAddressEqual,
  parseEventLogs,
  type TransactionReceipt,
} from 'viem'
import type { Deployment, LpPurchase, Manifest } from '../disbursement/index.ts'
import { formatAmount } from './amounts.ts'
import type { Chain } from './chain.ts'
import { receiptOf } from './events.ts'
import { jsonText } from './output.ts'
import { differs, refused } from './refusal.ts'

interface Transfer {
  asset: Address
  from: Address
  to: Address
  amount: bigint
}

const same = (a: Address, b: Address) => isAddressEqual(a, b)

/**
 * How the LP units of a payout were come by, from the events of the purchase and not from what was quoted: the LP units
 * that reached the issuer, what left the issuer and its treasury for them, net over all the transactions, and how much of
 * that were the program's own tokens. Ether counts as the wrapped ether that the pair received for it.
 * @param transactions every transaction of the purchase
 * @throws Refusal when a transaction is unknown, failed, or brought no LP units
 */
export async function lpPurchase(
  chain: Chain,
  deployment: Deployment,
  transactions: readonly Hash[],
): Promise<LpPurchase> {
  const { issuer, treasury, pair, token } = deployment
  const transfers: Transfer[] = []
  for (const hash of transactions) {
    const own = transfersOf(await fundingReceipt(chain, hash))
    const { from, value } = await chain.getTransaction({ hash })
    transfers.push(...own)
    if (value > 0n) transfers.push(...wrappedFor(from, own, deployment))
  }
  const received = netOf(transfers, [issuer]).get(pair) ?? 0n
  if (received <= 0n) {
    throw refused(
      `the funding transactions brought the issuer ${issuer} no LP units of ${pair}: --funding-tx must name the ones that did`,
    )
  }
  const spent = [...netOf(transfers, [issuer, treasury])]
    .filter(([asset, amount]) => amount < 0n && asset !== pair)
    .map(([asset, amount]) => ({ asset, amount: -amount }))
    .sort((a, b) => (a.asset < b.asset ? -1 : 1))
  const ownTokens = spent.find(({ asset }) => asset === token)?.amount ?? 0n
  // LP units that cost neither the issuer nor the treasury anything were the treasury's own already.
  const method = ownTokens > 0n || spent.length === 0 ? 'treasury' : 'swap'
  return { method, transactions: [...transactions], spent, ownTokens, received, heldAt: issuer }
}

/** Looks at the money before anything is begun: the balance, and that the LP units are still those of the purchase. */
export async function checkFunds(
  { chain, deployment }: { chain: Chain; deployment: Deployment },
  manifest: Manifest,
): Promise<void> {
  const { payout, totals } = manifest
  const { issuer } = deployment
  const balance = await chain.readContract({
    abi: erc20Abi,
    address: payout.asset,
    functionName: 'balanceOf',
    args: [issuer],
  })
  if (balance < totals.paid) {
    const amount = (value: bigint) => `${formatAmount(value, payout.decimals)} ${payout.symbol}`
    throw refused(
      `the issuer ${issuer} has ${amount(balance)} and ${amount(totals.paid)} are to be paid: ${amount(totals.paid - balance)} are missing`,
    )
  }
  const lp = manifest.stream === 'income' ? manifest.lp : null
  if (lp === null) return
  const again = await lpPurchase(chain, deployment, lp.transactions)
  if (jsonText(again) === jsonText(lp)) return
  throw differs(
    `the funding transactions brought ${again.received} LP units, and ${lp.received} were prepared with: prepare the period again with --replace`,
  )
}

async function fundingReceipt(chain: Chain, hash: Hash): Promise<TransactionReceipt> {
  const receipt = await receiptOf(chain, hash)
  if (receipt === null) {
    throw refused(`the chain knows no transaction ${hash}: --funding-tx must name one that was mined`)
  }
  if (receipt.status !== 'success') {
    throw refused(`the funding transaction ${hash} failed on chain, so it brought nothing`)
  }
  return receipt
}

function transfersOf(receipt: TransactionReceipt): Transfer[] {
  return parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs: receipt.logs, strict: true }).map(
    ({ address, args }) => ({
      asset: address.toLowerCase() as Address,
      from: args.from,
      to: args.to,
      amount: args.value,
    }),
  )
}

/** Wrapped ether that a router put into the pair for the ether that came with the transaction, counted as its sender's. */
function wrappedFor(sender: Address, transfers: readonly Transfer[], deployment: Deployment): Transfer[] {
  const { counterAsset, pair, router } = deployment
  return transfers
    .filter(({ asset, from, to }) => asset === counterAsset && same(from, router) && same(to, pair))
    .map((transfer) => ({ ...transfer, from: sender }))
}

/** What a set of addresses gained (positive) or gave (negative) of each asset. */
function netOf(transfers: readonly Transfer[], own: readonly Address[]): Map<Address, bigint> {
  const isOwn = (address: Address) => own.some((each) => same(each, address))
  const net = new Map<Address, bigint>()
  for (const { asset, from, to, amount } of transfers) {
    const gain = (isOwn(to) ? amount : 0n) - (isOwn(from) ? amount : 0n)
    net.set(asset, (net.get(asset) ?? 0n) + gain)
  }
  return net
}
