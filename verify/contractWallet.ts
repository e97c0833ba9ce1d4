// What a contract wallet says of a signature at a block (ERC-1271).
import { BaseError, encodeFunctionData, type Hex, type PublicClient, parseAbi } from 'viem'
import type { AskWallet } from '../polls/index.ts'
import { MissingData } from './errors.ts'

const abi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
/** `isValidSignature`'s own selector, to the left of a word. */
const YES = `0x1626ba7e${'0'.repeat(56)}`
/** How nodes say that the called code itself failed; anything else is the node's own trouble. */
const FAILED = /revert|out of gas|invalid opcode|invalid jump|stack (under|over)flow|gas required exceeds/i

/** Asks at one block, so that everybody who counts gets the same answer. @throws MissingData when the node cannot tell */
export const walletAt =
  (client: Pick<PublicClient, 'call'>, block: bigint): AskWallet =>
  async ({ voter }, hash, signature) => {
    const data = encodeFunctionData({ abi, functionName: 'isValidSignature', args: [hash, signature] })
    try {
      const answer: Hex | undefined = (await client.call({ to: voter, data, blockNumber: block })).data
      return answer?.slice(0, 66) === YES
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      if (FAILED.test(`${error.details} ${error.shortMessage}`)) return false
      throw new MissingData(
        `the RPC cannot ask ${voter} about its signature at block ${block}: it must be an archive node`,
        { cause: error },
      )
    }
  }
