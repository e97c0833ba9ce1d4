import { type Address, encodeFunctionData, erc20Abi, type TransactionReceipt } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import type { Chain } from './chain.ts'
import { type Publication, readSigned, writeSigned } from './publication.ts'
import { missing } from './refusal.ts'
import type { Run } from './resume.ts'
import { FailedOnChain, refusalOf, seeThrough, sign } from './sending.ts'

/** Brings a publication on chain: sees an earlier run's transaction through, or approves, signs, keeps and sends one. */
export async function send(run: Run, publication: Publication): Promise<TransactionReceipt> {
  const { chain, account, folder, say } = run
  const pending = readSigned(folder)
  if (pending !== null) {
    say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
    const receipt = await attempt(() => seeThrough(chain, account.address, pending))
    if (receipt !== null) return receipt
    say('it can no longer be mined: signing another one')
  }
  await approve(run, publication)
  const { token, terms, root, total, manifestHash, distributor } = publication
  const call = {
    abi: merkleDistributorAbi,
    functionName: 'publish',
    args: [token, terms, root, total, manifestHash],
  } as const
  await simulated(account.address, () => chain.simulateContract({ ...call, address: distributor, account }))
  const signed = await sign(run.settings, publication.chainId, account, {
    to: distributor,
    data: encodeFunctionData(call),
  })
  writeSigned(folder, signed)
  say(`sending transaction ${signed.hash}`)
  const receipt = await seeThrough(chain, account.address, signed)
  if (receipt !== null) return receipt
  throw missing(
    `transaction ${signed.hash} lost its nonce ${signed.nonce} to another transaction of the issuer: run publish again`,
  )
}

/** An earlier run's transaction that failed on chain is over, and another may be signed. */
async function attempt(action: () => Promise<TransactionReceipt | null>): Promise<TransactionReceipt | null> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FailedOnChain) return null
    throw error
  }
}

/** Allows the distributor exactly what it will pull, where it is not allowed that much already. */
async function approve({ chain, account, settings, say }: Run, publication: Publication): Promise<void> {
  const { token, distributor, issuer, total, chainId } = publication
  const allowance = await allowanceOf(chain, publication)
  if (allowance >= total) return
  const call = { abi: erc20Abi, functionName: 'approve', args: [distributor, total] } as const
  await simulated(issuer, () => chain.simulateContract({ ...call, address: token, account }))
  const signed = await sign(settings, chainId, account, { to: token, data: encodeFunctionData(call) })
  say(`approving ${total} in transaction ${signed.hash}`)
  await seeThrough(chain, account.address, signed)
  if ((await allowanceOf(chain, publication)) < total) {
    throw missing(`the approval in transaction ${signed.hash} has no effect yet: run publish again`)
  }
}

function allowanceOf(chain: Chain, { token, issuer, distributor }: Publication): Promise<bigint> {
  return chain.readContract({
    abi: erc20Abi,
    address: token,
    functionName: 'allowance',
    args: [issuer, distributor],
  })
}

async function simulated(account: Address, simulate: () => Promise<unknown>): Promise<void> {
  try {
    await simulate()
  } catch (error) {
    throw refusalOf(error, account)
  }
}
