// Putting up a hash on the noticeboard, once, however often it is asked for.
import { join } from 'node:path'
import { encodeFunctionData, type Hex, isAddressEqual, type PrivateKeyAccount } from 'viem'
import { z } from 'zod'
import { noticeboardAbi } from '../contracts/abi.ts'
import { noticesOf } from '../verify/index.ts'
import { type Chain, latestBlock } from './chain.ts'
import { loadAccount } from './key.ts'
import { jsonText, type Say } from './output.ts'
import type { Program } from './program.ts'
import { missing, refused } from './refusal.ts'
import { seeThrough, sign } from './sending.ts'
import type { Secrets, Settings } from './settings.ts'
import { readIfThere, writeFile } from './state.ts'

/** What it takes to put something up. */
export interface Board extends Pick<Program, 'deployment'> {
  settings: Pick<Settings, 'rpcUrl'>
  chain: Chain
  account: PrivateKeyAccount
  say: Say
}

const signedSchema = z.object({
  hash: z.string() as unknown as z.ZodType<Hex>,
  nonce: z.int(),
  serialized: z.string() as unknown as z.ZodType<Hex>,
})

/** The issuer's key and the API's secret, or a sentence about what is missing. */
export function writers(secrets: Secrets, { deployment }: Pick<Program, 'deployment'>) {
  const { apiSecret } = secrets
  if (apiSecret === undefined)
    throw refused("PRORATA_API_SECRET is not set: it must be the API's bearer secret")
  const account = loadAccount(secrets)
  if (!isAddressEqual(account.address, deployment.issuer)) {
    throw refused(
      `the key is that of ${account.address.toLowerCase()}, but only the program's issuer ${deployment.issuer} can put up anything of a poll: set PRORATA_KEY or PRORATA_KEYSTORE to the issuer's`,
    )
  }
  return { account, apiSecret }
}

/** Everything the issuer has put up under a poll so far, final or not. */
export const noticesUnder = async ({ chain, deployment }: Pick<Board, 'chain' | 'deployment'>, poll: Hex) =>
  noticesOf(chain, deployment, poll, (await latestBlock(chain)).number)

/**
 * Puts up a hash under a poll unless it is there. A transaction is kept before it is sent, so that a later run sends the
 * same one again.
 * @param folder where it is kept
 * @returns the transaction that put it up
 */
export async function putUpOnce(board: Board, folder: string, poll: Hex, notice: Hex): Promise<Hex> {
  const { chain, deployment, account, settings, say } = board
  const there = (await noticesUnder(board, poll)).find((each) => each.notice === notice)
  if (there !== undefined) return there.transaction
  const { noticeboard } = deployment
  if (noticeboard === null) throw refused('the deployment file names no noticeboard: deploy one')
  const file = join(folder, `${notice}.transaction.json`)
  const kept = readIfThere(file)
  if (kept !== null) {
    const pending = signedSchema.parse(JSON.parse(kept.toString()))
    say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
    const receipt = await seeThrough(chain, account.address, pending)
    if (receipt !== null) return receipt.transactionHash
    say('it can no longer be mined: signing another one')
  }
  const data = encodeFunctionData({ abi: noticeboardAbi, functionName: 'post', args: [poll, notice] })
  const signed = await sign(settings, deployment.chainId, account, { to: noticeboard, data })
  writeFile(file, jsonText(signed))
  say(`sending transaction ${signed.hash}`)
  const receipt = await seeThrough(chain, account.address, signed)
  if (receipt !== null) return receipt.transactionHash
  throw missing(`transaction ${signed.hash} lost its nonce to another one of the issuer: run this again`)
}
