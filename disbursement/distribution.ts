import { type Address, encodeAbiParameters, type Hex, keccak256, numberToHex } from 'viem'
import { DistributionError } from './errors.ts'

const UINT64_LIMIT = 1n << 64n

/** Everything fixed about a distribution; together it names it (SPEC section 9). */
export type DistributionKey = {
  issuer: Address
  token: Address
  /** {@link encodeTerms}, or the parent's id for an opened shard. */
  terms: Hex
  root: Hex
}

/** When claims begin and when the rest may be swept, in unix seconds; deadline 0 is never. */
export type Window = { opensAt: bigint; deadline: bigint }

/**
 * The distributor's terms word: opensAt << 64 | deadline.
 * @throws DistributionError when a time is no uint64, or the deadline is not after the opening
 */
export const encodeTerms = (opensAt: bigint, deadline: bigint): Hex => {
  for (const [name, value] of Object.entries({ opensAt, deadline })) {
    if (value < 0n || value >= UINT64_LIMIT) {
      throw new DistributionError(`${name} is ${value}; it must be unix seconds from 0 to 2^64 - 1`)
    }
  }
  if (deadline !== 0n && deadline <= opensAt) {
    throw new DistributionError(
      `The deadline ${deadline} must be after the opening ${opensAt}, or 0 for never`,
    )
  }
  return numberToHex((opensAt << 64n) | deadline, { size: 32 })
}

/**
 * What {@link encodeTerms} made. A word of 2^128 or more names a parent (an opened shard) and holds no times.
 * @throws DistributionError for such a word
 */
export const decodeTerms = (terms: Hex): Window => {
  if (isShardTerms(terms)) {
    throw new DistributionError(`${terms} names the parent of a shard; its times are the parent's`)
  }
  const word = BigInt(terms)
  return { opensAt: word >> 64n, deadline: word % UINT64_LIMIT }
}

/** Does this terms word name a parent, so that the distribution is an opened shard? */
export const isShardTerms = (terms: Hex): boolean => {
  if (!/^0x[0-9a-fA-F]{64}$/.test(terms))
    throw new DistributionError(`${terms} is not a terms word of 32 bytes`)
  return BigInt(terms) >= 1n << 128n
}

/** keccak256(abi.encode(issuer, token, terms, root)): the distribution's name on chain (SPEC section 9). */
export const distributionId = ({ issuer, token, terms, root }: DistributionKey): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [issuer, token, terms, root],
    ),
  )

/** An opened shard as a distribution: its parent's issuer and token, the parent's id in place of terms. */
export const shardKey = (parent: DistributionKey, root: Hex): DistributionKey => ({
  issuer: parent.issuer,
  token: parent.token,
  terms: distributionId(parent),
  root,
})
