import { pbkdf2Sync, scryptSync } from 'node:crypto'

export interface ScryptCost {
  /** iterations, a power of two; memory is 128·n·r bytes */
  n: number
  /** block size */
  r: number
  /** lanes, one after the other */
  p: number
}

/**
 * Derives a key of 32 bytes by scrypt (RFC 7914). OpenSSL refuses n ≥ 2^(16·r), as the RFC asks; but the keystore
 * definition's own vector and the files of older Python tools have n = 2^18 with r = 1, so those are computed here.
 */
export function scrypt(password: string, salt: Uint8Array, { n, r, p }: ScryptCost): Buffer {
  return n < 2 ** (16 * r)
    ? scryptSync(password, salt, 32, { N: n, r, p, maxmem: 256 * r * (n + p + 2) })
    : scryptByHand(password, salt, { n, r, p })
}

/** The same for every n; slower than OpenSSL by far. Exported so that the two can be compared. */
export function scryptByHand(password: string, salt: Uint8Array, { n, r, p }: ScryptCost): Buffer {
  const lanes = pbkdf2Sync(password, salt, 1, 128 * r * p, 'sha256')
  for (let lane = 0; lane < p; lane++) mixLane(lanes.subarray(128 * r * lane, 128 * r * (lane + 1)), n, r)
  return pbkdf2Sync(password, lanes, 1, 32, 'sha256')
}

/** scryptROMix: fills a table with n states, then walks through it as the state itself says. */
function mixLane(lane: Buffer, n: number, r: number): void {
  const size = 32 * r
  let state = Uint32Array.from({ length: size }, (_, i) => lane.readUInt32LE(4 * i))
  let other = new Uint32Array(size)
  const step = () => {
    mixBlock(state, other, r)
    ;[state, other] = [other, state]
  }
  const table = new Uint32Array(size * n)
  for (let i = 0; i < n; i++) {
    table.set(state, size * i)
    step()
  }
  for (let i = 0; i < n; i++) {
    const at = size * ((state[size - 16] ?? 0) & (n - 1))
    for (let k = 0; k < size; k++) state[k] = (state[k] ?? 0) ^ (table[at + k] ?? 0)
    step()
  }
  for (const [i, word] of state.entries()) lane.writeUInt32LE(word, 4 * i)
}

const mixed = new Uint32Array(16)

/** scryptBlockMix: a chain of Salsa20/8 over the 2r blocks; even results to the first half, odd ones to the second. */
function mixBlock(from: Uint32Array, to: Uint32Array, r: number): void {
  mixed.set(from.subarray(from.length - 16))
  for (let block = 0; block < 2 * r; block++) {
    for (let k = 0; k < 16; k++) mixed[k] = (mixed[k] ?? 0) ^ (from[16 * block + k] ?? 0)
    salsa8(mixed)
    to.set(mixed, 16 * ((block >> 1) + (block & 1) * r))
  }
}

const x = new Int32Array(16)

function salsa8(block: Uint32Array): void {
  x.set(block)
  for (let doubleRound = 0; doubleRound < 4; doubleRound++) {
    for (let k = 0; k < 4; k++) quarter(5 * k, (5 * k + 4) & 15, (5 * k + 8) & 15, (5 * k + 12) & 15)
    for (let k = 0; k < 4; k++) {
      const row = 4 * k
      quarter(5 * k, row + ((k + 1) & 3), row + ((k + 2) & 3), row + ((k + 3) & 3))
    }
  }
  for (let k = 0; k < 16; k++) block[k] = (block[k] ?? 0) + (x[k] ?? 0)
}

/** One quarter round, on a column or a row that starts at the diagonal. */
function quarter(at: number, bt: number, ct: number, dt: number): void {
  let a = x[at] ?? 0
  let b = x[bt] ?? 0
  let c = x[ct] ?? 0
  let d = x[dt] ?? 0
  b ^= rotate(a + d, 7)
  c ^= rotate(b + a, 9)
  d ^= rotate(c + b, 13)
  a ^= rotate(d + c, 18)
  x[at] = a
  x[bt] = b
  x[ct] = c
  x[dt] = d
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
