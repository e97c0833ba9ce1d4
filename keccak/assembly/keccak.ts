// keccak256 of two messages at once: one in each 64-bit lane of a v128. Nothing is allocated; every pointer may be unaligned.

const RATE: usize = 136;
const WORDS: usize = 25;

/** The state, 25 words of two lanes, and its twin: each round reads one and writes the other. */
const STATE: usize = memory.data(400, 16);
const TWIN: usize = memory.data(400, 16);

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

@inline
function word(state: usize, i: usize): v128 {
  return v128.load(state + 16 * i);
}

@inline
function put(i: usize, value: v128): void {
  v128.store(STATE + 16 * i, value);
}

@inline
function both(value: u64): v128 {
  return v128.splat<u64>(value);
}

/** The word at p in one lane, the word at q in the other. */
@inline
function lanes(p: usize, q: usize): v128 {
  return v128.load_lane<u64>(q, v128.load_zero<u64>(p), 1);
}

@inline
function rotate(value: v128, by: i32): v128 {
  return v128.or(v128.shl<u64>(value, by), v128.shr<u64>(value, 64 - by));
}

@inline
function column(state: usize, x: usize): v128 {
  return v128.xor(
    v128.xor(v128.xor(word(state, x), word(state, x + 5)), v128.xor(word(state, x + 10), word(state, x + 15))),
    word(state, x + 20),
  );
}

/** A word after theta, rho: xored with its column's difference, rotated. */
@inline
function turned(state: usize, i: usize, difference: v128, by: i32): v128 {
  return rotate(v128.xor(word(state, i), difference), by);
}

@inline
function chi(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b));
}

/** Chi over one plane of five words. */
@inline
function plane(target: usize, a: v128, b: v128, c: v128, d: v128, e: v128): void {
  v128.store(target, chi(a, b, c));
  v128.store(target, chi(b, c, d), 16);
  v128.store(target, chi(c, d, e), 32);
  v128.store(target, chi(d, e, a), 48);
  v128.store(target, chi(e, a, b), 64);
}

/** One round of FIPS 202, section 3.3, from s to t. */
@inline
function round(s: usize, t: usize, constant: v128): void {
  const c0 = column(s, 0), c1 = column(s, 1), c2 = column(s, 2), c3 = column(s, 3), c4 = column(s, 4);
  const d0 = v128.xor(c4, rotate(c1, 1));
  const d1 = v128.xor(c0, rotate(c2, 1));
  const d2 = v128.xor(c1, rotate(c3, 1));
  const d3 = v128.xor(c2, rotate(c4, 1));
  const d4 = v128.xor(c3, rotate(c0, 1));
  plane(t, v128.xor(word(s, 0), d0), turned(s, 6, d1, 44), turned(s, 12, d2, 43), turned(s, 18, d3, 21), turned(s, 24, d4, 14));
  v128.store(t, v128.xor(v128.load(t), constant));
  plane(t + 80, turned(s, 3, d3, 28), turned(s, 9, d4, 20), turned(s, 10, d0, 3), turned(s, 16, d1, 45), turned(s, 22, d2, 61));
  plane(t + 160, turned(s, 1, d1, 1), turned(s, 7, d2, 6), turned(s, 13, d3, 25), turned(s, 19, d4, 8), turned(s, 20, d0, 18));
  plane(t + 240, turned(s, 4, d4, 27), turned(s, 5, d0, 36), turned(s, 11, d1, 10), turned(s, 17, d2, 15), turned(s, 23, d3, 56));
  plane(t + 320, turned(s, 2, d2, 62), turned(s, 8, d3, 55), turned(s, 14, d4, 39), turned(s, 15, d0, 41), turned(s, 21, d1, 2));
}

function permute(): void {
  // Two rounds a turn, so that the state ends where it began.
  for (let at: usize = 0; at < 24 * 8; at += 16) {
    round(STATE, TWIN, v128.load_splat<u64>(ROUND_CONSTANTS + at));
    round(TWIN, STATE, v128.load_splat<u64>(ROUND_CONSTANTS + at, 8));
  }
}

/** Words from..24 become those of a last block whose message ends before word `from`. */
@inline
function pad(from: usize): void {
  for (let i = from; i < WORDS; i++) put(i, both(0));
  put(from, both(1));
  put(16, both(1 << 63));
}

/** The hash in the first lane to p, the one in the second to q. */
@inline
function squeeze(p: usize, q: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    store<u64>(p + 8 * i, load<u64>(STATE + 16 * i));
    store<u64>(q + 8 * i, load<u64>(STATE + 16 * i, 8));
  }
}

/** The hash in the state is hashed once more. */
@inline
function again(): void {
  pad(4);
  permute();
}

/** The last bytes of a message, fewer than 8, with the padding's first bit behind them. */
@inline
function rest(at: usize, size: usize): u64 {
  let value: u64 = 1;
  for (let i = size; i > 0; i--) value = (value << 8) | load<u8>(at + i - 1);
  return value;
}

/** keccak256 of the `size` bytes at p and at q. */
function absorb(p: usize, q: usize, size: usize): void {
  for (let i: usize = 0; i < WORDS; i++) put(i, both(0));
  let left = size;
  while (left >= RATE) {
    for (let i: usize = 0; i < RATE / 8; i++) put(i, v128.xor(word(STATE, i), lanes(p + 8 * i, q + 8 * i)));
    permute();
    p += RATE;
    q += RATE;
    left -= RATE;
  }
  const words = left >> 3;
  for (let i: usize = 0; i < words; i++) put(i, v128.xor(word(STATE, i), lanes(p + 8 * i, q + 8 * i)));
  const ending = v128.replace_lane<u64>(both(rest(p + 8 * words, left & 7)), 1, rest(q + 8 * words, left & 7));
  put(words, v128.xor(word(STATE, words), ending));
  put(16, v128.xor(word(STATE, 16), both(1 << 63)));
  permute();
}

/**
 * keccak256 of `count` messages of `size` bytes lying one behind another, hashed once more if `twice`.
 * An odd last message goes through both lanes.
 */
export function hash(input: usize, size: usize, output: usize, count: usize, twice: bool): void {
  for (let done: usize = 0; done < count; done += 2) {
    const odd = done + 1 == count;
    absorb(input, odd ? input : input + size, size);
    if (twice) again();
    squeeze(output, odd ? output : output + 32);
    input += 2 * size;
    output += 64;
  }
}

/** Where the state lies, for a message that is absorbed in pieces: its 400 bytes are all there is to keep in between. */
export function state(): usize {
  return STATE;
}

/** Absorbs `count` blocks of 136 bytes into the state, the same into both lanes. */
export function absorbBlocks(input: usize, count: usize): void {
  for (let done: usize = 0; done < count; done++) {
    for (let i: usize = 0; i < RATE / 8; i++) put(i, v128.xor(word(STATE, i), v128.load_splat<u64>(input + 8 * i)));
    permute();
    input += RATE;
  }
}

/** Is the first hash greater than the second, read as big-endian numbers? */
@inline
function isGreater(a: usize, b: usize): bool {
  let x: u64 = 0, y: u64 = 0;
  for (let at: usize = 0; at < 32; at += 8) {
    x = load<u64>(a + at);
    y = load<u64>(b + at);
    if (x != y) break;
  }
  // The first byte that differs decides; in a little-endian word it is the lowest.
  const shift = ctz<u64>(x ^ y) & 56;
  return ((x >> shift) & 0xff) > ((y >> shift) & 0xff);
}

/** keccak256 of `count` pairs of hashes, the smaller of each pair first. The output may lie over the input's beginning. */
export function hashPairs(input: usize, output: usize, count: usize): void {
  for (let done: usize = 0; done < count; done += 2) {
    const odd = done + 1 == count;
    const other = odd ? input : input + 64;
    const p = isGreater(input, input + 32) ? 32 : 0;
    const q = isGreater(other, other + 32) ? 32 : 0;
    for (let i: usize = 0; i < 32; i += 8) {
      v128.store(STATE + 2 * i, lanes(input + p + i, other + q + i));
      v128.store(STATE + 2 * i, lanes(input + 32 - p + i, other + 32 - q + i), 64);
    }
    pad(8);
    permute();
    squeeze(output, odd ? output : output + 32);
    input += 128;
    output += 64;
  }
}

/**
 * The account leaves of `count` records (20 bytes of address, `width` ≤ 16 bytes of amount, big-endian), numbered from
 * `first` on and, under a mask of 2^k - 1, from 0 again every 2^k: keccak256(keccak256(abi.encode(index, account, amount))).
 */
export function hashLeaves(records: usize, width: usize, first: u32, mask: u32, output: usize, count: usize): void {
  const size: usize = 20 + width;
  // The 16 bytes that end a record are its amount, with bytes of the address before it to be cleared.
  const low = width >= 8 ? u64.MAX_VALUE : u64.MAX_VALUE << (64 - 8 * width);
  const high = width >= 16 ? u64.MAX_VALUE : width <= 8 ? 0 : u64.MAX_VALUE << (128 - 8 * width);
  let index = first;
  for (let done: usize = 0; done < count; done += 2) {
    const odd = done + 1 == count;
    const p = records, q = odd ? records : records + size;
    pad(12);
    for (let i: usize = 0; i < 12; i++) put(i, both(0));
    const next = odd ? index : index + 1;
    put(3, v128.replace_lane<u64>(both(bswap<u64>(index & mask)), 1, bswap<u64>(next & mask)));
    put(5, v128.shl<u64>(lanes(p, q), 32));
    put(6, lanes(p + 4, q + 4));
    put(7, lanes(p + 12, q + 12));
    put(10, v128.and(lanes(p + size - 16, q + size - 16), both(high)));
    put(11, v128.and(lanes(p + size - 8, q + size - 8), both(low)));
    permute();
    again();
    squeeze(output, odd ? output : output + 32);
    records += 2 * size;
    output += 64;
    index += 2;
  }
}
