import { type Address, erc20Abi, type TransactionReceipt } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { paymentsOf } from '../disbursement/index.ts'
import { type Chain, latestBlock, nonceOf } from './chain.ts'
import { receiptOf, wordOf } from './events.ts'
import {
  type Asked,
  forgetAsked,
  type Publication,
  readAsked,
  readSigned,
  writeAsked,
  writeSigned,
} from './publication.ts'
import { missing } from './refusal.ts'
import { type Run, type SigningRun, STALE } from './resume.ts'
import { type Call, dataOf } from './safe.ts'
import { FailedOnChain, mined, refusalOf, seeThrough, sign } from './sending.ts'
import { addressOf, type Signer } from './signer.ts'
import { declined, transact } from './transact.ts'
import { Declined, type Wallet } from './wallet.ts'

/** Brings a publication on chain: sees an earlier run's transaction through, or approves, signs, keeps and sends one. */
export async function send(run: SigningRun, publication: Publication): Promise<TransactionReceipt> {
  const { signer } = run
  const earlier = await seeEarlier(run, publication)
  if (earlier !== null) return earlier
  await approve(run, publication)
  const call = publishingCall(run, publication)
  await simulated(run.chain, addressOf(signer), call)
  return signer.kind === 'key'
    ? sendSigned(run, signer, publication, call)
    : askToSend(run, signer.wallet, call)
}

/** The call that publishes, and pays where everyone is to be paid at once. */
export function publishingCall({ prepared }: Pick<Run, 'prepared'>, publication: Publication): Call {
  const { token, terms, root, total, manifestHash, mask, distributor } = publication
  const common = { to: distributor, abi: merkleDistributorAbi }
  if (mask === null) {
    return { ...common, functionName: 'publish', args: [token, terms, root, total, manifestHash] }
  }
  const payments = paymentsOf(prepared.manifest)
  return { ...common, functionName: 'distribute', args: [token, terms, payments, mask, manifestHash] }
}

/** The approval of exactly what the distributor will pull; null where it is allowed that much already. */
export async function approvalCall(chain: Chain, publication: Publication): Promise<Call | null> {
  if ((await allowanceOf(chain, publication)) >= publication.total) return null
  const { token, distributor, total } = publication
  return { to: token, abi: erc20Abi, functionName: 'approve', args: [distributor, total] }
}

async function seeEarlier(run: Run, publication: Publication): Promise<TransactionReceipt | null> {
  const { chain, folder, say } = run
  const pending = readSigned(folder)
  if (pending !== null) {
    say(`an earlier run signed transaction ${pending.hash}: seeing it through`)
    const receipt = await attempt(() => seeThrough(chain, publication.issuer, pending))
    if (receipt !== null) return receipt
    say('it can no longer be mined: signing another one')
  }
  const asked = readAsked(folder)
  return asked === null ? null : seeAsked(run, publication, asked)
}

/** What an earlier run asked a wallet for: sent and mined, still to come, or over. */
async function seeAsked(
  run: Run,
  publication: Publication,
  { nonce, hash }: Asked,
): Promise<TransactionReceipt | null> {
  const { chain, folder, terms, say } = run
  const isSpent = (await nonceOf(chain, publication.issuer)) > nonce
  if (hash !== null) {
    const known = await receiptOf(chain, hash)
    if (known?.status === 'success') return known
    if (known === null && !isSpent && (await chain.getTransaction({ hash }).catch(() => null)) !== null) {
      say(`an earlier run had the wallet send transaction ${hash}: waiting for it`)
      return mined(chain, hash)
    }
  }
  if (isSpent) {
    if ((await wordOf(chain, publication.distributor, publication.id)) !== 0n) {
      throw missing(`the wallet has just published ${publication.id}: run publish again to finish it`)
    }
    forgetAsked(folder)
    return null
  }
  const window = BigInt(terms.challengeWindowSeconds)
  const { timestamp } = await latestBlock(chain)
  if (publication.mask === null && timestamp + window > publication.opensAt + STALE) {
    throw missing(
      `the wallet was asked for transaction ${nonce} of ${publication.issuer} so long ago that its challenge window would be cut short, and it may still send it: spend that nonce on another transaction (such as one of nothing to itself), then run publish again`,
    )
  }
  return null
}

async function sendSigned(
  run: Run,
  { account }: Signer & { kind: 'key' },
  publication: Publication,
  call: Call,
): Promise<TransactionReceipt> {
  const { chain, folder, settings, say } = run
  const signed = await sign(settings, publication.chainId, account, { to: call.to, data: dataOf(call) })
  writeSigned(folder, signed)
  say(`sending transaction ${signed.hash}`)
  const receipt = await seeThrough(chain, account.address, signed)
  if (receipt !== null) return receipt
  throw missing(
    `transaction ${signed.hash} lost its nonce ${signed.nonce} to another transaction of the issuer: run publish again`,
  )
}

/** The nonce is written down before the wallet is asked: a later run asks for the same one, and never for a second. */
async function askToSend(
  { chain, folder, say }: Run,
  wallet: Wallet,
  call: Call,
): Promise<TransactionReceipt> {
  const nonce = readAsked(folder)?.nonce ?? (await nonceOf(chain, wallet.address))
  writeAsked(folder, { nonce, hash: null })
  say(`asking the wallet to send transaction ${nonce}: ${call.functionName} on ${call.to}`)
  let hash: Asked['hash']
  try {
    hash = await wallet.send({ to: call.to, data: dataOf(call), nonce })
  } catch (error) {
    if (!(error instanceof Declined)) throw error
    forgetAsked(folder)
    throw declined(error, 'publish')
  }
  writeAsked(folder, { nonce, hash })
  say(`the wallet sent transaction ${hash}`)
  return mined(chain, hash)
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

async function approve(run: SigningRun, publication: Publication): Promise<void> {
  const { chain, signer, settings, say } = run
  const call = await approvalCall(chain, publication)
  if (call === null) return
  const { total, chainId } = publication
  await simulated(chain, addressOf(signer), call)
  say(`approving ${total}`)
  const by = { rpcUrl: settings.rpcUrl, chain, chainId, signer }
  const { transactionHash } = await transact(by, { to: call.to, data: dataOf(call) }, 'publish')
  if ((await allowanceOf(chain, publication)) < total) {
    throw missing(`the approval in transaction ${transactionHash} has no effect yet: run publish again`)
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

async function simulated(
  chain: Chain,
  account: Address,
  { to, abi, functionName, args }: Call,
): Promise<void> {
  try {
    await chain.simulateContract({ abi, functionName, args, address: to, account })
  } catch (error) {
    throw refusalOf(error, account)
  }
}
