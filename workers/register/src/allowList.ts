// The offering's allow-list as a Merkle tree. Each leaf is Offering.sol's, keccak256(keccak256(abi.encode(wallet))), and pairs
// are hashed with the smaller hash first, as OpenZeppelin verifies them. Every leaf has a random hash for its sibling: so a
// proof, which its buyer shows to the whole chain, tells nothing of other wallets, not even to somebody who guesses one.
import { type Address, bytesToHex, type Hex, hexToBytes, keccak256, pad } from 'viem'
import { proofsOf, rootOf, treeOf } from '../../../disbursement/index.ts'

const WORD = 32

/** keccak256(keccak256(abi.encode(address))): `Offering.allowListLeaf`. */
export const allowListLeaf = (wallet: Address): Uint8Array =>
  keccak256(keccak256(hexToBytes(pad(wallet, { size: WORD })), 'bytes'), 'bytes')

export type AllowList = { root: Hex; wallets: { wallet: Address; proof: Hex[] }[] }

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * A tree over wallets, each once.
 * @param blind the leaf's sibling; random, and forgotten afterwards
 * @throws TreeError without wallets
 */
export const buildAllowList = (
  wallets: Iterable<Address>,
  blind: () => Uint8Array = () => crypto.getRandomValues(new Uint8Array(WORD)),
): AllowList => {
  const sorted = [...new Set([...wallets].map((wallet) => wallet.toLowerCase() as Address))].sort(compare)
  const blinds = sorted.map(blind)
  const pairs = sorted.map((wallet, place) =>
    hexToBytes(rootOf(treeOf([allowListLeaf(wallet), blinds[place] ?? new Uint8Array(WORD)]))),
  )
  const tree = treeOf(pairs)
  const proofs = proofsOf(tree)
  return {
    root: rootOf(tree),
    wallets: sorted.map((wallet, place) => ({
      wallet,
      proof: [bytesToHex(blinds[place] ?? new Uint8Array(WORD)), ...(proofs[place] ?? [])],
    })),
  }
}
