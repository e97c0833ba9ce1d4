// What a Safe's owners compare before they sign a batch: its calls, decoded, and the hashes that their wallets show.
import { type Address, getAddress, isAddress, parseAbi } from 'viem'
import { type Chain, isAway } from './chain.ts'
import { refused } from './refusal.ts'
import { type Call, dataOf, multiSendOf, type SafeHashes, safeHashes, transactionOf } from './safe.ts'

export interface SafeOptions {
  /** The Safe's nonce that the batch will have. */
  safeNonce?: string
  /** The MultiSendCallOnly that the Safe's pages use. */
  multisend?: string
}

export interface Signing {
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
export async function signingOf(
  chain: Chain,
  { issuer, chainId }: { issuer: Address; chainId: number },
  calls: readonly Call[],
  options: SafeOptions,
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
      `the program's issuer ${issuer} answers neither VERSION nor nonce, so it is no Safe: leave --safe out, and sign with its key or wallet`,
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

/** The calls of a batch as JSON tells them. */
export const decodedCalls = (calls: readonly Call[]) =>
  calls.map((call) => ({
    to: call.to,
    function: call.functionName,
    arguments: call.args,
    data: dataOf(call),
  }))

/** The calls of a batch in words, a line an argument. */
export const callLines = (calls: readonly Call[]): string[] =>
  decodedCalls(calls).flatMap((call) => [
    `${call.function} on ${call.to}`,
    ...call.arguments.map((each, i) => `    ${argumentName(calls, call.function, i)} ${textOf(each)}`),
    `    calldata ${call.data.length > 700 ? `${call.data.slice(0, 66)}… (${call.data.length / 2 - 1} bytes)` : call.data}`,
  ])

/** Which Safe signs, and the hashes to compare. */
export const signingLines = (
  calls: readonly Call[],
  safe: Address,
  { version, nonce, multiSend, hashes }: Signing,
): string[] => [
  `Safe          ${safe}, version ${version}, nonce ${nonce}${calls.length > 1 ? `, through ${multiSend}` : ''}`,
  'Every owner compares, in the Safe and on the wallet:',
  `  domain      ${hashes.domain}`,
  `  message     ${hashes.message}`,
  `  safeTxHash  ${hashes.safeTx}`,
]

function argumentName(calls: readonly Call[], name: string, at: number): string {
  const item = calls.find(({ functionName }) => functionName === name)?.abi
  const found = item?.find((each) => each.type === 'function' && each.name === name)
  return found?.type === 'function' ? (found.inputs[at]?.name ?? '') : ''
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} payments`
  return typeof value === 'object' && value !== null ? Object.values(value).join(', ') : String(value)
}
