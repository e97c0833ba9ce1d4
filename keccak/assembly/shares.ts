// floor(pool · weight / denominator) and its remainder for many weights, without a division: the ratio pool / denominator is
// given once as a fixed-point number. All numbers are of 128 bits, little-endian, low word first.

let poolLow: u64, poolHigh: u64;
let denominatorLow: u64, denominatorHigh: u64;
let ratioLow: u64, ratioHigh: u64;
let shift: u64;
let sumLow: u64, sumHigh: u64;

/**
 * Sets the ratio: with k the denominator's bit length, ratio = floor(pool · 2^k / denominator) and `up` = 128 - k.
 * Pool and denominator are below 2^127.
 */
export function setRatio(pl: u64, ph: u64, dl: u64, dh: u64, rl: u64, rh: u64, up: u64): void {
  poolLow = pl;
  poolHigh = ph;
  denominatorLow = dl;
  denominatorHigh = dh;
  ratioLow = rl;
  ratioHigh = rh;
  shift = up;
  sumLow = 0;
  sumHigh = 0;
}

/** The sum of all shares since the ratio was set. */
export function sharesLow(): u64 {
  return sumLow;
}

export function sharesHigh(): u64 {
  return sumHigh;
}

/** The upper half of a product of two words. */
@inline
function upper(a: u64, b: u64): u64 {
  const al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
  const middle = ah * bl + ((al * bl) >> 32);
  const other = al * bh + (middle & 0xffffffff);
  return ah * bh + (middle >> 32) + (other >> 32);
}

/**
 * Writes for each weight, at most the denominator, its share (of 8 bytes where the pool is below 2^64), its remainder times 2^up (so that every remainder fills
 * 128 bits from the top), and as its key the first 16 bits of that.
 *
 * weight · ratio / 2^k is below the exact quotient by less than 1, so the estimate is right or one too small, and the
 * remainder tells which.
 */
export function divide(weights: usize, shares: usize, remainders: usize, keys: usize, count: usize): void {
  const narrow = (ratioHigh | poolHigh) == 0;
  const far = shift >= 64;
  const bits = shift & 63;
  const shareBytes: usize = poolHigh == 0 ? 8 : 16;
  for (let i: usize = 0; i < count; i++) {
    const low = load<u64>(weights), high = load<u64>(weights, 8);
    // The weight, moved up so that the quotient is the product's upper half.
    const movedLow = far ? 0 : low << bits;
    const movedHigh = far ? low << bits : bits == 0 ? high : (high << bits) | (low >> (64 - bits));
    let quotientLow: u64, quotientHigh: u64 = 0;
    let middle = movedHigh * ratioLow;
    let carry: u64 = 0;
    if (!far) {
      middle += upper(movedLow, ratioLow);
      carry = u64(middle < movedHigh * ratioLow);
    }
    quotientLow = upper(movedHigh, ratioLow) + carry;
    if (!narrow) {
      const cross = movedLow * ratioHigh;
      const third = upper(movedLow, ratioHigh) + u64(middle + cross < cross);
      const top = movedHigh * ratioHigh;
      // third is at most 2^64 - 1: an upper half is at most 2^64 - 2.
      quotientLow += third;
      quotientHigh = upper(movedHigh, ratioHigh) + u64(quotientLow < third);
      quotientLow += top;
      quotientHigh += u64(quotientLow < top);
    }
    // pool · weight - quotient · denominator is below twice the denominator, so 128 bits of each product are enough.
    const wholeLow = poolLow * low;
    const takenLow = quotientLow * denominatorLow;
    let wholeHigh = upper(poolLow, low) + poolLow * high;
    let takenHigh = upper(quotientLow, denominatorLow) + quotientLow * denominatorHigh;
    if (!narrow) {
      wholeHigh += poolHigh * low;
      takenHigh += quotientHigh * denominatorLow;
    }
    let restLow = wholeLow - takenLow;
    let restHigh = wholeHigh - takenHigh - u64(wholeLow < takenLow);
    if (restHigh > denominatorHigh || (restHigh == denominatorHigh && restLow >= denominatorLow)) {
      quotientLow += 1;
      quotientHigh += u64(quotientLow == 0);
      restHigh -= denominatorHigh + u64(restLow < denominatorLow);
      restLow -= denominatorLow;
    }
    sumLow += quotientLow;
    sumHigh += quotientHigh + u64(sumLow < quotientLow);
    store<u64>(shares, quotientLow);
    if (poolHigh != 0) store<u64>(shares, quotientHigh, 8);
    const top = far ? restLow << bits : bits == 0 ? restHigh : (restHigh << bits) | (restLow >> (64 - bits));
    store<u64>(remainders, far ? 0 : restLow << bits);
    store<u64>(remainders, top, 8);
    store<u16>(keys, u16(top >> 48));
    weights += 16;
    shares += shareBytes;
    remainders += 16;
    keys += 2;
  }
}
