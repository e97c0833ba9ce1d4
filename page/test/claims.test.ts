import { decodeFunctionData, encodeFunctionData, getAddress } from 'viem'
import { describe, expect, test } from 'vitest'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import type { Address, Claim, Hex } from '../src/api.ts'
import { planClaims, standingOf, totalsByAsset } from '../src/claims.ts'

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

describe('the calls of one transaction', () => {
  test('one claim goes by claim', () => {
    expect(planClaims([claimOf('Q1')])).toEqual([
      {
        functionName: 'claim',
        args: [
          { issuer, token: usdc.address, terms: hash('0'), root: hash('1') },
          3n,
          account,
          100n,
          [hash('e')],
        ],
      },
    ])
  })

  test('several of one asset and account go by one claimMany, each asset by its own', () => {
    const calls = planClaims([claimOf('Q1'), claimOf('Q2', lp), claimOf('Q3'), claimOf('Q4')])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['claimMany', 'claim'])
    const [many] = calls
    expect(many?.args.slice(0, 3)).toEqual([issuer, usdc.address, account])
    expect(many?.args[3]).toHaveLength(3)
  })

  test('accounts are never mixed: a claimMany pays one', () => {
    const calls = planClaims([claimOf('Q1'), claimOf('Q2', usdc, { account: address('b') })])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['claim', 'claim'])
  })

  test('a shard is opened once, before its claims, and claimed under its parent’s id', () => {
    const shard = { shard: 2, root: hash('f'), total: 5_000n, proof: [hash('9')] }
    const calls = planClaims([
      claimOf('Q1', usdc, { shard }),
      claimOf('Q1', usdc, { shard, account: address('b'), index: 4 }),
    ])
    expect(calls.map(({ functionName }) => functionName)).toEqual(['open', 'claim', 'claim'])
    expect(calls[0]?.args).toEqual([
      { issuer, token: usdc.address, terms: hash('0'), root: hash('1') },
      2n,
      hash('f'),
      5_000n,
      [hash('9')],
    ])
    expect(calls[1]?.args[0]).toEqual({ issuer, token: usdc.address, terms: hash('1'), root: hash('f') })
  })

  test('nothing to claim is no call', () => {
    expect(planClaims([])).toEqual([])
  })

  test('every call is one the distributor’s ABI knows', () => {
    const shard = { shard: 0, root: hash('f'), total: 1n, proof: [] }
    const calls = planClaims([
      claimOf('Q1'),
      claimOf('Q2'),
      claimOf('Q3', lp),
      claimOf('Q4', lp, { shard, account: address('b') }),
    ])
    for (const call of calls) {
      const data = encodeFunctionData({ abi: merkleDistributorAbi, ...call })
      const { functionName, args } = decodeFunctionData({ abi: merkleDistributorAbi, data })
      expect({ functionName, args }).toEqual(call)
    }
  })
})
