// A real Safe 1.4.1 at an address of the local chain: the code that its own package deploys, set up by its own setup.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Address,
  BaseError,
  concatHex,
  encodeFunctionData,
  type Hex,
  pad,
  parseAbi,
  zeroAddress,
} from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { LocalChain } from '../../local/chain.ts'
import { multiSendOf, type SafeTransaction } from '../safe.ts'

const abi = parseAbi([
  'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  'function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce) view returns (bytes32)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
])
/** Value, gas and refund as Safe's pages set them: none of them. */
const NO_REFUND = [0n, 0n, 0n, zeroAddress, zeroAddress] as const

const require = createRequire(import.meta.url)
const codeOf = (path: string): Hex => {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const file = `@safe-global/safe-contracts/build/artifacts/contracts/${path}.sol/${name}.json`
  return JSON.parse(readFileSync(require.resolve(file), 'utf8')).deployedBytecode
}

export interface RealSafe {
  /** What the Safe itself says its owners sign. */
  hashOf(transaction: SafeTransaction, nonce: bigint): Promise<Hex>
  /** Sends a transaction with the owners' signatures of a hash. @throws the Safe's own error where it refuses */
  execute(transaction: SafeTransaction, hash: Hex, signers: readonly HDAccount[]): Promise<void>
  /** Gives the address back to its key. */
  remove(): Promise<void>
}

/**
 * Makes an account of the chain a Safe: its code a SafeProxy's, whose first slot names the singleton. MultiSendCallOnly lies where it
 * is deployed on every chain.
 * @param sender pays gas, and is no owner
 */
export async function realSafe(
  chain: LocalChain,
  address: Address,
  owners: readonly HDAccount[],
  threshold: number,
  sender: Address,
): Promise<RealSafe> {
  const singleton: Address = '0x41675C099F32341bf84BFc5382aF534df5C7461a'
  const multiSend = multiSendOf['1.4.1']
  assert(multiSend)
  await chain.setCode({ address: singleton, bytecode: codeOf('Safe') })
  await chain.setCode({ address: multiSend, bytecode: codeOf('libraries/MultiSendCallOnly') })
  await chain.setCode({ address, bytecode: codeOf('proxies/SafeProxy') })
  await chain.setStorageAt({ address, index: 0, value: pad(singleton) })
  const send = async (data: Hex) => {
    const hash = await chain.sendTransaction({ account: sender, to: address, data, gas: 5_000_000n })
    assert.equal((await chain.waitForTransactionReceipt({ hash })).status, 'success')
  }
  const none = [zeroAddress, '0x', zeroAddress, zeroAddress, 0n, zeroAddress] as const
  const addresses = owners.map((owner) => owner.address)
  await send(
    encodeFunctionData({ abi, functionName: 'setup', args: [addresses, BigInt(threshold), ...none] }),
  )
  return {
    hashOf: ({ to, data, operation }, nonce) =>
      chain.readContract({
        ...{ abi, address, functionName: 'getTransactionHash' },
        args: [to, 0n, data, operation, ...NO_REFUND, nonce],
      }),

    async execute({ to, data, operation }, hash, signers) {
      // A Safe wants the signatures in the order of their owners' addresses.
      const inOrder = [...signers].sort((a, b) =>
        a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1,
      )
      const signatures = concatHex(await Promise.all(inOrder.map((owner) => owner.sign({ hash }))))
      const args = [to, 0n, data, operation, ...NO_REFUND, signatures] as const
      await chain.simulateContract({ abi, address, functionName: 'execTransaction', args, account: sender })
      await send(encodeFunctionData({ abi, functionName: 'execTransaction', args }))
    },

    remove: () => chain.setCode({ address, bytecode: '0x' }),
  }
}

/** The Safe's own code of an error, such as GS026. */
export const codeIn =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof BaseError && error.walk().message.includes(code)
