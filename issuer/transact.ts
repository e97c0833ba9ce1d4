import type { Address, Hex, TransactionReceipt } from 'viem'
import { type Chain, nonceOf } from './chain.ts'
import { missing, refused } from './refusal.ts'
import { mined, seeThrough, sign } from './sending.ts'
import { addressOf, type Signer } from './signer.ts'
import { Declined } from './wallet.ts'

/**
 * Has a call signed, sends it, and waits until it is mined: for calls that may be made again, of which nothing is kept.
 * @param again what to run when it has to be
 */
export async function transact(
  { rpcUrl, chain, chainId, signer }: { rpcUrl: string; chain: Chain; chainId: number; signer: Signer },
  call: { to: Address; data: Hex; value?: bigint },
  again: string,
): Promise<TransactionReceipt> {
  if (signer.kind === 'key') {
    const signed = await sign({ rpcUrl }, chainId, signer.account, call)
    const receipt = await seeThrough(chain, signer.account.address, signed)
    if (receipt !== null) return receipt
    throw missing(`transaction ${signed.hash} lost its nonce to another one: run ${again} again`)
  }
  // Asked again after an interruption, it is for the same nonce, so that one of the two is mined at most.
  const nonce = await nonceOf(chain, addressOf(signer))
  try {
    return await mined(chain, await signer.wallet.send({ ...call, nonce }))
  } catch (error) {
    throw error instanceof Declined ? declined(error, again) : error
  }
}

export const declined = (cause: Declined, again: string) =>
  refused(`the wallet declined (${cause.message}): nothing was sent; run ${again} to be asked once more`, {
    cause,
  })
