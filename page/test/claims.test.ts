import { getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import type { Address, Claim, Hex } from '../src/api.ts'
import { standingOf, totalsByAsset } from '../src/claims.ts'

const address = (digit: string): Address => getAddress(`0x${digit.repeat(40)}`)
const hash = (digit: string): Hex => `0x${digit.repeat(64)}`

const issuer = address('1')
const account = address('a')
const usdc = { address: address('c'), symbol: 'USDC', decimals: 6 }
const lp = { address: address('d'), symbol: 'UNI-V2', decimals: 18 }

function claimOf(period: string, asset = usdc, given: Partial<Claim> = {}): Claim {
  const digit = period.slice(-1)
  return {
    id: hash(digit),
    distribution: { issuer, token: asset.address, terms: hash('0'), root: hash(digit) },
    stream: 'income',
    period,
    asset,
    index: 3,
    account,
    amount: 100n,
    proof: [hash('e')],
    shard: null,
    opensAt: 1_000,
    deadline: 0,
    claimed: false,
    ended: false,
    ...given,
  }
}

describe('where a claim stands', () => {
  test('claimed wins over everything, waiting over what is not known', () => {
    expect(standingOf(claimOf('Q1', usdc, { claimed: true }), 0)).toBe('claimed')
    expect(standingOf(claimOf('Q1', usdc, { claimed: null }), 999)).toBe('waiting')
    expect(standingOf(claimOf('Q1', usdc, { claimed: null }), 1_000)).toBe('unknown')
    expect(standingOf(claimOf('Q1'), 999)).toBe('waiting')
    expect(standingOf(claimOf('Q1'), 1_000)).toBe('open')
  })
})

test('totals are summed by asset, whatever the case of its address', () => {
  const shouting = { ...usdc, address: usdc.address.toUpperCase().replace('0X', '0x') as Address }
  expect(totalsByAsset([claimOf('Q1'), claimOf('Q2', lp), claimOf('Q3', shouting)])).toEqual([
    { asset: shouting, total: 200n, count: 2 },
    { asset: lp, total: 100n, count: 1 },
  ])
})
