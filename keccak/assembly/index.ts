export { absorbBlocks, hash, hashLeaves, hashPairs, state } from './keccak';
export { divide, setRatio, sharesHigh, sharesLow } from './shares';

/** Where the memory is free for inputs and outputs; from here to its end. */
export function free(): usize {
  return __heap_base;
}
