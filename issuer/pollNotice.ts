// Putting up a hash on the noticeboard, once, however often it is asked for.
import { join } from 'node:path'
import { type Address, encodeFunctionData, type Hex, type PrivateKeyAccount } from 'viem'
import { z } from 'zod'
import { noticeboardAbi } from '../contracts/abi.ts'
import { noticesOf } from '../verify/index.ts'
import { type Chain, latestBlock } from './chain.ts'
import { jsonText, type Say } from './output.ts'
import type { Program } from './program.ts'
import { missing, refused } from './refusal.ts'
import { batchOf, type Call } from './safe.ts'
import { callLines, type SafeOptions, signingLines, signingOf } from './safeSigning.ts'
import { seeThrough, sign } from './sending.ts'
import type { Secrets, Settings } from './settings.ts'
import { issuerSigner, keyIfSet, type Signer } from './signer.ts'
import { readIfThere, writeFile } from './state.ts'
import { transact } from './transact.ts'

export interface PollSafeOptions extends SafeOptions {
  /** Write a batch for a Safe's owners instead of signing. */
  safe?: boolean
}

/** What it takes to put something up. */
export interface Board extends Pick<Program, 'deployment'> {
  settings: Pick<Settings, 'rpcUrl'>
  chain: Chain
  signing: Signing
  say: Say
}

/** Who signs: a key or a wallet, or the owners of a Safe, who are handed a batch. */
type Signing = { readonly signer: Signer } | { readonly signer: null; readonly options: PollSafeOptions }

const signedSchema = z.object({
  hash: z.string() as unknown as z.ZodType<Hex>,
  nonce: z.int(),
  serialized: z.string() as unknown as z.ZodType<Hex>,
})

/** Who signs and the API's secret, or a sentence about what is missing. */
export async function writers(
  secrets: Secrets,
  { settings, deployment }: Pick<Program, 'deployment'> & { settings: Pick<Settings, 'walletUrl'> },
  options: PollSafeOptions,
): Promise<{ signing: Signing; apiSecret: string }> {
  const { apiSecret } = secrets
  if (apiSecret === undefined)
    throw refused("PRORATA_API_SECRET is not set: it must be the API's bearer secret")
  if (options.safe) return { signing: { signer: null, options }, apiSecret }
  const key = keyIfSet(secrets, settings)
  const signer = await issuerSigner(key, settings, deployment, 'put up anything of a poll')
  return { signing: { signer }, apiSecret }
}

/** Everything the issuer has put up under a poll so far, final or not. */
export const noticesUnder = async ({ chain, deployment }: Pick<Board, 'chain' | 'deployment'>, poll: Hex) =>
  noticesOf(chain, deployment, poll, (await latestBlock(chain)).number)

/**
 * Puts up a hash under a poll unless it is there. A transaction signed here is kept before it is sent, so that a later run sends the
 * same one again; a wallet is asked for the same nonce again.
 * @param folder where it is kept
 * @returns the transaction that put it up
 * @throws Refusal with a Safe, whose owners have not put it up yet: the batch is written
 */
export async function putUpOnce(board: Board, folder: string, poll: Hex, notice: Hex): Promise<Hex> {
  const { chain, deployment, signing, settings } = board
  const there = (await noticesUnder(board, poll)).find((each) => each.notice === notice)
  if (there !== undefined) return there.transaction
  const { noticeboard, chainId } = deployment
  if (noticeboard === null) throw refused('the deployment file names no noticeboard: deploy one')
  const call = { to: noticeboard, abi: noticeboardAbi, functionName: 'post', args: [poll, notice] } as const
  if (signing.signer === null) return handOver(board, folder, call, notice, signing.options)
  const data = encodeFunctionData(call)
  const { signer } = signing
  if (signer.kind === 'key') return signed(board, folder, notice, signer.account, { to: noticeboard, data })
  const by = { rpcUrl: settings.rpcUrl, chain, chainId, signer }
  return (await transact(by, { to: noticeboard, data }, 'this')).transactionHash
}

async function signed(
  { settings, chain, deployment, say }: Board,
  folder: string,
  notice: Hex,
  account: PrivateKeyAccount,
  call: { to: Address; data: Hex },
): Promise<Hex> {
  const file = join(folder, `${notice}.transaction.json`)
  const kept = readIfThere(file)
  if (kept !== null) {
    const pending = signedSchema.parse(JSON.parse(kept.toString()))
    say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
    const receipt = await seeThrough(chain, account.address, pending)
    if (receipt !== null) return receipt.transactionHash
    say('it can no longer be mined: signing another one')
  }
  const transaction = await sign(settings, deployment.chainId, account, call)
  writeFile(file, jsonText(transaction))
  say(`sending transaction ${transaction.hash}`)
  const receipt = await seeThrough(chain, account.address, transaction)
  if (receipt !== null) return receipt.transactionHash
  throw missing(`transaction ${transaction.hash} lost its nonce to another one of the issuer: run this again`)
}

/** Writes the batch that puts it up, and says what its owners compare. */
async function handOver(
  { chain, deployment, say }: Board,
  folder: string,
  call: Call,
  notice: Hex,
  options: PollSafeOptions,
): Promise<never> {
  const { issuer, chainId, network } = deployment
  const signing = await signingOf(chain, { issuer, chainId }, [call], options)
  const batch = batchOf({
    chainId,
    safe: issuer,
    name: `${network}: poll`,
    description: `Puts up ${notice}.`,
    createdAt: 0n,
    calls: [call],
  })
  const file = join(folder, `${notice}.safe-batch.json`)
  writeFile(file, `${JSON.stringify(batch, null, 2)}\n`)
  for (const line of [...callLines([call]), ...signingLines([call], issuer, signing)]) say(line)
  throw missing(
    `${file} is written for the Safe's Transaction Builder: have its owners execute it, then run this again to finish`,
  )
}
