import fc from 'fast-check'
import { concat, keccak256, pad } from 'viem'
import { describe, expect, test } from 'vitest'
import { decodeTerms, distributionId, encodeTerms, isShardTerms, shardKey } from '../distribution.ts'
import { address, hash } from './fixtures.ts'

const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

describe('the terms word', () => {
  test('holds the opening above the deadline', () => {
    expect(encodeTerms(0x65n, 0n)).toBe(`0x${'0'.repeat(32)}0000000000000065${'0'.repeat(16)}`)
    expect(encodeTerms(1n, 2n)).toBe(`0x${'0'.repeat(32)}00000000000000010000000000000002`)
  })

  test('survives the way back, and is never taken for a parent', () => {
    fc.assert(
      fc.property(uint64, uint64, (opensAt, later) => {
        const deadline = later > opensAt ? later : 0n
        const word = encodeTerms(opensAt, deadline)
        expect(decodeTerms(word)).toEqual({ opensAt, deadline })
        expect(isShardTerms(word)).toBe(false)
      }),
    )
  })

  test('refuses times that are none', () => {
    expect(() => encodeTerms(-1n, 0n)).toThrow('opensAt is -1; it must be unix seconds from 0 to 2^64 - 1')
    expect(() => encodeTerms(1n << 64n, 0n)).toThrow('opensAt is')
    expect(() => encodeTerms(10n, 10n)).toThrow(
      'The deadline 10 must be after the opening 10, or 0 for never',
    )
  })

  test('of an opened shard has no times', () => {
    const { terms } = shardKey(
      { issuer: address(1), token: address(2), terms: encodeTerms(1n, 0n), root: hash(3) },
      hash(4),
    )
    expect(isShardTerms(terms)).toBe(true)
    expect(() => decodeTerms(terms)).toThrow('names the parent of a shard')
    expect(() => isShardTerms('0x12')).toThrow('is not a terms word of 32 bytes')
  })
})

describe('the id', () => {
  test('is the hash of the four words', () => {
    const key = { issuer: address(0xa), token: address(0xb), terms: encodeTerms(5n, 0n), root: hash(0xc) }
    const words = [pad(key.issuer), pad(key.token), key.terms, key.root]
    expect(distributionId(key)).toBe(keccak256(concat(words)))
    expect(shardKey(key, hash(1))).toEqual({ ...key, terms: distributionId(key), root: hash(1) })
  })
})
