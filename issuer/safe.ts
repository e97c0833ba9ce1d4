// What a Safe's owners are handed: a batch for its Transaction Builder, and the hashes that their wallets will show.
import {
  type Abi,
  type Address,
  concatHex,
  encodeFunctionData,
  encodePacked,
  getAbiItem,
  getAddress,
  type Hex,
  hashDomain,
  hashStruct,
  hashTypedData,
  keccak256,
  parseAbi,
  size,
  stringToBytes,
} from 'viem'

/** A contract call with its decoded form. */
export interface Call {
  to: Address
  abi: Abi
  functionName: string
  args: readonly unknown[]
}

export const dataOf = ({ abi, functionName, args }: Call): Hex =>
  encodeFunctionData({ abi, functionName, args })

interface Input {
  name: string
  type: string
  internalType: string
  components?: Input[]
}

/** A batch as Safe's Transaction Builder reads it from a file. */
export interface Batch {
  version: '1.0'
  chainId: string
  /** unix milliseconds */
  createdAt: number
  meta: {
    name: string
    description: string
    txBuilderVersion: string
    createdFromSafeAddress: Address
    createdFromOwnerAddress: ''
    checksum?: Hex
  }
  transactions: {
    to: Address
    value: '0'
    /** Null, so that the builder encodes the decoded call itself, and shows it decoded. */
    data: null
    contractMethod: { name: string; payable: false; inputs: Input[] }
    contractInputsValues: Record<string, string>
  }[]
}

/** The batch file of some calls, with its checksum. The same arguments give the same bytes. */
export function batchOf(given: {
  chainId: number
  safe: Address
  name: string
  description: string
  createdAt: bigint
  calls: readonly Call[]
}): Batch & { meta: { checksum: Hex } } {
  const batch: Batch = {
    version: '1.0',
    chainId: String(given.chainId),
    createdAt: Number(given.createdAt) * 1000,
    meta: {
      name: given.name,
      description: given.description,
      txBuilderVersion: '1.18.0',
      createdFromSafeAddress: getAddress(given.safe),
      createdFromOwnerAddress: '',
    },
    transactions: given.calls.map(decoded),
  }
  return { ...batch, meta: { ...batch.meta, checksum: batchChecksum(batch) } }
}

function decoded({ to, abi, functionName, args }: Call): Batch['transactions'][number] {
  const item = getAbiItem({ abi, name: functionName })
  if (item?.type !== 'function') throw new RangeError(`the ABI has no function ${functionName}`)
  const inputs = item.inputs as Input[]
  return {
    to: getAddress(to),
    value: '0',
    data: null,
    contractMethod: { name: functionName, payable: false, inputs: inputs.map(plain) },
    contractInputsValues: Object.fromEntries(inputs.map(({ name }, i) => [name, typedOf(args[i])])),
  }
}

/** Of a parameter as much as the builder needs to encode it. */
function plain({ name, type, internalType, components }: Input): Input {
  return {
    name,
    type,
    internalType: internalType ?? type,
    ...(components && { components: components.map(plain) }),
  }
}

/** An argument as a person would type it into the builder: lists and tuples as JSON, a tuple as the list of its fields. */
function typedOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value, asTyped) : String(value)
}

function asTyped(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  const isTuple = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isTuple ? Object.values(value) : value
}

/**
 * The Transaction Builder's checksum: keccak256 over the file as it is written out with sorted keys, its name left empty
 * and without the checksum itself. It warns an owner of a file that was changed on the way; it proves nothing else.
 */
export function batchChecksum({ meta: { checksum: _, ...meta }, ...batch }: Batch): Hex {
  return keccak256(stringToBytes(writtenOut({ ...batch, meta: { ...meta, name: null } })))
}

/** An object is its sorted keys as a JSON list, then every value with a comma behind it. */
function writtenOut(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writtenOut).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = JSON.stringify(fields.map(([name]) => name))
  return `{${names}${fields.map(([, each]) => `${writtenOut(each)},`).join('')}}`
}

/** Safe's MultiSendCallOnly, through which its pages run a batch, by the version of the Safe: where it is deployed canonically. */
export const multiSendOf: Record<string, Address> = {
  '1.3.0': '0x40A2aCCbd92BCA938b02010E17A5b8929b49130D',
  '1.4.1': '0x9641d764fc13c8B624c04430C7356C1C7C8102e2',
}

const multiSendAbi = parseAbi(['function multiSend(bytes transactions)'])

/** What a Safe executes. `operation` 1 is a delegate call, as MultiSend wants it. */
export interface SafeTransaction {
  to: Address
  data: Hex
  operation: 0 | 1
}

/** The transaction that runs a batch: of one call itself, of several through MultiSend. */
export function transactionOf(
  calls: readonly { to: Address; data: Hex }[],
  multiSend: Address,
): SafeTransaction {
  const [only, ...others] = calls
  if (only !== undefined && others.length === 0) return { ...only, operation: 0 }
  const packed = calls.map(({ to, data }) =>
    encodePacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [0, to, 0n, BigInt(size(data)), data]),
  )
  const data = encodeFunctionData({ abi: multiSendAbi, functionName: 'multiSend', args: [concatHex(packed)] })
  return { to: multiSend, data, operation: 1 }
}

const types = {
  EIP712Domain: [
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ],
  SafeTx: [
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
    { name: 'operation', type: 'uint8' },
    { name: 'safeTxGas', type: 'uint256' },
    { name: 'baseGas', type: 'uint256' },
    { name: 'gasPrice', type: 'uint256' },
    { name: 'gasToken', type: 'address' },
    { name: 'refundReceiver', type: 'address' },
    { name: 'nonce', type: 'uint256' },
  ],
} as const

export interface SafeHashes {
  domain: Hex
  message: Hex
  safeTx: Hex
}

/** What an owner signs (EIP-712) and what hardware wallets show of it, for Safes of version 1.3.0 and later. */
export function safeHashes(
  { chainId, safe, nonce }: { chainId: number; safe: Address; nonce: bigint },
  transaction: SafeTransaction,
): SafeHashes {
  const zero = '0x0000000000000000000000000000000000000000'
  const domain = { chainId: BigInt(chainId), verifyingContract: safe }
  const message = {
    ...transaction,
    value: 0n,
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    gasToken: zero,
    refundReceiver: zero,
    nonce,
  } as const
  return {
    domain: hashDomain({ domain, types }),
    message: hashStruct({ data: message, primaryType: 'SafeTx', types }),
    safeTx: hashTypedData({ domain, types, primaryType: 'SafeTx', message }),
  }
}
