// The module's exports as functions over byte arrays of any length, which go through its memory in pieces.

import { type CompiledModule, webAssembly } from './webassembly.ts'

const HASH = 32

/** Messages a call: short enough that an engine swaps its first, quick translation for the optimised one early on. */
const MOST_MESSAGES = 1024

const PAGE = 65_536

/** Bytes that keccak256 takes at a time, and those of its state in both lanes. */
const RATE = 136
const STATE = 400

/** The memory grows to 8 MiB at most; the rest of it is the kernel's own and the hash's. */
const MOST_BYTES = 127 * PAGE

/** pool / denominator, both below 2^127 and the denominator above 0. */
export type Ratio = { pool: bigint; denominator: bigint }

/** A message that comes in pieces of any length. */
export type Sponge = {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void
  /** keccak256 of all that was taken. What comes after it belongs to the same message still. */
  digest(): Uint8Array
}

/** Everything is little of state and all of it synchronous, so one kernel serves a whole program. */
export type Kernel = {
  /**
   * keccak256 of each `size` bytes of the input, one hash of 32 bytes behind another.
   * @param times 2 to hash each hash once more
   */
  hash(input: Uint8Array, size: number, output: Uint8Array, times?: 1 | 2): void
  /** keccak256 of a message of any length that comes in pieces; many can be under way at once. */
  sponge(): Sponge
  /**
   * keccak256 of each pair of hashes, the smaller first: 64 bytes in, 32 out. The output may be the input's own beginning.
   */
  hashPairs(input: Uint8Array, output: Uint8Array): void
  /**
   * The hashes of account leaves, keccak256(keccak256(abi.encode(uint256 index, address account, uint256 amount))).
   * @param records 20 bytes of account and `width` (1 to 16) big-endian bytes of amount each
   * @param restart the index starts again from 0 after so many leaves: a power of two up to 2^32
   * @param index the first record's, 0 unless it is given
   */
  hashLeaves(records: Uint8Array, width: number, output: Uint8Array, restart: number, index?: number): void
  /**
   * floor(pool · weight / denominator) for each weight, and how large what that leaves is.
   * @param weights little-endian numbers of 16 bytes, none above the denominator
   * @param shares takes the quotients, in the same form, or in 8 bytes each where the pool is below 2^64
   * @param keys takes the first 16 bits of each remainder, counted from the denominator's first, little-endian
   * @returns the sum of the quotients
   */
  divide(ratio: Ratio, weights: Uint8Array, shares: Uint8Array, keys: Uint8Array): bigint
  /**
   * Whole remainders, times 2^(128 - bit length of the denominator): the keys of {@link divide} are how they begin.
   * @param remainders takes them as little-endian numbers of 16 bytes
   */
  remainders(ratio: Ratio, weights: Uint8Array, remainders: Uint8Array): void
}

type Exports = {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  free(): number
  hash(input: number, size: number, output: number, count: number, twice: number): void
  state(): number
  absorbBlocks(input: number, count: number): void
  hashPairs(input: number, output: number, count: number): void
  hashLeaves(records: number, width: number, first: number, mask: number, output: number, count: number): void
  setRatio(pl: bigint, ph: bigint, dl: bigint, dh: bigint, rl: bigint, rh: bigint, up: bigint): void
  divide(weights: number, shares: number, remainders: number, keys: number, count: number): void
  sharesLow(): bigint
  sharesHigh(): bigint
}

const LIMIT = 1n << 127n
const low = (value: bigint): bigint => BigInt.asUintN(64, value)
const high = (value: bigint): bigint => BigInt.asUintN(64, value >> 64n)

/**
 * How many items of that size an array holds.
 * @throws RangeError when it holds no whole number of them
 */
const countOf = (bytes: Uint8Array, size: number, what: string): number => {
  const count = bytes.length / size
  if (!Number.isInteger(count)) {
    throw new RangeError(`The ${what} has ${bytes.length} bytes, no multiple of ${size}`)
  }
  return count
}

const mustHold = (bytes: Uint8Array, size: number, what: string): void => {
  if (bytes.length !== size)
    throw new RangeError(`The ${what} has ${bytes.length} bytes and must have ${size}`)
}

/** Makes a kernel of the compiled module; sync, for the module has 6 kB and imports nothing. */
export const kernelOf = (module: CompiledModule): Kernel => {
  const wasm = new webAssembly.Instance(module).exports as Exports
  const start = Math.ceil(wasm.free() / 16) * 16
  let memory = new Uint8Array(wasm.memory.buffer)
  let room = memory.length - start - 16

  /** Only a message that is larger than all of the memory makes it grow. */
  const makeRoom = (needed: number): void => {
    if (needed <= room) return
    wasm.memory.grow(Math.ceil((needed - room) / PAGE))
    memory = new Uint8Array(wasm.memory.buffer)
    room = memory.length - start - 16
  }

  /** Feeds `count` items of `size` bytes through the memory and takes `into` bytes for each. */
  const inPieces = (
    input: Uint8Array,
    size: number,
    output: Uint8Array,
    into: number,
    count: number,
    work: (from: number, to: number, first: number, pieces: number) => void,
  ): void => {
    // An even number, so that only the very last item can lack a companion in the other lane.
    const most = Math.min(MOST_MESSAGES, Math.floor(room / (size + into) / 2) * 2 || 1)
    const target = start + Math.ceil((most * size) / 16) * 16
    for (let first = 0; first < count; first += most) {
      const pieces = Math.min(most, count - first)
      memory.set(input.subarray(first * size, (first + pieces) * size), start)
      work(start, target, first, pieces)
      output.set(memory.subarray(target, target + pieces * into), first * into)
    }
  }

  const setRatio = ({ pool, denominator }: Ratio): void => {
    if (pool < 0n || pool >= LIMIT || denominator < 1n || denominator >= LIMIT) {
      throw new RangeError(
        `${pool} / ${denominator} is out of range: both must be below 2^127, and the second above 0`,
      )
    }
    const bits = BigInt(denominator.toString(2).length)
    const ratio = (pool << bits) / denominator
    wasm.setRatio(
      low(pool),
      high(pool),
      low(denominator),
      high(denominator),
      low(ratio),
      high(ratio),
      128n - bits,
    )
  }

  return {
    hash(input, size, output, times = 1) {
      if (!Number.isInteger(size) || size < 1 || size > MOST_BYTES) {
        throw new RangeError(`Messages of ${size} bytes cannot be hashed here; 1 to ${MOST_BYTES} can`)
      }
      const count = countOf(input, size, 'input')
      mustHold(output, count * HASH, 'output')
      makeRoom(size + HASH)
      inPieces(input, size, output, HASH, count, (from, to, _, pieces) =>
        wasm.hash(from, size, to, pieces, times - 1),
      )
    },

    sponge() {
      const kept = new Uint8Array(STATE)
      const pending = new Uint8Array(RATE)
      let waiting = 0
      /** Absorbs whole blocks into a state. */
      const absorb = (state: Uint8Array, blocks: Uint8Array): void => {
        const at = wasm.state()
        memory.set(state, at)
        const most = Math.floor(room / RATE) * RATE
        for (let from = 0; from < blocks.length; from += most) {
          const piece = blocks.subarray(from, from + most)
          memory.set(piece, start)
          wasm.absorbBlocks(start, piece.length / RATE)
        }
        state.set(memory.subarray(at, at + STATE))
      }
      return {
        update(bytes) {
          let from = 0
          if (waiting > 0) {
            from = Math.min(bytes.length, RATE - waiting)
            pending.set(bytes.subarray(0, from), waiting)
            waiting += from
            if (waiting < RATE) return
            absorb(kept, pending)
            waiting = 0
          }
          const whole = from + Math.floor((bytes.length - from) / RATE) * RATE
          if (whole > from) absorb(kept, bytes.subarray(from, whole))
          pending.set(bytes.subarray(whole))
          waiting = bytes.length - whole
        },
        digest() {
          const last = new Uint8Array(RATE)
          last.set(pending.subarray(0, waiting))
          last[waiting] = 1
          last[RATE - 1] = (last[RATE - 1] ?? 0) | 0x80
          const state = kept.slice()
          absorb(state, last)
          // Each word stands in two lanes.
          return Uint8Array.from({ length: HASH }, (_, at) => state[(at >> 3) * 16 + (at & 7)] ?? 0)
        },
      }
    },

    hashPairs(input, output) {
      const count = countOf(input, 2 * HASH, 'input')
      mustHold(output, count * HASH, 'output')
      inPieces(input, 2 * HASH, output, HASH, count, (from, to, _, pieces) =>
        wasm.hashPairs(from, to, pieces),
      )
    },

    hashLeaves(records, width, output, restart, index = 0) {
      if (!Number.isInteger(width) || width < 1 || width > 16) {
        throw new RangeError(`Amounts of ${width} bytes cannot be hashed here; 1 to 16 can`)
      }
      if (!Number.isInteger(Math.log2(restart)) || restart > 2 ** 32) {
        throw new RangeError(
          `The index cannot restart after ${restart} leaves; a power of two up to 2^32 is needed`,
        )
      }
      const count = countOf(records, 20 + width, 'list of records')
      mustHold(output, count * HASH, 'output')
      inPieces(records, 20 + width, output, HASH, count, (from, to, first, pieces) =>
        wasm.hashLeaves(from, width, index + first, restart - 1, to, pieces),
      )
    },

    divide(ratio, weights, shares, keys) {
      const count = countOf(weights, 16, 'list of weights')
      const bytes = ratio.pool < 1n << 64n ? 8 : 16
      mustHold(shares, count * bytes, 'list of shares')
      mustHold(keys, count * 2, 'list of keys')
      setRatio(ratio)
      inPieces(weights, 16, shares, bytes, count, (from, to, first, pieces) => {
        const [rest, key] = [to + MOST_MESSAGES * 16, to + MOST_MESSAGES * 32]
        wasm.divide(from, to, rest, key, pieces)
        keys.set(memory.subarray(key, key + pieces * 2), first * 2)
      })
      return (low(wasm.sharesHigh()) << 64n) | low(wasm.sharesLow())
    },

    remainders(ratio, weights, remainders) {
      const count = countOf(weights, 16, 'list of weights')
      mustHold(remainders, count * 16, 'list of remainders')
      setRatio(ratio)
      inPieces(weights, 16, remainders, 16, count, (from, to, _, pieces) => {
        const unused = to + MOST_MESSAGES * 16
        wasm.divide(from, unused, to, unused + MOST_MESSAGES * 16, pieces)
      })
    },
  }
}
