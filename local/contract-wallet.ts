import { type Address, concatHex, type Hex, size, toHex } from 'viem'

/** ERC-1271's isValidSignature(bytes32,bytes) answers its own selector for yes. */
const YES = '0x1626ba7e'

/**
 * A contract wallet of one owner in 87 bytes: whatever it is asked, it takes its input for isValidSignature's, lets the
 * precompile recover who signed, and says yes when that is its owner. (Calldata: selector, digest at 4, offset, length, then
 * r at 0x64, s at 0x84, v at 0xa4.)
 */
const runtime = (owner: Address): Hex =>
  concatHex([
    '0x600435600052', // mem[0x00] = digest
    '0x60a43560f81c602052', // mem[0x20] = v
    '0x606435604052', // mem[0x40] = r
    '0x608435606052', // mem[0x60] = s
    '0x602060806080600060015afa50', // mem[0x80] = ecrecover(mem[0x00..0x80])
    concatHex(['0x60805173', owner, '0x14']), // is it the owner?
    concatHex(['0x63', YES, '0x0260e01b600052']), // mem[0] = yes or 0, to the left
    '0x60206000f3',
  ])

/** What a deployment transaction carries as its data. */
export function contractWallet(owner: Address): Hex {
  const code = runtime(owner)
  // Copies what stands behind these eleven bytes, and returns it.
  return concatHex(['0x60', toHex(size(code), { size: 1 }), '0x80600b6000396000f3', code])
}
