import { BigInt } from '@graphprotocol/graph-ts'
import { Pair } from '../generated/schema'

/**
 * The basis that `units` newly minted LP units give for `amount` tokens put in (SPEC section 4, `deposit-basis`). Call it
 * after the mint's Sync: `pair` then has the reserves and the supply after the mint.
 *
 * What one transaction can do to the price must not buy basis, so the deposit is measured against the reserves at the close
 * of the block before: ref = isqrt(k·A/E)·u/L, and amount counts only up to 2% above it.
 *
 * @param opening the pair had no LP supply before: amount counts where neither was there a price, which takes both reserves;
 * somebody may have given the pair one of them.
 */
export function depositBasis(pair: Pair, amount: BigInt, units: BigInt, opening: bool): BigInt {
  const before = pair.closeReserveToken
  const beforeOther = pair.closeReserveOther
  if (before.isZero() || beforeOther.isZero()) return opening ? amount : BigInt.zero()
  const k = pair.reserveToken.times(pair.reserveOther)
  const ref = squareRoot(k.times(before).div(beforeOther)).times(units).div(pair.lpSupply)
  const hundred = BigInt.fromI32(100)
  return amount.times(hundred) <= ref.times(BigInt.fromI32(102)) ? amount : ref
}

/** The integer square root, rounded down: Newton's method from a power of two above it, which needs few steps. */
export function squareRoot(value: BigInt): BigInt {
  if (value.isZero()) return value
  // A BigInt is its little-endian bytes, so 2^(4·length) squared has more bits than the value.
  let root = BigInt.fromI32(2).pow(<u8>(value.length * 4))
  while (true) {
    const next = root.plus(value.div(root)).rightShift(1)
    if (next >= root) return root
    root = next
  }
}
