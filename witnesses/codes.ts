import { type Address, concatHex, type Hex, numberToHex, pad, size } from 'viem'

// Two small contracts, written by hand and put where they are needed. Both read a list of calls from their input: for each the
// target and the length of its data, 32 bytes each, and then the data.

export type Call = { to: Address; data: Hex; value?: bigint }

/** The input of both contracts. */
export const listOf = (calls: readonly Call[]): Hex =>
  calls.length === 0
    ? '0x'
    : concatHex(calls.flatMap(({ to, data }) => [pad(to), numberToHex(size(data), { size: 32 }), data]))

/**
 * Makes the calls in one transaction, and reverts if one of them does. Called back by a pair in a flash swap it makes those of
 * the callback's data. Anyone can use it: it holds what it is given.
 */
export const BATCH_CODE: Hex = `0x${[
  '5f3560e01c6310d1e85c14603e57', // if the selector is uniswapV2Call(address,uint256,uint256,bytes) goto callback
  '365f', //               end = calldatasize, pos = 0
  '5b', //                 loop:
  '818110156038',
  '57', // if !(pos < end) goto done
  '8060200135', //         len = calldata[pos + 32]
  '81604001', //           src = pos + 64
  '81815f37', //           calldatacopy(0, src, len)
  '5f5f835f5f87355af1', // call(gas, calldata[pos], 0, 0, len, 0, 0)
  '1560',
  '3a57', //       if it failed goto fail
  '019050', //             pos = src + len
  '601056', //             goto loop
  '5b00', //               done: stop
  '5b5f5ffd', //           fail: revert
  '5b60843560a40160a4601056', // callback: end = 164 + calldata[132], pos = 164, goto loop
].join('')}`

/** Asks the calls and returns the first 64 bytes of each answer, zeros where there was none. */
export const CENSUS_CODE: Hex = `0x${[
  '5f6080', //                   pos = 0, out = 128
  '5b', //                       loop:
  '36821015602d57', //           if !(pos < calldatasize) goto done
  '8160200135', //               len = calldata[pos + 32]
  '82604001', //                 src = pos + 64
  '81815f37', //                 calldatacopy(0, src, len)
  '604083835f87355afa50', //     staticcall(gas, calldata[pos], 0, len, out, 64)
  '01906040019150',
  '90', //     pos = src + len, out = out + 64
  '600356', //                   goto loop
  '5b60809003',
  '6080f3', //     done: return(128, out - 128)
].join('')}`
