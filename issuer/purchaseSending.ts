import { type Address, encodeFunctionData, erc20Abi, type Hex, parseAbi, type TransactionReceipt } from 'viem'
import { lpPurchaseAbi } from '../contracts/abi.ts'
import { DEADLINE_SECONDS } from '../disbursement/index.ts'
import { latestBlock } from './chain.ts'
import { receiptOf } from './events.ts'
import { type Quotation, type Quote, quote, requireCalm, written } from './lpPool.ts'
import { movedBeforeMining, movedBeforeSigning } from './priceMoved.ts'
import { type Plan, readPending, writePending } from './purchasePlan.ts'
import { type Buying, payoutOf } from './purchases.ts'
import { missing, refused } from './refusal.ts'
import { FailedOnChain, mined, refusalOf, seeThrough, sign } from './sending.ts'
import { addressOf, type Signer } from './signer.ts'
import { declined, transact } from './transact.ts'
import { Declined } from './wallet.ts'

const routerAbi = parseAbi(['function WETH() view returns (address)'])
const wrappedAbi = parseAbi(['function deposit() payable'])

/** Waits for what an earlier run signed. Once its deadline has passed it cannot succeed, and is not sent again. */
export async function seePendingThrough({ chain, folder, say, deployment }: Buying): Promise<void> {
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
    const receipt = await seeThrough(chain, deployment.issuer, pending)
    if (receipt === null) say('it can no longer be mined')
  } catch (error) {
    if (!(error instanceof FailedOnChain)) throw error
    say(`it failed on chain, and nothing was bought`)
  }
}

/**
 * Buys one part: everything the helper will pull is allowed first, then the pool is looked at, and what is signed is kept
 * before it is sent.
 * @param nonce the signer's next, read before it was looked at what is bought already: a wallet may still send what it was asked for
 * by an earlier run, and of two purchases with one nonce one is mined at most
 * @param choose how much, from the pool as it is
 */
export async function bringAbout(
  buying: Buying,
  { way }: Plan,
  signer: Signer,
  nonce: number,
  choose: (quotation: Quotation) => { parts: bigint; quote: Quote },
): Promise<TransactionReceipt> {
  const { chain, deployment, terms, period, asset, say } = buying
  const { token, lpPurchase } = deployment
  const account = addressOf(signer)
  const first = await quote(chain, deployment)
  requireCalm(first)
  const expected = choose(first).quote
  let sent = await wrap(buying, signer, expected.amount)
  sent += await allow(buying, signer, asset.address, expected.amount)
  if (way === 'treasury') sent += await allow(buying, signer, token, expected.mostOther)

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
    throw movedBeforeSigning(error, quotation) ?? refusalOf(error, account)
  }
  const data = way === 'swap' ? encodeFunctionData(swap) : encodeFunctionData(add)
  return send(buying, signer, { to: lpPurchase, data, nonce: nonce + sent }, deadline, quotation)
}

async function send(
  { chain, deployment, folder, settings, say }: Buying,
  signer: Signer,
  { nonce, ...call }: { to: Address; data: Hex; nonce: number },
  deadline: bigint,
  looked: Quotation,
): Promise<TransactionReceipt> {
  try {
    if (signer.kind === 'wallet') return await mined(chain, await signer.wallet.send({ ...call, nonce }))
    const { account } = signer
    const signed = await sign(settings, deployment.chainId, account, { ...call, spareGas: true })
    writePending(folder, { ...signed, deadline })
    say(`sending transaction ${signed.hash}`)
    const receipt = await seeThrough(chain, account.address, signed)
    if (receipt !== null) return receipt
    throw missing(
      `transaction ${signed.hash} lost its nonce ${signed.nonce} to another transaction of the issuer: run buy-shares again`,
    )
  } catch (error) {
    if (error instanceof Declined) throw declined(error, 'buy-shares')
    if (!(error instanceof FailedOnChain)) throw error
    // The helper refuses on chain where the pool moved between the look and the block.
    throw movedBeforeMining(error, looked, await quote(chain, deployment).catch(() => null))
  }
}

const balanceOf = ({ chain }: Buying, token: Address, owner: Address): Promise<bigint> =>
  chain.readContract({ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [owner] })

/** Ether is wrapped where the pair wants that and too little of it is there: only what is missing. @returns how many transactions it took */
async function wrap(buying: Buying, signer: Signer, amount: bigint): Promise<0 | 1> {
  const { chain, deployment, asset } = buying
  const missing = amount - (await balanceOf(buying, asset.address, deployment.issuer))
  if (missing <= 0n) return 0
  const wrapped = await chain
    .readContract({ abi: routerAbi, address: deployment.router, functionName: 'WETH' })
    .catch(() => null)
  if (wrapped?.toLowerCase() !== asset.address) {
    throw refused(`the issuer ${deployment.issuer} is short of ${written(missing, asset)}: send it some`)
  }
  const data = encodeFunctionData({ abi: wrappedAbi, functionName: 'deposit' })
  await carryOut(buying, signer, `wrapping ${written(missing, asset)}`, {
    to: asset.address,
    data,
    value: missing,
  })
  return 1
}

/** Allows the helper so much, where it is not allowed that much already, and looks first whether it is there. */
async function allow(buying: Buying, signer: Signer, token: Address, amount: bigint): Promise<0 | 1> {
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
  if (allowed >= amount) return 0
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [lpPurchase, amount] })
  await carryOut(buying, signer, `approving ${amount} of ${token}`, { to: token, data })
  return 1
}

async function carryOut(
  { chain, settings, deployment, say }: Buying,
  signer: Signer,
  what: string,
  call: { to: Address; data: Hex; value?: bigint },
): Promise<void> {
  say(what)
  const by = { rpcUrl: settings.rpcUrl, chain, chainId: deployment.chainId, signer }
  await transact(by, call, 'buy-shares')
}
