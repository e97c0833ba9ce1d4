// Publishing through a Safe: what its owners are handed, and what comes of it.
import { type Address, getAddress, type Hex, isAddress, parseAbi } from 'viem'
import { formatAmount } from './amounts.ts'
import { type Chain, isAway } from './chain.ts'
import { approvalCall, publishingCall } from './delivery.ts'
import { wordOf } from './events.ts'
import type { PublishOptions } from './manner.ts'
import type { Outcome } from './output.ts'
import { flagsOf } from './program.ts'
import { batchFile, discardBatch, type Publication } from './publication.ts'
import { missing, refused } from './refusal.ts'
import type { Run } from './resume.ts'
import {
  batchOf,
  type Call,
  dataOf,
  multiSendOf,
  type SafeHashes,
  safeHashes,
  transactionOf,
} from './safe.ts'
import { writeFile } from './state.ts'

/**
 * Writes the batch that publishes, or, where the flags do not ask for one, says that it is not executed yet. The publication
 * is pinned: written again, the batch is the same, and of two that are executed the second one fails.
 */
export async function handOver(
  run: Run,
  publication: Publication,
  options: PublishOptions,
): Promise<Outcome> {
  const { chain, folder, period } = run
  const approval = await approvalCall(chain, publication)
  if (!options.safe) {
    const partly = approval === null ? '; the approval is there, the publication is not' : ''
    throw missing(
      `the Safe has not executed ${batchFile(folder)} yet${partly}: have its owners do so until ${time(publication.executeBy ?? 0n)}, then run publish ${flagsOf(period)} again to finish`,
    )
  }
  const calls = [approval, publishingCall(run, publication)].filter((call) => call !== null)
  const { chainId, issuer, executeBy } = publication
  const { manifest } = run.prepared
  const batch = batchOf({
    chainId,
    safe: issuer,
    name: `${manifest.program} ${manifest.period.name}`,
    description: `Publishes ${publication.id}, manifest ${publication.manifestHash}. To be executed until ${time(executeBy ?? 0n)}.`,
    createdAt: manifest.recordBlock.timestamp,
    calls,
  })
  const signing = await signingOf(chain, publication, calls, options)
  writeFile(batchFile(folder), `${JSON.stringify(batch, null, 2)}\n`)
  return outcomeOf(run, publication, calls, batch.meta.checksum, signing)
}

interface Signing {
  version: string
  nonce: bigint
  multiSend: Address
  hashes: SafeHashes
}

const safeAbi = parseAbi([
  'function VERSION() view returns (string)',
  'function nonce() view returns (uint256)',
])

/** What the owners' wallets will show, by the Safe's own version and next nonce. */
async function signingOf(
  chain: Chain,
  { issuer, chainId }: Publication,
  calls: readonly Call[],
  options: PublishOptions,
): Promise<Signing> {
  const ask = <Name extends 'VERSION' | 'nonce'>(functionName: Name) =>
    chain.readContract({ abi: safeAbi, address: issuer, functionName })
  let version: string
  let next: bigint
  try {
    version = (await ask('VERSION')).replace(/\+.*/, '')
    next = await ask('nonce')
  } catch (cause) {
    if (isAway(cause)) throw cause
    throw refused(
      `the program's issuer ${issuer} answers neither VERSION nor nonce, so it is no Safe: publish with its key or wallet`,
      { cause },
    )
  }
  const nonce = nonceWanted(options.safeNonce, next)
  const multiSend = multiSendWanted(options.multisend, version)
  const plain = calls.map((call) => ({ to: call.to, data: dataOf(call) }))
  const hashes = safeHashes({ chainId, safe: issuer, nonce }, transactionOf(plain, multiSend))
  return { version, nonce, multiSend, hashes }
}

function nonceWanted(text: string | undefined, next: bigint): bigint {
  if (text === undefined) return next
  if (/^\d{1,18}$/.test(text) && BigInt(text) >= next) return BigInt(text)
  throw refused(`--safe-nonce must be a whole number from ${next} on, the Safe's next`)
}

function multiSendWanted(text: string | undefined, version: string): Address {
  if (text !== undefined) {
    if (isAddress(text, { strict: false })) return getAddress(text)
    throw refused('--multisend must be an address')
  }
  const known = multiSendOf[version]
  if (known !== undefined) return known
  throw refused(
    `the Safe is of version ${version}, whose MultiSendCallOnly is not known here: name it with --multisend (known are ${Object.keys(multiSendOf).join(' and ')})`,
  )
}

function outcomeOf(
  run: Run,
  publication: Publication,
  calls: readonly Call[],
  checksum: Hex,
  { version, nonce, multiSend, hashes }: Signing,
): Outcome {
  const { manifest } = run.prepared
  const { id, root, total, manifestHash, opensAt, executeBy, issuer, mask } = publication
  const file = batchFile(run.folder)
  const shown = calls.map((call) => ({
    to: call.to,
    function: call.functionName,
    arguments: call.args,
    data: dataOf(call),
  }))
  return {
    json: {
      stream: run.period.stream,
      period: manifest.period.name,
      published: false,
      ...{ id, root, total, manifestHash, opensAt, executeBy },
      batch: { file, checksum, calls: shown },
      safe: { address: issuer, version, nonce, multiSend, hashes },
    },
    text: [
      `${file} is written: load it in the Safe's Transaction Builder.`,
      '',
      ...shown.flatMap((call) => [
        `${call.function} on ${call.to}`,
        ...call.arguments.map((each, i) => `    ${argumentText(calls, call.function, i)} ${textOf(each)}`),
        `    calldata ${call.data.length > 700 ? `${call.data.slice(0, 66)}… (${call.data.length / 2 - 1} bytes)` : call.data}`,
      ]),
      '',
      `total         ${formatAmount(total, manifest.payout.decimals)} ${manifest.payout.symbol} to ${manifest.totals.leaves} accounts`,
      `checksum      ${checksum}`,
      `Safe          ${issuer}, version ${version}, nonce ${nonce}${calls.length > 1 ? `, through ${multiSend}` : ''}`,
      'Every owner compares, in the Safe and on the wallet:',
      `  domain      ${hashes.domain}`,
      `  message     ${hashes.message}`,
      `  safeTxHash  ${hashes.safeTx}`,
      `execute until ${time(executeBy ?? 0n)}`,
      mask === null
        ? `claims open   ${time(opensAt)}`
        : 'everyone is paid as it is executed: nothing can be cancelled',
      `Next: publish ${flagsOf(run.period)}, once it is executed`,
    ].join('\n'),
  }
}

function argumentText(calls: readonly Call[], name: string, at: number): string {
  const item = calls.find(({ functionName }) => functionName === name)?.abi
  const found = item?.find((each) => each.type === 'function' && each.name === name)
  return found?.type === 'function' ? (found.inputs[at]?.name ?? '') : ''
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? `${value.length} payments` : String(value)
}

/** Forgets a batch that nobody will execute any more. */
export async function discard(run: Run, begun: Publication | null): Promise<Outcome> {
  const { chain, folder, period } = run
  if (begun === null || begun.executeBy === null) {
    throw refused(`no batch of ${period.name} is written for a Safe: there is nothing to discard`)
  }
  if ((await wordOf(chain, begun.distributor, begun.id)) !== 0n) {
    throw refused(`the batch was executed: run publish ${flagsOf(period)} to finish`)
  }
  discardBatch(folder)
  return {
    json: { stream: period.stream, period: period.name, published: false, discarded: begun.id },
    text: `The batch of ${begun.id} is forgotten. Should an owner execute it after all, cancel it before ${time(begun.opensAt)}.\nNext: publish ${flagsOf(period)}`,
  }
}

const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
