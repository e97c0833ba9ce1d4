// What a holder signs and what is signed in return (SPEC section 13). Nothing here but viem, for the page loads it.
import { type Address, type Hex, hashTypedData, isAddressEqual, recoverTypedDataAddress } from 'viem'

/** One holder's voice. A ballot replaces those of the same holder whose sequence is smaller. */
export type Ballot = {
  /** The poll's id: the hash of its document, which names chain, program, question and record block. */
  poll: Hex
  /** The wallet that signs: any of its holder's. */
  voter: Address
  /** Which option, counted from 0. */
  option: number
  /** A number that grows with every ballot of the holder; milliseconds of the clock will do. */
  sequence: bigint
}

/** What the API says it got. */
export type Receipt = {
  poll: Hex
  /** {@link ballotHash} */
  ballot: Hex
  /** Unix seconds of the chain's clock. */
  receivedAt: bigint
}

/** Where ballots of a poll are good: on one chain, with one board. */
export type PollPlace = { chainId: number; noticeboard: Address }

/** Sequences are numbers that JavaScript can count. */
export const MOST_SEQUENCE = 2n ** 53n - 1n

const domain = ({ chainId, noticeboard }: PollPlace) => ({
  name: 'Prorata Poll',
  version: '1',
  chainId,
  verifyingContract: noticeboard,
})

const BALLOT = {
  Ballot: [
    { name: 'poll', type: 'bytes32' },
    { name: 'voter', type: 'address' },
    { name: 'option', type: 'uint8' },
    { name: 'sequence', type: 'uint64' },
  ],
} as const
const RECEIPT = {
  Receipt: [
    { name: 'poll', type: 'bytes32' },
    { name: 'ballot', type: 'bytes32' },
    { name: 'receivedAt', type: 'uint64' },
  ],
} as const

/** EIP-712 of a ballot, for a wallet to show and sign. */
export const ballotData = (place: PollPlace, ballot: Ballot) =>
  ({ domain: domain(place), types: BALLOT, primaryType: 'Ballot', message: ballot }) as const

/** EIP-712 of a receipt. */
export const receiptData = (place: PollPlace, receipt: Receipt) =>
  ({ domain: domain(place), types: RECEIPT, primaryType: 'Receipt', message: receipt }) as const

/** The digest that a ballot's wallet signs, and its name. */
export const ballotHash = (place: PollPlace, ballot: Ballot): Hex => hashTypedData(ballotData(place, ballot))

/** Did the voter's own key sign it? A contract wallet has none and must be asked (ERC-1271). */
export const isSignedByKey = async (place: PollPlace, ballot: Ballot, signature: Hex): Promise<boolean> => {
  try {
    const signer = await recoverTypedDataAddress({ ...ballotData(place, ballot), signature })
    return isAddressEqual(signer, ballot.voter)
  } catch {
    // Bytes that are no ECDSA signature.
    return false
  }
}

/** Is it the receipt of the poll's own signer? */
export const isReceipt = async (
  place: PollPlace,
  receipt: Receipt,
  signature: Hex,
  signer: Address,
): Promise<boolean> => {
  try {
    return isAddressEqual(
      await recoverTypedDataAddress({ ...receiptData(place, receipt), signature }),
      signer,
    )
  } catch {
    return false
  }
}
