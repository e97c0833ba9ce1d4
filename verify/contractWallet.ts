// What a contract wallet says of a signature at a block (ERC-1271).
import { BaseError, encodeFunctionData, numberToHex, type PublicClient, parseAbi, zeroAddress } from 'viem'
import type { AskWallet } from '../polls/index.ts'
import { MissingData } from './errors.ts'

const abi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
/** `isValidSignature`'s own selector, to the left of a word. */
const YES = `0x1626ba7e${'0'.repeat(56)}`
/** How nodes say that the called code itself failed; anything else is the node's own trouble. */
const FAILED = /revert|out ?of ?gas|invalid opcode|invalid jump|stack (under|over)flow|gas required exceeds/i

/** Far below what nodes allow a call, and far above what a wallet of many owners needs. */
const GAS = numberToHex(10_000_000)

/**
 * Asks at one block, with the same gas and from the same address, so that everybody who counts gets the same answer: what a
 * node takes where it is told neither is its own. viem's `call` is not used, for it asks any server that a contract names
 * (EIP-3668), and such a server may answer each of us differently; here a wallet that names one has said no.
 * @throws MissingData when the node cannot tell
 */
export const walletAt =
  (client: Pick<PublicClient, 'request'>, block: bigint): AskWallet =>
  async ({ voter }, hash, signature) => {
    const data = encodeFunctionData({ abi, functionName: 'isValidSignature', args: [hash, signature] })
    const call = { from: zeroAddress, to: voter, data, gas: GAS }
    try {
      const answer = await client.request({ method: 'eth_call', params: [call, numberToHex(block)] })
      return answer.slice(0, 66) === YES
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      if (FAILED.test(`${error.details} ${error.shortMessage}`)) return false
      throw new MissingData(
        `the RPC cannot ask ${voter} about its signature at block ${block}: it must be an archive node`,
        { cause: error },
      )
    }
  }
