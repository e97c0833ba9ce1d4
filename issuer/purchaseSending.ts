import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  type PrivateKeyAccount,
  parseAbi,
  type TransactionReceipt,
} from 'viem'
import { lpPurchaseAbi } from '../contracts/abi.ts'
import { DEADLINE_SECONDS } from '../disbursement/index.ts'
import { type Chain, latestBlock } from './chain.ts'
import { receiptOf } from './events.ts'
import { type Quotation, type Quote, quote, requireCalm, written } from './lpPool.ts'
import type { Signed } from './publication.ts'
import { type Plan, readPending, writePending } from './purchasePlan.ts'
import { type Buying, payoutOf } from './purchases.ts'
import { missing, refused } from './refusal.ts'
import { FailedOnChain, refusalOf, seeThrough, sign } from './sending.ts'

const routerAbi = parseAbi(['function WETH() view returns (address)'])
const wrappedAbi = parseAbi(['function deposit() payable'])

/** Waits for what an earlier run signed. Once its deadline has passed it cannot succeed, and is not sent again. */
export async function seePendingThrough(
  { chain, folder, say }: Buying,
  account: PrivateKeyAccount,
): Promise<void> {
  const pending = readPending(folder)
  if (pending === null) return
  // The time before the receipt: in the other order it could be mined in between and be taken for late.
  const { timestamp } = await latestBlock(chain)
  if ((await receiptOf(chain, pending.hash)) !== null) return
  if (timestamp > pending.deadline) {
    say(`transaction ${pending.hash} of an earlier run was not mined before its deadline: it never will be`)
    return
  }
  say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
  try {
    const receipt = await seeThrough(chain, account.address, pending)
    if (receipt === null) say('it can no longer be mined')
  } catch (error) {
    if (!(error instanceof FailedOnChain)) throw error
    say(`it failed on chain, and nothing was bought`)
  }
}

/**
 * Buys one part: everything the helper will pull is allowed first, then the pool is looked at, and what is signed is kept
 * before it is sent.
 * @param choose how much, from the pool as it is
 */
export async function bringAbout(
  buying: Buying,
  { way }: Plan,
  account: PrivateKeyAccount,
  choose: (quotation: Quotation) => { parts: bigint; quote: Quote },
): Promise<TransactionReceipt> {
  const { chain, deployment, terms, period, asset, folder, settings, say } = buying
  const { token, lpPurchase } = deployment
  const first = await quote(chain, deployment)
  requireCalm(first)
  const expected = choose(first).quote
  await wrap(buying, account, expected.amount)
  await allow(buying, account, asset.address, expected.amount)
  if (way === 'treasury') await allow(buying, account, token, expected.mostOther)

  const quotation = await quote(chain, deployment)
  requireCalm(quotation)
  const { parts, quote: part } = choose(quotation)
  // What was allowed is what was looked at first; the pool may have moved by a little since.
  const amount = part.amount < expected.amount ? part.amount : expected.amount
  const { since, cumulative, now } = quotation
  const deadline = now + DEADLINE_SECONDS
  const guard = { since, cumulative, leastUnits: (part.leastUnits * amount) / part.amount, deadline }
  const payout = payoutOf(terms, period)
  say(
    `buying by ${way} with ${written(amount, asset)}, the first of ${parts} part${parts === 1n ? '' : 's'} that are left`,
  )
  const call = { abi: lpPurchaseAbi, address: lpPurchase, account } as const
  const swap = {
    ...call,
    functionName: 'swapAndAdd',
    args: [asset.address, token, amount, payout, guard],
  } as const
  const add = {
    ...call,
    functionName: 'addOwn',
    args: [asset.address, token, amount, expected.mostOther, payout, guard],
  } as const
  // Tried on the block to come, so that a refusal names its reason.
  const blockTag = 'pending'
  try {
    if (way === 'swap') await chain.simulateContract({ ...swap, blockTag })
    else await chain.simulateContract({ ...add, blockTag })
  } catch (error) {
    throw refusalOf(error, account.address)
  }
  const data = way === 'swap' ? encodeFunctionData(swap) : encodeFunctionData(add)
  const signed = await sign(settings, deployment.chainId, account, { to: lpPurchase, data, spareGas: true })
  writePending(folder, { ...signed, deadline })
  say(`sending transaction ${signed.hash}`)
  const receipt = await mined(chain, account.address, signed)
  if (receipt !== null) return receipt
  throw missing(
    `transaction ${signed.hash} lost its nonce ${signed.nonce} to another transaction of the issuer: run buy-shares again`,
  )
}

/** The helper refuses on chain where the pool moved between the look and the block. */
async function mined(chain: Chain, account: Address, signed: Signed): Promise<TransactionReceipt | null> {
  try {
    return await seeThrough(chain, account, signed)
  } catch (error) {
    if (!(error instanceof FailedOnChain)) throw error
    throw missing(
      `${error.message}, most likely because the pool's price moved before it was mined: nothing was bought; run buy-shares again`,
      { cause: error },
    )
  }
}

const balanceOf = ({ chain }: Buying, token: Address, owner: Address): Promise<bigint> =>
  chain.readContract({ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [owner] })

/** Ether is wrapped where the pair wants that and too little of it is there: only what is missing. */
async function wrap(buying: Buying, account: PrivateKeyAccount, amount: bigint): Promise<void> {
  const { chain, deployment, asset } = buying
  const missing = amount - (await balanceOf(buying, asset.address, account.address))
  if (missing <= 0n) return
  const wrapped = await chain
    .readContract({ abi: routerAbi, address: deployment.router, functionName: 'WETH' })
    .catch(() => null)
  if (wrapped?.toLowerCase() !== asset.address) {
    throw refused(`the issuer ${deployment.issuer} is short of ${written(missing, asset)}: send it some`)
  }
  const data = encodeFunctionData({ abi: wrappedAbi, functionName: 'deposit' })
  await transact(buying, account, `wrapping ${written(missing, asset)}`, asset.address, data, missing)
}

/** Allows the helper so much, where it is not allowed that much already, and looks first whether it is there. */
async function allow(
  buying: Buying,
  account: PrivateKeyAccount,
  token: Address,
  amount: bigint,
): Promise<void> {
  const { chain, deployment } = buying
  const { lpPurchase, issuer } = deployment
  const has = await balanceOf(buying, token, issuer)
  if (has < amount) {
    throw refused(
      `the issuer ${issuer} has ${has} base units of ${token}, and up to ${amount} may be needed: ${amount - has} are missing`,
    )
  }
  const args = [issuer, lpPurchase] as const
  const allowed = await chain.readContract({ abi: erc20Abi, address: token, functionName: 'allowance', args })
  if (allowed >= amount) return
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [lpPurchase, amount] })
  await transact(buying, account, `approving ${amount} of ${token}`, token, data)
}

async function transact(
  { chain, settings, deployment, say }: Buying,
  account: PrivateKeyAccount,
  what: string,
  to: Address,
  data: Hex,
  value = 0n,
): Promise<void> {
  const signed = await sign(settings, deployment.chainId, account, { to, data, value })
  say(`${what} in transaction ${signed.hash}`)
  await seeThrough(chain, account.address, signed)
}
